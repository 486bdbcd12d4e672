"""The counters behind Info's metrics: what was called and sent in the last whole interval.

Names, and the zeros before the first interval, are as real servers tell them; of the clients' and
transports' metrics those that need something to happen first are left out.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from time import perf_counter

from centrifugo_grpc.releases import NODE_GAUGES, Release
from centrifugo_grpc.releases.metrics import (
    API_ERROR_METRICS,
    METRICS_FROM_START,
    POLLING_METRICS,
    RUNTIME_METRICS,
    SURVEY_METRICS,
)
from reference_server.engine.streams import Clock
from reference_server.process_metrics import measured

_NAMESPACE = "centrifugo."
_CALLS = "api.command_duration_seconds.{}.method.%s.protocol.grpc"
_SURVEYS = "node.survey_duration_seconds.{}.op.channels"
_QUANTILES = {"quantile.50": 0.5, "quantile.99": 0.99, "quantile.999": 0.999}
_POLLS = "proxy.{}.name.default.protocol.http.type.shared_poll_refresh"
_SAMPLES = 500
_MESSAGES = ("sent", "received")

now = perf_counter
"""What `Counters.timing` is told the difference of."""


class Counters:
    """Counts of one node. `interval` in seconds; 0 switches the metrics off."""

    def __init__(
        self, clock: Clock, interval: float, release: Release, *, polls: bool = False
    ) -> None:
        self.interval = interval
        self._clock = clock
        self._release = release
        self._gauges = NODE_GAUGES[release]
        self._running: Counter[str] = Counter()
        self._samples: dict[str, deque[float]] = {}
        names = METRICS_FROM_START[release] | self._gauges.keys()
        if polls and POLLING_METRICS[release]:
            kinds = ("duration_seconds.count", "duration_seconds.sum", "errors")
            names |= {_NAMESPACE + _POLLS.format(kind) for kind in kinds}
        self._told = dict.fromkeys(names, 0.0)
        self._runtime = measured(RUNTIME_METRICS[release])
        self._until = clock() + interval

    def timing(self, method: str) -> Callable[[float], None]:
        """What counts a call of an API method, and the seconds it took."""
        add = self._timer(_CALLS % method)
        if method != "channels" or not SURVEY_METRICS[self._release]:
            return add
        surveyed = self._timer(_SURVEYS)

        def add_both(seconds: float) -> None:
            add(seconds)
            surveyed(seconds)

        return add_both

    def count_error(self, method: str, code: int) -> None:
        """An API method is answered with an error."""
        if API_ERROR_METRICS[self._release]:
            name = f"api.command_errors_total.error.{code}.method.{method}.protocol.grpc"
            self._running[_NAMESPACE + name] += 1

    def sending(self, kind: str) -> Callable[[], None]:
        """What counts a publication, join or leave that is sent: the node itself receives it."""
        running = self._running
        names = [f"{_NAMESPACE}node.messages_{way}_count.type.{kind}" for way in _MESSAGES]

        def add() -> None:
            for name in names:
                running[name] += 1

        return add

    def told(self) -> Mapping[str, float]:
        """The metrics as they were at the end of the last interval."""
        return self._told | self._runtime

    def tick(self, numbers: Mapping[str, float], version: str) -> None:
        """End the interval if it is over; `numbers` are those of now. To be called often."""
        late = self._clock() - self._until
        if late < 0:
            return
        gauges = {name: float(numbers[key]) for name, key in self._gauges.items()}
        gauges[f"{_NAMESPACE}node.build.version.{version}"] = 1.0
        counted = {name: float(count) for name, count in self._running.items()}
        # What was ever counted stays, at zero.
        self._told = dict.fromkeys(self._told, 0.0) | gauges | counted | self._quantiles()
        self._runtime = measured(RUNTIME_METRICS[self._release])
        self._running.clear()
        self._until += self.interval * (late // self.interval + 1)

    def _timer(self, pattern: str) -> Callable[[float], None]:
        running, samples = self._running, deque[float](maxlen=_SAMPLES)
        counted, summed = (_NAMESPACE + pattern.format(kind) for kind in ("count", "sum"))
        kept = self._samples

        def add(seconds: float) -> None:
            running[counted] += 1
            running[summed] += seconds  # type: ignore[assignment]
            if not samples:
                kept[pattern] = samples
            samples.append(seconds)

        return add

    def _quantiles(self) -> dict[str, float]:
        """Of the last calls of each kind, be they of the last interval or older."""
        found = {}
        for pattern, samples in self._samples.items():
            in_order = sorted(samples)
            for kind, part in _QUANTILES.items():
                at = min(int(part * len(in_order)), len(in_order) - 1)
                found[_NAMESPACE + pattern.format(kind)] = in_order[at]
        return found
