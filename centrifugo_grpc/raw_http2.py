"""One request in HTTP/2 as written, and all that comes back: for what no gRPC client would send.

Needs the package h2 (extra `conformance`).
"""

import contextlib
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    PingAckReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import H2Error

Headers = tuple[tuple[str, str], ...]
CONFIG = H2Configuration(
    client_side=True,
    header_encoding="utf-8",
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
    validate_inbound_headers=False,
    normalize_inbound_headers=False,
)
"""Headers are sent as they are written, however wrong."""
WINDOW = 2**31 - 1
CHUNK = 65536


@dataclass
class Answer:
    """What came back on a stream, or instead of it.

    `reset` and `goaway` are HTTP/2 error codes; `is_over` says whether the answer ended, in
    whatever way, before the time was up.
    """

    headers: Headers = ()
    body: bytes = b""
    trailers: Headers = ()
    reset: int | None = None
    goaway: int | None = None
    is_closed: bool = False
    is_ended: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.is_ended or self.is_closed or self.reset is not None or self.goaway is not None

    def first(self, name: str) -> str | None:
        """A header's or trailer's first value."""
        return next((v for n, v in (*self.headers, *self.trailers) if n == name), None)


@dataclass
class Request:
    """Headers, the pseudo ones first, and the payloads of the DATA frames.

    The last frame ends the stream, the headers if there is no frame; `ends` False leaves it open.
    """

    headers: Iterable[tuple[str, str]]
    frames: Sequence[bytes] = field(default=())
    ends: bool = True


class Connection:
    """A connection in HTTP/2 over a socket, plaintext or TLS.

    `goaway` is the error code and the debug data of a GOAWAY, `acknowledged` counts answers to
    our pings.
    """

    goaway: tuple[int, bytes] | None = None
    acknowledged = 0

    def __init__(self, raw: socket.socket) -> None:
        self._socket = raw
        self._h2 = H2Connection(CONFIG)
        self._answers: dict[int, Answer] = {}
        self._is_closed = False
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(WINDOW - 65535)
        self._flush()

    def send(self, request: Request) -> int:
        """Send a request; the number of its stream."""
        stream = self._h2.get_next_available_stream_id()
        self._answers[stream] = Answer()
        ends_at_once = request.ends and not request.frames
        self._h2.send_headers(stream, list(request.headers), end_stream=ends_at_once)
        for number, payload in enumerate(request.frames, start=1):
            self._h2.send_data(
                stream, payload, end_stream=request.ends and number == len(request.frames)
            )
        self._flush()
        return stream

    def answer(self, stream: int, seconds: float) -> Answer:
        """The answer on a stream, as far as it has come in this time."""
        answer = self._answers[stream]
        end = time.monotonic() + seconds
        while not answer.is_over and (left := end - time.monotonic()) > 0:
            self._receive(left)
        return answer

    def ping(self) -> None:
        """Send a ping."""
        with contextlib.suppress(H2Error, OSError):
            self._h2.ping(b"12345678")
            self._flush()

    def settle(self, seconds: float) -> None:
        """Take in what comes in this time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._is_closed:
            self._receive(left)

    def _receive(self, seconds: float) -> None:
        self._socket.settimeout(seconds)
        try:
            data = self._socket.recv(CHUNK)
        except TimeoutError:
            return
        except OSError:
            data = b""
        if not data:
            self._end_all()
            return
        try:
            for event in self._h2.receive_data(data):
                self._take(event)
            self._flush()
        except (H2Error, OSError):
            self._end_all()

    def _end_all(self) -> None:
        self._is_closed = True
        for answer in self._answers.values():
            answer.is_closed = True

    def _take(self, event: Event) -> None:
        if isinstance(event, ConnectionTerminated):
            self.goaway = int(event.error_code or 0), event.additional_data or b""
            for answer in self._answers.values():
                answer.goaway = self.goaway[0]
            return
        if isinstance(event, PingAckReceived):
            self.acknowledged += 1
        stream = getattr(event, "stream_id", None)
        answer = self._answers.get(stream or 0, Answer())
        if isinstance(event, ResponseReceived):
            answer.headers = _pairs(event.headers)
        elif isinstance(event, TrailersReceived):
            answer.trailers = _pairs(event.headers)
        elif isinstance(event, DataReceived):
            answer.body += event.data or b""
            if event.flow_controlled_length:
                self._h2.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id or 0
                )
        elif isinstance(event, StreamEnded):
            answer.is_ended = True
        elif isinstance(event, StreamReset):
            answer.reset = int(event.error_code or 0)

    def _flush(self) -> None:
        self._socket.sendall(self._h2.data_to_send())


def exchange(address: tuple[str, int], request: Request, seconds: float = 3.0) -> Answer:
    """Send one request on a plaintext connection of its own."""
    with socket.create_connection(address, timeout=seconds) as raw:
        connection = Connection(raw)
        return connection.answer(connection.send(request), seconds)


def _pairs(headers: object) -> Headers:
    assert isinstance(headers, Iterable)
    return tuple((_text(name), _text(value)) for name, value in headers)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
