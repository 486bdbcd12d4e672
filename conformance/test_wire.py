"""The gRPC level: which methods there are, and how their bodies are read."""

import grpc

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Dialect, Release, releases_of
from conformance import expect
from conformance.api import Api, Channels
from conformance.commands import harmless
from conformance.requirement import ALL, V2, V3, Level, requirement

GRPC_STATUS = "grpc.io/docs/guides/status-codes"
ENCODING = "protobuf.dev/programming-guides/encoding"
UNKNOWN = "facts v2.md 1, v3-v6.md 3 Unknown"
BODIES = "facts v2.md 4, v3-v6.md 3 Bodies"
UNTERMINATED = b"\x0a\xff"
"""A string field whose length does not end."""
STRINGS = {
    "Publish": b"\x0a\x01\xff\x12\x01x",
    "History": b"\x0a\x01\xff",
    "Presence": b"\x0a\x01\xff",
    "Unsubscribe": b"\x0a\x01c\x12\x01\xff",
    "Disconnect": b"\x0a\x01\xff",
    "RPC": b"\x0a\x01\xff",
}
"""Requests with a string that is no UTF-8."""


def field(number: int, value: bytes) -> bytes:
    """A field of bytes or text, below 128 bytes long, as it is encoded."""
    return bytes([number << 3 | 2, len(value)]) + value


@requirement(
    "method.refuse.unknown",
    "A method that the service does not have is UNIMPLEMENTED.",
    level=Level.MUST,
    source=GRPC_STATUS,
    core=True,
)
def test_an_unknown_method(api: Api) -> None:
    for method in ("NoSuchMethod", "publish"):
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED)


@requirement(
    "method.refuse.unknown-text",
    "The error for an unknown method names method and service in Go's words.",
    level=Level.OBSERVED,
    source=UNKNOWN,
)
def test_the_text_for_an_unknown_method(api: Api) -> None:
    details = f"unknown method NoSuchMethod for service {api.dialect.service}"
    expect.status(api.raw("NoSuchMethod", b""), grpc.StatusCode.UNIMPLEMENTED, details)


@requirement(
    "service.refuse.unknown",
    "A service that the server does not have is UNIMPLEMENTED.",
    level=Level.MUST,
    source=GRPC_STATUS,
    core=True,
)
def test_an_unknown_service(api: Api) -> None:
    answer = api.raw("Publish", b"", service="no.such.Service")
    expect.status(answer, grpc.StatusCode.UNIMPLEMENTED)


@requirement(
    "service.refuse.unknown-text",
    "The error for an unknown service names it in Go's words.",
    level=Level.OBSERVED,
    source=UNKNOWN,
)
def test_the_text_for_an_unknown_service(api: Api) -> None:
    answer = api.raw("Publish", b"", service="no.such.Service")
    expect.status(answer, grpc.StatusCode.UNIMPLEMENTED, "unknown service no.such.Service")


@requirement(
    "service.omit.health",
    "No release serves the gRPC health service.",
    level=Level.OBSERVED,
    source=UNKNOWN,
)
def test_there_is_no_health_service(api: Api) -> None:
    answer = api.raw("Check", b"", service="grpc.health.v1.Health")
    expect.status(answer, grpc.StatusCode.UNIMPLEMENTED, "unknown service grpc.health.v1.Health")


@requirement(
    "body.refuse.malformed",
    "A request that is no protobuf ends with INTERNAL.",
    level=Level.OBSERVED,
    source=BODIES,
)
def test_a_malformed_body(api: Api) -> None:
    for body in (UNTERMINATED, b"\x0a\x05ab", b"\x00"):
        answer = api.raw("Publish", body)
        expect.status(answer, grpc.StatusCode.INTERNAL)
        prefix = "grpc: error unmarshalling request: proto"
        is_named = answer.details.startswith(prefix) or api.release in V2
        expect.that(is_named, f"details that begin with {prefix!r}", answer)


