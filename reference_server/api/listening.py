"""The port of the GRPC API, served by grpcio's asyncio server."""

from collections.abc import Sequence
from typing import Any

import grpc
import grpc.aio

from reference_server.api.handlers import Handlers
from reference_server.listener import Listener, no_port, require_free, shown
from reference_server.node import Node
from reference_server.settings import Settings

OPTIONS = (
    ("grpc.max_send_message_length", -1),
    # Headers of 64 KiB are accepted, as there, but not of any size.
    ("grpc.max_metadata_size", 1 << 20),
    # Compression is judged with the message: Go's server knows gzip by release, never deflate.
    ("grpc.per_message_decompression", 0),
    # Two servers on one port would share its calls; a port in use is an error instead.
    ("grpc.so_reuseport", 0),
)
LONGEST_REFUSED = 1 << 26
"""Messages up to this size are read, to be refused in Go's words; grpcio refuses longer ones."""
GRACE_SECONDS = 1.0


async def listen_api(nodes: Sequence[Node]) -> Listener | None:
    """Serve the GRPC API of all nodes that have it on where the first one says."""
    nodes = [node for node in nodes if node.settings.serves_api]
    if not nodes:
        return None
    longest = max(LONGEST_REFUSED, *(4 * node.settings.max_receive_bytes for node in nodes))
    options = (*OPTIONS, ("grpc.max_receive_message_length", longest))
    server = grpc.aio.server(handlers=[Handlers(nodes)], options=options)
    address = _bound(server, nodes[0].settings)
    await server.start()

    async def stop() -> None:
        await server.stop(GRACE_SECONDS)

    return Listener("GRPC API", address, stop)


def _bound(server: Any, settings: Settings) -> str:
    """Bind the configured port and tell the address with the port that came of it."""
    host, option = settings.grpc_address, "--grpc_api_port"
    address = shown(host, settings.grpc_port)
    require_free(host, settings.grpc_port, option)
    try:
        if settings.tls is None:
            port = server.add_insecure_port(address)
        else:
            pair = (settings.tls.key, settings.tls.certificate)
            port = server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
    except RuntimeError:
        raise no_port(address, option) from None
    return shown(host, port)
