"""What the terminal shows after the tests: rules that are broken, differences, what was lacking."""

from collections.abc import Sequence

import pytest

from conformance.preflight import header
from conformance.run import Run
from conformance.side_by_side import items
from conformance.summary import Outcome, Row, Summary
from conformance.verdicts import Verdict


def show(terminal: pytest.TerminalReporter, run: Run) -> None:
    """Write what came of the tests: of the comparison, or of the judging."""
    if terminal.no_header or terminal.verbosity < 0:
        terminal.section("target", sep="-")
        for line in header(run.targets):
            terminal.line(line)
    if run.against is not None:
        items.show(terminal, run.compared)
    elif run.summary is not None:
        _show_groups(terminal, run.summary)


def _show_groups(terminal: pytest.TerminalReporter, summary: Summary) -> None:
    """Write the groups, the worst last: that is where one looks first."""
    lacking = summary.lacking()
    if lacking:
        _title(terminal, "not shown", sum(count for _, count in lacking))
        for why, count in lacking:
            terminal.line(f"{count:5} {why}")
    _group(terminal, "known to fail", summary.known)
    _group(terminal, "differs from Centrifugo", summary.differing, reasons=True)
    warnings = "warnings: what it should or may do and does not"
    _group(terminal, warnings, summary.warnings, reasons=True)
    if summary.stale:
        _title(terminal, "no longer true of --known-failing", len(summary.stale))
        for entry, why in summary.stale:
            terminal.line(f"  {entry.text}: {why}")
    _group(terminal, "could not be judged: the suite went wrong", summary.of(Verdict.ERROR))
    _group(terminal, "breaks these rules", summary.broken)


def show_last_line(terminal: pytest.TerminalReporter, run: Run) -> None:
    """Write the last line of the run."""
    summary = run.summary
    if run.against is not None:
        terminal.line(items.last_line(run.compared), bold=True)
    if summary is None:
        return
    colour = {Outcome.CONFORMS: "green", Outcome.PARTIAL: "yellow"}.get(summary.outcome, "red")
    colour = colour if summary.is_green else "red"
    terminal.line(summary.last_line, bold=True, **{colour: True})


def _group(
    terminal: pytest.TerminalReporter, title: str, rows: Sequence[Row], *, reasons: bool = False
) -> None:
    if not rows:
        return
    _title(terminal, title, len(rows))
    for row in rows:
        requirement = row.case.requirement
        where = f"{requirement.level.value}, {row.case.dialect}"
        terminal.line(f"  {requirement.id} ({where}): {requirement.sentence}")
        if reasons:
            terminal.line(f"    {row.reason}")


def _title(terminal: pytest.TerminalReporter, title: str, count: int) -> None:
    terminal.section(f"{title} ({count})", sep="-")
