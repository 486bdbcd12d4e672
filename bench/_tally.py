"""What became of every call, and how long it took; adds up exactly across processes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hdrh.histogram import HdrHistogram

LONGEST_US = 120_000_000
"""Latencies above two minutes count as two minutes."""


def _latencies() -> Any:
    return HdrHistogram(1, LONGEST_US, 3)


def _coarse() -> Any:
    return HdrHistogram(1, LONGEST_US, 2)


@dataclass
class Second:
    """The calls that were answered within one second of Unix time."""

    ok: int = 0
    api_errors: int = 0
    transport_errors: int = 0
    latencies: Any = field(default_factory=_coarse)

    def add(self, other: "Second") -> None:
        """Take in what another process counted."""
        self.ok += other.ok
        self.api_errors += other.api_errors
        self.transport_errors += other.transport_errors
        self.latencies.add(other.latencies)


@dataclass
class Tally:
    """Counts of one process, or of several together. Latencies in microseconds.

    sent = ok + errors + cut off, where `cut_off` is what was sent and never answered.
    """

    sent: int = 0
    ok: int = 0
    api_errors: Counter[str] = field(default_factory=Counter)
    transport_errors: Counter[str] = field(default_factory=Counter)
    response: Any = field(default_factory=_latencies)
    service: Any = field(default_factory=_latencies)
    seconds: dict[int, Second] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """Calls answered with an error of either kind."""
        return self.api_errors.total() + self.transport_errors.total()

    @property
    def cut_off(self) -> int:
        """Calls sent, but not answered by the end of the run."""
        return self.sent - self.ok - self.errors

    def answered(self, now: float, response_us: int, service_us: int) -> Second:
        """Record the latency of an answer; the caller counts its outcome."""
        self.response.record_value(min(max(response_us, 1), LONGEST_US))
        self.service.record_value(min(max(service_us, 1), LONGEST_US))
        second = self.seconds.setdefault(int(now), Second())
        second.latencies.record_value(min(max(response_us, 1), LONGEST_US))
        return second

    def add(self, other: "Tally") -> None:
        """Take in what another process counted."""
        self.sent += other.sent
        self.ok += other.ok
        self.api_errors.update(other.api_errors)
        self.transport_errors.update(other.transport_errors)
        self.response.add(other.response)
        self.service.add(other.service)
        for number, second in other.seconds.items():
            self.seconds.setdefault(number, Second()).add(second)

    def clear(self) -> None:
        """Count from nothing; publishers keep counting into the same object."""
        self.__init__()  # type: ignore[misc]

    def as_message(self) -> dict[str, Any]:
        """The tally as plain values, for a message to the master."""
        return {
            "sent": self.sent,
            "ok": self.ok,
            "api_errors": dict(self.api_errors),
            "transport_errors": dict(self.transport_errors),
            "response": _encoded(self.response),
            "service": _encoded(self.service),
            "seconds": [
                [number, s.ok, s.api_errors, s.transport_errors, _encoded(s.latencies)]
                for number, s in self.seconds.items()
            ],
        }

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "Tally":
        """The tally in a message of `as_message`."""
        return cls(
            sent=message["sent"],
            ok=message["ok"],
            api_errors=Counter(message["api_errors"]),
            transport_errors=Counter(message["transport_errors"]),
            response=_decoded(message["response"]),
            service=_decoded(message["service"]),
            seconds={
                number: Second(ok, api, transport, _decoded(latencies))
                for number, ok, api, transport, latencies in message["seconds"]
            },
        )


def _encoded(histogram: Any) -> str:
    return str(histogram.encode().decode("ascii"))


def _decoded(text: str) -> Any:
    return HdrHistogram.decode(text)
