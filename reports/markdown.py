"""The results as Markdown: what a pull request or a job's summary shows."""

from collections.abc import Iterator, Sequence
from typing import Any

from reports.groups import Group, groups
from reports.implementations import LEVELS, Implementation, implementations
from reports.loads import PERCENTILES
from reports.matrix import WORDS, Line, matrix
from reports.runs import Run, notices
from reports.showing import number, visible

_MOST_LISTED = 20
_SIGNS = {"conforms": "✅", "partial": "◐", "fails": "❌", "not judged": "○"}


def render(runs: Sequence[Run]) -> str:
    """The Markdown text of these runs."""
    judged = implementations(runs)
    parts = [
        *(f"> **Mind:** {_text(notice)}" for notice in notices(runs)),
        *(["\n".join(_verdicts(judged))] if judged else []),
        *_failures(judged),
        *("\n".join(_load(group)) for group in groups(runs, judged)),
    ]
    return "\n\n".join(parts) + "\n"


def _verdicts(judged: Sequence[Implementation]) -> Iterator[str]:
    yield _row("Implementation", "Verdict", "Shown", *LEVELS)
    yield _row(*["---"] * (3 + len(LEVELS)))
    for each in judged:
        columns = ", ".join(column.title for column in each.columns)
        yield _row(
            f"{_text(each.name)} ({columns})",
            f"{_SIGNS[each.verdict]} {each.verdict}",
            f"{each.shown} of {len(each.rows)}",
            *(_counts(each.count(level)) for level in LEVELS),
        )


def _counts(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in reversed(counts)) or "none"


def _failures(judged: Sequence[Implementation]) -> Iterator[str]:
    lines = matrix(judged)
    for verdicts, title in ((("failed", "error"), "Failures"), (("differs",), "Differences")):
        found = lines.with_any(*verdicts)
        if found:
            yield "\n".join([f"### {title}", "", *_listed(found, verdicts)])


def _listed(found: Sequence[Line], verdicts: Sequence[str]) -> Iterator[str]:
    for line in found[:_MOST_LISTED]:
        yield f"- `{line.id}` ({line.level}): {_text(line.requirement['sentence'])}"
        for cell in line.of(*verdicts):
            where = f"{_text(cell.column.owner)}, {cell.column.title}"
            yield f"  - {WORDS[cell.verdict]} in {where}: {_text(cell.reason)}"
    if len(found) > _MOST_LISTED:
        yield f"- and {len(found) - _MOST_LISTED} more, which the page has"


def _load(group: Group) -> Iterator[str]:
    yield f"### Load: {group.settings}"
    yield ""
    yield _row(
        "Implementation", "Publications per second", *(f"p{p}" for p in PERCENTILES), "Whose limit"
    )
    yield _row(*["---"] * (3 + len(PERCENTILES)))
    for load in group.loads:
        errors = sum(count for _, _, count in load.errors)
        rate = number(load.rate) + (f", {number(errors)} errors" if errors else "")
        yield _row(
            f"{_text(load.implementation)} ({load.title})",
            rate,
            *load.latencies("response"),
            load.limit,
        )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _text(value: Any) -> str:
    """A text of a result, with whatever Markdown or HTML it holds shown as text."""
    plain = " ".join(str(visible(str(value))).split())
    escaped = "".join(f"\\{each}" if each in "\\`*_[]<>|#~&!@" else each for each in plain)
    return escaped if len(escaped) <= 500 else f"{escaped[:500].rstrip(chr(92))}…"
