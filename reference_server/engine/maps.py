"""Map channels (6.9): keyed state, and a stream of its changes."""

from bisect import bisect_right
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from reference_server.engine.streams import (
    NO_VERSION,
    Clock,
    Position,
    UnrecoverablePositionError,
    Version,
    new_epoch,
)
from reference_server.settings import MapOptions


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's value, or its removal. `time` in milliseconds."""

    key: str
    data: bytes = b""
    tags: Mapping[str, str] = field(default_factory=dict)
    offset: int = 0
    score: int = 0
    removed: bool = False
    time: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a change: the position after it, and why it was suppressed, if it was."""

    position: Position
    suppressed: str = ""


@dataclass(slots=True)
class _Map:
    epoch: str
    entries: dict[str, Entry] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    expires: dict[str, float] = field(default_factory=dict)
    changes: deque[Entry] = field(default_factory=deque)
    top: int = 0

    @property
    def position(self) -> Position:
        return Position(self.top, self.epoch)


class Maps:
    """All maps of a node. `clock` measures lifetimes, `now` tells Unix time; both in seconds."""

    def __init__(self, clock: Clock, now: Clock, epoch_length: int) -> None:
        self._clock = clock
        self._now = now
        self._epoch_length = epoch_length
        self._maps: dict[str, _Map] = {}

    def publish(
        self,
        channel: str,
        entry: Entry,
        options: MapOptions,
        *,
        key_mode: str = "",
        version: Version = NO_VERSION,
    ) -> Change:
        """Set a key. `key_mode` is blank, `if_new` or `if_exists`."""
        held = self._map(channel)
        exists = entry.key in held.entries
        if key_mode == "if_new" and exists:
            return Change(held.position, "key_exists")
        if key_mode == "if_exists" and not exists:
            return Change(held.position, "key_not_found")
        if not version.supersedes(held.versions.get(entry.key, NO_VERSION)):
            return Change(held.position, "version")
        held.versions[entry.key] = version
        stored = self._record(held, entry, options)
        held.entries[entry.key] = stored
        if options.key_ttl:
            held.expires[entry.key] = self._clock() + options.key_ttl
        return Change(held.position)

    def remove(self, channel: str, key: str, options: MapOptions) -> Change:
        """Drop a key, and say so in the stream. A map that never was stays without an epoch."""
        if channel not in self._maps:
            return Change(Position(0, ""), "key_not_found")
        held = self._map(channel)
        if key not in held.entries:
            return Change(held.position, "key_not_found")
        self._record(held, Entry(key, tags=held.entries[key].tags, removed=True), options)
        _drop(held, key)
        return Change(held.position)

    def state(
        self, channel: str, *, limit: int, cursor: str, key: str, revision: Position | None
    ) -> tuple[list[Entry], Position, str]:
        """Entries by key, the position, and the cursor to go on from (blank at the end)."""
        held = self._map(channel)
        if revision is not None and revision.epoch != held.epoch:
            raise UnrecoverablePositionError
        if limit == 0:
            return [], held.position, ""
        if key:
            return [held.entries[key]] if key in held.entries else [], held.position, ""
        keys = sorted(held.entries)
        rest = keys[bisect_right(keys, cursor) :] if cursor else keys
        page = rest if limit < 0 else rest[:limit]
        more = page[-1] if len(page) < len(rest) else ""
        return [held.entries[name] for name in page], held.position, more

    def stream(
        self, channel: str, *, since: Position | None, limit: int, reverse: bool
    ) -> tuple[list[Entry], Position]:
        """Changes after (reverse: before) a position; one that was trimmed is unrecoverable."""
        held = self._map(channel)
        if since is not None:
            oldest = held.changes[0].offset if held.changes else held.top + 1
            trimmed = not reverse and since.offset + 1 < oldest
            if (since.epoch and since.epoch != held.epoch) or trimmed:
                raise UnrecoverablePositionError
        if limit == 0:
            return [], held.position
        changes = [change for change in held.changes if _is_after(change, since, reverse=reverse)]
        if reverse:
            changes.reverse()
        return list(islice(changes, limit if limit > 0 else None)), held.position

    def count(self, channel: str) -> int:
        """How many keys a map holds."""
        return len(self._map(channel).entries)

    def clear(self, channel: str) -> None:
        """Drop a map with its stream; the next change starts at offset 1."""
        self._maps.pop(channel, None)

    def _map(self, channel: str) -> _Map:
        held = self._maps.get(channel)
        if held is None:
            held = self._maps[channel] = _Map(new_epoch(self._epoch_length))
        now = self._clock()
        for key in [key for key, deadline in held.expires.items() if deadline <= now]:
            _drop(held, key)
        return held

    def _record(self, held: _Map, entry: Entry, options: MapOptions) -> Entry:
        stored = replace(entry, time=int(self._now() * 1000))
        if options.mode == "ephemeral":
            return stored
        held.top += 1
        stored = replace(stored, offset=held.top)
        held.changes.append(stored)
        while len(held.changes) > options.stream_size:
            held.changes.popleft()
        return stored


def _drop(held: _Map, key: str) -> None:
    held.entries.pop(key, None)
    held.versions.pop(key, None)
    held.expires.pop(key, None)


def _is_after(change: Entry, since: Position | None, *, reverse: bool) -> bool:
    if since is None:
        return True
    return change.offset < since.offset if reverse else change.offset > since.offset
