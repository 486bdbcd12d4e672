"""The HTTP port, until somebody connects.

What serves it is loaded then: most tests with a server of their own never get there, and a start
is to be quick. Connections wait in the sockets for as long as that takes.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reference_server.listener import Listener, no_port, require_free, shown
from reference_server.node import Node
from reference_server.settings import Tls

if TYPE_CHECKING:
    import ssl

    from reference_server.transports.http_port import HttpPort

BACKLOG = 1024
"""Connections that wait to be taken: as many as clients that come at once."""
_OPTION = "--port"
_TRIES = 5


async def listen_http(nodes: Sequence[Node]) -> Listener | None:
    """The HTTP port of the nodes, where the first one says; None if nothing is served on it."""
    place = nodes[0].settings.http
    if not any(node.settings.websocket.enabled or node.settings.http.health for node in nodes):
        return None
    require_free(place.address, place.port, _OPTION)
    tls = _tls_context(place.tls) if place.tls else None
    sockets = _listening(place.address, place.port)
    door = _Door(nodes, sockets, tls)
    return Listener("HTTP", shown(place.address, sockets[0].getsockname()[1]), door.stop)


class _Door:
    """Sockets that listen; the first who connects has the port served."""

    def __init__(
        self,
        nodes: Sequence[Node],
        sockets: Sequence[socket.socket],
        tls: "ssl.SSLContext | None",
    ) -> None:
        self._nodes, self._sockets, self._tls = nodes, sockets, tls
        self._loop = asyncio.get_running_loop()
        self._serving: asyncio.Task[HttpPort] | None = None
        for each in sockets:
            self._loop.add_reader(each, self._open)

    async def stop(self) -> None:
        """Listen no more."""
        if self._serving is None:
            self._leave()
            for each in self._sockets:
                each.close()
        else:
            await (await self._serving).stop()

    def _open(self) -> None:
        if self._serving is None:
            self._leave()
            self._serving = self._loop.create_task(self._serve())

    def _leave(self) -> None:
        for each in self._sockets:
            self._loop.remove_reader(each)

    async def _serve(self) -> "HttpPort":
        from reference_server.transports.http_port import HttpPort  # noqa: PLC0415

        port = HttpPort(self._nodes)
        await port.serve(self._sockets, self._tls)
        return port


def _listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on each address of a host; port 0 is one that is free on all."""
    for attempt in range(_TRIES):
        with contextlib.ExitStack() as opened:
            try:
                sockets = _bound(host, port, opened)
            except OSError:
                if port or attempt == _TRIES - 1:
                    raise no_port(shown(host, port), _OPTION) from None
                continue
            opened.pop_all()
            return sockets
    raise AssertionError("the last try ends it")


def _bound(host: str, port: int, opened: contextlib.ExitStack) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in dict.fromkeys(found):
        each = opened.enter_context(socket.socket(family, kind, protocol))
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        taken = sockets[0].getsockname()[1] if sockets else port
        try:
            each.bind((address[0], taken, *address[2:]))
        except OSError as error:
            # A family that the machine has no address of.
            if error.errno == errno.EADDRNOTAVAIL and len(found) > 1:
                continue
            raise
        each.listen(BACKLOG)
        each.setblocking(False)  # noqa: FBT003
        sockets.append(each)
    if not sockets:
        raise OSError(errno.EADDRNOTAVAIL, host)
    return sockets


def _tls_context(tls: Tls) -> "ssl.SSLContext":
    import ssl  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Python reads certificates from files only.
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
        key.touch(mode=0o600)
        certificate.write_bytes(tls.certificate)
        key.write_bytes(tls.key)
        context.load_cert_chain(certificate, key)
    return context
