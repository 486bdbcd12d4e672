"""The port of `CentrifugoUniStream`, served by grpcio's asyncio server."""

from collections.abc import Sequence
from typing import Any

import grpc
import grpc.aio

from reference_server.api.answers import GrpcFailure
from reference_server.api.listening import GRACE_SECONDS, LONGEST_REFUSED, OPTIONS
from reference_server.listener import Listener, no_port, require_free, shown
from reference_server.node import Node

SERVICE = "centrifugal.centrifugo.unistream.CentrifugoUniStream"


async def listen_uni(nodes: Sequence[Node]) -> Listener | None:
    """Serve the one-way stream of the first node that has it on."""
    node = next((node for node in nodes if node.settings.uni_grpc.enabled), None)
    if node is None:
        return None
    longest = max(LONGEST_REFUSED, 4 * node.settings.uni_grpc.max_receive_bytes)
    options = (*OPTIONS, ("grpc.max_receive_message_length", longest))
    server = grpc.aio.server(handlers=[_Handlers(node)], options=options)
    address = _bound(server, node)
    await server.start()

    async def stop() -> None:
        node.shut_down()
        await server.stop(GRACE_SECONDS)

    return Listener("uni GRPC", address, stop)


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """One handler for every path. Bodies come as bytes, to be judged in Go's order and words."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        service, _, method = handler_call_details.method.removeprefix("/").rpartition("/")
        if service == SERVICE and method == "Consume":
            # With the first stream: most tests have none, and a start is to be quick.
            from reference_server.transports.uni_stream import Streaming  # noqa: PLC0415

            return grpc.unary_stream_rpc_method_handler(Streaming(self._node).consume)
        details = (
            f"unknown method {method} for service {service}"
            if service == SERVICE
            else f"unknown service {service}"
        )
        return _refusing(GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, details))


def _refusing(failure: GrpcFailure) -> Any:
    async def handle(_body: bytes, context: Any) -> bytes:
        await context.abort(failure.status, failure.details, failure.trailers)
        raise AssertionError("abort raises")

    return grpc.unary_unary_rpc_method_handler(handle)


def _bound(server: Any, node: Node) -> str:
    """Bind the configured port and tell the address with the port that came of it."""
    options = node.settings.uni_grpc
    option = "--uni_grpc_port"
    address = shown(options.address, options.port)
    require_free(options.address, options.port, option)
    try:
        if options.tls is None:
            port = server.add_insecure_port(address)
        else:
            pair = (options.tls.key, options.tls.certificate)
            port = server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
    except RuntimeError:
        raise no_port(address, option) from None
    return shown(options.address, port)
