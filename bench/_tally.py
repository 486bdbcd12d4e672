"""What became of every call, and how long it took; adds up exactly across processes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from bench._latencies import Latencies, coarse, packed, unpacked

_MOST_NAMES = 100
OTHER = "others"


@dataclass
class Second:
    """The calls that ended within one second of Unix time.

    Once it is over its latencies are packed: a run of an hour has 3,600 of these.
    """

    ok: int = 0
    api_errors: int = 0
    transport_errors: int = 0
    _counting: dict[int, int] = field(default_factory=dict)
    _packed: bytes = b""

    @property
    def latencies(self) -> dict[int, int]:
        """Counts of latencies in microseconds, at two digits."""
        latencies = unpacked(self._packed)
        coarse(self._counting, latencies)
        return latencies

    def count(self, raw: Mapping[int, int]) -> None:
        """Count latencies by microsecond."""
        coarse(raw, self._counting)

    def pack(self) -> None:
        """Keep the latencies in little memory; more can be counted still."""
        if self._counting:
            self._packed, self._counting = packed(self.latencies), {}

    def add(self, other: "Second") -> None:
        """Take in what another process counted."""
        self.ok += other.ok
        self.api_errors += other.api_errors
        self.transport_errors += other.transport_errors
        self.count(other.latencies)
        self.pack()


@dataclass
class Tally:
    """Counts of one process, or of several together. Latencies in microseconds.

    sent = ok + errors + cut off, where `cut_off` is what was sent and never answered. `late` is
    what of `ok` came after the run's end, `missed` the starts that were due and never happened,
    `lost` and `refused` the connections that broke and the attempts to connect that failed.
    `service` runs from the real start of a call, `response` from the intended one; a closed loop
    has no intended starts, so its `response` and `delay` stay empty.
    """

    sent: int = 0
    ok: int = 0
    late: int = 0
    missed: int = 0
    first: float = 0.0
    api_errors: Counter[str] = field(default_factory=Counter)
    transport_errors: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    response: Latencies = field(default_factory=Latencies)
    service: Latencies = field(default_factory=Latencies)
    delay: Latencies = field(default_factory=Latencies)
    seconds: dict[int, Second] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """Calls answered with an error of either kind."""
        return self.api_errors.total() + self.transport_errors.total()

    @property
    def cut_off(self) -> int:
        """Calls sent, but not answered by the end of the run."""
        return self.sent - self.ok - self.errors

    def second(self, unix: float) -> Second:
        """The second that a time lies in, which ends the one before it."""
        second = self.seconds.get(int(unix))
        if second is None:
            for before in reversed(self.seconds.values()):
                before.pack()
                break
            second = self.seconds[int(unix)] = Second()
        return second

    def add(self, other: "Tally") -> None:
        """Take in what another process counted."""
        for name in ("sent", "ok", "late", "missed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("api_errors", "transport_errors", "lost", "refused"):
            add_named(getattr(self, name), getattr(other, name))
        for name in ("response", "service", "delay"):
            getattr(self, name).add(getattr(other, name))
        for number, second in other.seconds.items():
            self.seconds.setdefault(number, Second()).add(second)
        if other.first:
            self.first = min(self.first or other.first, other.first)

    def as_message(self) -> dict[str, Any]:
        """The tally as plain values, for a message to the master."""
        message: dict[str, Any] = {}
        for name in (f.name for f in fields(self)):
            value = getattr(self, name)
            if isinstance(value, Counter):
                message[name] = dict(value)
            elif isinstance(value, Latencies):
                message[name] = value.as_message()
            else:
                message[name] = value
        message["seconds"] = [
            [number, s.ok, s.api_errors, s.transport_errors, list(s.latencies.items())]
            for number, s in self.seconds.items()
        ]
        return message

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "Tally":
        """The tally in a message of `as_message`."""
        tally = cls(**{name: message[name] for name in ("sent", "ok", "late", "missed", "first")})
        for name in ("api_errors", "transport_errors", "lost", "refused"):
            setattr(tally, name, Counter(message[name]))
        for name in ("response", "service", "delay"):
            setattr(tally, name, Latencies.from_message(message[name]))
        tally.seconds = {
            number: Second(ok, api, transport, dict(latencies))
            for number, ok, api, transport, latencies in message["seconds"]
        }
        return tally


def add_named(counts: Counter[str], more: Mapping[str, int]) -> None:
    """Add counts by name; a server that makes up ever new names gets them counted together."""
    for name, count in more.items():
        known = name in counts or len(counts) < _MOST_NAMES
        counts[name if known else OTHER] += count
