"""`python -m reports survey`: a file of targets in, results and one page out."""

import io
import json
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from centrifugo_grpc import result_files
from reports.__main__ import main
from reports.readme import readme
from reports.runs import Run
from reports.steps import load_names, place
from reports.targets import Plan, read_plan
from tests.reports.reading import read
from tests.reports.samples import conformance

REFERENCE = f"{shlex.quote(sys.executable)} -m reference_server --release 6.9 -c {{config}}"


def survey(plan: Path, output: Path, *more: str | Path) -> tuple[int, list[str], list[str]]:
    """The exit code, and the lines that it printed on both streams."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(["survey", str(plan), "-o", str(output), *map(str, more)])
    return code, out.getvalue().splitlines(), err.getvalue().splitlines()


def test_each_target_is_measured_in_turn_and_one_that_does_not_start_is_a_row(
    tmp_path: Path,
) -> None:
    targets = f"""
        seconds = 1
        rounds = 2
        corpus = ["-k", "publish.refuse"]

        [[target]]
        name = "The reference"
        release = "6.9"
        launch = {json.dumps(REFERENCE)}

        [[target]]
        name = "Not there <b>"
        release = "6.9"
        launch = "no-such-server {{config}}"
    """
    code, lines, errors = survey(_written(tmp_path, targets), tmp_path / "site")
    assert (code, errors) == (0, [])
    assert lines[0] == "[1/2] The reference: corpus …"
    assert lines[1].startswith("[1/2] The reference: corpus: partial: ")
    assert lines[3] == "[1/2] The reference: load publish of v3, round 2 of 2 …"
    assert lines[-2] == (
        "[2/2] Not there <b>: not measured: cannot start no-such-server: No such file or directory"
    )
    assert lines[-1] == f"report: {tmp_path / 'site' / 'index.html'}"
    _check_stored(tmp_path / "site" / "results" / "the-reference")
    page = read((tmp_path / "site" / "index.html").read_text(encoding="utf-8"))
    (table,) = page.find("table", class_="summary")
    names = [row.find("th")[0].text for row in table.find("tr")[1:]]
    assert names[0].startswith("The reference")
    assert names[1] == "Not there <b>"
    assert "cannot start no-such-server" in table.text
    figures = page.find("table", class_="figures")
    each = [row.find("th")[0].text for row in figures[0].find("tr")[1:]]
    assert each == ["The reference v3 as 6.9"]
    assert any("round 2 of 2" in table.text for table in figures), "each round has a row, too"


def _check_stored(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "conformance.json.xz",
        "load-publish-v3-1.json",
        "load-publish-v3-2.json",
    ]
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# The reference\n\nMeasured on ")
    assert " The server spoke v3 as 6.9, version 6.9.1 OSS. " in readme
    reproduce = readme.split("## Reproduce")[1]
    assert "pytest conformance --launch" in reproduce
    assert reproduce.count("locust -f bench --headless --host localhost:10000") == 2
    again = read_plan(_written(folder.parent, reproduce.split("```toml")[1].split("```")[0]))
    (target,) = again.targets
    assert (target.name, target.launch, str(target.release)) == ("The reference", REFERENCE, "6.9")
    assert (again.seconds, again.rounds) == (1, 2)


def test_subscribers_find_a_server_that_was_started_on_ports_of_its_own(tmp_path: Path) -> None:
    targets = f"""
        seconds = 1
        rounds = 1
        corpus = ["-k", "publish.refuse.blank-channel"]
        loads = ["--scenario delivery --subscribers 2"]

        [[target]]
        name = "Another"
        address = "localhost:1"

        [[target]]
        name = "The reference 6.9.1"
        release = "6.9"
        launch = {json.dumps(REFERENCE)}
    """
    path = _written(tmp_path, targets)
    code, lines, errors = survey(
        path, tmp_path / "site", "--only", "The reference 6.9.1", "--results", tmp_path / "store"
    )
    assert (code, errors) == (0, [])
    assert lines[0].startswith("[1/1] The reference 6.9.1: ")
    folder = tmp_path / "store" / "the-reference" / "6.9.1"
    document = result_files.read(folder / "load-delivery-v3-1.json")
    assert document["delivery"]["received"] > 0
    assert document["delivery"]["lost"] == 0
    assert "--subscribers 2 --token-secret KEY" in (folder / "README.md").read_text("utf-8")
    assert not (tmp_path / "site" / "results").exists()


def test_a_target_that_is_not_in_the_plan_is_one_line(tmp_path: Path) -> None:
    path = _written(tmp_path, "[[target]]\nname = 'a'\naddress = 'h:1'")
    code, _, errors = survey(path, tmp_path / "site", "--only", "b")
    assert (code, errors) == (2, ["no target is called 'b': there are a"])


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Centrifugo 6.9.1", "centrifugo/6.9.1"),
        ("Reference server v2.8", "reference-server/2.8"),
        ("our gateway", "our-gateway"),
        ("Gateway 2", "gateway-2"),
        ("../../etc 1.0", "etc/1.0"),
        ("6.9.1", "6.9.1"),
        ("…", "target"),
    ],
)
def test_results_lie_by_implementation_and_release(name: str, folder: str) -> None:
    assert place(name) == Path(folder)


def test_a_readme_s_plan_is_the_plan_that_was_measured(tmp_path: Path) -> None:
    text = """
        seconds = 4
        rounds = 2
        corpus = ["-k", "publish or 😀"]
        loads = ["--scenario sweep", ""]
        [[target]]
        name = "Gateway \\"😀\\" 1.0"
        address = "localhost:1"
        api_key_variable = "KEY"
        corpus = ["--strict"]
    """
    plan = read_plan(_written(tmp_path, text))
    run = Run("conformance.json.xz", conformance())
    told = readme(plan.targets[0], plan, [run])
    assert read_plan(_written(tmp_path, told.split("```toml")[1].split("```")[0])) == plan


def test_loads_are_named_by_their_scenarios() -> None:
    loads = (("--scenario", "sweep"), ("--payload-bytes", "1"), ("--scenario=sweep",), ())
    plan = Plan((), loads=loads)
    assert load_names(plan) == ["sweep-1", "publish-1", "sweep-2", "publish-2"]


def _written(folder: Path, text: str) -> Path:
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seconds = ", "is no TOML"),
        ("seconds = 5", "names no target"),
        ("[[target]]\nrelease = '6.9'", "every [[target]] has a name"),
        ("[[target]]\nname = 'a'", "either launch"),
        ("[[target]]\nname = 'a'\nlaunch = 'x {config}'", "needs release"),
        ("[[target]]\nname = 'a'\naddress = 'localhost'", "localhost"),
        ("[[target]]\nname = 'a'\naddress = 'h:1'\nrelease = '7'", "7"),
        ("[[target]]\nname = 'a'\naddress = 'h:1'\nport = 1", "unknown 'port'"),
        ("[[target]]\nname = 'a'\naddress = 1", "address is not text"),
        ("rounds = true\n[[target]]\nname = 'a'\naddress = 'h:1'", "rounds is not a number"),
        ("[[target]]\nname = 'a'\naddress = 'h:1'\ncorpus = '-q'", "corpus is not a list"),
        ("corpus = [1]\n[[target]]\nname = 'a'\naddress = 'h:1'", "corpus is not a list"),
        ("loads = [\"'\"]\n[[target]]\nname = 'a'\naddress = 'h:1'", "is no command line"),
        ("seconds = 0\n[[target]]\nname = 'a'\naddress = 'h:1'", "seconds are 1 or more"),
        ("[[target]]\nname = 'a'\naddress = 'h:1'\n" * 2, "two targets called 'a'"),
    ],
)
def test_a_plan_that_makes_no_sense_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    code, lines, errors = survey(_written(tmp_path, text), tmp_path / "site")
    assert (code, lines) == (2, [])
    assert len(errors) == 1
    assert said in errors[0]
    assert not (tmp_path / "site").exists()


def test_a_plan_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    code, _, errors = survey(tmp_path / "none.toml", tmp_path / "site")
    assert code == 2
    assert errors == [f"cannot read {tmp_path / 'none.toml'}: No such file or directory"]


def test_a_key_that_the_environment_lacks_is_told(tmp_path: Path) -> None:
    targets = "[[target]]\nname = 'a'\naddress = 'localhost:1'\napi_key_variable = 'NO_SUCH_KEY'"
    code, lines, _ = survey(_written(tmp_path, targets), tmp_path / "site")
    assert code == 1, "nothing was measured"
    assert "the environment has no NO_SUCH_KEY" in lines[-2]
