"""A gRPC server on a socket that can be made to misbehave, on the h2 library."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from tests.bench.peer import OPENING, SUCCESS, framed


@dataclass
class Manners:
    """How the server behaves.

    It sends in pieces of `piece` bytes, answers after `delay` seconds, calls `before` with each
    call's number and connection before it answers (False: never answer it), and closes a
    connection after `closes_after` calls, `goaway` first if set.
    """

    piece: int = 1 << 20
    delay: float = 0.0
    settings: dict[SettingCodes, int] = field(default_factory=dict)
    before: Callable[[int, "Served"], bool] | None = None
    closes_after: int | None = None
    goaway: bool = False
    reset: bool = False


class Served:
    """One connection."""

    def __init__(self, connection: socket.socket, manners: Manners, server: "BadServer") -> None:
        self.socket = connection
        self.manners = manners
        self.server = server
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.local_settings = Settings(client=False, initial_values=manners.settings)
        self.calls = 0

    def serve(self) -> None:
        self.h2.initiate_connection()
        with self.socket, contextlib.suppress(OSError, ProtocolError):
            self.flush()
            while data := self.socket.recv(65_536):
                for event in self.h2.receive_data(data):
                    self._take(event)
                    if self._is_over():
                        return
                self.flush()

    def _take(self, event: Any) -> None:
        if isinstance(event, RequestReceived):
            self.server.received += 1
        elif isinstance(event, DataReceived):
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.calls += 1
            before = self.manners.before
            if before is None or before(self.server.received, self):
                self.answer(event.stream_id)

    def answer(self, stream: int, message: bytes = b"\x12\x00") -> None:
        if self.manners.delay:
            time.sleep(self.manners.delay)
        self.h2.send_headers(stream, OPENING)
        self.h2.send_data(stream, framed(message))
        self.h2.send_headers(stream, SUCCESS, end_stream=True)
        self.server.answered += 1
        self.flush()

    def flush(self) -> None:
        data = self.h2.data_to_send()
        for start in range(0, len(data), self.manners.piece):
            self.socket.sendall(data[start : start + self.manners.piece])

    def _is_over(self) -> bool:
        closes_after = self.manners.closes_after
        if closes_after is None or self.calls < closes_after:
            return False
        if self.manners.goaway:
            self.h2.close_connection()
            self.flush()
        if self.manners.reset:
            linger = struct.pack("ii", 1, 0)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return True


class BadServer:
    """See the module."""

    def __init__(self, manners: Manners) -> None:
        self.received = 0
        self.answered = 0
        self.connections = 0
        self._manners = manners
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(connection)
                served = Served(connection, self._manners, self)
                threading.Thread(target=served.serve, daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextlib.contextmanager
def misbehaving(**manners: Any) -> Iterator[BadServer]:
    server = BadServer(Manners(**manners))
    try:
        yield server
    finally:
        server.close()