@requirement(
    "body.refuse.malformed-text",
    "2.8 says what is wrong with a request that is no protobuf.",
    level=Level.OBSERVED,
    source=BODIES,
    releases=V2,
)
def test_the_text_for_a_malformed_body(api: Api) -> None:
    complaints = {
        UNTERMINATED: "unexpected EOF",
        b"\x0a\x05ab": "unexpected EOF",
        b"\x08\x01": "proto: wrong wireType = 0 for field Channel",
        b"\x02\x00": "proto: PublishRequest: illegal tag 0 (wire type 2)",
        b"\x0c": "proto: PublishRequest: wiretype end group for non-group",
        b"\x0a" + b"\xff" * 11: "proto: integer overflow",
    }
    for body, complaint in complaints.items():
        details = f"grpc: error unmarshalling request: {complaint}"
        expect.status(api.raw("Publish", body), grpc.StatusCode.INTERNAL, details)


@requirement(
    "body.refuse.invalid-utf8",
    "From 3.2 a string that is not UTF-8 ends with INTERNAL.",
    level=Level.MUST,
    source="protobuf.dev/programming-guides/proto3#scalar; facts v3-v6.md 3 Bodies",
    releases=V3,
)
def test_invalid_utf8_in_a_string(api: Api) -> None:
    answer = api.raw("Publish", b"\x0a\x01\xff\x12\x01x")
    expect.status(answer, grpc.StatusCode.INTERNAL)


@requirement(
    "body.ignore.unknown-fields",
    "Fields that the request does not declare are ignored.",
    level=Level.MUST,
    source="protobuf.dev/programming-guides/proto3#unknowns",
    needs=["history"],
    core=True,
)
def test_unknown_fields(api: Api, channel: Channels) -> None:
    room = channel("history")
    request = api.messages.PublishRequest(channel=room, data=b"x").SerializeToString()
    varint, text, fixed = b"\xc0\x3e\x01", b"\xc2\x3e\x02hi", b"\xc5\x3e\x00\x00\x00\x00"
    expect.success(api.raw("Publish", varint + text + request + fixed))
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "body.take.last-value",
    "Of a field that is sent twice the last value counts.",
    level=Level.MUST,
    source="protobuf.dev/programming-guides/encoding#last-one-wins",
    needs=["history"],
)
def test_the_last_value_counts(api: Api, channel: Channels) -> None:
    first, last = channel("history"), channel("history")
    requests = [
        api.messages.PublishRequest(channel=room, data=data).SerializeToString()
        for room, data in ((first, b"first"), (last, b"last"))
    ]
    expect.success(api.raw("Publish", b"".join(requests)))
    expect.equal("the first channel", api.payloads(first), [])
    expect.equal("the last one", api.payloads(last), [b"last"])


@requirement(
    "body.read.empty-as-defaults",
    "An empty body is a request with nothing set.",
    level=Level.MUST,
    source="protobuf.dev/programming-guides/proto3#default",
)
def test_an_empty_body(api: Api) -> None:
    expect.error(api.raw("History", b""), api.error(Code.BAD_REQUEST))
    expect.success(api.raw("Info", b""))


@requirement(
    "method.serve.all",
    "Every RPC that the release serves is there: none is UNIMPLEMENTED.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#grpc-api; facts v2.md 1, v3-v6.md 8",
    core=True,
)
def test_every_rpc_is_served(api: Api) -> None:
    for method in sorted(OPEN_RPCS[api.release]):
        expect.status(api.raw(method, harmless(method)), grpc.StatusCode.OK)


@requirement(
    "method.omit.of-other-releases",
    "RPCs of other releases of the dialect are unknown methods.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 3 Unknown, 8",
    releases=V3,
)
def test_rpcs_of_other_releases(api: Api) -> None:
    releases = releases_of(Dialect.V3)
    every = frozenset.union(*(OPEN_RPCS[r] | PRO_RPCS[r] for r in releases))
    for method in sorted(every - OPEN_RPCS[api.release] - PRO_RPCS[api.release]):
        details = f"unknown method {method} for service {api.dialect.service}"
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED, details)


@requirement(
    "method.omit.of-the-other-dialect",
    "The service of 2.8 has none of the RPCs that came later.",
    level=Level.OBSERVED,
    source="facts v2.md 1",
    releases=V2,
)
def test_rpcs_of_the_other_dialect(api: Api) -> None:
    for method in ("Subscribe", "Refresh", "Batch", "Connections", "MapPublish"):
        details = f"unknown method {method} for service {api.dialect.service}"
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED, details)


