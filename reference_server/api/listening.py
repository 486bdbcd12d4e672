"""The port of the GRPC API, served by grpcio's asyncio server.

Every call comes to one handler as bytes, so that lengths, bodies and keys are judged in the
order and the words of Go's server. asyncio was measured to serve more calls here than threads.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc
import grpc.aio

from centrifugo_grpc.releases import ANSWERS_MISSING_MESSAGE
from reference_server.api.answers import GrpcFailure
from reference_server.api.compression import is_gzip
from reference_server.api.gate import Gate, Method
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


async def listen_api(nodes: Sequence[Node]) -> Listener:
    """Serve the GRPC API of all nodes where the first one says."""
    longest = max(LONGEST_REFUSED, *(4 * node.settings.max_receive_bytes for node in nodes))
    options = (*OPTIONS, ("grpc.max_receive_message_length", longest))
    server = grpc.aio.server(handlers=[_Handlers(Gate(nodes))], options=options)
    address = _bound(server, nodes[0].settings)
    await server.start()

    async def stop() -> None:
        await server.stop(GRACE_SECONDS)

    return Listener("GRPC API", address, stop)


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """One handler for every path; an unknown one is refused before its body is read."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._handlers: dict[str, Any] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        path = handler_call_details.method
        handler = self._handlers.get(path)
        if handler is None:
            try:
                handler = self._handlers[path] = _answering(self._gate.method(path))
            except GrpcFailure as failure:
                return _refusing(failure)
        return handler


def _answering(method: Method) -> Any:
    """A handler that reads the one message itself: grpcio's own would not answer without one."""
    call, answers_without_message = method.call, ANSWERS_MISSING_MESSAGE[method.release]

    async def handle(_messages: Any, context: Any) -> bytes:
        try:
            body = await context.read()
            if body is grpc.aio.EOF:  # type: ignore[attr-defined]
                if not answers_without_message:
                    await asyncio.get_running_loop().create_future()
                raise GrpcFailure(grpc.StatusCode.UNKNOWN, "EOF")
            if context.time_remaining() == 0:
                raise GrpcFailure(grpc.StatusCode.DEADLINE_EXCEEDED, "context deadline exceeded")
            answer = call(body, context.invocation_metadata)
        except GrpcFailure as failure:
            await context.abort(failure.status, failure.details, failure.trailers)
            raise AssertionError("abort raises") from failure
        if is_gzip(body):
            context.set_compression(grpc.Compression.Gzip)
            # Otherwise grpcio sends the headers without the compression.
            await context.send_initial_metadata(())
        return answer

    return grpc.stream_unary_rpc_method_handler(handle)


def _refusing(failure: GrpcFailure) -> Any:
    async def handle(_messages: Any, context: Any) -> bytes:
        await context.abort(failure.status, failure.details, failure.trailers)
        raise AssertionError("abort raises")

    return grpc.stream_unary_rpc_method_handler(handle)


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
