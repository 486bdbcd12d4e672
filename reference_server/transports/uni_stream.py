"""`CentrifugoUniStream.Consume`: a client sends one message and is pushed to from then on.

A refused client gets the disconnect as a push, and status OK (facts v3-v6.md 6).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
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
from reference_server.api.unparsable import later_complaint
from reference_server.clients.commands import Connect, Recovery
from reference_server.clients.failures import CONNECTION_CLOSED
from reference_server.clients.link import Link
from reference_server.clients.session import Session
from reference_server.node import Node
from reference_server.transports.uni_codec import uni_codec

PING_SECONDS = 25.0


class Streaming:
    """The streams of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def consume(self, body: bytes, context: Any) -> AsyncIterator[bytes]:
        """Serve one stream until it ends."""
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
        lenient = lenient_messages(unistream.DESCRIPTOR, keeps_maps=False)["ConnectRequest"]
        wrong = later_complaint(plain, lenient, node.release)
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
