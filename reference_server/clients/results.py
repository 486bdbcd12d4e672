"""What a client's command comes to: the body of its reply, still without any encoding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reference_server.engine.streams import ClientInfo, Position, Publication


@dataclass(frozen=True, slots=True)
class SubscribeResult:
    """A subscription as it begins. `ttl` in seconds.

    `type`, `phase`, `cursor` and `state` are of maps (6.9): `quotes` says whether what is told of
    one is written as for a subscriber with differences already, though `delta` is not said yet.
    """

    expires: bool = False
    ttl: int = 0
    recoverable: bool = False
    positioned: bool = False
    epoch: str = ""
    offset: int = 0
    publications: Sequence[Publication] = ()
    recovered: bool = False
    was_recovering: bool = False
    data: bytes = b""
    delta: bool = False
    type: int = 0
    phase: int = 0
    cursor: str = ""
    state: Sequence[Publication] = ()
    quotes: bool = False


@dataclass(frozen=True, slots=True)
class ConnectResult:
    """A connection as it begins. `ttl` and `ping` in seconds, `time` in milliseconds, 0 is none."""

    client: str
    version: str = ""
    expires: bool = False
    ttl: int = 0
    data: bytes = b""
    subs: Mapping[str, SubscribeResult] = field(default_factory=dict)
    ping: int = 0
    pong: bool = False
    session: str = ""
    time: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """Unsubscribe, Publish, Ping, Send: nothing to tell."""


@dataclass(frozen=True, slots=True)
class PresenceResult:
    """Who is subscribed, by client id."""

    presence: Mapping[str, ClientInfo]


@dataclass(frozen=True, slots=True)
class PresenceStatsResult:
    """How many are subscribed."""

    num_clients: int
    num_users: int


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """Publications, and the stream's top."""

    publications: Sequence[Publication]
    top: Position


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What a new connection token comes to. Protocol v1 tells client and version again."""

    client: str
    version: str
    expires: bool
    ttl: int


@dataclass(frozen=True, slots=True)
class SubRefreshResult:
    """What a new subscription token comes to."""

    expires: bool
    ttl: int


Result = (
    ConnectResult
    | SubscribeResult
    | Done
    | PresenceResult
    | PresenceStatsResult
    | HistoryResult
    | RefreshResult
    | SubRefreshResult
)
