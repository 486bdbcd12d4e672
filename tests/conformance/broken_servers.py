"""Servers that are none, or that stop being one in mid-run."""

import http.server
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CERTIFICATE = Path(__file__).parents[2] / "conformance" / "targets" / "certificate"


@contextmanager
def tcp_server(treat: Callable[[socket.socket], None]) -> Iterator[str]:
    """Takes connections and treats each as told."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            treat(self.request)

    with _serving(_Server(("127.0.0.1", 0), Handler)) as address:
        yield address


@contextmanager
def http_server() -> Iterator[str]:
    """Any web server."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with _serving(_Server(("127.0.0.1", 0), Handler)) as address:
        yield address


def hang(connection: socket.socket) -> None:
    """Read everything, answer nothing."""
    while connection.recv(65536):
        pass


def drop(connection: socket.socket) -> None:
    """Close as soon as something comes."""
    connection.recv(1)


def garble(connection: socket.socket) -> None:
    """Answer anything with what is no protocol."""
    connection.recv(1)
    connection.sendall(b"\xde\xad\xbe\xef" * 64)
    hang(connection)


def speak_tls(connection: socket.socket) -> None:
    """Expect TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE / "localhost.crt", CERTIFICATE / "localhost.key")
    try:
        with context.wrap_socket(connection, server_side=True) as secured:
            hang(secured)
    except OSError:
        return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # A connection that the other side has reset.


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
