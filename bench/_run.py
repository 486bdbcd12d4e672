"""One process of a run: its tally, and how workers and master put theirs together."""

import os
import time
from typing import Any

from bench._options import LoadOptions, read_options
from bench._summary import document, told
from bench._tally import Tally
from centrifugo_grpc.discovery import Found, discover
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.result_files import write


class Run:
    """What this process knows of the run. Nothing in it connects before it is asked to."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.cpu: dict[str, float] = {}
        self.options: LoadOptions | None = None
        self._found: Found | None = None
        self._started: float | None = None
        self._stopped: float | None = None
        self._cpu_before = time.process_time()
        self._total = Tally()

    def prepare(self, environment: Any) -> None:
        """Read the options and find the dialect; raises `Problem`."""
        options = read_options(environment.parsed_options, environment.host)
        if self._found is None or self.options != options:
            self.options, self._found = options, _chosen(options)

    @property
    def found(self) -> Found:
        """The dialect to speak."""
        assert self._found is not None, "prepare comes first"
        return self._found

    def start(self) -> None:
        """Begin to count anew."""
        self.tally.clear()
        self._total, self.cpu = Tally(), {}
        self._started, self._stopped = time.time(), None
        self._cpu_before = time.process_time()

    def stop(self) -> None:
        """Nothing more is sent from here on."""
        self._stopped = time.time()

    def take_report(self) -> dict[str, Any]:
        """What was counted since the last report, and the CPU seconds so far."""
        message = self.tally.as_message()
        self.tally.clear()
        cpu = time.process_time() - self._cpu_before
        return {"process": str(os.getpid()), "cpu": cpu, "tally": message}

    def add_report(self, report: dict[str, Any]) -> None:
        """Take in a worker's report."""
        self._total.add(Tally.from_message(report["tally"]))
        self.cpu[report["process"]] = report["cpu"]

    def finish(self, environment: Any, users: int) -> None:
        """Write the result, tell it, and set the exit code."""
        if self.options is None or self._started is None:
            return
        seconds = (self._stopped or time.time()) - self._started
        result = document(
            self.options,
            self._found,
            self._total,
            users=users,
            started=self._started,
            seconds=seconds,
            cpu=self.cpu,
        )
        print(told(result))
        environment.process_exit_code = _exit_code(self.options, self._total)
        if self.options.results is not None:
            try:
                write(self.options.results, result)
            except Problem as problem:
                print(problem)
                environment.process_exit_code = 2


def _chosen(options: LoadOptions) -> Found:
    served = discover(options.endpoint)
    wanted = [found for found in served if options.dialect in (None, found.dialect)]
    if not wanted:
        raise Problem(f"{options.endpoint.address} does not speak {options.dialect}")
    return wanted[-1]


def _exit_code(options: LoadOptions, tally: Tally) -> int:
    answered = tally.ok + tally.errors
    is_bad = not tally.ok or tally.errors / answered > options.fail_above
    return 1 if is_bad else 0
