"""`python -m reports survey`: a file of targets in, results and one page out."""

import io
import json
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from reports.__main__ import main
from tests.reports.reading import read

REFERENCE = f"{shlex.quote(sys.executable)} -m reference_server --release 6.9 -c {{config}}"


def survey(plan: Path, output: Path) -> tuple[int, list[str], list[str]]:
    """The exit code, and the lines that it printed on both streams."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(["survey", str(plan), "-o", str(output)])
    return code, out.getvalue().splitlines(), err.getvalue().splitlines()


def plan(folder: Path, text: str) -> Path:
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return path


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
    code, lines, errors = survey(plan(tmp_path, targets), tmp_path / "site")
    assert (code, errors) == (0, [])
    assert lines[0] == "[1/2] The reference: corpus …"
    assert lines[1].startswith("[1/2] The reference: corpus: partial: ")
    assert lines[3] == "[1/2] The reference: load of v3, round 2 of 2 …"
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
    rounds, spread = page.find("table", class_="figures")
    assert [row.find("th")[0].text for row in rounds.find("tr")[1:]] == [
        f"The reference v3 as 6.9, round {number} of 2" for number in (1, 2)
    ]
    assert spread.find("td")[0].text == "2"


def _check_stored(folder: Path) -> None:
    stored = sorted(path.name for path in folder.iterdir())
    assert stored == ["README.md", "conformance.json", "load-v3-1-1.json", "load-v3-1-2.json"]
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# The reference\n\nMeasured on ")
    reproduce = readme.split("## Reproduce")[1]
    assert "pytest conformance --launch" in reproduce
    assert reproduce.count("locust -f bench --headless") == 2


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
        ("corpus = [1]\n[[target]]\nname = 'a'\naddress = 'h:1'", "corpus is not a list"),
        ("loads = [\"'\"]\n[[target]]\nname = 'a'\naddress = 'h:1'", "is no command line"),
        ("seconds = 0\n[[target]]\nname = 'a'\naddress = 'h:1'", "seconds are 1 or more"),
        ("[[target]]\nname = 'a'\naddress = 'h:1'\n" * 2, "two targets called 'a'"),
    ],
)
def test_a_plan_that_makes_no_sense_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    code, lines, errors = survey(plan(tmp_path, text), tmp_path / "site")
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
    code, lines, _ = survey(plan(tmp_path, targets), tmp_path / "site")
    assert code == 1, "nothing was measured"
    assert "the environment has no NO_SUCH_KEY" in lines[-2]
