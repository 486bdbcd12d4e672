"""The gRPC level: methods, bodies, keys, compression."""

import grpc

from centrifugo_grpc.errors import Code
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import GZIP, PRO_RPCS, Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import V2, V3, Level, requirement

GRPC_STATUS = "grpc.io/docs/guides/status-codes"
UNKNOWN = "facts v2.md 1, v3-v6.md 3 Unknown"
BODIES = "facts v2.md 4, v3-v6.md 3 Bodies"
KEY = (
    "centrifugal.dev/docs/server/server_api#grpc-api-authorization;"
    " 2.8.7 docs/content/server/grpc_api.md#api-key-authorization"
)
WITHOUT_KEY = CallOptions(send_key=False)
UNTERMINATED = b"\x0a\xff"
"""A string field whose length does not end."""


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
    "pro.refuse.not-implemented",
    "The RPCs of Centrifugo PRO are UNIMPLEMENTED.",
    level=Level.MUST,
    source="facts v3-v6.md 5 PRO RPCs",
    releases=V3,
)
def test_pro_rpcs(api: Api) -> None:
    for method in sorted(PRO_RPCS[api.release]):
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED)


@requirement(
    "pro.refuse.not-implemented-text",
    "The error for an RPC of Centrifugo PRO says that it is not implemented.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 PRO RPCs",
    releases=V3,
)
def test_the_text_for_pro_rpcs(api: Api) -> None:
    for method in sorted(PRO_RPCS[api.release]):
        details = f"method {method} not implemented"
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED, details)


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
    "key.refuse.missing",
    "With a key configured, a call without it is UNAUTHENTICATED.",
    level=Level.MUST,
    source=KEY,
    needs=["key"],
)
def test_a_missing_key(api: Api) -> None:
    for answer in (api.info(options=WITHOUT_KEY), api.publish("", b"x", options=WITHOUT_KEY)):
        expect.status(answer, grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.refuse.wrong",
    "A wrong key, or the right one in a wrong form, is UNAUTHENTICATED.",
    level=Level.MUST,
    source=KEY,
    needs=["key"],
)
def test_wrong_keys(api: Api) -> None:
    key = api.client.endpoint.api_key
    forms = (f"apikey {key}x", "apikey ", f"{key}", f"Bearer {key}", f"Apikey {key}")
    for sent in (*forms, f"apikey  {key}"):
        options = CallOptions(send_key=False, metadata=(("authorization", sent),))
        expect.status(api.info(options=options), grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.refuse.text",
    "The error for a wrong key says `unauthenticated`.",
    level=Level.OBSERVED,
    source="facts v2.md 4 API key, v3-v6.md 3 Auth",
    needs=["key"],
)
def test_the_text_for_a_missing_key(api: Api) -> None:
    answer = api.info(options=WITHOUT_KEY)
    expect.status(answer, grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")


@requirement(
    "key.check.after-method-and-body",
    "The key is checked after the method is looked up and the body decoded.",
    level=Level.OBSERVED,
    source="facts v2.md 4 API key, v3-v6.md 3 Auth",
    needs=["key"],
)
def test_the_key_is_checked_last(api: Api) -> None:
    unknown = api.raw("NoSuchMethod", b"", WITHOUT_KEY)
    expect.status(unknown, grpc.StatusCode.UNIMPLEMENTED)
    expect.status(api.raw("Publish", UNTERMINATED, WITHOUT_KEY), grpc.StatusCode.INTERNAL)


@requirement(
    "key.ignore.unasked",
    "Without a key configured, a key that is sent is ignored.",
    level=Level.OBSERVED,
    source="facts v2.md 4 API key, v3-v6.md 3 Auth",
    needs=["no_key"],
)
def test_an_unasked_key_is_ignored(api: Api) -> None:
    options = CallOptions(metadata=(("authorization", "apikey anything"),))
    expect.success(api.info(options=options))
