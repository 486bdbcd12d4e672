"""What a connection receives, in one vocabulary for every transport and protocol version.

A field that a protocol does not carry has its blank value: v1 tells no epoch with a publication.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClientInfo:
    """Who a publication, a join or a leave is about."""

    user: str
    client: str
    conn_info: bytes = b""
    chan_info: bytes = b""


@dataclass(frozen=True)
class Event:
    """Anything received; `channel` is blank for what concerns the whole connection."""

    channel: str = ""


@dataclass(frozen=True)
class Publication(Event):
    """A publication. `key` and what follows are told by 6.9 alone."""

    data: bytes = b""
    offset: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    info: ClientInfo | None = None
    key: str = ""
    version: int = 0
    epoch: str = ""
    removed: bool = False


@dataclass(frozen=True)
class Message(Event):
    """A message to the connection, outside of channels."""

    data: bytes = b""


@dataclass(frozen=True)
class Join(Event):
    """Somebody has subscribed."""

    info: ClientInfo | None = None


@dataclass(frozen=True)
class Leave(Event):
    """Somebody is not subscribed any more."""

    info: ClientInfo | None = None


@dataclass(frozen=True)
class Subscription(Event):
    """The state of a subscription, as Connect, a subscribe reply or a Subscribe push tells it."""

    recoverable: bool = False
    positioned: bool = False
    epoch: str = ""
    offset: int = 0
    data: bytes = b""
    recovered: bool = False
    was_recovering: bool = False
    publications: Sequence[Publication] = ()


@dataclass(frozen=True)
class Subscribed(Subscription):
    """The server has subscribed the connection."""


@dataclass(frozen=True)
class Unsubscribed(Event):
    """The server has unsubscribed the connection; v1 tells neither code nor reason."""

    code: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Connected(Event):
    """The connection is accepted. `ttl` and `ping` in seconds."""

    client: str = ""
    session: str = ""
    version: str = ""
    subs: Mapping[str, Subscription] = field(default_factory=dict)
    expires: bool = False
    ttl: int = 0
    ping: int = 0


@dataclass(frozen=True)
class Refreshed(Event):
    """The connection's expiry has changed; `ttl` in seconds."""

    expires: bool = False
    ttl: int = 0


@dataclass(frozen=True)
class Disconnected(Event):
    """The server closes the connection, and says why."""

    code: int = 0
    reason: str = ""
    reconnect: bool = False


@dataclass(frozen=True)
class Refused(Event):
    """A command of the client got an error instead of its reply."""

    command: str = ""
    code: int = 0
    message: str = ""


@dataclass(frozen=True)
class Replied(Event):
    """A command of the client whose reply tells nothing more is done."""

    command: str = ""


@dataclass(frozen=True)
class Ping(Event):
    """An empty push: the server asks whether the client is there, or shows that it is."""


@dataclass(frozen=True)
class Undecodable(Event):
    """Something that the protocol cannot be: its bytes, and why."""

    raw: bytes = b""
    why: str = ""


@dataclass(frozen=True)
class Ended(Event):
    """The connection is over; always the last event. `status` is gRPC's name or `closed`."""

    status: str = ""
    details: str = ""
