"""Brings WebSocket clients to their node: the one there is, or the one that speaks as they do."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from google.protobuf.message import DecodeError
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from centrifugo_grpc.releases.websocket import PROTOCOL_VERSIONS
from reference_server.clients.failures import disconnects_of
from reference_server.node import Node
from reference_server.protocol.frames import json_by_line, length_delimited
from reference_server.protocol.json_reader import text_of
from reference_server.protocol.json_values import MalformedError, members
from reference_server.protocol.messages import V2
from reference_server.transports.speech import is_binary, speech, version_of
from reference_server.transports.websocket import WebSocketClient

_LOG = logging.getLogger(__name__)


class Reception:
    """The WebSocket clients of a port, each served until it goes or `close` is called."""

    def __init__(self) -> None:
        self._clients: dict[WebSocketClient, asyncio.Task[None] | None] = {}

    async def receive(
        self, connection: ServerConnection, nodes: Sequence[Node], query: Mapping[str, str]
    ) -> None:
        """Serve a client by one of the nodes until it has gone."""
        first = None
        node, version = nodes[0], version_of(nodes[0].settings, query)
        if len(nodes) > 1:
            try:
                async with asyncio.timeout(nodes[-1].settings.clients.stale_close_delay or None):
                    first = await connection.recv(decode=False)
            except ConnectionClosed:
                return
            except TimeoutError:
                stale = disconnects_of(nodes[-1].release).stale
                await connection.close(stale.code, stale.reason)
                return
            node, version = _spoken_to(first, connection, nodes, query)
        assert version is not None
        subprotocol = connection.subprotocol
        client = WebSocketClient(
            connection, node, speech(node.settings, version, query, subprotocol)
        )
        self._clients[client] = asyncio.current_task()
        try:
            await client.run(first)
        except Exception:
            # A fault of this server: it is told, and the others are served.
            _LOG.exception("a WebSocket client could not be served")
        finally:
            del self._clients[client]

    async def close(self, grace: float) -> None:
        """Tell all clients that the server stops; those that linger are dropped after `grace`."""
        for client in self._clients:
            client.session.close(client.session.known.shutdown)
        tasks = [task for task in self._clients.values() if task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for client in self._clients:
            client.drop()


def _spoken_to(
    first: bytes, connection: ServerConnection, nodes: Sequence[Node], query: Mapping[str, str]
) -> tuple[Node, int]:
    """Which of several nodes a client means, and in which version of the protocol.

    Its first command tells: that of protocol v2 has `connect` in it. v2 goes to the newest
    release that speaks it, v1 to the oldest.
    """
    binary = any(is_binary(node.release, query, connection.subprotocol) for node in nodes)
    version = 2 if _is_v2(first, binary=binary) else 1
    able = [node for node in nodes if version in PROTOCOL_VERSIONS[node.release]] or list(nodes)
    node = able[-1] if version == 2 else able[0]
    known = PROTOCOL_VERSIONS[node.release]
    return node, version if version in known else known[0]


def _is_v2(frame: bytes, *, binary: bool) -> bool:
    try:
        if binary:
            command = V2["Command"].FromString(next(length_delimited(frame), b""))
            return bool(command.HasField("connect"))
        return any(text_of(name) == b"connect" for name, _ in members(next(json_by_line(frame))))
    except (MalformedError, DecodeError):
        return False
