"""HTTP/2 and TLS gone wrong behind a relay: what gRPC's library does by itself."""

import asyncio
import ssl
import tempfile
from typing import Any

import grpc

from reference_server.node import Node
from tests.mutants.declaring import EVERY, Area
from tests.mutants.fronting import (
    DATA,
    END_STREAM,
    HEADERS,
    PREFACE,
    Ended,
    Frame,
    fronted,
    secured,
    tied,
)
from tests.mutants.patching import around

FRAMES = Area("wire")


def _as_it_is(frame: Frame) -> bytes:
    return frame.payload


def _ends_with(name: str, wrong: str) -> None:
    """End the connection of a call that has a header with a value that begins so."""

    def change(frame: Frame) -> bytes:
        if frame.kind == HEADERS and frame.headers.get(name, "").startswith(wrong):
            raise Ended
        return frame.payload

    fronted(change)


@FRAMES.mutant("wire.survive.what-is-no-http2", releases=EVERY)
def what_is_no_http2_ends_every_connection() -> None:
    """What is no HTTP/2 ends all connections."""

    def greeted(beginning: bytes) -> None:
        # A port that is only looked at says nothing.
        if beginning and not PREFACE.startswith(beginning):
            raise Ended(every=True)

    fronted(_as_it_is, greeted)


@FRAMES.mutant("wire.join.data-frames", releases=EVERY)
def empty_data_frames_end_a_connection() -> None:
    """An empty DATA frame that ends no stream ends the connection."""

    def change(frame: Frame) -> bytes:
        if frame.kind == DATA and not frame.payload and not frame.flags & END_STREAM:
            raise Ended
        return frame.payload

    fronted(change)


@FRAMES.mutant("wire.accept.identity", releases=EVERY)
def identity_is_unknown() -> None:
    """A call that names the compression `identity` ends its connection."""
    _ends_with("grpc-encoding", "identity")


@FRAMES.mutant("wire.accept.content-types", releases=EVERY)
def content_types_may_not_go_on() -> None:
    """A call of content type `application/grpc+proto` ends its connection."""
    _ends_with("content-type", "application/grpc+")


@FRAMES.mutant("wire.refuse.flag-without-encoding", releases=EVERY)
def flags_without_encoding_are_ignored() -> None:
    """A message flagged as compressed is taken as it is where the call names no compression."""

    def change(frame: Frame) -> bytes:
        is_plain = frame.headers.get("grpc-encoding", "identity") == "identity"
        if frame.kind == DATA and is_plain and frame.payload[:5] == b"\1\0\0\0\0":
            return b"\0" + frame.payload[1:]
        return frame.payload

    fronted(change)


@FRAMES.mutant("tls.accept.calls", releases=EVERY)
def payloads_over_tls_end_at_nul() -> None:
    """With TLS configured a payload is published up to its first NUL byte."""

    def publish(original: Any, self: Any, channel: str, data: bytes, *rest: Any) -> Any:
        if self.settings.tls is not None:
            data = data.split(b"\0")[0] or b"?"
        return original(self, channel, data, *rest)

    around(Node, "publish", publish)


@FRAMES.mutant("tls.refuse.plaintext", releases=EVERY)
def plaintext_is_served_beside_tls() -> None:
    """With TLS configured plaintext calls are answered, too."""

    def serve(server: Any, settings: Any) -> Any:
        pair = (settings.tls.key, settings.tls.certificate)
        credentials = grpc.ssl_server_credentials([pair])
        over_tls = server.add_secure_port("127.0.0.1:0", credentials)
        plain = server.add_insecure_port("127.0.0.1:0")

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            begun = await reader.read(1)
            await tied(over_tls if begun == b"\x16" else plain, reader, writer, begun)

        return asyncio.start_server(take, settings.grpc_address, settings.grpc_port)

    secured(serve)


@FRAMES.mutant("tls.offer.h2", releases=EVERY)
def tls_is_of_version_1_2() -> None:
    """TLS 1.3 is not offered."""

    def serve(server: Any, settings: Any) -> Any:
        plain = server.add_insecure_port("127.0.0.1:0")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2"])
        with tempfile.NamedTemporaryFile() as pair:
            pair.write(settings.tls.certificate + settings.tls.key)
            pair.flush()
            context.load_cert_chain(pair.name)
        return asyncio.start_server(
            lambda *streams: tied(plain, *streams),
            settings.grpc_address,
            settings.grpc_port,
            ssl=context,
        )

    secured(serve)
