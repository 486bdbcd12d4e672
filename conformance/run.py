"""One run of the corpus: what it needs before the tests, what it gathers, how it ends."""

import contextlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from centrifugo_grpc.problem import Problem
from conformance import reference
from conformance.evidence import Judged, judged
from conformance.options import Options, read_options
from conformance.preflight import examine, own_endpoint
from conformance.results import write_results
from conformance.selection import plan, read_corpus
from conformance.summary import Outcome, Summary, summarise
from conformance.target import Target

PROBLEM_STATUS = 2
"""The exit status for what the user has to put right."""


@dataclass
class Run:
    """A run and what its tests have told so far."""

    options: Options
    target: Target
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    judged: list[Judged] = field(default_factory=list)
    summary: Summary | None = None
    _clock: float = field(default_factory=time.monotonic)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdict that a report carries; workers' reports come here too."""
        verdict = judged(report)
        if verdict is not None:
            self.judged.append(verdict)

    def conclude(self, corpus: Path) -> Summary:
        """Sum up what was judged against the whole corpus in a folder."""
        cases = plan(read_corpus(corpus), self.target)
        self.summary = summarise(cases, self.judged, strict=self.options.strict)
        return self.summary

    def write(self, summary: Summary) -> None:
        """Write the result file, if one is wanted."""
        if self.options.results is not None:
            write_results(
                self.options.results,
                self.target,
                summary,
                options=self.options.shown,
                started=self.started,
                seconds=time.monotonic() - self._clock,
            )


RUN = pytest.StashKey[Run]()


def prepare(config: pytest.Config) -> Run:
    """Have a target that answers: the one named, or the reference server, started for the run."""
    options = read_options(config)
    if options.target is not None:
        endpoint = own_endpoint(options, options.target)
        return Run(options, examine(options, endpoint, options.profiles))
    server = contextlib.ExitStack()
    address = server.enter_context(reference.reference_server(options))
    config.add_cleanup(server.close)
    endpoint = own_endpoint(options, address)
    target = examine(options, endpoint, reference.profiles(options), reference.NAME)
    return Run(options, target)


def finish(session: pytest.Session, run: Run) -> Problem | None:
    """Conclude a run and set pytest's exit status; gives back what went wrong with that."""
    try:
        summary = run.conclude(Path(session.config.getini("conformance_corpus")))
        session.exitstatus = exit_status(summary, int(session.exitstatus))
        run.write(summary)
    except Problem as problem:
        session.exitstatus = PROBLEM_STATUS
        return problem
    return None


def exit_status(summary: Summary, status: int) -> int:
    """The exit status of a run that pytest would end with `status`."""
    is_green = summary.outcome in (Outcome.CONFORMS, Outcome.PARTIAL)
    return status if status != pytest.ExitCode.OK or is_green else int(pytest.ExitCode.TESTS_FAILED)