@requirement(
    "service.omit.reflection",
    "Releases before 5 have no reflection service.",
    level=Level.OBSERVED,
    source=UNKNOWN,
    releases=[release for release in ALL if release < Release.V5_4],
)
def test_there_is_no_reflection_service(api: Api) -> None:
    for version in ("v1", "v1alpha"):
        service = f"grpc.reflection.{version}.ServerReflection"
        answer = api.raw("ServerReflectionInfo", b"", service=service)
        expect.status(answer, grpc.StatusCode.UNIMPLEMENTED, f"unknown service {service}")


@requirement(
    "body.accept.any-order",
    "The fields of a request may come in any order.",
    level=Level.MUST,
    source=f"{ENCODING}#order",
    needs=["history"],
)
def test_fields_in_any_order(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.raw("Publish", field(2, b"x") + field(1, room.encode())))
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "body.ignore.unknown-groups",
    "A group that the request does not declare is ignored.",
    level=Level.MUST,
    source=f"{ENCODING}#groups",
    needs=["history"],
)
def test_unknown_groups(api: Api, channel: Channels) -> None:
    room = channel("history")
    group = b"\xc3\x3e" + field(1, b"inside") + b"\xc4\x3e"
    expect.success(api.raw("Publish", group + field(1, room.encode()) + field(2, b"x")))
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "body.ignore.other-wire-type",
    "From 3.2 a declared field of another wire type is ignored as an unknown one.",
    level=Level.OBSERVED,
    source=BODIES,
    releases=V3,
    needs=["history"],
)
def test_other_wire_types(api: Api, channel: Channels) -> None:
    room = channel("history")
    number_as_channel = b"\x08\x05"
    body = field(1, room.encode()) + field(2, b"x") + number_as_channel
    expect.success(api.raw("Publish", body))
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "body.take.last-empty-value",
    "From 3.2 an empty `data` after another one counts, and is refused with error 107.",
    level=Level.MUST,
    source=f"{ENCODING}#last-one-wins",
    releases=V3,
)
def test_an_empty_last_value_counts(api: Api, channel: Channels) -> None:
    body = field(1, channel().encode()) + field(2, b"x") + field(2, b"")
    expect.error(api.raw("Publish", body), api.error(Code.BAD_REQUEST))


@requirement(
    "body.skip.last-empty-value",
    "In 2.8 an empty `data` after another one is ignored.",
    level=Level.OBSERVED,
    source=BODIES,
    releases=V2,
    needs=["history"],
)
def test_an_empty_last_value_is_ignored(api: Api, channel: Channels) -> None:
    room = channel("history")
    body = field(1, room.encode()) + field(2, b"x") + field(2, b"")
    expect.success(api.raw("Publish", body))
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "body.refuse.invalid-utf8-everywhere",
    "From 3.2 no string of any request may be invalid UTF-8: INTERNAL, in Go's words.",
    level=Level.OBSERVED,
    source=BODIES,
    releases=V3,
)
def test_invalid_utf8_in_every_request(api: Api) -> None:
    entries = [field(1, b"k") + field(2, b"\xff"), field(1, b"\xff") + field(2, b"v")]
    tagged = [field(1, b"c") + field(2, b"x") + field(5, entry) for entry in entries]
    bodies = [*STRINGS.items(), *(("Publish", body) for body in tagged)]
    for method, body in bodies:
        answer = api.raw(method, body)
        expect.status(answer, grpc.StatusCode.INTERNAL)
        ending = "string field contains invalid UTF-8"
        expect.that(answer.details.endswith(ending), f"details that end with {ending!r}", answer)


@requirement(
    "body.accept.invalid-utf8",
    "In 2.8 users and methods may be invalid UTF-8, as channels may.",
    level=Level.OBSERVED,
    source=BODIES,
    releases=V2,
)
def test_invalid_utf8_is_taken_as_bytes(api: Api) -> None:
    odd = b"conformance-nobody-\xff"
    expect.success(api.raw("Disconnect", field(1, odd)))
    expect.success(api.raw("Unsubscribe", field(1, odd) + field(2, odd)))
    expect.error(api.raw("RPC", field(1, odd)), api.error(Code.METHOD_NOT_FOUND))
