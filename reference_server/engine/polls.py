"""Channels of shared polls: which keys are tracked, by whom, and the newest version of each (6.9).

A key counts for as long as it is tracked, a channel a while longer. Data is not kept: whoever comes
later learns it from the application, which the real server asks and this one does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from reference_server.engine.streams import Clock, Publication, new_epoch

_SHUTDOWN_SECONDS = 1.0


class _Known(Protocol):
    @property
    def client(self) -> str:
        """The id of the connection that tracks."""


Tracker = TypeVar("Tracker", bound=_Known)


@dataclass(slots=True)
class Polled(Publication):
    """What was published for a key. Its publisher's epoch goes with it."""

    epoch: str = ""


@dataclass(slots=True)
class _Channel(Generic[Tracker]):
    """Only what is tracked has a version."""

    epoch: str
    versions: dict[str, int] = field(default_factory=dict)
    trackers: dict[str, dict[str, Tracker]] = field(default_factory=dict)


class Polls(Generic[Tracker]):
    """The channels of a node."""

    def __init__(self, clock: Clock, epoch_length: int) -> None:
        self._clock = clock
        self._epoch_length = epoch_length
        self._epoch = new_epoch(epoch_length)
        self._channels: dict[str, _Channel[Tracker]] = {}
        self._idle: dict[str, float] = {}

    @property
    def size(self) -> int:
        """How many channels are remembered."""
        return len(self._channels)

    def epoch(self, channel: str, *, is_versioned: bool) -> str:
        """The epoch of the publishers, or where versions are the server's, its own."""
        held = self._held(channel)
        if held is not None:
            return held.epoch
        return "" if is_versioned else self._epoch

    def track(self, channel: str, keys: Iterable[str], who: Tracker, *, is_versioned: bool) -> None:
        """Have a connection told of these keys."""
        held = self._held(channel)
        if held is None:
            epoch = "" if is_versioned else new_epoch(self._epoch_length)
            held = self._channels[channel] = _Channel(epoch)
        self._idle.pop(channel, None)
        for key in keys:
            held.versions.setdefault(key, 0)
            held.trackers.setdefault(key, {})[who.client] = who

    def untrack(
        self, channel: str, keys: Iterable[str], who: Tracker, shutdown_delay: float
    ) -> None:
        """Have a connection told of these keys no longer.

        A channel without keys is remembered for `shutdown_delay` seconds, 0 is the usual delay.
        """
        held = self._channels.get(channel)
        if held is None:
            return
        for key in keys:
            trackers = held.trackers.get(key)
            if trackers is not None and trackers.pop(who.client, None) and not trackers:
                del held.trackers[key], held.versions[key]
        if not held.versions:
            self._idle[channel] = self._clock() + (shutdown_delay or _SHUTDOWN_SECONDS)

    def turn(self, channel: str, epoch: str) -> list[Tracker]:
        """Begin a publisher's epoch. Gives those who have to come back: if it is another one, all.

        Versions begin anew then.
        """
        held = self._held(channel)
        if held is None or held.epoch == epoch:
            return []
        held.epoch = epoch
        held.versions = dict.fromkeys(held.versions, 0)
        everybody = {id_: who for told in held.trackers.values() for id_, who in told.items()}
        return list(everybody.values())

    def publish(self, channel: str, key: str, version: int) -> list[Tracker]:
        """Who is to be told of a version of a key: nobody if it is not newer, or not tracked."""
        held = self._held(channel)
        if held is None or version <= held.versions.get(key, version):
            return []
        held.versions[key] = version
        return list(held.trackers[key].values())

    def sweep(self) -> None:
        """Free idle channels whose time has come."""
        for channel in list(self._idle):
            self._held(channel)

    def _held(self, channel: str) -> _Channel[Tracker] | None:
        end = self._idle.get(channel)
        if end is not None and end <= self._clock():
            del self._idle[channel], self._channels[channel]
        return self._channels.get(channel)
