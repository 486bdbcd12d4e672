"""One unary call over and over in HTTP/2 frames made beforehand: a client that costs little.

A client library would spend more time on a call than the server that is measured.
"""

import socket
import struct
import time
from dataclasses import dataclass

from hpack import Encoder

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_WINDOW = 2**30
_DEFAULT_WINDOW = 65_535
_HEAD = 9
_GROWTH = 4
_TIMEOUT = 30.0


@dataclass(frozen=True)
class Measured:
    """Calls that were answered, in how many seconds."""

    calls: int
    seconds: float

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds


class RawLoad:
    """A connection on which `in_flight` calls are always under way.

    Every answer must have a message of about `answer_bytes` (an offset grows as it counts);
    anything else raises `RuntimeError`.
    """

    def __init__(self, address: tuple[str, int], path: str, body: bytes, answer_bytes: int) -> None:
        self._socket = socket.create_connection(address, _TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pairs = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        ]
        encoder = Encoder()
        encoder.header_table_size = 0
        block = encoder.encode(pairs)
        message = b"\0" + struct.pack(">I", len(body)) + body
        self._first = _head(len(block), _HEADERS, _END_HEADERS), block
        self._second = _head(len(message), _DATA, _END_STREAM), message
        self._answer_bytes = answer_bytes
        self._next_stream = 1
        self._window = _DEFAULT_WINDOW
        self._received_data = 0
        self._buffer = bytearray()
        settings = struct.pack(">HI", 4, _WINDOW)
        grown = struct.pack(">I", _WINDOW)
        self._socket.sendall(
            _PREFACE + _frame(_SETTINGS, 0, settings) + _frame(_WINDOW_UPDATE, 0, grown)
        )

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def run(self, seconds: float, in_flight: int) -> Measured:
        """Call for so many seconds, then wait for the calls that are under way."""
        started = time.perf_counter()
        under_way = calls = 0
        while True:
            if time.perf_counter() - started < seconds:
                under_way += self._send(in_flight - under_way)
            if not under_way:
                return Measured(calls, time.perf_counter() - started)
            answered = self._receive()
            under_way -= answered
            calls += answered

    def _send(self, count: int) -> int:
        (head, block), (data_head, message) = self._first, self._second
        count = min(count, self._window // len(message))
        frames = []
        for _ in range(count):
            stream = struct.pack(">I", self._next_stream)
            frames += [head, stream, block, data_head, stream, message]
            self._next_stream += 2
        self._window -= count * len(message)
        self._socket.sendall(b"".join(frames))
        return count

    def _receive(self) -> int:
        """Take in what has come; how many calls were answered by it."""
        received = self._socket.recv(1 << 18)
        if not received:
            raise RuntimeError("the server closed the connection")
        self._buffer += received
        buffer, at, answered, replies = self._buffer, 0, 0, b""
        while len(buffer) - at >= _HEAD:
            length = int.from_bytes(buffer[at : at + 3], "big")
            end = at + _HEAD + length
            if len(buffer) < end:
                break
            kind, flags = buffer[at + 3], buffer[at + 4]
            if kind in {_DATA, _HEADERS}:
                answered += self._answered(kind, flags, length)
            elif kind not in {_RST_STREAM, _GOAWAY}:
                replies += self._replied(kind, flags, bytes(buffer[at : at + 5 + 4]), buffer, end)
            else:
                raise RuntimeError(f"the server sent {bytes(buffer[at:end])!r}")
            at = end
        del buffer[:at]
        if self._received_data > _WINDOW // 2:
            replies += _frame(_WINDOW_UPDATE, 0, struct.pack(">I", self._received_data))
            self._received_data = 0
        if replies:
            self._socket.sendall(replies)
        return answered

    def _answered(self, kind: int, flags: int, length: int) -> bool:
        if kind == _DATA:
            self._received_data += length
            if abs(length - 5 - self._answer_bytes) > _GROWTH:
                raise RuntimeError(f"an answer of {length - 5} bytes, not {self._answer_bytes}")
        return kind == _HEADERS and bool(flags & _END_STREAM)

    def _replied(self, kind: int, flags: int, head: bytes, buffer: bytearray, end: int) -> bytes:
        if kind == _SETTINGS and not flags & _ACK:
            return _frame(_SETTINGS, _ACK, b"")
        if kind == _PING and not flags & _ACK:
            return _frame(_PING, _ACK, bytes(buffer[end - 8 : end]))
        if kind == _WINDOW_UPDATE and head[5:] == b"\0\0\0\0":
            self._window += int.from_bytes(buffer[end - 4 : end], "big")
        return b""


def _head(length: int, kind: int, flags: int) -> bytes:
    return struct.pack(">I", length)[1:] + bytes([kind, flags])


def _frame(kind: int, flags: int, payload: bytes) -> bytes:
    return _head(len(payload), kind, flags) + b"\0\0\0\0" + payload
