"""Pages from result files."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.result_files import read, write
from reports.page import render
from tests.reports.samples import conformance, load, requirement

HOSTILE = "<script>document.title='owned'</script>"


def reports(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reports", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_result_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    for document in (conformance(), load()):
        path = tmp_path / f"{document['kind']}.json"
        write(path, document)
        assert read(path) == document
    assert sorted(p.name for p in tmp_path.iterdir()) == ["conformance.json", "load.json"]


def test_what_is_not_of_the_schema_is_not_written(tmp_path: Path) -> None:
    document = conformance()
    document["requirements"][0]["verdict"] = "splendid"
    with pytest.raises(Problem, match="requirements/0/verdict"):
        write(tmp_path / "bad.json", document)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not parse as JSON"),
        ('{"kind": "load", "schema_ver', "cut off"),
        ("[]", "no result file of this suite"),
        ('{"kind": "weather"}', "no result file of this suite"),
        ('{"kind": "load", "schema_version": "2.0"}', "schema version 2.0"),
        ('{"kind": "load", "schema_version": "1.0"}', "no valid load result file"),
    ],
)
def test_a_file_that_is_no_result_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    ran = reports("build", str(path), "-o", str(tmp_path / "page.html"))
    assert ran.returncode == 2
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert not (tmp_path / "page.html").exists()


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    ran = reports("build", str(tmp_path / "none.json"), "-o", str(tmp_path / "page.html"))
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    assert "cannot read the result file" in ran.stderr


def test_the_command_prints_the_path_of_the_page(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    write(results, conformance())
    ran = reports("build", str(results), "-o", str(tmp_path / "site"))
    assert ran.stdout == f"report: {tmp_path / 'site' / 'index.html'}\n"
    assert (tmp_path / "site" / "index.html").read_text().startswith("<!doctype html>")


def test_a_failing_requirement_stands_before_the_matrix_with_its_exchange() -> None:
    page = render([conformance(requirement("publish.refuse.blank-channel", "failed"))])
    broken, matrix = page.split('id="matrix"')
    assert "publish.refuse.blank-channel" in broken
    assert "the reason of publish.refuse.blank-channel" in broken
    assert "api/Publish" in broken
    assert '<span class="verdict failed">failed</span>' in matrix


def test_differs_is_not_fails_and_not_shown_is_not_passed() -> None:
    page = render(
        [
            conformance(
                requirement("a.b.passed", "passed"),
                requirement("a.b.differs", "differs", level="OBSERVED"),
                requirement("a.b.unshown", "not shown"),
            )
        ]
    )
    matrix = page.split('id="matrix"')[1]
    verdicts = re.findall(r'<span class="verdict ([^"]+)">', matrix)
    assert sorted(verdicts) == ["differs", "not shown", "passed"]
    assert 'class="verdict failed"' not in page


def test_implementations_stand_side_by_side() -> None:
    first = conformance(requirement("a.b.c", "passed"), name="first")
    second = conformance(requirement("a.b.c", "failed"), name="second")
    page = render([first, second])
    row = page.split('id="matrix"')[1].split("<tbody>")[1].split("</tr>")[0]
    assert re.findall(r'class="verdict ([^"]+)"', row) == ["passed", "failed"]


def test_errors_of_a_load_are_on_the_page_and_scarce_percentiles_are_not() -> None:
    page = render([load(ok=19_990, api_errors={"102 unknown channel": 10})])
    assert "API error 102 unknown channel: 10" in page
    assert "20000 = 19990 + 10 + 0" in page
    assert page.count("too few") == 3


def test_markup_from_a_server_shows_as_text() -> None:
    failed = requirement("a.b.c", "failed", reason=HOSTILE, evidence=[{"details": HOSTILE}])
    page = render([conformance(failed, name=HOSTILE), load(api_errors={HOSTILE: 1})])
    assert "<script" not in page
    assert "&lt;script&gt;" in page


class _References(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {"src", "href", "xlink:href", "action", "srcset"}
        self.found += [value or "" for name, value in attrs if name in names]


def test_the_page_refers_to_nothing_outside_itself() -> None:
    parser = _References()
    parser.feed(render([conformance(), load()]))
    assert [found for found in parser.found if not found.startswith(("#", "data:"))] == []


def test_the_same_results_make_the_same_page() -> None:
    assert render([load()]) == render([load()])


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    driver = shutil.which("chromedriver")
    if driver is None:
        assert not os.environ.get("CI"), "CI has to look at the pages: install chromium-driver"
        pytest.skip("no chromedriver on PATH: the pages are not looked at in a browser")
    options = webdriver.ChromeOptions()
    switches = (
        *("headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-sync"),
        *("disable-background-networking", "disable-component-update", "disable-quic"),
    )
    for switch in switches:
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    with webdriver.Chrome(options=options, service=service) as chrome:
        yield chrome


def test_a_browser_shows_the_page_without_complaint(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    failed = requirement("a.b.c", "failed", reason=HOSTILE)
    page.write_text(render([conformance(failed, name=HOSTILE), load()]))
    browser.get(page.as_uri())
    assert browser.title == "Centrifugo Suite report"
    assert browser.find_element("css selector", "#broken + section").is_displayed()
    assert len(browser.find_elements("css selector", "figure svg")) == 2
    summary = browser.find_element("css selector", "#matrix ~ .wide summary")
    summary.click()
    assert "The sentence of a.b.c." in browser.find_element("tag name", "main").text
    logged: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in logged if entry["level"] != "INFO"] == []
    assert json.dumps(logged).count("http") == 0
