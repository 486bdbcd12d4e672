"""HTTP/2 requests: which are gRPC calls, and what answers those that are none."""

from centrifugo_grpc.releases import (
    ANY_HTTP_METHOD,
    MALFORMED_PATH_STATUS,
    NOT_GRPC,
    WRONG_HTTP_METHOD,
    Release,
)
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import ALL, V3, Level, requirement
from conformance.wire import Outcome, Wire, changed, message, messages, outcome

PROTOCOL = "grpc.github.io/grpc/core/md_doc_docs_PROTOCOL-HTTP2.html"
FACTS = "facts v2.md 4, v3-v6.md 3 Raw HTTP/2"
SINCE_4 = [release for release in V3 if release >= Release.V4_1]


def refusal(release: Release, status: int, grpc: int, text: str) -> Outcome:
    """How a release refuses what is no gRPC: with this HTTP status, or by a reset of the stream."""
    http, code = NOT_GRPC[release]
    return Outcome("http", status, text, grpc) if http else Outcome("reset", code)


@requirement(
    "wire.answer.as-grpc",
    "A call is answered with HTTP status 200, a content type of gRPC, one message and trailers"
    " with `grpc-status` 0.",
    level=Level.MUST,
    source=PROTOCOL,
)
def test_the_answer_to_a_call(api: Api, wire: Wire) -> None:
    answer = wire.ask()
    expect.that(outcome(answer).is_success, f"a success, not {outcome(answer)}")
    expect.equal("HTTP status", answer.first(":status"), "200")
    content_type = answer.first("content-type") or ""
    expect.that(
        content_type.startswith("application/grpc"), f"a content type of gRPC, not {content_type!r}"
    )
    expect.equal("messages", len(messages(answer.body)), 1)
    expect.that(("grpc-status", "0") in answer.trailers, "`grpc-status` in the trailers")


@requirement(
    "wire.answer.errors-as-grpc",
    "A gRPC error is answered with HTTP status 200, a `grpc-status` and no message.",
    level=Level.MUST,
    source=PROTOCOL,
)
def test_the_answer_to_an_unknown_method(api: Api, wire: Wire) -> None:
    answer = wire.ask(method="NoSuchMethod")
    expect.equal("HTTP status", answer.first(":status"), "200")
    expect.equal("`grpc-status`", answer.first("grpc-status"), "12")
    expect.equal("messages", messages(answer.body), [])


@requirement(
    "wire.refuse.other-content-type",
    "A request whose content type is not that of gRPC is not taken for a call.",
    level=Level.MUST,
    source=PROTOCOL,
    needs=["history"],
)
def test_other_content_types(api: Api, channel: Channels, wire: Wire) -> None:
    room = channel("history")
    body = message(api.messages.PublishRequest(channel=room, data=b"x").SerializeToString())
    headers = wire.headers("Publish")
    for content_type in ("application/json", "application/grpc-web+proto", "text/plain", None):
        answer = wire.ask([body], changed(headers, "content-type", content_type), "Publish")
        end = outcome(answer)
        expect.that(not end.is_success, f"no success for content type {content_type}, got {end}")
    expect.equal("history", api.payloads(room), [])


@requirement(
    "wire.refuse.other-content-type-with-415",
    "A request whose content type is not that of gRPC is answered with HTTP status 415.",
    level=Level.SHOULD,
    source=PROTOCOL,
    releases=SINCE_4,
)
def test_other_content_types_are_415(api: Api, wire: Wire) -> None:
    for content_type in ("application/json", "application/grpc-web+proto", None):
        headers = changed(wire.headers(), "content-type", content_type)
        expect.equal("HTTP status", wire.ask(headers=headers).first(":status"), "415")


