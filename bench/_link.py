"""A TCP or TLS connection on gevent's loop: bytes in and out, never waiting for either.

Reading happens in the loop's own callback, without a switch of greenlets: what arrives is handed
to `on_data` at once, and what was to be sent after it goes out in the same turn.
"""

import socket
import ssl
from collections.abc import Callable
from typing import Any

import gevent
import gevent.socket

from bench._outgoing import Bytes, joined
from centrifugo_grpc.endpoint import Endpoint, split_address

_READ = 65_536
_READABLE, _WRITABLE = 1, 2


class Closed(Exception):
    """The connection is gone; the text says how."""


def connect(endpoint: Endpoint, timeout: float) -> "Link":
    """A new connection; raises `Closed` when there is none within `timeout` seconds."""
    host, port = split_address(endpoint.address)
    plain: Any = None
    try:
        with gevent.Timeout(timeout):
            plain = gevent.socket.create_connection((host, port))
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = Link(plain)
            if endpoint.tls:
                link.shake_hands(_context(endpoint), host)
            return link
    except (gevent.Timeout, OSError) as error:
        if plain is not None:
            plain.close()
        raise Closed(_why(error)) from error


def _why(error: BaseException) -> str:
    if isinstance(error, gevent.Timeout):
        return "connect timed out"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason}"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=endpoint.ca)
    context.set_alpn_protocols(["h2"])
    return context


class Link:
    """See the module. `start` begins to read; `on_close` is called once, with the reason."""

    def __init__(self, plain: Any) -> None:
        self._socket = plain
        self._tls: ssl.SSLObject | None = None
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._unsent: list[Bytes] = []
        self._reading: Any = None
        self._writing: Any = None
        self._on_data: Callable[[bytes], None] = lambda _: None
        self._on_close: Callable[[str], None] = lambda _: None
        self.is_open = True

    def shake_hands(self, context: ssl.SSLContext, host: str) -> None:
        """The TLS handshake, before `start`; this one waits."""
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=host)
        while True:
            try:
                self._tls.do_handshake()
                self._socket.sendall(self._out.read())
                break
            except ssl.SSLWantReadError:
                self._socket.sendall(self._out.read())
                data = self._socket.recv(_READ)
                if not data:
                    raise Closed("closed during the TLS handshake") from None
                self._in.write(data)
        if self._tls.selected_alpn_protocol() not in {"h2", None}:
            raise Closed("TLS offers no HTTP/2")

    def start(self, on_data: Callable[[bytes], None], on_close: Callable[[str], None]) -> None:
        """Hand over what arrives from now on."""
        self._socket.setblocking(False)  # noqa: FBT003
        self._on_data, self._on_close = on_data, on_close
        loop, number = gevent.get_hub().loop, self._socket.fileno()
        self._reading = loop.io(number, _READABLE)
        self._writing = loop.io(number, _WRITABLE)
        self._reading.start(self._readable)

    def send(self, chunks: list[bytes]) -> None:
        """Send; what the socket does not take now follows as soon as it does."""
        if not chunks or not self.is_open:
            return
        data = joined(chunks)
        chunks.clear()
        if self._tls is not None:
            self._tls.write(data)
            data = self._out.read()
        if self._unsent:
            self._unsent.append(data)
            return
        self._write(data)

    @property
    def is_behind(self) -> bool:
        """Whether bytes wait for the socket."""
        return bool(self._unsent)

    def close(self, why: str) -> None:
        """Close, once; `on_close` hears why."""
        if not self.is_open:
            return
        self.is_open = False
        for watcher in (self._reading, self._writing):
            if watcher is not None:
                watcher.stop()
                watcher.close()
        self._socket.close()
        self._on_close(why)

    def _write(self, data: Bytes) -> None:
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.close(error.strerror or str(error))
            return
        if sent < len(data):
            self._unsent.append(memoryview(data)[sent:])
            self._writing.start(self._writable)

    def _writable(self) -> None:
        self._writing.stop()
        data = joined(self._unsent)
        self._unsent.clear()
        self._write(data)

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError as error:
            self.close(error.strerror or str(error))
            return
        if not data:
            self.close("closed by the server")
        elif self._tls is None:
            self._on_data(data)
        else:
            self._in.write(data)
            self._decrypt(self._tls)

    def _decrypt(self, tls: ssl.SSLObject) -> None:
        while self.is_open:
            try:
                data = tls.read(_READ)
            except ssl.SSLWantReadError:
                return
            except ssl.SSLError as error:
                self.close(f"TLS failed: {error.reason}")
                return
            if not data:
                self.close("closed by the server")
                return
            self._on_data(data)
