"""`python -m reports markdown`: a summary that a pull request can show."""

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from reports.__main__ import main
from tests.reports.samples import conformance, file, load, requirement


def markdown(folder: Path, *documents: dict[str, Any]) -> str:
    results = [file(folder / f"{n}.json", document) for n, document in enumerate(documents)]
    with redirect_stdout(io.StringIO()) as out:
        assert main(["markdown", *map(str, results)]) == 0
    return out.getvalue()


def test_each_implementation_is_a_row_with_its_counts(tmp_path: Path) -> None:
    rows = [requirement(), requirement("a.b.c", level="MAY", verdict="not shown", reason="no")]
    text = markdown(tmp_path, conformance(rows, name="First"))
    assert "| First (v3 as 6.9) | ◐ partial | 1 of 2 | 1 passed | none | 1 not shown |" in text


def test_failures_and_differences_are_listed_apart(tmp_path: Path) -> None:
    rows = [
        requirement("a.b.fails", verdict="failed", reason="expected 1, got 2"),
        requirement("a.b.differs", level="OBSERVED", verdict="differs", reason="other text"),
    ]
    failures, differences = markdown(tmp_path, conformance(rows)).split("### Differences")
    assert "- `a.b.fails` (MUST): The sentence of a.b.fails." in failures
    assert "✗ failed in a server, v3 as 6.9: expected 1, got 2" in failures
    assert "a.b.differs" not in failures
    assert "- `a.b.differs` (OBSERVED)" in differences


def test_a_load_tells_whose_limit_it_shows_and_its_errors(tmp_path: Path) -> None:
    text = markdown(tmp_path, load(api_errors={"107 bad request": 12}))
    assert "### Load: publish, 256 B payloads, 1 user with 100 calls in flight each" in text
    assert "| 2,000, 12 errors |" in text
    assert "| not known |" in text


def test_many_failures_are_cut_with_their_number(tmp_path: Path) -> None:
    rows = [requirement(f"a.b.c{n}", verdict="failed", reason="no") for n in range(25)]
    assert "- and 5 more, which the page has" in markdown(tmp_path, conformance(rows))


def test_markup_of_a_result_is_text(tmp_path: Path) -> None:
    hostile = "x | <img src=x> [click](http://example.com) @team\n# heading"
    failing = requirement(verdict="failed", reason=hostile)
    text = markdown(tmp_path, conformance([failing], name=hostile))
    assert "<img" not in text.replace("\\<img", "")
    assert "[click]" not in text.replace("\\[click\\]", "")
    assert "\n# heading" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| x")]
    assert row.replace("\\|", "").count("|") == 8
