"""`python -m reports releases`: the table of releases as a page, with what results show of it."""

import io
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

from centrifugo_grpc.releases import Release
from reports import upgrades
from reports.__main__ import main
from tests.reports.reading import Element, read
from tests.reports.samples import conformance, file, requirement

_IDS = """
import importlib, pathlib, conformance
for path in pathlib.Path(conformance.__path__[0]).glob("test_*.py"):
    for value in vars(importlib.import_module(f"conformance.{path.stem}")).values():
        for mark in getattr(value, "pytestmark", []):
            if mark.name == "requirement":
                print(mark.args[0].id)
"""


def declared() -> set[str]:
    """The ids of the corpus; asked in a process of its own, since its marks are its own, too."""
    words = [sys.executable, "-W", "ignore", "-c", _IDS]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def page(folder: Path, *results: Path) -> Element:
    output = folder / "releases.html"
    with redirect_stdout(io.StringIO()):
        assert main(["releases", *map(str, results), "-o", str(output)]) == 0
    return read(output.read_text(encoding="utf-8"))


def test_what_is_said_to_show_a_rule_is_a_requirement_and_the_rule_a_row() -> None:
    rows = {rule.name for rule in upgrades.rules([])}
    known = declared()
    assert len(known) > 400
    for name, ids in upgrades.shown_by_rule().items():
        assert name in rows
        assert [each for each in ids if each not in known] == [], name


def test_each_step_lists_the_rules_that_change_in_it_and_its_guide(tmp_path: Path) -> None:
    shown = page(tmp_path)
    for step in upgrades.upgrades(upgrades.rules([])):
        section = shown.one("section", id=f"to-{step.after}")
        assert section.one("a").attributes["href"] == step.guide
        assert len(section.find("tr")) == 1 + len(step.rules) > 5
    to_5 = shown.one("section", id="to-5.4").text
    assert "idempotency_key is honoured; before, ignored now so " in to_5
    assert "adds CancelPush" in to_5


def test_the_table_has_every_rule_with_its_value_in_every_release(tmp_path: Path) -> None:
    rows = page(tmp_path).one("section", id="rules").find("tr")
    texts = [[cell.text for cell in row.find("td")] for row in rows if row.find("td")]
    assert len(texts) == len(upgrades.rules([]))
    assert ["4", "4", "4", "4", "8"] in [row[: len(Release)] for row in texts]


def test_results_show_a_rule_by_the_verdicts_of_its_requirements(tmp_path: Path) -> None:
    row = requirement("publish.honour.idempotency-key", verdict="failed", reason="no")
    result = file(tmp_path / "c.json", conformance([row], name="A <server>"))
    text = page(tmp_path, result).text
    assert "publish.honour.idempotency-key" in text
    assert "Verdicts are those of 1 result: A <server>." in text


def test_a_step_tells_the_verdicts_of_its_two_releases_by_the_first_result_of_each(
    tmp_path: Path,
) -> None:
    def result(name: str, release: str, verdict: str) -> Path:
        reason = "" if verdict == "passed" else "no"
        row = requirement("publish.honour.idempotency-key", verdict=verdict, reason=reason)
        document = conformance([row], name=name, release=release)
        return file(tmp_path / f"{name}.json", document)

    shown = page(
        tmp_path,
        result("Real-4", "4.1", "passed"),
        result("Real-5", "5.4", "failed"),
        result("Other-5", "5.4", "passed"),
        result("Real-6", "6.9", "passed"),
    )
    (row,) = [
        row
        for row in shown.one("section", id="to-5.4").find("tr")
        if "publish.honour.idempotency-key" in row.text
    ]
    assert "publish.honour.idempotency-key ✓ 4.1 ✗ 5.4 failed" in row.text
    assert "3 results: Real-4, Real-5, Real-6." in shown.text


def test_values_are_in_words() -> None:
    assert upgrades.in_words({"users": True}) == "users: yes"
    told = [
        rule.change(step.after)
        for step in upgrades.upgrades(upgrades.rules([]))
        for rule in step.rules
    ]
    assert [each for each in told if not each or "': " in each] == []
