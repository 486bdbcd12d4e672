"""Delivery of payloads: a subscriber gets the bytes that were published, whatever they are."""

import base64
import random

from centrifugo_grpc.releases import PUBLISH_B64_STORES_DATA_FIELD, Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Clients
from conformance.requirement import V3, Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#publish; 2.8.7 docs/content/server/grpc_api.md"
FACTS = "facts v2.md 5, v3-v6.md 5 Publish, 6"


def arrives(api: Api, clients: Clients, room: str, *payloads: bytes) -> None:
    """Publish payloads one after the other and expect a subscriber to get exactly them."""
    client = clients.connect(room)
    for payload in payloads:
        expect.success(api.publish(room, payload))
    expect.equal("payloads received", client.payloads(room, len(payloads)), list(payloads))


@requirement(
    "delivery.keep.all-byte-values",
    "A subscriber gets a payload of all 256 byte values byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_all_byte_values_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    every = bytes(range(256))
    arrives(api, clients, channel("plain"), every, every[::-1] * 3)


@requirement(
    "delivery.keep.nul-bytes",
    "A subscriber gets payloads of NUL bytes, and with NUL inside, byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_nul_bytes_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    arrives(api, clients, channel("plain"), b"\x00", b"\x00" * 100, b"a\x00b", b"{}\x00")


@requirement(
    "delivery.keep.invalid-utf8",
    "A subscriber gets payloads that are neither UTF-8 nor JSON byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_invalid_utf8_arrives(api: Api, channel: Channels, clients: Clients) -> None:
    odd = [b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf{}", b" ", b"{", b'"a" "b"']
    arrives(api, clients, channel("plain"), *odd)


@requirement(
    "delivery.keep.json-as-it-is",
    "A subscriber to bytes gets JSON with its spaces, order of keys and numbers as they were.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_json_arrives_unchanged(api: Api, channel: Channels, clients: Clients) -> None:
    text = b'{ "b": 1.50e+10,\n "a": "<&>\\u2028", "b": 12345678901234567890 }\n'
    escaped = b'{"\\u0041\\/": "\\ud83e\\udd80 \\u003c\\n", "n": [1.0, -0, 1E5, 0.10], "": null}'
    arrives(api, clients, channel("plain"), text, escaped)


@requirement(
    "delivery.keep.edges",
    "A subscriber gets line ends, byte order marks and blanks, at the edges of a payload or"
    " within.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_edges_of_payloads_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    lines = [b"x\n", b"\r\nx\r\n", b"\n", b"a\r\nb\rc\nd", b"\xef\xbb\xbf{}", b" x\t", b"\0x\0"]
    arrives(api, clients, channel("plain"), *lines)


@requirement(
    "delivery.keep.every-size",
    "A subscriber gets payloads of one byte less and more than each power of two as long as they"
    " were.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_sizes_of_payloads_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    sizes = sorted({2**power + more for power in range(1, 17) for more in (-1, 0, 1)})
    arrives(
        api, clients, channel("plain"), *(random.Random(size).randbytes(size) for size in sizes)
    )


@requirement(
    "delivery.keep.equal-payloads",
    "A subscriber gets the same payload as often as it was published.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain", "history"],
)
def test_equal_payloads_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    for kind in ("plain", "history"):
        arrives(api, clients, channel(kind), b"x", b"x", b"y", b"x", b"x", b"x")


@requirement(
    "delivery.keep.64-kib",
    "A subscriber gets a payload of 64 KiB byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_64_kib_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    arrives(api, clients, channel("plain"), random.Random(64).randbytes(65_536))


@requirement(
    "delivery.keep.900-kib",
    "A subscriber gets a payload of 900 KiB byte for byte.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_900_kib_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    arrives(api, clients, channel("plain"), random.Random(900).randbytes(900 << 10))


@requirement(
    "delivery.keep.one-byte",
    "A subscriber gets each payload of a single byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_single_bytes_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    arrives(
        api, clients, channel("plain"), *(bytes([value]) for value in (0, 9, 48, 127, 128, 255))
    )


@requirement(
    "delivery.decode.base64",
    "A subscriber gets what `b64data` stands for, from Publish and from Broadcast.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publishrequest",
    releases=[release for release in V3 if not PUBLISH_B64_STORES_DATA_FIELD[release]],
    needs=["clients", "plain"],
)
def test_base64_arrives_decoded(api: Api, channel: Channels, clients: Clients) -> None:
    room, payload = channel("plain"), bytes(range(256))
    client = clients.connect(room)
    encoded = base64.b64encode(payload).decode()
    expect.success(api.publish(room, b"", b64data=encoded))
    expect.success(api.publish(room, b"loses", b64data=encoded))
    expect.success(api.broadcast([room], b"loses", b64data=encoded))
    expect.equal("payloads received", client.payloads(room, 3), [payload] * 3)


@requirement(
    "delivery.lose.base64",
    "In 3.2 Publish with `b64data` delivers what stands in `data`; Broadcast decodes it.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 9.2",
    releases=[Release.V3_2],
    needs=["clients", "plain"],
)
def test_base64_is_lost_in_3(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    encoded = base64.b64encode(b"encoded").decode()
    expect.success(api.publish(room, b"", b64data=encoded))
    expect.success(api.publish(room, b"data", b64data=encoded))
    expect.success(api.broadcast([room], b"data", b64data=encoded))
    expect.equal("payloads received", client.payloads(room, 3), [b"", b"data", b"encoded"])


@requirement(
    "delivery.keep.empty-binary",
    "A subscriber of a `binary` namespace gets an empty payload as an empty publication.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#publication_data_format",
    releases=[Release.V6_9],
    needs=["clients", "binary"],
)
def test_an_empty_payload_arrives(api: Api, channel: Channels, clients: Clients) -> None:
    arrives(api, clients, channel("binary"), b"", b"x", b"")


@requirement(
    "delivery.keep.broadcast-bytes",
    "Subscribers of all channels of a broadcast get its payload byte for byte.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain", "history"],
)
def test_broadcast_bytes_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain"), channel("history"), channel()]
    # By the token: the channel without a namespace may be closed to clients.
    client = clients.connect(claims={"channels": rooms})
    client.is_connected()
    payload = bytes(range(256)) * 2
    expect.success(api.broadcast(rooms, payload))
    for room in rooms:
        expect.equal(f"payloads received in {room}", client.payloads(room, 1), [payload])


@requirement(
    "delivery.keep.odd-channel-names",
    "A subscriber of a channel with an unusual name gets what is published into it.",
    level=Level.MUST,
    source="facts v2.md 2, v3-v6.md 4",
    needs=["clients", "plain"],
)
def test_odd_channels_deliver(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    names = [f"{room} a", f"{room}:b", f"{room}/чат", f"{room}*", f"{room}\t{{x}}"]
    # By the token: what a client may ask for itself is a matter of permissions.
    client = clients.connect(claims={"channels": names})
    client.is_connected()
    for name in names:
        expect.success(api.publish(name, name.encode()))
    for name in names:
        expect.equal(f"received in {name!r}", client.payloads(name, 1), [name.encode()])
