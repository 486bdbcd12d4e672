"""A network that fails: a TCP proxy whose connections are cut, frozen, slowed and corrupted."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from centrifugo_grpc.endpoint import split_address

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: a connection that is closed is reset."""
_PIECE = 4096


class Network:
    """The way to one address. Every change counts at once, for open connections too.

    `carried` are the bytes that came from the server. `at` has something done once so many of
    them have passed.
    """

    def __init__(self, target: str) -> None:
        self._target = split_address(target)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.carried = 0
        self.delay = 0.0
        self.bytes_per_second = 0
        self.spoil: Callable[[bytes], bytes] | None = None
        self._flows = threading.Event()
        self._flows.set()
        self._is_down = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._due: tuple[int, Callable[[], None]] | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def at(self, carried: int, happens: Callable[[], None]) -> None:
        """Have something happen once the server has sent so many bytes."""
        self._due = (carried, happens)

    def lead_to(self, target: str) -> None:
        """End every connection, and carry new ones to another server."""
        self._target = split_address(target)
        self.cut()

    def cut(self) -> None:
        """Reset every open connection; new ones are carried."""
        with self._lock:
            cut, self._open = self._open, set()
        for one in cut:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                # The thread that reads it has to let go of it first.
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def take_down(self) -> None:
        """Reset every connection, and each new one as it comes."""
        self._is_down = True
        self.cut()

    def freeze(self) -> None:
        """Carry nothing any more, and tell nobody."""
        self._flows.clear()

    def thaw(self) -> None:
        """Carry on, with what was held back first."""
        self._flows.set()

    def close(self) -> None:
        """End it."""
        self._is_down = True
        self._listener.close()
        self.thaw()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_down:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    client.close()
                    continue
                try:
                    server = socket.create_connection(self._target, 5)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                with self._lock:
                    self._open |= {client, server}
                for way in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                self._flows.wait()
                if self.delay:
                    time.sleep(self.delay)
                if is_answer:
                    piece = self._counted(piece)
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _counted(self, piece: bytes) -> bytes:
        if self.bytes_per_second:
            time.sleep(len(piece) / self.bytes_per_second)
        self.carried += len(piece)
        due = self._due
        if due is not None and self.carried >= due[0]:
            self._due = None
            due[1]()
        return self.spoil(piece) if self.spoil is not None else piece


@contextmanager
def network(target: str) -> Iterator[Network]:
    """A network to an address, well until told otherwise."""
    between = Network(target)
    try:
        yield between
    finally:
        between.close()


def flipped(piece: bytes) -> bytes:
    """A piece with one bit of its middle turned over."""
    at = len(piece) // 2
    return piece[:at] + bytes([piece[at] ^ 0x10]) + piece[at + 1 :]
