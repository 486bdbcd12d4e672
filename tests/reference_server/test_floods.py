"""What HTTP/2 lets one client ask of a server: it is refused, costs little, and hurts nobody."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator

import grpc
import psutil
import pytest

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint, split_address
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.raw_http2 import Connection, Request
from tests.reference_server.serve import serving_process
from tests.reference_server.test_limits import HEADERS

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04\0" + bytes(4)
"""With settings that say nothing."""
HEADERS_FRAME, RESET_FRAME, SETTINGS_FRAME, PING_FRAME, CONTINUATION = 1, 3, 4, 6, 9
END_HEADERS = 4
GET = b"\x82\x86\x84"
"""An encoded header block: GET, http, /."""
EXHAUSTED = b"\x0bgrpc-status\x018"
"""In a header block, as it is written by itself."""
PERMISSIBLE = 64 * 2**20
"""Bytes that the server may take more for any of these floods."""


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[psutil.Process, str]]:
    with serving_process("--release", "6.9") as (process, address):
        yield psutil.Process(process.pid), address


@pytest.fixture(autouse=True)
def serves_on_at_its_size(server: tuple[psutil.Process, str]) -> Iterator[None]:
    """After each flood calls are answered, and little memory was taken."""
    process, address = server
    with V3Client(Endpoint(address)) as client:
        client.info()
    before = process.memory_info().rss
    yield
    with V3Client(Endpoint(address)) as client:
        assert client.info().status is grpc.StatusCode.OK
    assert process.memory_info().rss - before < PERMISSIBLE


def frame(kind: int, payload: bytes, stream: int = 0, flags: int = 0) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def test_a_header_list_that_hardly_ends_is_refused_as_exhausting(
    server: tuple[psutil.Process, str],
) -> None:
    """CONTINUATION frames of 16 KiB, 10,000 of them."""
    _, address = server
    field = b"\x00\x07x-flood\x7f\x81\x01" + b"v" * 256
    opening = frame(HEADERS_FRAME, GET, stream=1)
    more = frame(CONTINUATION, field * 60, stream=1)
    with socket.create_connection(split_address(address), 20) as raw:
        raw.sendall(PREFACE + opening)
        raw.settimeout(5)
        answered = b""
        with contextlib.suppress(OSError):
            for _ in range(10_000):
                raw.sendall(more)
            raw.sendall(frame(CONTINUATION, field, stream=1, flags=END_HEADERS))
            while piece := raw.recv(65_536):
                answered += piece
    assert EXHAUSTED in answered


def test_metadata_beyond_the_limit_is_refused_as_exhausting(
    server: tuple[psutil.Process, str],
) -> None:
    _, address = server
    with V3Client(Endpoint(address)) as client:
        for names in (1, 100):
            each = ("v" * (2 * 2**20 // names),)
            metadata = tuple((f"x-long-{number}", *each) for number in range(names))
            refused = client.info(options=CallOptions(metadata=metadata))
            assert refused.status is grpc.StatusCode.RESOURCE_EXHAUSTED, refused
            assert client.info().status is grpc.StatusCode.OK


def test_streams_opened_and_reset_at_once(server: tuple[psutil.Process, str]) -> None:
    _, address = server
    with socket.create_connection(split_address(address), 20) as raw:
        connection = Connection(raw)
        raw.settimeout(20)
        cancel = struct.pack(">I", 8)
        with contextlib.suppress(OSError):
            for _ in range(3000):
                stream = connection.send(Request(HEADERS, [b"\0\0\0\1\0"], ends=False))
                raw.sendall(frame(RESET_FRAME, cancel, stream))


def test_ten_thousand_settings_and_pings(server: tuple[psutil.Process, str]) -> None:
    _, address = server
    setting = frame(SETTINGS_FRAME, struct.pack(">HI", 4, 65_535))
    with socket.create_connection(split_address(address), 20) as raw:
        raw.sendall(PREFACE)
        raw.settimeout(5)
        with contextlib.suppress(OSError):
            for _ in range(10_000):
                raw.sendall(setting + frame(PING_FRAME, bytes(8)))


def test_empty_frames_without_end(server: tuple[psutil.Process, str]) -> None:
    _, address = server
    with socket.create_connection(split_address(address), 20) as raw:
        connection = Connection(raw)
        raw.settimeout(5)
        stream = connection.send(Request(HEADERS, [b"\0\0\0\1\0"], ends=False))
        began = time.monotonic()
        with contextlib.suppress(OSError):
            for _ in range(200):
                raw.sendall(frame(0, b"", stream) * 100)
        assert time.monotonic() - began < 20
