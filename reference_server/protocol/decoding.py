"""From frames to commands: a decoder for each protocol that a release speaks."""

from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator
from typing import Any

from google.protobuf.message import DecodeError

from reference_server.clients.commands import Command, Ping, Request, Rpc, Send, UnknownMethod
from reference_server.protocol.frames import (
    json_by_line,
    json_in_a_row,
    length_delimited,
    strictly_delimited,
)
from reference_server.protocol.json_reader import read, text_of
from reference_server.protocol.json_values import MalformedError, members
from reference_server.protocol.messages import V1, V2
from reference_server.protocol.requests import MAY_BE_BARE, NAMES, REQUESTS
from reference_server.protocol.strict_wire import parsed

_UNREAD_BY_2_8: dict[str, Request] = {"RPC": Rpc(), "Send": Send()}
"""Methods that nobody handles where no proxy is configured: refused before they are read."""
_HALF = 2**31
_UNREAD_LATER: dict[str, Request] = {"Ping": Ping()}
_FIELDS = (
    ("connect", "Connect"),
    ("ping", "Ping"),
    ("subscribe", "Subscribe"),
    ("unsubscribe", "Unsubscribe"),
    ("publish", "Publish"),
    ("presence", "Presence"),
    ("presence_stats", "PresenceStats"),
    ("history", "History"),
    ("rpc", "RPC"),
    ("send", "Send"),
    ("refresh", "Refresh"),
    ("sub_refresh", "SubRefresh"),
)
"""The requests of protocol v2, in the order in which the servers look for them."""


class Decoder:
    """Reads the commands of a frame one by one, so that those before a malformed one count."""

    def __init__(self, cut: Callable[[bytes], Iterator[bytes]]) -> None:
        self._cut = cut

    def commands(self, frame: bytes) -> Generator[Command, None, None]:
        """The commands of a frame; raises `MalformedError` where it breaks off."""
        try:
            for piece in self._cut(frame):
                yield self.command(piece)
        except (DecodeError, RecursionError):
            raise MalformedError from None

    @abstractmethod
    def command(self, piece: bytes) -> Command:
        """One command."""


class V1Protobuf(Decoder):
    """Protocol v1 in protobuf: `method` and serialized `params`.

    `of_2_8`: how 2.8 reads it, later releases otherwise.
    """

    def __init__(self, messages: dict[str, Any], *, of_2_8: bool) -> None:
        super().__init__(strictly_delimited if of_2_8 else length_delimited)
        self._messages = messages
        self._unread = _UNREAD_BY_2_8 if of_2_8 else _UNREAD_LATER

    def command(self, piece: bytes) -> Command:
        """One command."""
        message = parsed(self._messages["Command"], piece)
        if not 0 <= message.method < len(NAMES):
            return Command(message.id, UnknownMethod())
        name = NAMES[message.method]
        if name in self._unread:
            return Command(message.id, self._unread[name])
        params = parsed(self._messages[f"{name}Request"], message.params)
        return Command(message.id, REQUESTS[name](params))


class V1Json(Decoder):
    """Protocol v1 in JSON: `method` by number, in 2.8 by name too, and an object `params`."""

    def __init__(self, messages: dict[str, Any], *, of_2_8: bool) -> None:
        super().__init__(json_in_a_row if of_2_8 else json_by_line)
        self._of_2_8 = of_2_8
        self._messages = messages
        self._unread = _UNREAD_BY_2_8 if of_2_8 else _UNREAD_LATER

    def command(self, piece: bytes) -> Command:
        """One command."""
        message = self._messages["Command"]()
        method = 0
        rest = []
        for member, value in members(piece):
            if text_of(member).lower() == b"method":
                method = _method(value, of_2_8=self._of_2_8)
            else:
                rest.append(member + b":" + value)
        read(b"{%b}" % b",".join(rest), message)
        if not 0 <= method < len(NAMES):
            return Command(message.id, UnknownMethod())
        name = NAMES[method]
        if name in self._unread:
            return Command(message.id, self._unread[name])
        if not message.params and name not in MAY_BE_BARE:
            raise MalformedError
        params = read(message.params or b"{}", self._messages[f"{name}Request"]())
        return Command(message.id, REQUESTS[name](params))


def _method(value: bytes, *, of_2_8: bool) -> int:
    if of_2_8 and value.startswith(b'"'):
        return _named(value)
    try:
        number = int(value)
    except ValueError:
        raise MalformedError from None
    # 2.8 cuts what is larger to 32 bits, later releases do not take it.
    cut = (number + _HALF) % (2 * _HALF) - _HALF
    if cut != number and not (of_2_8 and -(_HALF**2) * 2 <= number < _HALF**2 * 2):
        raise MalformedError
    return cut


def _named(value: bytes) -> int:
    name = value.strip(b'"').decode("utf-8", "replace").upper()
    names = [_enum_name(known) for known in NAMES]
    if name not in names:
        raise MalformedError
    return names.index(name)


def _enum_name(method: str) -> str:
    return {"PresenceStats": "PRESENCE_STATS", "SubRefresh": "SUB_REFRESH"}.get(
        method, method.upper()
    )


class V2Protobuf(Decoder):
    """Protocol v2 in protobuf: one request in a field of its own.

    `empty_is_ping`: a command that asks for nothing is a ping, as 3.2 takes it.
    """

    def __init__(self, *, empty_is_ping: bool = False) -> None:
        super().__init__(length_delimited)
        self._empty_is_ping = empty_is_ping

    def command(self, piece: bytes) -> Command:
        """One command."""
        message = parsed(V2["Command"], piece)
        return _v2_command(message, empty_is_ping=self._empty_is_ping)


class V2Json(Decoder):
    """Protocol v2 in JSON, one command a line. `empty_is_ping`: as in protobuf."""

    def __init__(self, *, empty_is_ping: bool = False) -> None:
        super().__init__(json_by_line)
        self._empty_is_ping = empty_is_ping

    def command(self, piece: bytes) -> Command:
        """One command."""
        message = read(piece, V2["Command"]())
        return _v2_command(message, empty_is_ping=self._empty_is_ping)


def _v2_command(message: Any, *, empty_is_ping: bool) -> Command:
    for field, name in _FIELDS:
        if message.HasField(field):
            request = REQUESTS[name](getattr(message, field))
            if message.id or name in {"Connect", "Send"}:
                return Command(message.id, request)
    if message.id and empty_is_ping:
        return Command(message.id, Ping())
    if message.id:
        raise MalformedError  # It asks for nothing.
    # Without an id it is a pong, whatever else it says.
    return Command(message.id, None)


V1_OF_2_8_JSON = V1Json(V1, of_2_8=True)
V1_OF_2_8_PROTOBUF = V1Protobuf(V1, of_2_8=True)
V1_JSON = V1Json(V2, of_2_8=False)
V1_PROTOBUF = V1Protobuf(V2, of_2_8=False)
V2_OF_3_2_JSON = V2Json(empty_is_ping=True)
V2_OF_3_2_PROTOBUF = V2Protobuf(empty_is_ping=True)
V2_JSON = V2Json()
V2_PROTOBUF = V2Protobuf()
