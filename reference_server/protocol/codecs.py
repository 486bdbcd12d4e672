"""What a session says, as bytes: a codec for each protocol that a release speaks.

The bytes of the codecs of 2.8 carry their delimiters with them, since a message that cannot be
written is nothing there, delimiter and all; those of the others are joined by `Framing`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from reference_server.api.json_text import is_json
from reference_server.clients import commands as ask
from reference_server.clients import pushes
from reference_server.clients.failures import ReplyError, UnencodableError
from reference_server.clients.pushes import Body, Codec
from reference_server.clients.results import ConnectResult, Result, SubscribeResult
from reference_server.protocol import gogo
from reference_server.protocol.bodies import fill, in_halves, push_message, result_message
from reference_server.protocol.deltas import (
    compressed,
    each_compressed,
    each_compressed_by_key,
    quoted,
)
from reference_server.protocol.frames import delimited
from reference_server.protocol.go_json import (
    MOST_NESTED,
    compacted,
    go_quoted,
    later_quoted,
    nests_deeper,
    on_one_line,
)
from reference_server.protocol.json_writer import JsonWriter
from reference_server.protocol.messages import V1, V2, raw

_METHODS: dict[type, str] = {
    ask.Connect: "Connect",
    ask.Subscribe: "Subscribe",
    ask.Unsubscribe: "Unsubscribe",
    ask.Publish: "Publish",
    ask.Presence: "Presence",
    ask.PresenceStats: "PresenceStats",
    ask.History: "History",
    ask.Ping: "Ping",
    ask.Rpc: "RPC",
    ask.Refresh: "Refresh",
    ask.SubRefresh: "SubRefresh",
}
_REPLY_FIELDS = {"PresenceStats": "presence_stats", "SubRefresh": "sub_refresh"}
PUSHES: dict[type, tuple[int, str, str]] = {
    pushes.Published: (0, "Publication", "pub"),
    pushes.Joined: (1, "Join", "join"),
    pushes.Left: (2, "Leave", "leave"),
    pushes.Unsubscribed: (3, "Unsubscribe", "unsubscribe"),
    pushes.Message: (4, "Message", "message"),
    pushes.Subscribed: (5, "Subscribe", "subscribe"),
    pushes.Connected: (6, "Connect", "connect"),
    pushes.Disconnected: (7, "Disconnect", "disconnect"),
    pushes.Refreshed: (8, "Refresh", "refresh"),
}
"""For each kind of push: its type in protocol v1, its message, its field in protocol v2."""
_NAMES_IN_2_8 = {"Unsubscribe": "Unsub", "Subscribe": "Sub"}


class WireCodec(Codec, Protocol):
    """A codec of a connection that goes both ways: it joins messages to frames, too."""

    is_binary: bool

    def join(self, messages: Sequence[bytes]) -> bytes:
        """One frame of several messages."""


class Of28:
    """Protocol v1 as 2.8 writes it: each message with a line break after it, or its length before.

    `halves`: positions as `seq` and `gen`, which is what there is without `v3_use_offset`.
    """

    def __init__(self, *, is_binary: bool, halves: bool = False) -> None:
        self.is_binary = is_binary
        self._halves = halves

    def push(self, channel: str, body: Body) -> bytes:
        """Encode a push; raises `UnencodableError`."""
        kind, name, _ = PUSHES[type(body)]
        inner = self._payload(push_message(V1, _NAMES_IN_2_8.get(name, name), body))
        push = V1["Push"](type=kind, channel=raw(channel), data=inner)
        if self.is_binary:
            return self._envelope(V1["Reply"](result=gogo.written(push)))
        written = _ENVELOPES.write(push)
        # Nesting just too deep for the last envelope gives nothing, not even an error.
        is_too_deep = nests_deeper(written, MOST_NESTED)
        return b"" if is_too_deep else self._envelope(V1["Reply"](result=written))

    def reply(self, command_id: int, request: ask.Request, result: Result) -> bytes:
        """Encode a successful reply; raises `UnencodableError`."""
        reply = V1["Reply"](id=command_id)
        if not isinstance(request, ask.Ping):
            reply.result = self._payload(result_message(V1, _METHODS[type(request)], result))
        return self._envelope(reply)

    def error(self, command_id: int, _request: ask.Request, error: ReplyError) -> bytes:
        """Encode a reply that is an error."""
        return self._envelope(_error(V1, command_id, error))

    def ping(self) -> bytes:
        """Not in protocol v1."""
        raise NotImplementedError

    def join(self, messages: Sequence[bytes]) -> bytes:
        """One frame of several messages."""
        return b"".join(messages)

    def _payload(self, message: Any) -> bytes:
        if self._halves:
            in_halves(message)
        return gogo.written(message) if self.is_binary else _PAYLOADS.write(message)

    def _envelope(self, reply: Any) -> bytes:
        if self.is_binary:
            return delimited(gogo.written(reply))
        return _ENVELOPES.write(reply) + b"\n"


class LaterV1:
    """Protocol v1 as 3.2 speaks it by default, and 4.1 to who asks: v2's messages in envelopes."""

    def __init__(self, *, is_binary: bool) -> None:
        self.is_binary = is_binary

    def push(self, channel: str, body: Body) -> bytes:
        """Encode a push; raises `UnencodableError`."""
        kind, name, _ = PUSHES[type(body)]
        inner = self._write(push_message(V2, name, body))
        self._require_json(inner)
        push = self._write(V2["Push"](type=kind, channel=raw(channel), data=inner))
        return self._write(V2["Reply"](result=push))

    def reply(self, command_id: int, request: ask.Request, result: Result) -> bytes:
        """Encode a successful reply; raises `UnencodableError`."""
        reply = V2["Reply"](id=command_id)
        if not isinstance(request, ask.Ping):
            reply.result = self._write(result_message(V2, _METHODS[type(request)], result))
            self._require_json(reply.result)
        return self._write(reply)

    def error(self, command_id: int, _request: ask.Request, error: ReplyError) -> bytes:
        """Encode a reply that is an error."""
        return self._write(_error(V2, command_id, error))

    def ping(self) -> bytes:
        """Not in protocol v1."""
        raise NotImplementedError

    def join(self, messages: Sequence[bytes]) -> bytes:
        """One frame of several messages."""
        return _join(messages, is_binary=self.is_binary)

    def _write(self, message: Any) -> bytes:
        return _serialized(message) if self.is_binary else _LATER.write(message)

    def _require_json(self, inner: bytes) -> None:
        if not self.is_binary:
            _require_json(inner)


