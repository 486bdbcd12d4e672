"""One process of a run: its sessions, its phases, and what it tells the master."""

import logging
import random
from collections import Counter
from typing import Any

import gevent

from bench._generator import Generator
from bench._latencies import Latencies
from bench._locust_stats import feeder
from bench._options import LoadOptions, read_options
from bench._pace import ClosedLoop, OpenLoop, Pace
from bench._recorder import MEASURED, WARMUP, Recorder, clock
from bench._scenarios import SCENARIOS, Scenario
from bench._session import Session
from bench._tally import Tally
from centrifugo_grpc.discovery import Found, discover
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect, Release
from centrifugo_grpc.result_files import require_writable

_LOGGER = logging.getLogger("centrifugo")
_FOLD = 0.1
_DRAIN = 1.0
_ALL_DONE = 10.0
_FOUND = "centrifugo_found"


class Run:
    """What this process knows of the run. Nothing in it connects before it is asked to."""

    def __init__(self) -> None:
        self.options: LoadOptions | None = None
        self.found: Found | None = None
        self.problem = ""
        self.is_over = False
        self.sessions: set[Session] = set()
        self._recorder: Recorder | None = None
        self._generator = Generator()
        self._greenlets: list[Any] = []
        self._workloads: list[Any] = []
        self._users = 0
        self._drain = _DRAIN
        self._paces: list[OpenLoop] = []
        self._rate = 0.0

    def prepare(self, environment: Any, *, is_worker: bool = False) -> None:
        """Read the options and find the dialect, which a master tells; raises `Problem`."""
        options = read_options(environment.parsed_options, environment.host)
        if self.found is not None and self.options == options:
            return
        self.options, self.found, self.problem = options, None, ""
        told = getattr(environment.parsed_options, _FOUND, None) if is_worker else None
        try:
            if told is None and options.results is not None:
                require_writable(options.results)
            found = _chosen(options) if told is None else _as_told(told)
            if told is None:
                self.scenario.check(options, found)
        except Problem as problem:
            self.problem = str(problem)
            raise
        self.found = found
        # The master's options reach the workers, which then need not ask the server again.
        setattr(environment.parsed_options, _FOUND, _told(found))

    @property
    def scenario(self) -> Scenario:
        """What the run does."""
        assert self.options is not None, "prepare comes first"
        return SCENARIOS[self.options.scenario]

    @property
    def seconds(self) -> float | None:
        """How long it takes by itself; None if it goes on until it is stopped."""
        assert self.options is not None
        steps = len(self.scenario.steps)
        return self.options.warmup + steps * self.options.step_seconds if steps else None

    def start(self, environment: Any) -> None:
        """Begin to count anew."""
        options = self.options
        assert options is not None
        self.is_over, self._users, self._workloads, self._paces = False, 0, [], []
        # Whoever leads a run through its rates tells each of them.
        self._rate = 0.0 if self.scenario.is_paced else options.rate or 0.0
        self._drain = max(_DRAIN, environment.stop_timeout or 0.0)
        size = options.payload_bytes * options.publications_per_call
        self._recorder = Recorder(feeder(environment.stats, self.scenario.rpc, size))
        first = WARMUP if options.warmup else (*self.scenario.steps, MEASURED)[0]
        self._recorder.begin(first, is_paced=self.is_paced)
        self._generator.start()
        self._greenlets = [gevent.spawn(self._fold), gevent.spawn(self._go_through_phases)]

    @property
    def is_paced(self) -> bool:
        """Whether calls start at times of their own."""
        assert self.options is not None
        return self.scenario.is_paced or self.options.rate is not None

    def set_rate(self, label: str, rate: float) -> None:
        """Count anew under `label`, with another rate a user."""
        if self._recorder is None or self.is_over:
            return
        now = clock()
        self._rate = rate
        for pace in self._paces:
            pace.change(rate, now)
        self._recorder.enter(label, now)
        for session in self.sessions:
            session.wake()

    def work(self, is_stopping: Any) -> None:
        """What a user does, until the run is over, `is_stopping`, or it is killed."""
        if self.found is None or self._recorder is None or self.is_over:
            return
        self._users += 1
        session, pace = self._session(self._recorder, self.found)
        self.sessions.add(session)
        try:
            session.run(is_stopping, self._drain)
        except Problem as problem:
            self.problem = str(problem)
            _LOGGER.error("%s", problem)
        else:
            if isinstance(pace, OpenLoop):
                pace.end(session.stopped_at)
        finally:
            self.sessions.discard(session)

    def end(self) -> None:
        """Send nothing more, and wait for the answers that are still to come."""
        if self.is_over or self._recorder is None:
            return
        self.is_over = self._recorder.is_over = True
        for session in self.sessions:
            session.stop()
        self._generator.end()
        with gevent.Timeout(self._drain + _ALL_DONE, False):  # noqa: FBT003
            while self.sessions:
                gevent.sleep(0.01)
        gevent.killall(self._greenlets)
        self._recorder.fold()

    def report(self) -> dict[str, Any]:
        """What was counted since the last report; and of the process as a whole, so far."""
        taken = self._recorder.take() if self._recorder is not None else {}
        return {
            "generator": self._generator.report(),
            "problem": self.problem,
            "found": self._found_so_far(),
            "latencies": self._latencies_so_far(),
            "phases": {label: tally.as_message() for label, tally in taken.items()},
        }

    def _found_so_far(self) -> dict[str, int]:
        """What the scenario counted by itself since the last report."""
        found: Counter[str] = Counter()
        for workload in self._workloads:
            found.update(workload.found)
            workload.found.clear()
        return dict(found)

    def _latencies_so_far(self) -> list[Any]:
        latencies = Latencies()
        for workload in self._workloads:
            latencies.add(workload.latencies)
            workload.latencies.clear()
        return latencies.as_message()

    def _session(self, recorder: Recorder, found: Found) -> tuple[Session, Pace]:
        options = self.options
        assert options is not None
        workload = self.scenario.workload(options, found)
        self._workloads.append(workload)
        if self.scenario.steps:
            workload.step = recorder.phase.label
        pace: Pace = ClosedLoop()
        if self.is_paced:
            draw = random.Random(f"{options.seed} {self._users}")
            pace = OpenLoop(
                self._rate,
                clock(),
                patience=options.endpoint.deadline,
                missed=recorder.missed,
                poisson=draw if options.arrivals == "poisson" else None,
            )
            self._paces.append(pace)
        session = Session(options.endpoint, workload, pace, recorder, in_flight=options.in_flight)
        return session, pace

    def _fold(self) -> None:
        while True:
            gevent.sleep(_FOLD)
            assert self._recorder is not None
            self._recorder.fold()

    def _go_through_phases(self) -> None:
        """End the warm-up, then go from step to step."""
        options, recorder = self.options, self._recorder
        assert options is not None
        assert recorder is not None
        if self.scenario.is_paced:
            return  # Whoever leads the run says when.
        steps = self.scenario.steps or (MEASURED,)
        if options.warmup:
            gevent.sleep(options.warmup)
            self._generator.mark()
            recorder.enter(steps[0], clock())
        for step in steps[1:]:
            gevent.sleep(options.step_seconds)
            for workload in self._workloads:
                workload.step = step
            recorder.enter(step, clock())


