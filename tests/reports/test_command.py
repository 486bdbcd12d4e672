"""`python -m reports build` from outside."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from reports import runs
from reports.reproduce import command, page_command
from reports.runs import Run
from tests.reports.running import Ran, from_outside, reports
from tests.reports.samples import conformance, exchange, file, load, requirement


def build(*arguments: str | Path) -> Ran:
    return reports("build", *arguments)


def refused(*arguments: str | Path, run: Callable[..., Ran] = reports) -> str:
    """The one line that a command is refused with."""
    ran = run("build", *arguments)
    assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
    (line,) = ran.stderr.splitlines()
    return line


def test_it_prints_where_the_page_is(tmp_path: Path) -> None:
    results = [file(tmp_path / "c.json", conformance()), file(tmp_path / "l.json", load())]
    page = tmp_path / "new" / "page.html"
    ran = from_outside("build", *results, "-o", page)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"report: {page}\n", "")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(page.parent.iterdir()) == [page]


@pytest.mark.parametrize("name", ["site", "site/"])
def test_a_folder_gets_an_index(name: str, tmp_path: Path) -> None:
    ran = build(file(tmp_path / "l.json", load()), "-o", f"{tmp_path}/{name}")
    assert ran.returncode == 0
    assert (tmp_path / "site" / "index.html").exists()


def test_a_failing_implementation_is_no_error_of_the_command(tmp_path: Path) -> None:
    results = file(tmp_path / "c.json", conformance([requirement(verdict="failed", reason="no")]))
    assert build(results, "-o", tmp_path / "page.html").returncode == 0


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    results = file(tmp_path / "c.json", conformance())
    build(results, results, "-o", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text().count('class="card"') == 1


def test_bad_input_is_one_line_and_leaves_no_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    cut = tmp_path / "cut.json"
    cut.write_text(file(tmp_path / "whole.json", conformance()).read_text()[:500])
    other = file(tmp_path / "other.json", load(schema_version="2.0"))
    assert "No such file" in refused(tmp_path / "none.json", "-o", page, run=from_outside)
    assert "was cut off" in refused(cut, "-o", page)
    assert "has schema version 2.0" in refused(other, "-o", page)
    assert "is no result file" in refused(file(tmp_path / "s.json", {}), "-o", page)
    assert not page.exists()


def test_one_bad_file_among_good_ones_is_named(tmp_path: Path) -> None:
    good = file(tmp_path / "good.json", load())
    bad = file(tmp_path / "bad.json", {"kind": "load", "schema_version": "1.0"})
    assert str(bad) in refused(good, bad, "-o", tmp_path / "page.html")


def test_a_histogram_that_does_not_decode_is_one_line(tmp_path: Path) -> None:
    document = load()
    document["latency"]["response"] = {**document["latency"]["response"], "histogram": "HISTF=="}
    line = refused(file(tmp_path / "l.json", document), "-o", tmp_path / "page.html")
    assert "l.json" in line
    assert "its histogram does not decode" in line


def test_a_run_that_contradicts_itself_is_one_line(tmp_path: Path) -> None:
    failed = requirement(verdict="failed", reason="no")
    for rows, said in (
        ([failed], "says conforms but not everything in it passed"),
        ([requirement(), requirement()], "judges publish.accept.data of v3 2 times"),
        ([requirement(dialect="v2")], "names no release of it"),
    ):
        results = file(tmp_path / "c.json", conformance(rows, verdict="conforms"))
        assert said in refused(results, "-o", tmp_path / "page.html")


def test_evidence_that_is_no_exchange_is_one_line(tmp_path: Path) -> None:
    wrong = exchange()
    del wrong["status"]
    results = file(tmp_path / "c.json", conformance([requirement(evidence=[wrong])]))
    assert "requirements/0/evidence/0" in refused(results, "-o", tmp_path / "page.html")


def test_the_page_does_not_overwrite_a_result(tmp_path: Path) -> None:
    results = file(tmp_path / "results.html", load())
    assert "is one of the result files" in refused(results, "-o", results)
    assert "ends in .html" in refused(results, "-o", tmp_path / "page.json")


def test_a_page_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    results = file(tmp_path / "l.json", load())
    assert "cannot write the page" in refused(results, "-o", results / "page.html")


def test_without_results_or_output_one_line_says_what_is_missing(tmp_path: Path) -> None:
    assert "required: RESULTS.json|DIR" in refused(run=from_outside)
    assert "required: -o/--output" in refused(tmp_path / "l.json")


def test_a_conformance_run_is_reproduced_by_its_options() -> None:
    document = conformance(
        options={"dialect": "v3", "release": "auto", "strict": True, "markers": "core and not slow"}
    )
    document["target"] |= {"key": True, "tls": True}
    assert shlex.split(command(Run("c.json", document))) == [
        *("pytest", "conformance", "--target", "localhost:10000", "--api-key", "KEY", "--tls"),
        *("--target-profile", "conformance/targets/centrifugo-6.9/profile.toml"),
        *("--dialect", "v3", "-m", "core and not slow", "--strict", "--results", "c.json"),
    ]


def test_a_load_run_is_reproduced_by_its_options() -> None:
    assert shlex.split(command(Run("l.json", load()))) == [
        *("locust", "-f", "bench", "--headless", "--host", "localhost:10000", "-u", "1"),
        *("-t", "5s", "--dialect", "v3", "--scenario", "publish", "--payload-bytes", "256"),
        *("--in-flight", "100", "--channel", "bench", "--results", "l.json"),
    ]


def test_a_folder_stands_for_the_results_below_it_in_the_order_of_their_numbers(
    tmp_path: Path,
) -> None:
    for name in ("2.8", "10.0", "3.2"):
        folder = tmp_path / "store" / "server" / name
        folder.mkdir(parents=True)
        file(folder / "conformance.json", conformance())
        (folder / "README.md").write_text(f"# Server {name}\n", encoding="utf-8")
    found = runs.read([tmp_path / "store"])
    assert [run.owner for run in found] == ["Server 2.8", "Server 3.2", "Server 10.0"]
    assert found[0].name == "server/2.8/conformance.json"
    assert page_command(found, "page.html") == "python -m reports build store -o page.html"
    (tmp_path / "empty").mkdir()
    assert "empty holds no result files" in refused(tmp_path / "empty", "-o", tmp_path / "p.html")


def test_words_of_a_result_cannot_become_commands() -> None:
    hostile = load(address="a; rm -rf ~ #")
    assert "'a; rm -rf ~ #'" in command(Run("l.json", hostile))
    assert page_command([Run("a b.json", hostile)], "page.html") == (
        "python -m reports build 'a b.json' -o page.html"
    )
