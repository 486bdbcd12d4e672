"""The stored results: whole, whose and when they say, small, and one page."""

import re
from pathlib import Path

import pytest

from centrifugo_grpc.releases import Release
from reports import page, runs
from reports.steps import CORPUS, place
from reports.targets import read_plan

STORE = Path(__file__).parents[2] / "reports" / "results"
PLAN = read_plan(STORE / "targets.toml")
STORED = sorted(path.parent for path in STORE.glob(f"*/*/{CORPUS}"))
MOST_BYTES = 5_000_000
SECTIONS = ["Results", "Reproduce"]


def test_the_plan_has_the_reference_server_and_the_real_one_in_each_release() -> None:
    found = sorted(str(place(target.name).parent) for target in PLAN.targets)
    assert found == ["centrifugo"] * len(Release) + ["reference-server"] * len(Release)
    assert {target.release for target in PLAN.targets} == set(Release)


def test_every_folder_is_of_a_target_of_the_plan() -> None:
    planned = {STORE / place(target.name) for target in PLAN.targets}
    assert {path for path in STORE.glob("*/*") if path.is_dir()} <= planned


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in STORE.rglob("*") if path.is_file()) < MOST_BYTES


@pytest.mark.parametrize("folder", STORED, ids=lambda path: "-".join(path.parts[-2:]))
def test_results_are_whole_and_say_whose_and_when_and_how(folder: Path) -> None:
    found = runs.read([folder])
    readme = (folder / "README.md").read_text(encoding="utf-8")
    (target,) = [t for t in PLAN.targets if STORE / place(t.name) == folder]
    assert readme.splitlines()[0] == f"# {target.name}"
    assert {run.owner for run in found} == {target.name}
    assert re.search(r"Measured on \d{4}-\d\d-\d\d .* on \d+ CPUs .* Python 3\.", readme)
    assert re.findall(r"^## (.*)", readme, re.MULTILINE) == SECTIONS
    for run in found:
        assert f"| `{run.name}` |" in readme
        assert f"--results {run.name}" in readme
    (judged,) = [run for run in found if run.kind == "conformance"]
    releases = {each["release"] for each in judged.document["target"]["dialects"]}
    assert releases == {str(target.release)}
    for run in found:
        assert not run.document.get("problems"), run.name


@pytest.mark.parametrize("folder", STORED, ids=lambda path: "-".join(path.parts[-2:]))
def test_results_tell_nothing_of_where_the_suite_lay(folder: Path) -> None:
    for run in runs.read([folder]):
        target, options = run.document["target"], run.document["options"]
        named = [*target.get("profiles", ()), options.get("launch", "")]
        assert not [name for name in named if name.startswith(("/", "\\"))]


@pytest.mark.skipif(not STORED, reason="no results are stored yet")
def test_they_make_one_page() -> None:
    found = runs.read([STORE])
    text = page.render(found, "index.html")
    assert len(text.encode()) < 3_000_000
    for folder in STORED:
        heading = (folder / "README.md").read_text(encoding="utf-8").splitlines()[0]
        assert heading.removeprefix("# ") in text
