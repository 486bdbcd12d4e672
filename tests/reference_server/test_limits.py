"""Whatever one client does, the server keeps serving the others."""

import contextlib
import resource
import socket
import struct
from collections.abc import Iterator

import grpc
import pytest

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint, split_address
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.raw_http2 import Connection, Request
from centrifugo_grpc.releases import Dialect
from tests.reference_server.serve import serving

HEADERS = (
    (":method", "POST"),
    (":scheme", "http"),
    (":authority", "localhost"),
    (":path", f"/{Dialect.V3.service}/Publish"),
    ("content-type", "application/grpc"),
    ("te", "trailers"),
)
MANY = 1000
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: the connection is reset, not ended."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving("--release", "6.9") as found:
        yield found


@pytest.fixture(autouse=True)
def serves_on(address: str) -> Iterator[None]:
    """After each test, and whatever it left behind, calls are answered."""
    yield
    with V3Client(Endpoint(address)) as client:
        assert client.info().status is grpc.StatusCode.OK


def connected(address: str) -> socket.socket:
    return socket.create_connection(split_address(address), 20)


def test_a_thousand_connections_dropped_at_once(address: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with contextlib.ExitStack() as open_ones:
            for _ in range(MANY):
                raw = open_ones.enter_context(connected(address))
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                # A call whose message is announced, and never comes.
                Connection(raw).send(Request(HEADERS, [b"\0\0\0\1\0"], ends=False))
            with V3Client(Endpoint(address)) as client:
                assert client.info().status is grpc.StatusCode.OK
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_flood_of_connections_that_talk_nonsense(address: str) -> None:
    nonsense = (
        b"",
        b"\0" * 64,
        b"GET / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff" * 9,
    )
    with contextlib.ExitStack() as open_ones:
        for number in range(MANY // 4):
            raw = open_ones.enter_context(connected(address))
            with contextlib.suppress(OSError):
                raw.sendall(nonsense[number % len(nonsense)])


def test_half_sent_messages_on_one_connection_do_not_stop_its_other_calls(address: str) -> None:
    with connected(address) as raw:
        connection = Connection(raw)
        for _ in range(100):
            connection.send(Request(HEADERS, [b"\0\0\0\0\x20half"], ends=False))
        whole = connection.send(Request(HEADERS, [b"\0\0\0\0\0"]))
        answer = connection.answer(whole, 20)
    assert answer.first("grpc-status") == "0"


def test_a_message_that_claims_two_gigabytes_is_refused_at_once(address: str) -> None:
    with connected(address) as raw:
        connection = Connection(raw)
        claimed = Request(HEADERS, [b"\0\x7f\xff\xff\xff"], ends=False)
        answer = connection.answer(connection.send(claimed), 20)
    assert answer.first("grpc-status") == str(grpc.StatusCode.RESOURCE_EXHAUSTED.value[0])


def test_metadata_of_64_kib_is_accepted_and_of_4_mib_is_not(address: str) -> None:
    def sent(size: int) -> grpc.StatusCode:
        with V3Client(Endpoint(address)) as client:
            return client.info(options=CallOptions(metadata=(("x-long", "v" * size),))).status

    assert sent(64 * 1024) is grpc.StatusCode.OK
    assert sent(4 * 1024 * 1024) is not grpc.StatusCode.OK


def test_what_inflates_beyond_the_limit_is_refused(address: str) -> None:
    with grpc.insecure_channel(address, (("grpc.max_send_message_length", -1),)) as channel:
        call = channel.unary_unary(f"/{Dialect.V3.service}/Publish", None, None)
        with pytest.raises(grpc.RpcError) as refused:
            call(b"\x12\x80\x80\x80\x10" + bytes(32 << 20), compression=grpc.Compression.Gzip)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
