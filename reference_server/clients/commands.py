"""What a client asks for: the commands of the client protocol, v1 and v2, JSON and protobuf."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reference_server.clients.tag_filters import TagsFilter
from reference_server.engine.streams import Position

STREAM = "stream"
MAP_KINDS = {1: "map", 2: "map_clients", 3: "map_users"}
SHARED_POLL = 4
"""Types of subscriptions by number, and the type of namespace that each needs (6.9)."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """From where a subscription is to go on; `recover` False asks for none.

    `or_not_at_all`: a subscription that cannot recover is to fail (6.9). `delta` is the format of
    differences that are wished for, where the wish comes with Connect.
    """

    recover: bool = False
    epoch: str = ""
    offset: int = 0
    or_not_at_all: bool = False
    delta: str = ""


@dataclass(frozen=True, slots=True)
class Connect:
    """The first command. `subs` are server-side subscriptions that the client wishes for."""

    token: str = ""
    data: bytes = b""
    subs: Mapping[str, Recovery] = field(default_factory=dict)
    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe to a channel. `positioned`, `recoverable`, `join_leave` are wishes.

    `kind` is the type of the subscription, and `phase`, `cursor`, `limit` are for maps (6.9).
    """

    channel: str
    token: str = ""
    recovery: Recovery = field(default_factory=Recovery)
    data: bytes = b""
    positioned: bool = False
    recoverable: bool = False
    join_leave: bool = False
    delta: str = ""
    tags_filter: TagsFilter | None = None
    kind: int = 0
    phase: int = 0
    cursor: str = ""
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """End a subscription."""

    channel: str


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish into a channel. With `is_map` a key of a map is set, or `removed` (6.9)."""

    channel: str
    data: bytes
    is_map: bool = False
    key: str = ""
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is subscribed to a channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class PresenceStats:
    """How many are subscribed to a channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class History:
    """Publications of a channel after (`reverse`: before) a position."""

    channel: str
    limit: int = 0
    since: Position | None = None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Ping:
    """Protocol v1: a client's own ping."""


@dataclass(frozen=True, slots=True)
class Send:
    """A message that gets no reply."""

    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Rpc:
    """Call a method of the application."""

    method: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Refresh:
    """A new connection token."""

    token: str


@dataclass(frozen=True, slots=True)
class TrackBatch:
    """Keys of a shared poll with the versions that the client has, and what allows them (6.9)."""

    signature: str
    items: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SubRefresh:
    """A new subscription token; by its `kind` keys to `track` or to `untrack` instead (6.9)."""

    channel: str
    token: str
    kind: int = 0
    track: tuple[TrackBatch, ...] = ()
    untrack: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownMethod:
    """Protocol v1: a method number that means nothing."""


Request = (
    Connect
    | Subscribe
    | Unsubscribe
    | Publish
    | Presence
    | PresenceStats
    | History
    | Ping
    | Send
    | Rpc
    | Refresh
    | SubRefresh
    | UnknownMethod
)


@dataclass(frozen=True, slots=True)
class Command:
    """A request with the id that its reply bears. No request at all is a pong (protocol v2)."""

    id: int
    request: Request | None