class V2Codec:
    """Protocol v2. `tells_epoch`: as 6.9, which tells the epoch with a stream's first offset."""

    def __init__(self, *, is_binary: bool, tells_epoch: bool) -> None:
        self.is_binary = is_binary
        self._tells_epoch = tells_epoch

    def push(self, channel: str, body: Body) -> bytes:
        """Encode a push; raises `UnencodableError`."""
        _, name, field = PUSHES[type(body)]
        if isinstance(body, pushes.Published) and body.compresses:
            body = self._compressed(body)
        reply = V2["Reply"]()
        reply.push.channel = raw(channel)
        inner = getattr(reply.push, field)
        inner.SetInParent()
        inner.CopyFrom(push_message(V2, name, body, tells_epoch=self._tells_epoch))
        return self._write(reply)

    def reply(self, command_id: int, request: ask.Request, result: Result) -> bytes:
        """Encode a successful reply; raises `UnencodableError`."""
        if isinstance(request, ask.Ping):
            return self._write(V2["Reply"](id=command_id))
        method = _METHODS[type(request)]
        if isinstance(result, SubscribeResult):
            result = self._recovered(result)
        elif isinstance(result, ConnectResult):
            subs = {channel: self._recovered(begun) for channel, begun in result.subs.items()}
            result = replace(result, subs=subs)
        reply = V2["Reply"](id=command_id)
        inner = getattr(reply, _REPLY_FIELDS.get(method, method.lower()))
        inner.SetInParent()
        told = result_message(
            V2, method, result, tells_epoch=self._tells_epoch, is_binary=self.is_binary
        )
        inner.CopyFrom(told)
        return self._write(reply)

    def _recovered(self, result: SubscribeResult) -> SubscribeResult:
        """What was missed, as differences where the subscriber gets those."""
        is_binary = self.is_binary
        if result.quotes or (result.delta and result.type):
            tell = quoted if result.quotes else each_compressed_by_key
            return replace(
                result,
                state=quoted(result.state, is_binary=is_binary),
                publications=tell(result.publications, is_binary=is_binary),
            )
        if not result.delta:
            return result
        told = each_compressed(result.publications, is_binary=is_binary)
        return replace(result, publications=told)

    def error(self, command_id: int, _request: ask.Request, error: ReplyError) -> bytes:
        """Encode a reply that is an error."""
        return self._write(_error(V2, command_id, error))

    def ping(self) -> bytes:
        """The server's ping is an empty reply."""
        return b"" if self.is_binary else b"{}"

    def join(self, messages: Sequence[bytes]) -> bytes:
        """One frame of several messages."""
        return _join(messages, is_binary=self.is_binary)

    def _compressed(self, body: pushes.Published) -> pushes.Published:
        told = compressed(body.publication, body.previous, is_binary=self.is_binary)
        # Like the version, the epoch is told only with what stays as it is.
        return pushes.Published(told, body.epoch if told is body.publication else "")

    def _write(self, reply: Any) -> bytes:
        if self.is_binary:
            return _serialized(reply)
        written = _LATER.write(reply)
        _require_json(written)
        return written


def _error(messages: dict[str, Any], command_id: int, error: ReplyError) -> Any:
    reply = messages["Reply"](id=command_id)
    fill(reply.error, error)
    return reply


def _compacted(payload: bytes) -> bytes:
    text = compacted(payload)
    if text is None:
        raise UnencodableError
    return text


def _not_too_deep(value: bytes) -> bytes:
    """What is compact already is only looked at for its depth."""
    if nests_deeper(value, MOST_NESTED):
        raise UnencodableError
    return value


def _require_json(value: bytes) -> None:
    # The whole is judged, not its payloads: `1,"a":2` passes, as it does there.
    if not is_json(value):
        raise UnencodableError


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializeToString())


def _join(messages: Sequence[bytes], *, is_binary: bool) -> bytes:
    return b"".join(map(delimited, messages)) if is_binary else b"\n".join(messages)


_PAYLOADS = JsonWriter(go_quoted, _compacted)
_ENVELOPES = JsonWriter(go_quoted, _not_too_deep)
_LATER = JsonWriter(later_quoted, on_one_line)
