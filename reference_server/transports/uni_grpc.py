"""`CentrifugoUniStream.Consume`: a client sends one message and is pushed to from then on.

A refused client gets the disconnect as a push, and status OK (facts v3-v6.md 6).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import (
    UNI_PINGS,
    UNI_PROTOCOL_CHOICE,
    UNI_PROTOCOL_V1,
    UNI_UNPARSABLE,
)
from protos.lenient import lenient_messages
from protos.v3 import unistream_pb2 as unistream
from reference_server.api.answers import GrpcFailure
from reference_server.api.compression import inflated
from reference_server.api.listening import GRACE_SECONDS, LONGEST_REFUSED, OPTIONS
from reference_server.api.unparsable import later_complaint
from reference_server.clients.commands import Connect, Recovery
from reference_server.clients.failures import CONNECTION_CLOSED
from reference_server.clients.link import Link
from reference_server.clients.session import Session
from reference_server.listener import Listener, no_port, require_free, shown
from reference_server.node import Node
from reference_server.transports.uni_codec import uni_codec

SERVICE = "centrifugal.centrifugo.unistream.CentrifugoUniStream"
PING_SECONDS = 25.0
_LENIENT = lenient_messages(unistream.DESCRIPTOR, keeps_maps=False)


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
            return grpc.unary_stream_rpc_method_handler(self._consume)
        details = (
            f"unknown method {method} for service {service}"
            if service == SERVICE
            else f"unknown service {service}"
        )
        return _refusing(GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, details))

    async def _consume(self, body: bytes, context: Any) -> AsyncIterator[bytes]:
        try:
            request = _connect_of(self._node, body)
            metadata = context.invocation_metadata() or ()
            asked = [value for key, value in metadata if key == "x-cf-protocol-version"]
            version = _protocol_version(self._node.release, asked)
        except GrpcFailure as failure:
            await context.abort(failure.status, failure.details, failure.trailers)
            raise AssertionError("abort raises") from failure
        ready = asyncio.Event()
        session = Session(self._node, _link(self._node.release, version, ready))
        try:
            session.connect_one_way(request)
            while True:
                frames = session.outbox.take()
                if frames:
                    yield frames[0]
                elif session.closed is not None:
                    return
                else:
                    ready.clear()
                    await ready.wait()
        finally:
            session.close(CONNECTION_CLOSED)


def _link(release: Release, protocol_version: int, ready: asyncio.Event) -> Link:
    return Link(
        codec=uni_codec(protocol_version, release),
        protocol_version=protocol_version,
        wake=ready.set,
        unidirectional=True,
        ping_interval=PING_SECONDS if UNI_PINGS[release] else 0,
        pushes_disconnect=True,
    )


def _connect_of(node: Node, body: bytes) -> Connect:
    """The request; raises `GrpcFailure` as Go's server refuses it."""
    limit = node.settings.uni_grpc.max_receive_bytes
    if len(body) > limit:
        raise GrpcFailure(
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            f"grpc: received message larger than max ({len(body)} vs. {limit})",
        )
    plain = inflated(body, node.release, limit)
    try:
        request = unistream.ConnectRequest.FromString(plain)
    except DecodeError:
        wrong = later_complaint(plain, _LENIENT["ConnectRequest"], node.release)
        details = UNI_UNPARSABLE[node.release].format(complaint=wrong)
        raise GrpcFailure(grpc.StatusCode.INTERNAL, details) from None
    return Connect(
        token=request.token,
        data=request.data,
        subs={
            channel: Recovery(asked.recover, asked.epoch, asked.offset)
            for channel, asked in request.subs.items()
        },
        name=request.name,
        version=request.version,
    )


def _protocol_version(release: Release, asked: list[str | bytes]) -> int:
    """The protocol version: the release's own, or the one that a client asks for."""
    default = 1 if UNI_PROTOCOL_V1[release] else 2
    if not UNI_PROTOCOL_CHOICE[release] or len(asked) != 1 or not asked[0]:
        return default
    versions = {"v1": 1, "v2": 2}
    version = versions.get(str(asked[0]))
    if version is None:
        raise GrpcFailure(grpc.StatusCode.UNKNOWN, "unknown protocol version")
    return version


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
