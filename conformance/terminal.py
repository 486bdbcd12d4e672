"""What the terminal shows after the tests, besides pytest's own: differences, what was lacking."""

import pytest

from conformance.preflight import header
from conformance.run import Run
from conformance.summary import Outcome, Row, Summary
from conformance.verdicts import Verdict


def show(terminal: pytest.TerminalReporter, run: Run, summary: Summary) -> None:
    """Write the groups: what differs, what was not shown and why."""
    if terminal.no_header or terminal.verbosity < 0:
        terminal.section("target", sep="-")
        for line in header(run.targets):
            terminal.line(line)
    differing = summary.of(Verdict.DIFFERS)
    if differing:
        terminal.section(f"differs from Centrifugo ({len(differing)})", sep="-")
        for row in differing:
            terminal.line(_difference(row, run))
    lacking = summary.lacking()
    if lacking:
        amount = sum(count for _, count in lacking)
        terminal.section(f"not shown ({amount})", sep="-")
        for why, count in lacking:
            terminal.line(f"{count:5} {why}")


def show_last_line(terminal: pytest.TerminalReporter, summary: Summary) -> None:
    """Write the last line of the run."""
    colour = {Outcome.CONFORMS: "green", Outcome.PARTIAL: "yellow"}.get(summary.outcome, "red")
    terminal.line(summary.last_line, bold=True, **{colour: True})


def _difference(row: Row, run: Run) -> str:
    requirement, dialect = row.case.requirement, row.case.dialect
    release = run.targets.release(dialect)
    head = f"{requirement.id} differs from Centrifugo {release} ({requirement.level.value})"
    return f"{head}: {requirement.sentence}\n  {row.reason}"
