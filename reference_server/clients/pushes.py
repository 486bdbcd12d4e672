"""What a client is told without having asked, and how it is encoded: once for all who share it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from reference_server.engine.streams import ClientInfo, Publication

if TYPE_CHECKING:
    from reference_server.clients.commands import Request
    from reference_server.clients.failures import Disconnect, ReplyError
    from reference_server.clients.results import ConnectResult, Result, SubscribeResult


@dataclass(frozen=True, slots=True)
class Published:
    """A publication. `epoch` is its stream's, blank where no history is kept.

    `previous` is what it may be told as a difference to, `compresses` whether the client wants
    that.
    """

    publication: Publication
    epoch: str = ""
    previous: Publication | None = None
    compresses: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody subscribed."""

    info: ClientInfo


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody's subscription ended."""

    info: ClientInfo


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The server has subscribed the client."""

    result: "SubscribeResult"


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """The server has ended a subscription."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """Data outside any channel."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Connected:
    """A one-way connection begins."""

    result: "ConnectResult"


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection ends."""

    disconnect: "Disconnect"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The server has moved the connection's expiry; `ttl` in seconds."""

    expires: bool
    ttl: int


Body = (
    Published
    | Joined
    | Left
    | Subscribed
    | Unsubscribed
    | Message
    | Connected
    | Disconnected
    | Refreshed
)


class Codec(Protocol):
    """One protocol: version, JSON or protobuf, one-way or both ways. One object for all sessions.

    Each method gives one frame's worth of bytes as the transport sends it, delimiters not included.
    """

    def push(self, channel: str, body: Body) -> bytes:
        """Encode a push; raises `UnencodableError`."""

    def reply(self, command_id: int, request: "Request", result: "Result") -> bytes:
        """Encode a successful reply; raises `UnencodableError`."""

    def error(self, command_id: int, request: "Request", error: "ReplyError") -> bytes:
        """Encode a reply that is an error."""

    def ping(self) -> bytes:
        """Encode a server's ping (protocol v2)."""


class Push:
    """A push on its way to any number of clients: encoded at most once a codec."""

    __slots__ = ("_encoded", "body", "channel")

    def __init__(self, channel: str, body: Body) -> None:
        self.channel = channel
        self.body = body
        self._encoded: dict[Codec | tuple[Codec, bool], bytes] = {}

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of a publication."""
        return self.body.publication.tags if isinstance(self.body, Published) else {}

    def encoded(self, codec: Codec) -> bytes:
        """The push as `codec` writes it; raises `UnencodableError`."""
        data = self._encoded.get(codec)
        if data is None:
            data = self._encoded[codec] = codec.push(self.channel, self.body)
        return data

    def compressed(self, codec: Codec, *, has_base: bool) -> bytes:
        """The push for a subscriber with delta compression; raises `UnencodableError`.

        `has_base`: the subscriber has got what came before.
        """
        if not isinstance(self.body, Published):
            return self.encoded(codec)
        key = (codec, has_base)
        data = self._encoded.get(key)
        if data is None:
            previous = self.body.previous if has_base else None
            body = replace(self.body, previous=previous, compresses=True)
            data = self._encoded[key] = codec.push(self.channel, body)
        return data
