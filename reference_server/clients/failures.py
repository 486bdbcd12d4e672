"""How a command or a connection fails: errors inside a reply, and disconnects."""

from dataclasses import dataclass

from centrifugo_grpc.releases import Release


@dataclass(frozen=True, slots=True)
class ReplyError(Exception):
    """A command is answered with an error (of the client protocol: codes 100 to 113)."""

    code: int
    message: str
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class Disconnect(Exception):
    """A connection ends. `reconnect` is said to protocol v1 only, where it is not in the code."""

    code: int
    reason: str
    reconnect: bool = False


INTERNAL = ReplyError(100, "internal server error", temporary=True)
UNKNOWN_CHANNEL = ReplyError(102, "unknown channel")
PERMISSION_DENIED = ReplyError(103, "permission denied")
METHOD_NOT_FOUND = ReplyError(104, "method not found")
ALREADY_SUBSCRIBED = ReplyError(105, "already subscribed")
LIMIT_EXCEEDED = ReplyError(106, "limit exceeded")
BAD_REQUEST = ReplyError(107, "bad request")
NOT_AVAILABLE = ReplyError(108, "not available")
TOKEN_EXPIRED = ReplyError(109, "token expired")
EXPIRED = ReplyError(110, "expired")
UNRECOVERABLE_POSITION = ReplyError(112, "unrecoverable position")

CONNECTION_CLOSED = Disconnect(3000, "connection closed")
"""The client has gone: nothing is told to it."""


@dataclass(frozen=True)
class Disconnects:
    """The disconnects of a release."""

    shutdown: Disconnect
    invalid_token: Disconnect
    bad_request: Disconnect
    server_error: Disconnect
    expired: Disconnect
    sub_expired: Disconnect
    stale: Disconnect
    slow: Disconnect
    insufficient_state: Disconnect
    no_pong: Disconnect
    force_disconnect: Disconnect
    connection_limit: Disconnect
    channel_limit: Disconnect
    inappropriate_protocol: Disconnect
    permission_denied: Disconnect
    not_available: Disconnect
    too_many_requests: Disconnect


def _again(code: int, reason: str) -> Disconnect:
    return Disconnect(code, reason, reconnect=True)


_SINCE_3 = Disconnects(
    shutdown=_again(3001, "shutdown"),
    invalid_token=Disconnect(3500, "invalid token"),
    bad_request=Disconnect(3501, "bad request"),
    server_error=_again(3004, "internal server error"),
    expired=_again(3005, "connection expired"),
    sub_expired=_again(3006, "subscription expired"),
    stale=Disconnect(3502, "stale"),
    slow=_again(3008, "slow"),
    insufficient_state=_again(3010, "insufficient state"),
    no_pong=_again(3012, "no pong"),
    force_disconnect=Disconnect(3503, "force disconnect"),
    connection_limit=Disconnect(3504, "connection limit"),
    channel_limit=Disconnect(3505, "channel limit"),
    inappropriate_protocol=Disconnect(3506, "inappropriate protocol"),
    permission_denied=Disconnect(3507, "permission denied"),
    not_available=Disconnect(3508, "not available"),
    too_many_requests=Disconnect(3013, "too many requests"),
)
_IN_2 = Disconnects(
    shutdown=_again(3001, "shutdown"),
    invalid_token=Disconnect(3002, "invalid token"),
    bad_request=Disconnect(3003, "bad request"),
    server_error=_again(3004, "internal server error"),
    expired=_again(3005, "expired"),
    sub_expired=_again(3006, "subscription expired"),
    stale=Disconnect(3007, "stale"),
    slow=_again(3008, "slow"),
    insufficient_state=_again(3010, "insufficient state"),
    no_pong=_again(3000, "normal"),
    force_disconnect=Disconnect(3012, "force disconnect"),
    connection_limit=Disconnect(3013, "connection limit"),
    # Not in 2: the nearest there is.
    channel_limit=Disconnect(3003, "bad request"),
    inappropriate_protocol=_again(3004, "internal server error"),
    permission_denied=Disconnect(3003, "bad request"),
    not_available=Disconnect(3003, "bad request"),
    too_many_requests=_again(3011, "force reconnect"),
)


def disconnects_of(release: Release) -> Disconnects:
    """The disconnects of `release` (library centrifuge, disconnect.go)."""
    return _IN_2 if release is Release.V2_8 else _SINCE_3


def disconnect_of_one_way(error: ReplyError, release: Release) -> Disconnect:
    """What a one-way client is told instead of a reply with an error (client.go, Connect)."""
    known = disconnects_of(release)
    if error.code in {EXPIRED.code, TOKEN_EXPIRED.code}:
        return known.expired
    if error.code == PERMISSION_DENIED.code and release >= Release.V4_1:
        return known.permission_denied
    return known.server_error
