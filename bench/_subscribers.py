"""Subscribers of *delivery*: each a connection of its own that hands on what is published."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import gevent
import jwt
from gevent.event import AsyncResult
from google.protobuf.message import DecodeError
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from bench._connection import Connection
from bench._frames import ProtocolError
from bench._link import Closed, Link, connect
from bench._options import LoadOptions
from bench._outgoing import Request
from bench._session import CONNECT_TIMEOUT, common_headers
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.endpoint import split_address
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect
from protos.client import v1_pb2 as v1
from protos.v3 import unistream_pb2 as uni

_CONSUME = "/centrifugal.centrifugo.unistream.CentrifugoUniStream/Consume"
_PATIENCE = 10.0

OnData = Callable[[bytes], None]


class Subscriber:
    """One subscription. `on_data` gets each payload; `is_open` tells whether it still runs."""

    def __init__(self, link: Link, on_data: OnData) -> None:
        self._link = link
        self._on_data = on_data
        self._ready: AsyncResult = AsyncResult()

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self._link.is_open

    def close(self) -> None:
        """Unsubscribe by hanging up."""
        self._link.close("")

    def wait(self) -> None:
        """Until it is subscribed; raises `Problem` if it is not."""
        with gevent.Timeout(_PATIENCE, Problem("the server did not confirm a subscription")):
            why = self._ready.get()
        if why:
            raise Problem(
                f"cannot subscribe: {why}; if the server asks for a token or a permission, give its"
                " HMAC key with --token-secret"
            )

    def _lost(self, why: str) -> None:
        self._ready.set(why or "closed")


class UniGrpc(Subscriber):
    """A uni GRPC stream, of releases 3 to 6."""

    def __init__(self, options: LoadOptions, address: str, channel: str, on_data: OnData) -> None:
        endpoint = replace(options.endpoint, address=address, api_key=None)
        super().__init__(connect(endpoint, CONNECT_TIMEOUT), on_data)
        self._channel = channel
        # 3.2 speaks the newer protocol only when asked; the others do not mind.
        headers = (*common_headers(endpoint, deadline=0), ("x-cf-protocol-version", "v2"))
        self._connection = Connection(headers, lambda _: "")
        request = uni.ConnectRequest(token=token_for(options, channels=[channel]))
        request.subs[channel].SetInParent()
        self._connection.listen(Request(_CONSUME, request.SerializeToString()), None)
        self._link.start(self._take, self._lost)
        self._link.send(self._connection.outgoing.chunks)

    def _take(self, data: bytes) -> None:
        connection = self._connection
        try:
            connection.receive(data)
        except ProtocolError as error:
            self._link.close(str(error))
            return
        self._link.send(connection.outgoing.chunks)
        try:
            for _, message in connection.messages:
                self._push(uni.Push.FromString(message))
        except DecodeError:
            self._link.close("what came is no Push")
        connection.messages.clear()
        if connection.failed or connection.done:
            ended = str(connection.failed[0][1]) if connection.failed else "the stream ended"
            self._link.close(ended)

    def _push(self, push: Any) -> None:
        if push.HasField("pub"):
            self._on_data(push.pub.data)
        elif push.HasField("connect"):
            is_in = self._channel in push.connect.subs
            self._ready.set("" if is_in else f"{self._channel} is not among its subscriptions")
        elif push.HasField("disconnect"):
            why = f"disconnect {push.disconnect.code} {push.disconnect.reason}"
            self._link.close(why)


class WebSocket(Subscriber):
    """A WebSocket of 2.8, with binary frames of client protocol v1."""

    def __init__(self, options: LoadOptions, address: str, channel: str, on_data: OnData) -> None:
        parts = urlsplit(address)
        if parts.scheme != "ws" or not parts.hostname:
            raise Problem(f"not an address of a WebSocket: {address!r}; give ws://host:port/path")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        where = f"{host}:{parts.port or 80}"
        plain = replace(options.endpoint, address=where, api_key=None, tls=False, ca=None)
        super().__init__(connect(plain, CONNECT_TIMEOUT), on_data)
        self._channel = channel
        self._protocol = ClientProtocol(parse_uri(_with_format(address)), max_size=None)
        self._protocol.send_request(self._protocol.connect())
        connecting = v1.ConnectRequest(token=token_for(options))
        subscribing = v1.SubscribeRequest(channel=channel)
        self._first = [_command(1, v1.CONNECT, connecting) + _command(2, v1.SUBSCRIBE, subscribing)]
        self._link.start(self._take, self._lost)
        self._link.send(self._protocol.data_to_send())

    def _take(self, data: bytes) -> None:
        protocol = self._protocol
        protocol.receive_data(data)
        try:
            self._take_events()
        except (DecodeError, IndexError):
            self._link.close("what came is no Reply")

    def _take_events(self) -> None:
        protocol = self._protocol
        if protocol.handshake_exc is not None:
            self._link.close(str(protocol.handshake_exc))
            return
        for event in protocol.events_received():
            if not isinstance(event, Frame):
                protocol.send_binary(self._first.pop())
            elif event.opcode is Opcode.BINARY:
                self._replies(bytes(event.data))
        self._link.send(protocol.data_to_send())
        if protocol.close_expected() and self._link.is_open:
            closed = protocol.close_rcvd
            self._link.close(f"{closed.code} {closed.reason}" if closed else "closed")

    def _replies(self, data: bytes) -> None:
        position = 0
        while position < len(data):
            size, position = _varint(data, position)
            reply = v1.Reply.FromString(data[position : position + size])
            position += size
            if reply.HasField("error"):
                self._ready.set(f"{reply.error.code} {reply.error.message}")
            elif reply.id == 2:
                self._ready.set("")
            elif reply.id == 0:
                push = v1.Push.FromString(reply.result)
                if push.type == v1.PUBLICATION:
                    self._on_data(v1.Publication.FromString(push.data).data)


def subscribe(options: LoadOptions, found: Found, channel: str, on_data: OnData) -> Subscriber:
    """A new subscriber, which may not be subscribed yet; raises `Problem` if there is none."""
    address = options.subscribe or default_address(options, found)
    kind = WebSocket if "://" in address else UniGrpc
    try:
        return kind(options, address, channel, on_data)
    except Closed as closed:
        raise Problem(
            f"cannot subscribe at {address}: {closed}; name it by --subscribe"
        ) from closed


def default_address(options: LoadOptions, found: Found) -> str:
    """Where subscribers of a dialect connect, if nothing else is said."""
    host, _ = split_address(options.endpoint.address)
    host = f"[{host}]" if ":" in host else host
    if found.dialect is Dialect.V2:
        return f"ws://{host}:8000/connection/websocket"
    return f"{host}:11000"


def token_for(options: LoadOptions, **claims: Any) -> str:
    """A connection token; blank without a key to sign it."""
    if not options.token_secret:
        return ""
    with warnings.catch_warnings():
        # How long the key is, is the server's affair.
        warnings.simplefilter("ignore")
        return jwt.encode({"sub": "bench"} | claims, options.token_secret, algorithm="HS256")


def _with_format(address: str) -> str:
    return address if "?" in address else f"{address}?format=protobuf"


def _command(number: int, method: Any, params: Any) -> bytes:
    command = v1.Command(id=number, method=method, params=params.SerializeToString())
    body = bytes(command.SerializeToString())
    size, head = len(body), bytearray()
    while size >= 0x80:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*head, size]) + body


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
