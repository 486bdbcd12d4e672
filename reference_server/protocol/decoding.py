"""From frames to commands: a decoder for each protocol that a release speaks."""

from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator
from typing import Any

from google.protobuf.message import DecodeError

from reference_server.clients.commands import Command, Request, Rpc, Send, UnknownMethod
from reference_server.protocol.frames import json_by_line, json_in_a_row, length_delimited
from reference_server.protocol.json_reader import read, text_of
from reference_server.protocol.json_values import MalformedError, members
from reference_server.protocol.messages import V1, V2
from reference_server.protocol.requests import MAY_BE_BARE, NAMES, REQUESTS

_NOT_DECODED: dict[str, Request] = {"RPC": Rpc(), "Send": Send()}
"""Methods that nobody handles where no proxy is configured: refused before they are read."""
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
    """Protocol v1 in protobuf: `method` and serialized `params`."""

    def __init__(self, messages: dict[str, Any]) -> None:
        super().__init__(length_delimited)
        self._messages = messages

    def command(self, piece: bytes) -> Command:
        """One command."""
        message = self._messages["Command"].FromString(piece)
        if not 0 <= message.method < len(NAMES):
            return Command(message.id, UnknownMethod())
        name = NAMES[message.method]
        if name in _NOT_DECODED:
            return Command(message.id, _NOT_DECODED[name])
        params = self._messages[f"{name}Request"].FromString(message.params)
        return Command(message.id, REQUESTS[name](params))


class V1Json(Decoder):
    """Protocol v1 in JSON: `method` by number or name, and an object `params`."""

    def __init__(self, messages: dict[str, Any], *, by_line: bool) -> None:
        super().__init__(json_by_line if by_line else json_in_a_row)
        self._messages = messages

    def command(self, piece: bytes) -> Command:
        """One command."""
        message = self._messages["Command"]()
        method = 0
        rest = []
        for member, value in members(piece):
            if text_of(member).lower() == b"method":
                method = _method(value)
            else:
                rest.append(member + b":" + value)
        read(b"{%b}" % b",".join(rest), message)
        if not 0 <= method < len(NAMES):
            return Command(message.id, UnknownMethod())
        name = NAMES[method]
        if name in _NOT_DECODED:
            return Command(message.id, _NOT_DECODED[name])
        if not message.params and name not in MAY_BE_BARE:
            raise MalformedError
        params = read(message.params or b"{}", self._messages[f"{name}Request"]())
        return Command(message.id, REQUESTS[name](params))


def _method(value: bytes) -> int:
    if not value.startswith(b'"'):
        try:
            return int(value)
        except ValueError:
            raise MalformedError from None
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
    """Protocol v2 in protobuf: one request in a field of its own."""

    def __init__(self) -> None:
        super().__init__(length_delimited)

    def command(self, piece: bytes) -> Command:
        """One command."""
        return _v2_command(V2["Command"].FromString(piece))


class V2Json(Decoder):
    """Protocol v2 in JSON, one command a line."""

    def __init__(self) -> None:
        super().__init__(json_by_line)

    def command(self, piece: bytes) -> Command:
        """One command."""
        return _v2_command(read(piece, V2["Command"]()))


def _v2_command(message: Any) -> Command:
    for field, name in _FIELDS:
        if message.HasField(field):
            request = REQUESTS[name](getattr(message, field))
            if message.id or name in {"Connect", "Send"}:
                return Command(message.id, request)
    if message.id:
        raise MalformedError  # It asks for nothing.
    # Without an id it is a pong, whatever else it says.
    return Command(message.id, None)


V1_OF_2_8_JSON = V1Json(V1, by_line=False)
V1_OF_2_8_PROTOBUF = V1Protobuf(V1)
V1_JSON = V1Json(V2, by_line=True)
V1_PROTOBUF = V1Protobuf(V2)
V2_JSON = V2Json()
V2_PROTOBUF = V2Protobuf()
