"""The counters behind Info's metrics: what was called and sent in the last whole interval.

Only what a node of any make has: the runtime's own (`go.*`, `process.*`) and durations are left
out. Names and the zeros before the first interval are as real servers tell them.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from centrifugo_grpc.releases import NODE_GAUGES, Release
from reference_server.engine.streams import Clock

_CALLS = "centrifugo.api.command_duration_seconds.count.method.{}.protocol.grpc"
_SENT = "centrifugo.node.messages_sent_count.type."


class Counters:
    """Counts of one node. `interval` in seconds; 0 switches the metrics off."""

    def __init__(self, clock: Clock, interval: float, release: Release) -> None:
        self.interval = interval
        self._clock = clock
        self._gauges = NODE_GAUGES[release]
        self._running: Counter[str] = Counter()
        self._told = dict.fromkeys(
            (*self._gauges, *(f"{_SENT}{kind}" for kind in ("publication", "join", "leave"))), 0.0
        )
        self._until = clock() + interval

    def counting(self, method: str) -> Callable[[], None]:
        """What counts a call of an API method, by its name in the metrics."""
        return self._adder(_CALLS.format(method))

    def sending(self, kind: str) -> Callable[[], None]:
        """What counts a publication, join or leave that is sent."""
        return self._adder(f"{_SENT}{kind}")

    def items(self, numbers: Mapping[str, float]) -> Mapping[str, float]:
        """The metrics as they were at the end of the last interval; `numbers` are those of now."""
        if self._clock() >= self._until:
            self._until = self._clock() + self.interval
            gauges = {name: float(numbers[key]) for name, key in self._gauges.items()}
            counted = {name: float(count) for name, count in self._running.items()}
            # What was ever counted stays, at zero.
            self._told = dict.fromkeys(self._told, 0.0) | gauges | counted
            self._running.clear()
        return self._told

    def _adder(self, name: str) -> Callable[[], None]:
        running = self._running

        def add() -> None:
            running[name] += 1

        return add
