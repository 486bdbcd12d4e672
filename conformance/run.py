"""One run of the corpus: what it needs before the tests, what it gathers, how it ends."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect
from conformance.evidence import CAUSE, Judged, judged
from conformance.health import Cause, Health
from conformance.options import Options, read_options
from conformance.preflight import examine
from conformance.results import write_results
from conformance.selection import plan, read_corpus
from conformance.side_by_side.items import SideBySide
from conformance.starting import Starting
from conformance.summary import Rules, Summary, summarise
from conformance.target import Targets

PROBLEM_STATUS = 2
"""The exit status for what the user has to put right."""


@dataclass(eq=False)  # pytest puts its plugins into sets.
class Run:
    """A run and what its tests have told so far.

    `starting` has the servers that it starts, `cause` says why it ends early. With the targets of
    `--against` it compares instead of judging.
    """

    options: Options
    targets: Targets
    starting: Starting | None = None
    against: Targets | None = None
    compared: list[SideBySide] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    judged: list[Judged] = field(default_factory=list)
    health: Health = field(default_factory=Health)
    cause: Cause | None = None
    summary: Summary | None = None
    _clock: float = field(default_factory=time.monotonic)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdict that a report carries; workers' reports come here too."""
        verdict = judged(report)
        if verdict is not None:
            self.judged.append(verdict)
        cause = dict(report.user_properties).get(CAUSE)
        if cause is not None and self.cause is None:
            self.cause = Cause(str(cause), excuses=True)  # Of a worker.

    def pytest_runtest_protocol(self) -> bool | None:
        """Run nothing any more once there is a cause to end."""
        return True if self.cause is not None else None

    def start_variants(self, needed: Iterable[tuple[Dialect, str]]) -> None:
        """Start what the selected tests need and does not run yet; raises `Problem`."""
        if self.starting is not None:
            self.targets = self.starting.start_variants(self.targets, needed)

    def conclude(self, corpus: Path) -> Summary:
        """Sum up what was judged against the whole corpus in a folder."""
        requirements = read_corpus(corpus)
        cases = plan(requirements, self.targets, slow=self.options.slow)
        rules = Rules(self.options.strict, self.options.complete, self.options.known_failing)
        cause = self.cause.text if self.cause is not None else ""
        self.summary = summarise(cases, self.judged, rules, cause, requirements)
        return self.summary

    def write(self, summary: Summary) -> None:
        """Write the result file, if one is wanted."""
        if self.options.results is not None:
            write_results(
                self.options.results,
                self.targets,
                summary,
                options=self.options.shown,
                started=self.started,
                seconds=time.monotonic() - self._clock,
            )


RUN = pytest.StashKey[Run]()


def prepare(config: pytest.Config) -> Run:
    """Have targets that answer: those named, or servers that are started for the run."""
    options = read_options(config)
    other = replace(options, release=None, dialects=(), streams={})
    against = examine(other, options.against) if options.against is not None else None
    if options.target is not None:
        return Run(options, examine(options, options.target), against=against)
    starting = Starting(options)
    config.add_cleanup(starting.close)
    run = Run(options, starting.start_main(), starting, against)
    if getattr(config.option, "numprocesses", None):
        # Workers collect, so what they will need is not known here.
        run.start_variants(_all_variants(run, Path(config.getini("conformance_corpus"))))
    return run


def _all_variants(run: Run, corpus: Path) -> Sequence[tuple[Dialect, str]]:
    return [
        (target.dialect, requirement.variant)
        for requirement in read_corpus(corpus)
        for target in run.targets.main
        if target.release in requirement.releases
    ]


def finish(session: pytest.Session, run: Run) -> Problem | None:
    """Conclude a run and set pytest's exit status; gives back what went wrong with that."""
    if run.against is not None:
        return None
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
    if summary.cause:
        return PROBLEM_STATUS
    if status != pytest.ExitCode.OK or summary.is_green:
        return status
    return int(pytest.ExitCode.TESTS_FAILED)
