"""Ends a run: adds up, writes the result file, says what came out, sets the exit code."""

import time
from collections import Counter
from typing import Any

from bench._climb import Climb
from bench._options import LoadOptions
from bench._run import Run, Total
from bench._server_cpu import Spent, Watch
from bench._summary import document, latency, throughput
from bench._tally import Tally
from bench._told import told
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.result_files import write

FAILED, BAD_INPUT = 1, 2
FAULTS = ("lost", "doubled", "altered", "out_of_order", "offset_gaps", "unread", "disconnected")
"""What *account* and *delivery* may find, and nobody may do."""


class Result:
    """The run as the process sees it that adds up: the only one, or the master."""

    def __init__(self, run: Run) -> None:
        self.total = Total()
        self._run = run
        self._watch: Watch | None = None
        self._spent: Spent | None = None
        self._started = 0.0
        self._stopped = 0.0
        self._users = 0
        self.climb: Climb | None = None
        self.lost_workers = 0

    def start(self) -> None:
        """A run begins."""
        self.total, self.climb, self.lost_workers = Total(), None, 0
        self._started, self._stopped, self._spent = time.time(), 0.0, None
        assert self._run.options is not None
        self._watch = Watch(self._run.options.endpoint.address)

    def warmed_up(self) -> None:
        """What the server and the machine spent until now does not count."""
        if self._watch is not None:
            self._watch.mark()

    def stop(self, users: int) -> None:
        """Nothing more is sent from here on."""
        self._stopped, self._users = time.time(), users
        self._spent = self._watch.spent() if self._watch is not None else None

    def _exit_code(self, options: LoadOptions, problem: str) -> int:
        if self.lost_workers and not problem:
            return FAILED
        if self.climb is not None and not problem:
            return FAILED if self.climb.best is None else 0
        return exit_code(options, self.total.measured, self.total.found, problem)

    def finish(self, environment: Any, problem: str = "") -> None:
        """Write and tell the result."""
        options = self._run.options
        if options is None:
            return
        now = time.time()
        if self.lost_workers:
            self.total.problems["workers"] = (
                f"{self.lost_workers} of the workers went missing: what they did after they last"
                " reported is not counted"
            )
        result = document(
            options,
            self._run.found,
            self.total,
            users=self._users,
            started=self._started or now,
            stopped=self._stopped or now,
            spent=self._spent,
            is_local=self._watch.is_local if self._watch is not None else False,
            problem=problem,
        )
        if self.climb is not None:
            add_capacity(result, options, self.climb)
        if not problem:
            print(told(result), flush=True)
        environment.process_exit_code = self._exit_code(options, problem)
        if options.results is not None:
            try:
                write(options.results, result)
            except Problem as unwritten:
                if str(unwritten) != problem:
                    print(unwritten, flush=True)
                environment.process_exit_code = BAD_INPUT


def add_capacity(result: dict[str, Any], options: LoadOptions, climb: Climb) -> None:
    """Say what the search found; throughput and latencies are those of the best rate."""
    result["capacity"] = climb.document(options.p99_below)
    best = climb.best
    if best is not None:
        result["throughput"] = throughput(options, best.tally, best.seconds)
        result["latency"] = latency(best.tally)
        result["limit"]["evidence"].append(f"the next rate up: {climb.why_no_more}")


def exit_code(options: LoadOptions, tally: Tally, found: Counter[str], problem: str) -> int:
    """0 if enough of the calls went well."""
    if problem:
        return BAD_INPUT
    if any(found[name] for name in FAULTS):
        return FAILED
    ended = tally.ok + tally.errors
    is_bad = not tally.ok or tally.errors / ended > options.fail_above
    return FAILED if is_bad else 0
