"""The HTTP port: WebSocket clients, and the health check where it is switched on."""

import http
import logging
import socket
import ssl
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from reference_server.listener import Listener, no_port, require_free, shown
from reference_server.node import Node
from reference_server.settings import Tls
from reference_server.transports.limits import ConnectionLimits
from reference_server.transports.origins import is_allowed
from reference_server.transports.reception import Reception
from reference_server.transports.speech import chosen_subprotocol, version_of

_OPTION = "--port"
_OPENING_SECONDS = 10.0
_GRACE_SECONDS = 1.0
_TRIES = 5
_SILENT = logging.getLogger(f"{__name__}.websockets")
_SILENT.disabled = True
"""The library's own log: a traceback for every client that breaks off."""


async def listen_http(nodes: Sequence[Node]) -> Listener | None:
    """The HTTP port of the nodes, where the first one says; None if nothing is served on it."""
    place = nodes[0].settings.http
    port = HttpPort(nodes)
    if not port.serves_anything:
        return None
    return await port.listen(place.address, place.port, place.tls)


class HttpPort:
    """What the nodes of a process serve on one HTTP port."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = [node for node in nodes if node.settings.websocket.enabled]
        places = [node.settings.http for node in nodes]
        self._health_paths = {place.health_path for place in places if place.health}
        self._reception = Reception()
        self._limits = {node: ConnectionLimits(node, time.monotonic) for node in self._nodes}

    @property
    def serves_anything(self) -> bool:
        """Whether there is anything to listen for."""
        return bool(self._nodes or self._health_paths)

    async def listen(self, host: str, port: int, tls: Tls | None) -> Listener:
        """Begin to serve; port 0 is any that is free. Raises `Problem`."""
        require_free(host, port, _OPTION)
        context = _tls_context(tls) if tls else None
        for attempt in range(_TRIES):
            chosen = port or _free_port(host)
            try:
                server = await self._serve(host, chosen, context)
                break
            except OSError:
                if port or attempt == _TRIES - 1:
                    raise no_port(shown(host, port), _OPTION) from None

        async def stop() -> None:
            await self._reception.close(_GRACE_SECONDS)
            server.close()
            await server.wait_closed()

        return Listener("HTTP", shown(host, chosen), stop)

    async def _serve(self, host: str, port: int, context: ssl.SSLContext | None) -> Server:
        options = [node.settings.websocket for node in self._nodes]
        return await serve(
            self._handle,
            host,
            port,
            process_request=self._answer,
            select_subprotocol=self._select_subprotocol,
            create_connection=_Connection,
            compression="deflate" if any(option.compression for option in options) else None,
            max_size=max((option.message_size_limit for option in options), default=0) or None,
            open_timeout=_OPENING_SECONDS,
            ping_interval=None,
            close_timeout=5,
            server_header=None,
            logger=_SILENT,
            ssl=context,
        )

    def _answer(self, _connection: ServerConnection, request: Request) -> Response | None:
        """The answer of a request that is not let through to the WebSocket; None for others."""
        url = urlsplit(request.path)
        if url.path in self._health_paths:
            return _response(http.HTTPStatus.OK, "{}", "application/json")
        nodes = self._nodes_at(url.path)
        if not nodes:
            return _response(http.HTTPStatus.NOT_FOUND, "404 page not found\n")
        if not any(self._limits[node].take() for node in nodes):
            return _response(http.HTTPStatus.SERVICE_UNAVAILABLE, "", "")
        query = _first_values(url.query)
        nodes = [node for node in nodes if version_of(node.settings, query) is not None]
        wants_upgrade = "websocket" in request.headers.get("Upgrade", "").lower()
        if not nodes or not wants_upgrade:
            return _response(http.HTTPStatus.BAD_REQUEST, "Bad Request\n")
        origin = request.headers.get("Origin", "")
        if not any(is_allowed(origin, node.settings.clients.allowed_origins) for node in nodes):
            return _response(http.HTTPStatus.FORBIDDEN, "Forbidden\n")
        return None

    def _select_subprotocol(
        self, connection: ServerConnection, offered: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        assert connection.request is not None
        nodes = self._nodes_at(urlsplit(connection.request.path).path)
        chosen = chosen_subprotocol([node.release for node in nodes], offered)
        return Subprotocol(chosen) if chosen else None

    def _nodes_at(self, path: str) -> list[Node]:
        return [node for node in self._nodes if node.settings.websocket.path == path]

    async def _handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        url = urlsplit(connection.request.path)
        origin = connection.request.headers.get("Origin", "")
        nodes = [
            node
            for node in self._nodes_at(url.path)
            if is_allowed(origin, node.settings.clients.allowed_origins)
        ]
        query = _first_values(url.query)
        await self._reception.receive(connection, nodes, query)


class _Connection(ServerConnection):
    """Says no more than its code where a message is too big, as the real server does."""

    def __init__(self, protocol: ServerProtocol, *arguments: Any, **options: Any) -> None:
        super().__init__(protocol, *arguments, **options)
        fail = protocol.fail

        def tell(code: int, reason: str = "") -> None:
            fail(code, "" if code == CloseCode.MESSAGE_TOO_BIG else reason)

        protocol.fail = tell  # type: ignore[method-assign]


def _first_values(query: str) -> dict[str, str]:
    """A query by name; of several values the first counts, as in Go."""
    return dict(reversed(parse_qsl(query, keep_blank_values=True)))


def _response(
    status: http.HTTPStatus, text: str, kind: str = "text/plain; charset=utf-8"
) -> Response:
    body = text.encode()
    headers = Headers({"Content-Length": str(len(body))})
    if kind:
        headers["Content-Type"] = kind
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, body)


def _free_port(host: str) -> int:
    """A port that is free on the first address of a host; perhaps no longer when it is used."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.bind(address)
        port: int = probe.getsockname()[1]
        return port


def _tls_context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Python reads certificates from files only.
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
        key.touch(mode=0o600)
        certificate.write_bytes(tls.certificate)
        key.write_bytes(tls.key)
        context.load_cert_chain(certificate, key)
    return context