@requirement(
    "wire.refuse.other-content-type-exactly",
    "A request whose content type is not that of gRPC: 2.8 resets it as INTERNAL_ERROR, 3.2 as"
    " PROTOCOL_ERROR, later releases say what is wrong beside status 415.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_other_content_types_exactly(api: Api, wire: Wire) -> None:
    for content_type in ("application/json", "application/grpcx", None):
        end = outcome(wire.ask(headers=changed(wire.headers(), "content-type", content_type)))
        text = f'invalid gRPC request content-type "{content_type or ""}"'
        expected = refusal(api.release, 415, 3, text)
        expect.equal(f"outcome for {content_type}", end, expected)


@requirement(
    "wire.accept.content-types",
    "`application/grpc` may go on with `+` or `;` and anything: it is read as protobuf.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_content_types_of_grpc(api: Api, wire: Wire) -> None:
    for content_type in ("application/grpc+proto", "application/grpc+any", "application/grpc;x"):
        end = outcome(wire.ask(headers=changed(wire.headers(), "content-type", content_type)))
        expect.that(end.is_success, f"success for {content_type}, not {end}")


@requirement(
    "wire.refuse.http-method",
    "2.8 takes a call with any HTTP method; 3.2 resets other methods than POST, later releases"
    " answer them with HTTP status 405.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_other_http_methods(api: Api, wire: Wire) -> None:
    for method in ("GET", "PUT"):
        end = outcome(wire.ask(headers=changed(wire.headers(), ":method", method)))
        if ANY_HTTP_METHOD[api.release]:
            expect.that(end.is_success, f"success for {method}, not {end}")
        else:
            text = WRONG_HTTP_METHOD[api.release].format(method=method)
            expect.equal(f"outcome for {method}", end, refusal(api.release, 405, 13, text))


@requirement(
    "wire.refuse.malformed-path",
    "A path that is no service and method is refused.",
    level=Level.MUST,
    source=PROTOCOL,
)
def test_malformed_paths(api: Api, wire: Wire) -> None:
    for path in ("/Publish", "/", "", "Publish", f"/{api.dialect.service}"):
        end = outcome(wire.ask(headers=changed(wire.headers(), ":path", path)))
        expect.that(end.kind != "none" and not end.is_success, f"a refusal of {path!r}, not {end}")


@requirement(
    "wire.refuse.malformed-path-text",
    "The error for such a path is `malformed method name`: RESOURCE_EXHAUSTED in 2.8, UNIMPLEMENTED"
    " later.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_the_text_for_malformed_paths(api: Api, wire: Wire) -> None:
    for path in ("/Publish", "/", ""):
        end = outcome(wire.ask(headers=changed(wire.headers(), ":path", path)))
        text, status = f'malformed method name: "{path}"', MALFORMED_PATH_STATUS[api.release]
        expect.equal("outcome", (end.kind, end.code, end.text), ("grpc", status, text))


@requirement(
    "wire.take.rest-of-path-as-service",
    "What stands before the last `/` of a path is the name of the service.",
    level=Level.OBSERVED,
    source="facts v2.md 1",
)
def test_longer_paths(api: Api, wire: Wire) -> None:
    service = f"{api.dialect.service}/Info"
    end = outcome(wire.ask(headers=changed(wire.headers(), ":path", f"/{service}/more")))
    told = (end.kind, end.code, end.text)
    expect.equal("outcome", told, ("grpc", 12, f"unknown service {service}"))


@requirement(
    "wire.accept.missing-headers",
    "A call without `te`, or without an authority, is accepted.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_headers_may_be_missing(api: Api, wire: Wire) -> None:
    for name in ("te", ":authority"):
        end = outcome(wire.ask(headers=changed(wire.headers(), name, None)))
        expect.that(end.is_success, f"success without {name}, not {end}")


@requirement(
    "wire.refuse.uppercase-header",
    "A header name in capitals is a protocol error of its stream or its connection.",
    level=Level.MUST,
    source="rfc-editor.org/rfc/rfc9113#section-8.2.1",
)
def test_header_names_in_capitals(api: Api, wire: Wire) -> None:
    end = outcome(wire.ask(headers=wire.headers("Info", ("X-Capital", "1"))))
    allowed = {("reset", 1), ("goaway", 1), ("http", 400)}
    expect.that((end.kind, end.code) in allowed, f"a protocol error, not {end}")


@requirement(
    "wire.accept.much-metadata",
    "Metadata of 256 KiB in 64 entries is accepted.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_much_metadata_on_the_wire(api: Api, wire: Wire) -> None:
    more = [(f"x-large-{number}", "v" * 4096) for number in range(64)]
    end = outcome(wire.ask(headers=wire.headers("Info", *more)))
    expect.that(end.is_success, f"success, not {end}")


@requirement(
    "wire.survive.what-is-no-http2",
    "What is no HTTP/2 ends its own connection, and no other.",
    level=Level.MUST,
    source="rfc-editor.org/rfc/rfc9113#section-3.4",
)
def test_garbage_ends_its_connection(api: Api, wire: Wire) -> None:
    beside = wire.connect()
    expect.that(outcome(wire.ask_on(beside)).is_success, "success before")
    for garbage in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00" * 64, b"\x16\x03\x01"):
        expect.that(wire.ends_on(garbage), f"the end of a connection that begins {garbage[:8]!r}")
    expect.that(outcome(wire.ask_on(beside)).is_success, "success on another connection")


@requirement(
    "wire.serve.calls-on-one-connection",
    "Calls that are begun before the others are finished are all answered on one connection.",
    level=Level.MUST,
    source=PROTOCOL,
    releases=ALL,
)
def test_interleaved_calls(api: Api, wire: Wire) -> None:
    ends = wire.interleaved(20)
    expect.that(all(end.is_success for end in ends), f"20 successes, not {ends}")
