"""Payloads come back byte for byte, up to the limit of a request's size."""

import random

import grpc

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#grpc-api; 2.8.7 docs/content/server/grpc_api.md"
LIMIT = 4_194_304
LIMIT_SOURCE = (
    "centrifugal.dev/docs/server/server_api#grpc_apimax_receive_message_size;"
    " facts v2.md 4, v3-v6.md 3 Size"
)


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
    for text in (
        b'{ "b": 1.50e+10,  "a": "<&>", "b": 12345678901234567890 }',
        b'{"\\u0041\\/": "\\ud83e\\udd80 \\u003c\\n", "n": [1.0, -0, 1E5, 0.10], "": null }',
    ):
        comes_back(api, channel("history"), text)


@requirement(
    "payload.return.edges",
    "Line ends, byte order marks and blanks, at the edges of a payload or within, come back.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_edges_of_payloads(api: Api, channel: Channels) -> None:
    room = channel("history")
    payloads = [b"x\n", b"\r\nx\r\n", b"\n", b"a\r\nb\rc\nd", b"\xef\xbb\xbf{}", b" x\t", b"\0x\0"]
    for payload in payloads:
        expect.success(api.publish(room, payload))
    expect.equal("history", api.payloads(room), payloads)


@requirement(
    "payload.return.every-size",
    "Payloads of one byte less and more than each power of two come back as long as they were.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_sizes_of_payloads(api: Api, channel: Channels) -> None:
    sizes = sorted({2**power + more for power in range(1, 18) for more in (-1, 0, 1)})
    kept = min(channel.option("history", "size"), 10)
    for start in range(0, len(sizes), kept):
        room, payloads = channel("history"), list[bytes]()
        for size in sizes[start : start + kept]:
            payloads.append(random.Random(size).randbytes(size))
            expect.success(api.publish(room, payloads[-1]))
        expect.equal("sizes", [len(each) for each in api.payloads(room)], [*map(len, payloads)])
        expect.equal("history", api.payloads(room), payloads)


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


@requirement(
    "payload.count.whole-request",
    "The limit holds for the whole request: a payload of exactly 4,194,304 bytes is too large.",
    level=Level.MUST,
    source=LIMIT_SOURCE,
)
def test_the_limit_counts_the_whole_request(api: Api, channel: Channels) -> None:
    answer = api.publish(channel(), bytes(LIMIT))
    expect.status(answer, grpc.StatusCode.RESOURCE_EXHAUSTED)


@requirement(
    "payload.refuse.larger-request-of-every-rpc",
    "The limit holds for every RPC.",
    level=Level.MUST,
    source=LIMIT_SOURCE,
)
def test_the_limit_holds_for_every_rpc(api: Api) -> None:
    # A string of LIMIT - 4 bytes: with its tag and length one byte more than the limit.
    body = b"\x0a\xfc\xff\xff\x01" + b"x" * (LIMIT - 4)
    assert len(body) == LIMIT + 1
    for method in ("Broadcast", "History", "Disconnect", "RPC"):
        expect.status(api.raw(method, body), grpc.StatusCode.RESOURCE_EXHAUSTED)


@requirement(
    "payload.accept.largest-request-of-other-rpcs",
    "A largest request of another RPC than Publish is read to its end.",
    level=Level.MUST,
    source=LIMIT_SOURCE,
)
def test_other_rpcs_read_the_largest_request(api: Api) -> None:
    body = b"\x0a\xfb\xff\xff\x01" + b"x" * (LIMIT - 5)
    assert len(body) == LIMIT
    answer = api.raw("RPC", body)
    expect.status(answer, grpc.StatusCode.OK)
    expect.equal("code", answer.error.code if answer.error else 0, Code.METHOD_NOT_FOUND)


@requirement(
    "payload.return.answer-above-limit",
    "The limit does not hold for answers: a history of more than 4,194,304 bytes is returned.",
    level=Level.OBSERVED,
    source=LIMIT_SOURCE,
    needs=["history"],
)
def test_answers_have_no_limit(api: Api, channel: Channels) -> None:
    room = channel("history")
    payloads = [random.Random(number).randbytes(1_600_000) for number in range(3)]
    for payload in payloads:
        expect.success(api.publish(room, payload))
    expect.equal("history", api.payloads(room), payloads)


@requirement(
    "payload.return.broadcast-bytes",
    "A broadcast payload of all 256 byte values comes back byte for byte from every channel.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_broadcast_keeps_bytes(api: Api, channel: Channels) -> None:
    rooms, payload = [channel("history") for _ in range(3)], bytes(range(256)) * 4
    expect.success(api.broadcast(rooms, payload))
    for room in rooms:
        expect.equal("history", api.settled_payloads(room, 1), [payload])
