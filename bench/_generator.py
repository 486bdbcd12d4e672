"""What one process of the generator spends: CPU, memory, and how late its loop runs."""

import os
import time
from typing import Any

import gevent
import psutil

from bench._latencies import Latencies
from bench._recorder import clock

_PROBE = 0.02


class Generator:
    """Watches this process; `lag` is how much later than asked a timer of the loop rings."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._began = (0.0, 0.0)
        self._lag: dict[int, int] = {}
        self._greenlet: Any = None
        self._ended: tuple[float, float] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self.mark()
        if self._greenlet is None:
            self._greenlet = gevent.spawn(self._probe)

    def mark(self) -> None:
        """What was spent until now does not count: the warm-up is over."""
        self._began, self._ended = (time.process_time(), time.monotonic()), None
        self._lag = {}

    def end(self) -> None:
        """What is spent from now on does not count."""
        self._ended = (time.process_time(), time.monotonic())

    def report(self) -> dict[str, Any]:
        """Plain values: CPU and wall seconds since the mark, the lag, bytes of memory."""
        cpu, wall = self._ended or (time.process_time(), time.monotonic())
        lag = Latencies()
        lag.take(self._lag)
        return {
            "pid": os.getpid(),
            "cpu": cpu - self._began[0],
            "wall": wall - self._began[1],
            "memory": self._process.memory_info().rss,
            "lag": lag.as_message(),
        }

    def _probe(self) -> None:
        while True:
            before = clock()
            gevent.sleep(_PROBE)
            late = max(0, clock() - before - int(_PROBE * 1e6))
            # In tenths of a millisecond, which keeps the counts few.
            late -= late % 100
            self._lag[late] = self._lag.get(late, 0) + 1
