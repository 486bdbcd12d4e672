"""How a command or a connection fails: errors inside a reply, and disconnects."""

from dataclasses import dataclass
from functools import cache

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import DISCONNECTS, UNI_PERMISSION_DENIED


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


class UnencodableError(Exception):
    """A payload that the protocol cannot carry: bytes that are no JSON, to a JSON client."""


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


def unasked(code: int) -> ReplyError:
    """What a client is told where the application would be asked, and is not."""
    return INTERNAL if code == INTERNAL.code else NOT_AVAILABLE


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


@cache
def disconnects_of(release: Release) -> Disconnects:
    """The disconnects of `release`."""
    return Disconnects(**{name: Disconnect(*told) for name, told in DISCONNECTS[release].items()})


def disconnect_of_one_way(error: ReplyError, release: Release) -> Disconnect:
    """What a one-way client is told instead of a reply with an error (client.go, Connect)."""
    known = disconnects_of(release)
    if error.code in {EXPIRED.code, TOKEN_EXPIRED.code}:
        return known.expired
    if error.code == PERMISSION_DENIED.code and UNI_PERMISSION_DENIED[release]:
        return known.permission_denied
    return known.server_error
