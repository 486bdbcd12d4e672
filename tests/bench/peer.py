"""The other side of a `Connection`, in memory: the h2 library as a gRPC server."""

import struct
from collections.abc import Callable
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.settings import SettingCodes, Settings

from bench._connection import Connection
from bench._outgoing import Request

PATH = "/api.Centrifugo/Publish"
COMMON = (
    (":scheme", "http"),
    (":authority", "localhost:1"),
    ("content-type", "application/grpc"),
    ("te", "trailers"),
    ("authorization", "apikey secret"),
)
OPENING = [(":status", "200"), ("content-type", "application/grpc")]
SUCCESS = [("grpc-status", "0"), ("grpc-message", "")]


def framed(message: bytes) -> bytes:
    return b"\0" + struct.pack(">I", len(message)) + message


def judge(body: bytes) -> str:
    """A response that starts with the tag of `error` is one."""
    return "107 bad request" if body.startswith(b"\x0a") else ""


class Peer:
    """A connection and its server; `settle` lets both say all they have to say."""

    def __init__(
        self, settings: dict[SettingCodes, int] | None = None, chunk: int = 1 << 20
    ) -> None:
        self.client = Connection(COMMON, judge)
        self.server = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.server.local_settings = Settings(client=False, initial_values=settings or {})
        self.server.initiate_connection()
        self.events: list[Event] = []
        self.requests: dict[int, dict[str, str]] = {}
        self.bodies: dict[int, bytes] = {}
        self.ended: list[int] = []
        self.resets: dict[int, int] = {}
        self._chunk = chunk

    def settle(self, answer: Callable[["Peer", int], Any] | None = None) -> None:
        """Pass bytes back and forth until nobody has any left; `answer` each request that ended."""
        while True:
            sent = b"".join(self.client.outgoing.chunks)
            self.client.outgoing.chunks.clear()
            if sent:
                self._take(self.server.receive_data(sent), answer)
            back = self.server.data_to_send()
            self.give(back)
            if not sent and not back:
                return

    def give(self, data: bytes) -> None:
        """Bytes to the client, cut into pieces."""
        for start in range(0, len(data), self._chunk):
            self.client.receive(data[start : start + self._chunk])

    def call(self, count: int = 1, message: bytes = b"\x0a\x01a\x12\x01b") -> list[str]:
        """Start calls with tokens of their own; gives the tokens."""
        first = len(self.client.open)
        tokens = [f"call {first + number}" for number in range(count)]
        self.client.call(Request(PATH, message), tokens)
        return tokens

    def answer(self, stream: int, message: bytes = b"\x12\x00") -> None:
        """An answer as grpc-go gives it."""
        self.server.send_headers(stream, OPENING)
        self.server.send_data(stream, framed(message))
        self.server.send_headers(stream, SUCCESS, end_stream=True)

    def _take(self, events: list[Event], answer: Callable[["Peer", int], Any] | None) -> None:
        self.events += events
        for event in events:
            if isinstance(event, RequestReceived):
                self.requests[event.stream_id] = {str(k): str(v) for k, v in event.headers}
                self.bodies[event.stream_id] = b""
            elif isinstance(event, DataReceived):
                self.bodies[event.stream_id] += event.data
                self.server.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                self.ended.append(event.stream_id)
                if answer is not None:
                    answer(self, event.stream_id)
            elif isinstance(event, StreamReset):
                self.resets[event.stream_id] = event.error_code