class Total:
    """What all processes of a run counted together."""

    def __init__(self) -> None:
        self.phases: dict[str, Tally] = {}
        self.generators: dict[str, dict[str, Any]] = {}
        self.problems: dict[str, str] = {}
        self.found: Counter[str] = Counter()
        self.latencies = Latencies()

    def add(self, process: str, report: dict[str, Any]) -> None:
        """Take in a report of `Run.report`."""
        for label, message in report["phases"].items():
            self.phases.setdefault(label, Tally()).add(Tally.from_message(message))
        self.generators[process] = report["generator"]
        self.found.update(report["found"])
        self.latencies.add(Latencies.from_message(report["latencies"]))
        if report["problem"]:
            self.problems[process] = report["problem"]

    @property
    def measured(self) -> Tally:
        """Everything but the warm-up."""
        tally = Tally()
        for label, phase in self.phases.items():
            if label != WARMUP:
                tally.add(phase)
        return tally


def _told(found: Found) -> list[Any]:
    """What was found, as plain values."""
    return [found.dialect.value, found.release.value, found.told, found.version]


def _as_told(values: list[Any]) -> Found:
    dialect, release, told, version = values
    return Found(Dialect(dialect), Release(release), told=told, version=version)


def _chosen(options: LoadOptions) -> Found:
    served = discover(options.endpoint)
    wanted = [found for found in served if options.dialect in (None, found.dialect)]
    if not wanted:
        raise Problem(f"{options.endpoint.address} does not speak {options.dialect}")
    return wanted[-1]
