"""What the HTTP port serves: WebSocket clients, and the health check where it is switched on."""

import http
import logging
import ssl
import time
from collections.abc import Sequence
from socket import socket
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from reference_server.node import Node
from reference_server.transports.http_listening import BACKLOG
from reference_server.transports.limits import ConnectionLimits
from reference_server.transports.origins import is_allowed
from reference_server.transports.reception import Reception
from reference_server.transports.speech import chosen_subprotocol, version_of

_OPENING_SECONDS = 10.0
_GRACE_SECONDS = 1.0
_SILENT = logging.getLogger(f"{__name__}.websockets")
_SILENT.disabled = True
"""The library's own log: a traceback for every client that breaks off."""


class HttpPort:
    """Serves the nodes of a process on one HTTP port."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = [node for node in nodes if node.settings.websocket.enabled]
        places = [node.settings.http for node in nodes]
        self._health_paths = {place.health_path for place in places if place.health}
        self._reception = Reception()
        self._limits = {node: ConnectionLimits(node, time.monotonic) for node in self._nodes}
        self._servers: list[Server] = []

    async def serve(self, sockets: Sequence[socket], tls: ssl.SSLContext | None) -> None:
        """Take the connections of sockets that listen."""
        self._servers += [await self._serve(each, tls) for each in sockets]

    async def stop(self) -> None:
        """Tell the clients, and take no more."""
        await self._reception.close(_GRACE_SECONDS)
        for server in self._servers:
            server.close()
            await server.wait_closed()

    async def _serve(self, listening: socket, tls: ssl.SSLContext | None) -> Server:
        options = [node.settings.websocket for node in self._nodes]
        return await serve(
            self._handle,
            sock=listening,
            backlog=BACKLOG,
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
            ssl=tls,
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
