"""History: for each channel a stream of publications with gapless offsets within an epoch."""

import random
import string
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import NamedTuple

from reference_server.engine.deadlines import Deadlines

Clock = Callable[[], float]
"""Seconds that never go back."""

_WHOLE_UINT64 = 2**64 - 1


class Position(NamedTuple):
    """A place in a stream. Offset 0 is before the first publication."""

    offset: int
    epoch: str


def next_offset(offset: int) -> int:
    """The offset after one: 0 after the largest, as in the real server's arithmetic."""
    return (offset + 1) & _WHOLE_UINT64


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """What is told about a client. `conn_info` is its connection's, `chan_info` the channel's."""

    user: str
    client: str
    conn_info: bytes = b""
    chan_info: bytes = b""


# Not frozen, though never changed: to freeze it costs a tenth of what a publish costs.
@dataclass(slots=True)
class Publication:
    """What was published, with its offset (0 where no history is kept).

    `info` is the client that published it, None if it came by the server's API. `version` is
    the publisher's own; `key` is that of an entry of a map, `removed` if it is gone (all of 6).
    """

    data: bytes
    tags: Mapping[str, str]
    offset: int = 0
    info: ClientInfo | None = None
    version: int = 0
    key: str = ""
    removed: bool = False


class Version(NamedTuple):
    """The publisher's own version of a channel's content; number 0 is none."""

    number: int = 0
    epoch: str = ""

    def supersedes(self, last: "Version") -> bool:
        """Whether a publication of this version comes after one of version `last`."""
        if self.number == 0 or self.number > last.number:
            return True
        return bool(self.epoch) and self.epoch != last.epoch


NO_VERSION = Version()


class Retention(NamedTuple):
    """How many publications a stream keeps, and for how many seconds (0: for ever)."""

    size: int
    ttl: float
    meta_ttl: float = 0


class UnrecoverablePositionError(Exception):
    """The position belongs to another epoch."""


class ImpossiblePositionError(Exception):
    """Nothing can come before the position: reverse since offset 0."""


@dataclass(slots=True)
class _Stream:
    epoch: str
    publications: deque[Publication] | tuple[()] = ()
    """An empty deque takes more memory than all the rest: idle streams have none."""
    top: int = 0
    version: Version = NO_VERSION
    expires: float = 0
    forgotten: float = 0
    looked_at: float = inf
    """When the queue of deadlines comes to it: nothing of it expires before."""

    @property
    def position(self) -> Position:
        return Position(self.top, self.epoch)

    @property
    def deadline(self) -> float:
        """When something of it expires next."""
        return min(self.expires if self.publications else inf, self.forgotten or inf)


class Streams:
    """All streams of a node. Times are the clock's seconds."""

    def __init__(self, clock: Clock, epoch_length: int) -> None:
        self._clock = clock
        self._epoch_length = epoch_length
        self._streams: dict[str, _Stream] = {}
        self._deadlines = Deadlines()

    def __len__(self) -> int:
        return len(self._streams)

    def add(
        self,
        channel: str,
        data: bytes,
        tags: Mapping[str, str],
        retention: Retention,
        version: Version = NO_VERSION,
        *,
        info: ClientInfo | None = None,
    ) -> tuple[Publication | None, Position]:
        """Append a publication; None instead of it if its version was superseded already."""
        now = self._clock()
        stream = self._streams.get(channel)
        if stream is None or stream.looked_at <= now:
            stream = self._stream(channel, now)
        size, ttl, meta_ttl = retention
        # A superseded publication prolongs the stream like any other.
        stream.expires = now + ttl
        stream.forgotten = now + meta_ttl if meta_ttl else 0
        publication = None
        if version is NO_VERSION or version.supersedes(stream.version):
            stream.version = version
            stream.top = offset = stream.top + 1
            publication = Publication(data, tags, offset, info, version.number)
            kept = stream.publications
            if not kept:
                kept = stream.publications = deque()
            kept.append(publication)
            while len(kept) > size:
                kept.popleft()
        if stream.expires < stream.looked_at or 0 < stream.forgotten < stream.looked_at:
            self._look_at(channel, stream)
        return publication, Position(stream.top, stream.epoch)

    def read(
        self,
        channel: str,
        *,
        limit: int,
        since: Position | None = None,
        reverse: bool = False,
        meta_ttl: float = 0,
    ) -> tuple[list[Publication], Position]:
        """Publications after (reverse: before) a position, and the stream's top.

        `limit` 0 gives the top alone, a negative one everything. A position that was trimmed
        reads from the oldest publication kept. A blank epoch in it stands for any.
        """
        if reverse and since is not None and since.offset == 0:
            raise ImpossiblePositionError
        now = self._clock()
        stream = self._stream(channel, now)
        if meta_ttl:
            stream.forgotten = now + meta_ttl
            self._look_at(channel, stream)
        if since is not None and since.epoch and since.epoch != stream.epoch:
            raise UnrecoverablePositionError
        if limit == 0:
            return [], stream.position
        found = _backward(stream, since) if reverse else _forward(stream, since)
        return list(islice(found, limit if limit > 0 else None)), stream.position

    def remove(self, channel: str) -> None:
        """Drop a channel's publications. Its offset, epoch and version stay."""
        stream = self._streams.get(channel)
        if stream is not None:
            stream.publications = ()

    def sweep(self) -> None:
        """Free what has expired; reading never shows it, so any interval will do."""
        now = self._clock()
        for channel in self._deadlines.due(now):
            stream = self._streams.get(channel)
            if stream is None:
                continue
            if 0 < stream.forgotten <= now:
                del self._streams[channel]
                continue
            if stream.expires <= now:
                stream.publications = ()
            self._look_at(channel, stream)

    def _look_at(self, channel: str, stream: _Stream) -> None:
        """Have the stream swept when something of it expires next."""
        stream.looked_at = stream.deadline
        self._deadlines.put(channel, stream.looked_at)

    def _stream(self, channel: str, now: float) -> _Stream:
        stream = self._streams.get(channel)
        if stream is None or 0 < stream.forgotten <= now:
            stream = self._streams[channel] = _Stream(new_epoch(self._epoch_length))
        elif stream.publications and stream.expires <= now:
            stream.publications = ()
        return stream


def new_epoch(length: int) -> str:
    """Letters that tell one life of a stream from another."""
    return "".join(random.choices(string.ascii_letters, k=length))


def _forward(stream: _Stream, since: Position | None) -> Iterator[Publication]:
    first = 0 if since is None else next_offset(since.offset)
    return (publication for publication in stream.publications if publication.offset >= first)


def _backward(stream: _Stream, since: Position | None) -> Iterator[Publication]:
    publications = reversed(stream.publications)
    if since is None:
        return publications
    oldest = stream.publications[0].offset if stream.publications else 0
    if not oldest <= since.offset - 1 <= stream.top:
        return iter(())
    return (publication for publication in publications if publication.offset < since.offset)
