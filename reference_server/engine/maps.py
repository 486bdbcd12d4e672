"""Map channels (6.9): keyed state, and a stream of its changes.

What facts v3-v6.md 5 Map does not tell is from the memory map broker of the centrifuge commit that
6.9.1 builds with (map_broker_memory.go, map_broker.go).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from reference_server.engine.deadlines import Deadlines
from reference_server.engine.map_state import Entry, MapState
from reference_server.engine.replay import Replay
from reference_server.engine.streams import (
    NO_VERSION,
    Clock,
    Position,
    UnrecoverablePositionError,
    Version,
    new_epoch,
    next_offset,
)
from reference_server.settings import MapOptions


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a change: the position after it, and why it was suppressed, if it was."""

    position: Position
    suppressed: str = ""


class MisusedMapError(Exception):
    """The channel has no options by which a map could work."""


class StreamlessVersionError(MisusedMapError):
    """A version was given in a map without a stream."""


def _require_sound(options: MapOptions) -> None:
    if not options.is_sound:
        raise MisusedMapError


class Maps:
    """All maps of a node. `clock` measures lifetimes, `now` tells Unix time; both in seconds.

    `answer_ttl` is how many seconds the answers to idempotency keys are remembered. `tell` is
    told each change with its channel: keys that are set, removed or have expired; and what a new
    value may be told as a difference to.
    """

    def __init__(
        self,
        clock: Clock,
        now: Clock,
        epoch_length: int,
        answer_ttl: float,
        tell: Callable[[str, Entry, Position, Entry | None], None] = lambda *_told: None,
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._now = now
        self._epoch_length = epoch_length
        self._maps: dict[str, MapState] = {}
        self._answers: Replay[tuple[str, str], Position] = Replay(clock, answer_ttl)
        self._deadlines = Deadlines()

    def __len__(self) -> int:
        return len(self._maps)

    def publish(
        self,
        channel: str,
        entry: Entry,
        options: MapOptions,
        *,
        key_mode: str = "",
        version: Version = NO_VERSION,
        idempotency_key: str = "",
        delta: bool = False,
        keeps_alive: bool = False,
    ) -> Change:
        """Set a key. `key_mode` is blank, `if_new` or `if_exists`.

        `keeps_alive`: a key that is there already lives on, though it is not set again.
        """
        _require_sound(options)
        if version.number and not options.has_stream:
            raise StreamlessVersionError
        answered = self._answered(channel, idempotency_key)
        if answered is not None:
            return answered
        held = self._opened(channel, options)
        reason = held.reason_against(entry.key, key_mode, version)
        if reason:
            if keeps_alive and reason == "key_exists":
                held.prolong_key(entry.key, self._clock())
                held.prolong(self._clock(), is_changed=False)
                self._deadlines.put(channel, held.deadline)
            return Change(held.position, reason)
        now = self._clock()
        held.put(replace(entry, time=int(self._now() * 1000)), version, now, delta=delta)
        return self._changed(channel, held, idempotency_key)

    def remove(
        self, channel: str, key: str, options: MapOptions, *, idempotency_key: str = ""
    ) -> Change:
        """Drop a key, and say so in the stream. A map that never was stays without an epoch."""
        _require_sound(options)
        answered = self._answered(channel, idempotency_key)
        if answered is not None:
            return answered
        if self._held(channel) is None:
            return Change(Position(0, ""), "key_not_found")
        held = self._opened(channel, options)
        if key not in held.entries:
            return Change(held.position, "key_not_found")
        held.drop(key, self._now())
        return self._changed(channel, held, idempotency_key)

    def state(
        self,
        channel: str,
        options: MapOptions,
        *,
        limit: int,
        cursor: str,
        key: str,
        revision: Position | None,
    ) -> tuple[list[Entry], Position, str]:
        """Entries by key, the position, and the cursor to go on from (blank at the end).

        A revision of another epoch is unrecoverable; of a map that never was, only one that
        names an epoch.
        """
        _require_sound(options)
        is_new = self._held(channel) is None
        held = self._read(channel, options)
        if revision is not None and revision.epoch != held.epoch and (revision.epoch or not is_new):
            raise UnrecoverablePositionError
        if key:
            return [held.entries[key]] if key in held.entries else [], held.position, ""
        if limit == 0:
            return [], held.position, ""
        entries, more = held.page(cursor, limit)
        return entries, held.position, more

    def stream(
        self,
        channel: str,
        options: MapOptions,
        *,
        since: Position | None,
        limit: int,
        reverse: bool,
    ) -> tuple[list[Entry], Position]:
        """Changes after (reverse: before) a position, and the position of the map.

        Another epoch is unrecoverable, and so is a position whose next change was trimmed. A map
        that never was has no changes since anywhere.
        """
        is_new = self._held(channel) is None
        held = self._read(channel, options)
        if since is None:
            changes = held.before(held.top + 1) if reverse else held.after(0)
        elif is_new:
            changes = []
        elif since.epoch and since.epoch != held.epoch:
            raise UnrecoverablePositionError
        else:
            changes = (held.before if reverse else held.after)(since.offset)
        found = list(islice(changes, limit if limit >= 0 else None))
        is_after = since is not None and since.offset > 0 and not reverse
        if found and since and is_after and found[0].offset > next_offset(since.offset):
            raise UnrecoverablePositionError
        return found, held.position

    def count(self, channel: str) -> int:
        """How many keys a map holds."""
        held = self._held(channel)
        return len(held.entries) if held else 0

    def clear(self, channel: str) -> None:
        """Drop a map with its stream; the next change starts at offset 1."""
        self._maps.pop(channel, None)
        self._answers.discard(lambda key: key[0] == channel)

    def sweep(self) -> None:
        """Free what has expired. A key that expires is a change like one that is removed."""
        self._answers.sweep()
        for channel in self._deadlines.due(self._clock()):
            held = self._held(channel)
            if held is not None:
                self._deadlines.put(channel, held.deadline)

    def _answered(self, channel: str, idempotency_key: str) -> Change | None:
        position = self._answers.get((channel, idempotency_key)) if idempotency_key else None
        return None if position is None else Change(position, "idempotency")

    def _held(self, channel: str) -> MapState | None:
        """A map without what has expired; None if there is none."""
        held, now = self._maps.get(channel), self._clock()
        if held is not None and held.forgotten <= now:
            del self._maps[channel]
            return None
        if held is not None and held.deadline <= now:
            held.expire(now, self._now())
        return held

    def _opened(self, channel: str, options: MapOptions) -> MapState:
        held = self._held(channel)
        if held is None:
            tell = partial(self._tell, channel)
            held = self._maps[channel] = MapState(new_epoch(self._epoch_length), options, tell)
        held.options = options
        return held

    def _read(self, channel: str, options: MapOptions) -> MapState:
        held = self._opened(channel, options)
        held.prolong(self._clock(), is_changed=False)
        self._deadlines.put(channel, held.deadline)
        return held

    def _changed(self, channel: str, held: MapState, idempotency_key: str) -> Change:
        held.prolong(self._clock(), is_changed=True)
        self._deadlines.put(channel, held.deadline)
        if idempotency_key:
            self._answers.put((channel, idempotency_key), held.position)
        return Change(held.position)
