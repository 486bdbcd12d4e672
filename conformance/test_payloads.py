"""Payloads come back byte for byte, up to the limit of a request's size."""

import random

import grpc

from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#grpc-api; 2.8.7 docs/content/server/grpc_api.md"
LIMIT = 4_194_304
LIMIT_SOURCE = "facts v2.md 4, v3-v6.md 3 Size"


def comes_back(api: Api, room: str, payload: bytes) -> None:
    """Publish a payload and expect exactly it in the history."""
    expect.success(api.publish(room, payload))
    expect.equal("history", api.payloads(room), [payload])


def filling(api: Api, room: str, size: int) -> bytes:
    """A payload that makes its Publish request exactly `size` bytes long."""
    request = api.messages.PublishRequest
    overhead = request(channel=room, data=bytes(size)).ByteSize() - size
    payload = random.Random(size).randbytes(size - overhead)
    assert request(channel=room, data=payload).ByteSize() == size
    return payload


@requirement(
    "payload.return.nul-bytes",
    "A payload of NUL bytes comes back byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_nul_bytes(api: Api, channel: Channels) -> None:
    for payload in (b"\x00", b"\x00" * 100, b"a\x00b"):
        comes_back(api, channel("history"), payload)


@requirement(
    "payload.return.all-byte-values",
    "A payload of all 256 byte values comes back byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_all_byte_values(api: Api, channel: Channels) -> None:
    comes_back(api, channel("history"), bytes(range(256)))


@requirement(
    "payload.return.invalid-utf8",
    "A payload that is not UTF-8 comes back byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_invalid_utf8(api: Api, channel: Channels) -> None:
    for payload in (b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"abc\x80"):
        comes_back(api, channel("history"), payload)


@requirement(
    "payload.return.json-as-it-is",
    "A JSON payload comes back with its spaces, order of keys and numbers as they were.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_json_is_not_rewritten(api: Api, channel: Channels) -> None:
    comes_back(
        api, channel("history"), b'{ "b": 1.50e+10,  "a": "<&>", "b": 12345678901234567890 }'
    )


@requirement(
    "payload.return.64-kib",
    "A payload of 64 KiB comes back byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_64_kib(api: Api, channel: Channels) -> None:
    comes_back(api, channel("history"), random.Random(64).randbytes(65_536))


@requirement(
    "payload.return.1-mib",
    "A payload of 1 MiB comes back byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_1_mib(api: Api, channel: Channels) -> None:
    comes_back(api, channel("history"), random.Random(1).randbytes(1 << 20))


@requirement(
    "payload.accept.largest-request",
    "A request of exactly 4,194,304 serialized bytes is accepted, and its payload comes back.",
    level=Level.MUST,
    source=LIMIT_SOURCE,
    needs=["history"],
)
def test_the_largest_request(api: Api, channel: Channels) -> None:
    room = channel("history")
    comes_back(api, room, filling(api, room, LIMIT))


@requirement(
    "payload.refuse.larger-request",
    "A request of 4,194,305 serialized bytes ends with RESOURCE_EXHAUSTED, nothing is stored, and"
    " the connection stays usable.",
    level=Level.MUST,
    source=LIMIT_SOURCE,
    needs=["history"],
)
def test_a_larger_request(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.publish(room, filling(api, room, LIMIT + 1))
    expect.status(answer, grpc.StatusCode.RESOURCE_EXHAUSTED)
    expect.equal("history", api.payloads(room), [])


@requirement(
    "payload.refuse.larger-request-text",
    "The error for an oversized request tells its size and the limit in Go's words.",
    level=Level.OBSERVED,
    source=LIMIT_SOURCE,
)
def test_the_text_for_a_larger_request(api: Api, channel: Channels) -> None:
    room = channel()
    answer = api.publish(room, filling(api, room, LIMIT + 1))
    details = f"grpc: received message larger than max ({LIMIT + 1} vs. {LIMIT})"
    expect.status(answer, grpc.StatusCode.RESOURCE_EXHAUSTED, details)
