"""Serves the nodes of a process on one port, with grpcio's asyncio server.

Every call comes to one handler as bytes, so that lengths, bodies and keys are judged in the
order and the words of Go's server. asyncio was measured to serve more calls here than threads.
"""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio

from centrifugo_grpc.problem import Problem
from reference_server.api.answers import Call, GrpcFailure
from reference_server.api.compression import is_gzip
from reference_server.api.gate import Gate
from reference_server.node import Node
from reference_server.settings import Settings

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", 1 << 20),
    # Compression is judged with the message: Go's server knows gzip by release, never deflate.
    ("grpc.per_message_decompression", 0),
    # Two servers on one port would share its calls; a port in use is an error instead.
    ("grpc.so_reuseport", 0),
)
SWEEP_SECONDS = 1.0
GRACE_SECONDS = 1.0


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
                service, method = self._gate.require_method(path)
            except GrpcFailure as failure:
                return _refusing(failure)
            handler = self._handlers[path] = self._answering(service, method)
        return handler

    def _answering(self, service: str, method: str) -> Any:
        answer = self._gate.answer

        async def handle(body: bytes, context: Any) -> bytes:
            if is_gzip(body):
                context.set_compression(grpc.Compression.Gzip)
            try:
                return answer(service, method, body, Call(context.invocation_metadata() or ()))
            except GrpcFailure as failure:
                await context.abort(failure.status, failure.details, failure.trailers)
                raise AssertionError("abort raises") from failure

        return grpc.unary_unary_rpc_method_handler(handle)


def _refusing(failure: GrpcFailure) -> Any:
    async def handle(_body: bytes, context: Any) -> bytes:
        await context.abort(failure.status, failure.details, failure.trailers)
        raise AssertionError("abort raises")

    return grpc.unary_unary_rpc_method_handler(handle)


def serve(nodes: list[Settings], announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` gets host:port once calls are answered.

    All nodes listen where the first one says. Raises `Problem` if the port cannot be had.
    """
    asyncio.run(_serve([Node(settings) for settings in nodes], announce))


async def _serve(nodes: list[Node], announce: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = grpc.aio.server(handlers=[_Handlers(Gate(nodes))], options=_OPTIONS)
    address = _listen(server, nodes[0].settings)
    await server.start()
    announce(address)
    while not stop.is_set():
        for node in nodes:
            node.sweep()
        try:
            await asyncio.wait_for(stop.wait(), SWEEP_SECONDS)
        except TimeoutError:
            continue
    await server.stop(GRACE_SECONDS)


def _listen(server: Any, settings: Settings) -> str:
    host = settings.grpc_address
    shown = f"[{host}]" if ":" in host else host
    address = f"{shown}:{settings.grpc_port}"
    _require_free(host, settings.grpc_port)
    try:
        if settings.tls is None:
            port = server.add_insecure_port(address)
        else:
            pair = (settings.tls.key, settings.tls.certificate)
            port = server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
    except RuntimeError:
        raise _no_port(address) from None
    return f"{shown}:{port}"


def _require_free(host: str, port: int) -> None:
    """A name may stand for several addresses; grpcio is content if one of them is free."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise Problem(f"no address to listen on: {host!r}; give one of this machine's") from None
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise _no_port(f"{host}:{port}") from None


def _no_port(address: str) -> Problem:
    return Problem(
        f"cannot listen on {address}: the port is in use, or the address is not this machine's;"
        " choose another with --grpc_api_port"
    )
