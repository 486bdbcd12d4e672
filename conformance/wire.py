"""Requests in HTTP/2 as they are written, for what no gRPC client sends, and what came back."""

import socket
import ssl
import struct
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import grpc
from google.protobuf.message import Message

from centrifugo_grpc.client import Recorder
from centrifugo_grpc.endpoint import Endpoint, split_address
from centrifugo_grpc.exchange import Exchange
from centrifugo_grpc.raw_http2 import Answer, Connection, Request
from centrifugo_grpc.releases import Dialect
from conformance import expect
from conformance.expect import Deviation

SILENCE_SECONDS = 1.0
"""How long nothing comes before it is called no answer."""
ANSWER_SECONDS = 5.0


@dataclass(frozen=True)
class Outcome:
    """How a request ended.

    `kind` is `grpc` with a status, `reset` or `goaway` with an HTTP/2 error code, `http` with a
    status that is not 200, `closed`, or `none` for no answer at all.
    """

    kind: str
    code: int = 0
    text: str = ""
    grpc: int | None = None

    @property
    def is_success(self) -> bool:
        """Whether the call was answered as a success."""
        return self.kind == "grpc" and self.code == 0

    def __str__(self) -> str:
        also = f" with gRPC status {self.grpc}" if self.grpc is not None else ""
        return " ".join(filter(None, [self.kind, str(self.code), self.text])) + also


def outcome(answer: Answer) -> Outcome:
    """How an answer ended, in what decides about it."""
    if answer.reset is not None and answer.first("grpc-status") is None:
        return Outcome("reset", answer.reset)
    if answer.goaway is not None and answer.first("grpc-status") is None:
        return Outcome("goaway", answer.goaway)
    status, told = answer.first(":status"), answer.first("grpc-status")
    text = answer.first("grpc-message") or ""
    number = int(told) if told is not None and told.isdigit() else None
    if status is not None and status != "200":
        return Outcome("http", int(status), text, number)
    if number is not None:
        return Outcome("grpc", number, text)
    return Outcome("closed" if answer.is_over else "none")


def changed(headers: list[tuple[str, str]], name: str, value: str | None) -> list[tuple[str, str]]:
    """The headers with another value of one of them, or without it."""
    if value is None:
        return [header for header in headers if header[0] != name]
    return [(key, value if key == name else old) for key, old in headers]


def message(body: bytes, flag: int = 0) -> bytes:
    """A message with its prefix: the flag of compression and the length."""
    return struct.pack(">BI", flag, len(body)) + body


def messages(body: bytes) -> list[bytes]:
    """The messages that a body is made of; deviates if it is not."""
    found = []
    while body:
        if len(body) < 5 or len(body) < 5 + struct.unpack(">I", body[1:5])[0]:
            raise Deviation("whole messages in the body", expect.shown(body))
        end = 5 + struct.unpack(">I", body[1:5])[0]
        found.append(body[5:end])
        body = body[end:]
    return found


class Wire:
    """The target in HTTP/2, over TLS if it speaks it."""

    def __init__(
        self, endpoint: Endpoint, dialect: Dialect, record: Recorder, stack: ExitStack
    ) -> None:
        self._endpoint = endpoint
        self._dialect = dialect
        self._record = record
        self._stack = stack

    def headers(self, method: str = "Info", *more: tuple[str, str]) -> list[tuple[str, str]]:
        """The headers of a call, with the endpoint's key."""
        return [
            (":method", "POST"),
            (":scheme", "https" if self._endpoint.tls else "http"),
            (":path", f"/{self._dialect.service}/{method}"),
            (":authority", self._endpoint.address),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            *self._endpoint.key_metadata(),
            *more,
        ]

    def connect(self) -> Connection:
        """A connection of its own."""
        return Connection(self._socket())

    def ends_on(self, garbage: bytes) -> bool:
        """Whether the server closes a connection that begins with what is no HTTP/2."""
        raw = self._socket()
        raw.settimeout(ANSWER_SECONDS)
        try:
            raw.sendall(garbage)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True  # Reset.
        return True

    def interleaved(self, count: int) -> list[Outcome]:
        """The outcomes of calls that are all sent before the first answer is read."""
        connection = self.connect()
        request = Request(self.headers(), [message(b"")])
        streams = [connection.send(request) for _ in range(count)]
        return [outcome(connection.answer(stream, ANSWER_SECONDS)) for stream in streams]

    def _socket(self) -> socket.socket:
        host, port = split_address(self._endpoint.address)
        raw: socket.socket = self._stack.enter_context(socket.create_connection((host, port), 5))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._endpoint.tls:
            context = ssl.create_default_context(cafile=self._endpoint.ca)
            context.set_alpn_protocols(["h2"])
            raw = self._stack.enter_context(context.wrap_socket(raw, server_hostname=host))
        return raw

    def ask(
        self,
        frames: Sequence[bytes] = (message(b""),),
        headers: list[tuple[str, str]] | None = None,
        method: str = "Info",
    ) -> Answer:
        """One request on a connection of its own, and its answer, awaited."""
        return self.ask_on(self.connect(), frames, headers, method)

    def ask_on(
        self,
        connection: Connection,
        frames: Sequence[bytes] = (message(b""),),
        headers: list[tuple[str, str]] | None = None,
        method: str = "Info",
        seconds: float = ANSWER_SECONDS,
    ) -> Answer:
        """As `ask`, on a connection that is there."""
        headers = self.headers(method) if headers is None else headers
        answer = connection.answer(connection.send(Request(headers, frames)), seconds)
        self._keep(method, frames, answer)
        return answer

    def together(self, requests: Sequence[Sequence[bytes]], method: str = "Info") -> list[Outcome]:
        """The outcomes of requests on one connection, of which some may get no answer.

        `none` is a verdict: nothing within a second, while a call beside them is answered.
        """
        connection = self.connect()
        headers = self.headers(method)
        streams = [connection.send(Request(headers, frames)) for frames in requests]
        until = time.monotonic() + SILENCE_SECONDS
        answers = [
            connection.answer(stream, max(until - time.monotonic(), 0.01)) for stream in streams
        ]
        for frames, answer in zip(requests, answers, strict=True):
            self._keep(method, frames, answer)
        if not all(answer.is_over for answer in answers):
            beside = outcome(self.ask_on(connection))
            expect.that(beside.is_success, f"success of a call beside it, not {beside}")
        return [outcome(answer) for answer in answers]

    def _keep(self, method: str, frames: Sequence[bytes], answer: Answer) -> None:
        """Keep it as evidence, like any other exchange."""
        end = outcome(answer)
        codes = {code.value[0]: code for code in grpc.StatusCode}
        is_grpc = end.kind == "grpc" and end.code in codes
        exchange: Exchange[Message] = Exchange(
            service=self._dialect.service,
            method=method,
            request=b"".join(frames),
            status=codes[end.code] if is_grpc else grpc.StatusCode.UNKNOWN,
            details=end.text if is_grpc else f"(not gRPC) {end}",
            response=None,
            seconds=0.0,
        )
        self._record(exchange)
