"""A line on the terminal that tells how far the run is, in place of pytest's letters."""

import sys
import time

import pytest

from conformance.evidence import judged
from conformance.verdicts import Verdict

_EVERY_SECONDS = 0.1


class LiveLine:
    """Writes `[ 57%] 212 of 370 judged, 1 failed, 8 s: history.read.limit` over itself."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal
        self._began = time.monotonic()
        self._written = 0.0
        self._all = 0
        self._done = 0
        self._failed = 0
        terminal.showfspath = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know how many there are."""
        self._all = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Know how many there are from a worker."""
        self._all = len(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count what passed without a letter."""
        if report.when == "call" and report.passed and judged(report) is not None:
            return "passed", "", ""
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the line anew, unless it was just written."""
        verdict = judged(report)
        if verdict is None:
            return
        self._done += 1
        self._failed += verdict.verdict in (Verdict.FAILED, Verdict.ERROR)
        now = time.monotonic()
        if now - self._written >= _EVERY_SECONDS or self._done == self._all:
            self._written = now
            self._write(verdict.id)

    def pytest_runtestloop(self) -> None:
        """Begin to count the time when the tests begin."""
        self._began = time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Make room for what follows."""
        if self._written:
            self._terminal.write("\r\x1b[K")

    def _write(self, name: str) -> None:
        share = 100 * self._done // max(self._all, 1)
        seconds = time.monotonic() - self._began
        failed = f", {self._failed} failed" if self._failed else ""
        line = f"[{share:3}%] {self._done} of {self._all} judged{failed}, {seconds:.0f} s: {name}"
        width = self._terminal._tw.fullwidth - 1
        self._terminal.write(f"\r\x1b[K{line[:width]}", flush=True)


def wants_live_line(config: pytest.Config) -> bool:
    """Whether somebody looks: a terminal, and neither more nor fewer words asked for."""
    is_plain = config.get_verbosity() == 0 and config.option.capture != "no"
    return is_plain and sys.stdout.isatty()
