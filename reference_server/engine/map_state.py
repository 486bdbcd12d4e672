"""One map channel: its keys, the stream of its changes, and what of it expires when."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from reference_server.engine.streams import (
    NO_VERSION,
    ClientInfo,
    Position,
    Version,
    next_offset,
)
from reference_server.settings import MapOptions


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's value, or its removal. `time` in milliseconds, `info` is the client that set it."""

    key: str
    data: bytes = b""
    tags: Mapping[str, str] = field(default_factory=dict)
    offset: int = 0
    score: int = 0
    removed: bool = False
    time: int = 0
    info: ClientInfo | None = None


@dataclass(slots=True)
class MapState:
    """Deadlines are in the clock's seconds, `inf` is never.

    `tell` is told each change, the position after it, and what a key's new value may be told as a
    difference to.
    """

    epoch: str
    options: MapOptions
    tell: Callable[[Entry, Position, Entry | None], None]
    entries: dict[str, Entry] = field(default_factory=dict)
    changes: deque[Entry] = field(default_factory=deque)
    changes_expire: float = inf
    forgotten: float = inf
    top: int = 0
    _versions: dict[str, Version] = field(default_factory=dict)
    _expires: dict[str, float] = field(default_factory=dict)
    """By key, soonest first: all keys of a map live equally long."""

    @property
    def position(self) -> Position:
        """The offset of the newest change, and the epoch."""
        return Position(self.top, self.epoch)

    @property
    def deadline(self) -> float:
        """When something of it expires next."""
        return min(next(iter(self._expires.values()), inf), self.changes_expire, self.forgotten)

    def reason_against(self, key: str, key_mode: str, version: Version) -> str:
        """Why a key is not set; blank if it is."""
        exists = key in self.entries
        if not version.supersedes(self._versions.get(key, NO_VERSION)):
            return "version"
        if key_mode == "if_new" and exists:
            return "key_exists"
        if key_mode == "if_exists" and not exists:
            return "key_not_found"
        return ""

    def put(self, entry: Entry, version: Version, now: float, *, delta: bool = False) -> None:
        """Set a key. Without a version the last one given for it still counts."""
        if version.number:
            self._versions[entry.key] = version
        previous = self.entries.get(entry.key) if delta else None
        self.prolong_key(entry.key, now)
        self._recorded(entry, previous)

    def prolong_key(self, key: str, now: float) -> None:
        """Put off when a key expires."""
        self._expires.pop(key, None)
        if self.options.key_ttl:
            self._expires[key] = now + self.options.key_ttl

    def drop(self, key: str, unix_time: float) -> None:
        """Remove a key, and say so in the stream."""
        gone = self.entries.pop(key)
        self._versions.pop(key, None)
        self._expires.pop(key, None)
        self._recorded(Entry(key, tags=gone.tags, removed=True, time=int(unix_time * 1000)))

    def expire(self, now: float, unix_time: float) -> None:
        """Drop the keys whose time is over, and the changes if theirs is."""
        due = [(key, deadline) for key, deadline in self._expires.items() if deadline <= now]
        for key, deadline in due:
            self._expire_changes(deadline)
            self.drop(key, unix_time)
        self._expire_changes(now)

    def prolong(self, now: float, *, is_changed: bool) -> None:
        """Put off what expires: the map when it is read, its changes too when there is one."""
        if is_changed and self.options.has_stream:
            self.changes_expire = now + self.options.stream_seconds
        if self.options.meta_seconds:
            self.forgotten = now + self.options.meta_seconds

    def page(self, cursor: str, limit: int) -> tuple[list[Entry], str]:
        """Up to `limit` entries (negative: all) by key after `cursor`, and the next cursor."""
        keys = sorted(self.entries)
        rest = keys[bisect_right(keys, cursor) :] if cursor else keys
        page = rest if limit < 0 else rest[:limit]
        return [self.entries[key] for key in page], page[-1] if len(page) < len(rest) else ""

    def after(self, offset: int) -> list[Entry]:
        """Changes above an offset, oldest first."""
        following = next_offset(offset)
        return [change for change in self.changes if change.offset >= following]

    def before(self, offset: int) -> list[Entry]:
        """Changes below an offset, newest first; none if it is beyond the next one to come."""
        if offset > self.top + 1:
            return []
        return [change for change in reversed(self.changes) if change.offset < offset]

    def _expire_changes(self, now: float) -> None:
        if self.changes_expire <= now:
            self.changes.clear()
            # A key that expires later is recorded and stays until the next change expires.
            self.changes_expire = inf

    def _recorded(self, entry: Entry, previous: Entry | None = None) -> None:
        if self.options.has_stream:
            self.top += 1
            entry = replace(entry, offset=self.top)
            self.changes.append(entry)
            while len(self.changes) > self.options.stream_length:
                self.changes.popleft()
        if not entry.removed:
            self.entries[entry.key] = entry
        self.tell(entry, self.position, previous)
