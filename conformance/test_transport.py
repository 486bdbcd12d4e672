"""The gRPC level: connections, metadata, compression."""

from concurrent.futures import ThreadPoolExecutor

import grpc

from centrifugo_grpc.errors import Code
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import GZIP, Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import ALL, Level, requirement

COMPRESSION = "facts v2.md 4, v3-v6.md 3 Compression"
UNTERMINATED = b"\x0a\xff"
"""A string field whose length does not end."""


@requirement(
    "connection.survive.errors",
    "After errors of every kind the connection is still usable.",
    level=Level.MUST,
    source="facts v2.md 4",
)
def test_the_connection_survives(api: Api, channel: Channels) -> None:
    expect.status(api.raw("NoSuchMethod", b""), grpc.StatusCode.UNIMPLEMENTED)
    expect.status(api.raw("Publish", UNTERMINATED), grpc.StatusCode.INTERNAL)
    expect.error(api.publish("", b"x"), api.error(Code.BAD_REQUEST))
    expect.success(api.publish(channel(), b"x"))


@requirement(
    "metadata.accept.large",
    "Metadata of 50 entries is accepted.",
    level=Level.OBSERVED,
    source="facts v2.md 4",
)
def test_much_metadata(api: Api) -> None:
    metadata = tuple((f"x-{number}", "v" * 20) for number in range(50))
    expect.success(api.info(options=CallOptions(metadata=metadata)))


@requirement(
    "compression.accept.gzip",
    "From 5.1 a request compressed with gzip is accepted.",
    level=Level.MUST,
    source="centrifugo v5.4.9 CHANGELOG; facts v3-v6.md 3 Compression",
    releases=[Release.V5_4, Release.V6_9],
    needs=["history"],
)
def test_gzip_is_accepted(api: Api, channel: Channels) -> None:
    assert GZIP[api.release]
    room, payload = channel("history"), b"compressible" * 1000
    gzip = CallOptions(compression=grpc.Compression.Gzip)
    expect.success(api.publish(room, payload, options=gzip))
    expect.equal("history", api.payloads(room), [payload])


@requirement(
    "connection.answer.concurrent-calls",
    "A hundred calls that are under way at once on one connection are all answered, each its own.",
    level=Level.MUST,
    source="facts v3-v6.md 3 Raw HTTP/2",
    needs=["full"],
)
def test_concurrent_calls(api: Api, channel: Channels) -> None:
    rooms = [channel("full") for _ in range(100)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda room: api.publish(room, room.encode()), rooms))
        histories = list(pool.map(api.payloads, rooms))
    for answer in answers:
        expect.success(answer)
    expect.equal("histories", histories, [[room.encode()] for room in rooms])


@requirement(
    "metadata.accept.large-value",
    "A metadata value of 64 KiB is accepted.",
    level=Level.OBSERVED,
    source="facts v2.md 4",
)
def test_a_large_metadata_value(api: Api) -> None:
    expect.success(api.info(options=CallOptions(metadata=(("x-large", "v" * 65_536),))))


@requirement(
    "compression.refuse.gzip",
    "Before 5.1 a request compressed with gzip is UNIMPLEMENTED.",
    level=Level.OBSERVED,
    source=COMPRESSION,
    releases=[release for release in ALL if not GZIP[release]],
)
def test_gzip_is_refused(api: Api, channel: Channels) -> None:
    options = CallOptions(compression=grpc.Compression.Gzip)
    details = 'grpc: Decompressor is not installed for grpc-encoding "gzip"'
    answer = api.publish(channel(), b"compressible" * 1000, options=options)
    expect.status(answer, grpc.StatusCode.UNIMPLEMENTED, details)


@requirement(
    "compression.refuse.deflate",
    "A request compressed with deflate is UNIMPLEMENTED.",
    level=Level.OBSERVED,
    source=COMPRESSION,
)
def test_deflate_is_refused(api: Api, channel: Channels) -> None:
    options = CallOptions(compression=grpc.Compression.Deflate)
    details = 'grpc: Decompressor is not installed for grpc-encoding "deflate"'
    answer = api.publish(channel(), b"compressible" * 1000, options=options)
    expect.status(answer, grpc.StatusCode.UNIMPLEMENTED, details)


@requirement(
    "compression.limit.inflated-size",
    "The limit of a request's size holds for what gzip inflates to.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#grpc_apimax_receive_message_size",
    releases=[release for release in ALL if GZIP[release]],
)
def test_the_limit_holds_for_inflated_requests(api: Api, channel: Channels) -> None:
    options = CallOptions(compression=grpc.Compression.Gzip)
    answer = api.publish(channel(), bytes(5_000_000), options=options)
    expect.status(answer, grpc.StatusCode.RESOURCE_EXHAUSTED)
