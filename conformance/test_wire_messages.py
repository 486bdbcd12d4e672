"""Messages on the wire: whole, in pieces, broken off, too many, none; compressed; too late."""

import gzip

from centrifugo_grpc.releases import (
    ANSWERS_MISSING_MESSAGE,
    BLANK_DEADLINE_EXPIRES,
    BROKEN_PREFIX,
    GZIP,
    NOT_GRPC,
)
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import ALL, V3, Level, requirement
from conformance.wire import Outcome, Wire, message, messages, outcome

PROTOCOL = "grpc.github.io/grpc/core/md_doc_docs_PROTOCOL-HTTP2.html"
COMPRESSION = "grpc.github.io/grpc/core/md_doc_docs_compression.html"
FACTS = "facts v2.md 4, v3-v6.md 3 Raw HTTP/2"
OK, UNKNOWN, DEADLINE, EXHAUSTED, UNIMPLEMENTED, INTERNAL = 0, 2, 4, 8, 12, 13
_TRIES_OF_A_RACE = 50
NONE = Outcome("none")


def publication(api: Api, room: str, data: bytes = b"x") -> bytes:
    """A Publish request."""
    body: bytes = api.messages.PublishRequest(channel=room, data=data).SerializeToString()
    return body


def told(end: Outcome) -> tuple[str, int, str]:
    """What decides about an outcome of gRPC."""
    return end.kind, end.code, end.text


@requirement(
    "wire.join.data-frames",
    "A message may come in any number of DATA frames, empty ones among them.",
    level=Level.MUST,
    source=PROTOCOL,
    needs=["history"],
)
def test_a_message_in_pieces(api: Api, channel: Channels, wire: Wire) -> None:
    room = channel("history")
    body = message(publication(api, room))
    for frames in (
        [body[n : n + 1] for n in range(len(body))],
        [b"", body[:3], b"", body[3:], b""],
    ):
        end = outcome(wire.ask(frames, method="Publish"))
        expect.that(end.is_success, f"success, not {end}")
    expect.equal("history", api.payloads(room), [b"x", b"x"])


@requirement(
    "wire.refuse.broken-off",
    "A message that breaks off is never taken for a whole one: no success, nothing is stored.",
    level=Level.MUST,
    source=PROTOCOL,
    needs=["history"],
)
def test_broken_messages_have_no_effect(api: Api, channel: Channels, wire: Wire) -> None:
    room = channel("history")
    body = message(publication(api, room))
    ends = wire.together(([body[:2]], [body[:-1]], [body[:5]]), method="Publish")
    expect.that(not any(end.is_success for end in ends), f"no success, not {ends}")
    expect.equal("history", api.payloads(room), [])


@requirement(
    "wire.refuse.broken-off-exactly",
    "A message that breaks off gets no answer in 2.8, later status UNKNOWN in Go's words.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_broken_messages(api: Api, wire: Wire) -> None:
    prefix, body = wire.together(([b"\x00\x00"], [b"\x00\x00\x00\x00\x09abc"]))
    if not ANSWERS_MISSING_MESSAGE[api.release]:
        expect.equal("outcomes", (prefix, body), (NONE, NONE))
        return
    expect.equal("prefix", told(prefix), ("grpc", UNKNOWN, BROKEN_PREFIX[api.release]))
    expect.equal("body", told(body), ("grpc", UNKNOWN, "unexpected EOF"))


@requirement(
    "wire.refuse.no-message",
    "A call whose data ends without a message gets no answer in 2.8, later status UNKNOWN `EOF`.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_no_message(api: Api, wire: Wire) -> None:
    (end,) = wire.together(([b""],))
    answered = ANSWERS_MISSING_MESSAGE[api.release]
    expect.equal("outcome", told(end), ("grpc", UNKNOWN, "EOF") if answered else told(NONE))


@requirement(
    "wire.ignore.headers-alone",
    "A call that ends with its headers gets no answer at all, and harms no other call.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 11",
)
def test_headers_alone(api: Api, wire: Wire) -> None:
    (end,) = wire.together(([],))
    expect.equal("outcome", end, NONE)


@requirement(
    "wire.refuse.at-most-the-first",
    "Of two messages in one call at most the first is taken.",
    level=Level.MUST,
    source=PROTOCOL,
    needs=["history"],
)
def test_the_second_message_has_no_effect(api: Api, channel: Channels, wire: Wire) -> None:
    first, second = channel("history"), channel("history")
    both = [message(publication(api, first)), message(publication(api, second))]
    end = outcome(wire.ask(both, method="Publish"))
    expect.that(end.kind == "grpc", f"a gRPC status, not {end}")
    expect.equal("the second channel", api.payloads(second), [])
    expect.equal("the first channel", api.payloads(first), [b"x"] if end.is_success else [])


@requirement(
    "wire.take.first-message",
    "Of two messages in one call the first is taken, in one DATA frame or in two.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["history"],
)
def test_the_first_message_is_taken(api: Api, channel: Channels, wire: Wire) -> None:
    room = channel("history")
    both = [message(publication(api, room, data)) for data in (b"first", b"second")]
    for frames in (both, [b"".join(both)]):
        end = outcome(wire.ask(frames, method="Publish"))
        expect.that(end.is_success, f"success, not {end}")
    expect.equal("history", api.payloads(room), [b"first", b"first"])


@requirement(
    "wire.refuse.claimed-size",
    "A prefix that claims more than the limit is refused at once, without waiting for the rest.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_a_claimed_size(api: Api, wire: Wire) -> None:
    for size in (2**31 - 1, 2**32 - 1):
        (end,) = wire.together(([b"\x00" + size.to_bytes(4, "big")],))
        text = f"grpc: received message larger than max ({size} vs. 4194304)"
        expect.equal("outcome", told(end), ("grpc", EXHAUSTED, text))


@requirement(
    "wire.refuse.flag-without-encoding",
    "A message flagged as compressed in a call that names no compression is INTERNAL.",
    level=Level.MUST,
    source=COMPRESSION,
)
def test_the_flag_without_an_encoding(api: Api, wire: Wire) -> None:
    for more in ((), (("grpc-encoding", "identity"),)):
        end = outcome(wire.ask([message(b"", 1)], wire.headers("Info", *more)))
        expect.equal("outcome", (end.kind, end.code), ("grpc", INTERNAL))


@requirement(
    "wire.refuse.flag-without-encoding-text",
    "The error for such a message is in Go's words.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_the_text_for_the_flag(api: Api, wire: Wire) -> None:
    end = outcome(wire.ask([message(b"", 1)]))
    text = "grpc: compressed flag set with identity or empty encoding"
    expect.equal("outcome", told(end), ("grpc", INTERNAL, text))


@requirement(
    "wire.refuse.other-flags",
    "Another flag than 0 and 1 before a message is INTERNAL `unexpected payload format`.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_other_flags(api: Api, wire: Wire) -> None:
    for flag in (2, 255):
        end = outcome(wire.ask([message(b"", flag)]))
        text = f"grpc: received unexpected payload format {flag}"
        expect.equal("outcome", told(end), ("grpc", INTERNAL, text))


@requirement(
    "wire.refuse.unknown-encoding",
    "A call that names a compression that the server does not have is UNIMPLEMENTED, even if its"
    " message is not compressed.",
    level=Level.MUST,
    source=COMPRESSION,
)
def test_unknown_compressions(api: Api, wire: Wire) -> None:
    for name in ("zstd", "no-such-encoding"):
        headers = wire.headers("Info", ("grpc-encoding", name))
        for flag in (0, 1):
            end = outcome(wire.ask([message(b"", flag)], headers))
            expect.equal("outcome", (end.kind, end.code), ("grpc", UNIMPLEMENTED))


@requirement(
    "wire.accept.identity",
    "The compression `identity` is none.",
    level=Level.MUST,
    source=COMPRESSION,
)
def test_identity(api: Api, wire: Wire) -> None:
    end = outcome(wire.ask(headers=wire.headers("Info", ("grpc-encoding", "identity"))))
    expect.that(end.is_success, f"success, not {end}")


@requirement(
    "wire.answer.gzip-in-gzip",
    "From 5.1 on a call in gzip is answered in gzip, also if its message is not compressed.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 3 Compression",
    releases=[release for release in ALL if GZIP[release]],
)
def test_answers_in_gzip(api: Api, wire: Wire) -> None:
    headers = wire.headers("Info", ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip"))
    for body in (message(gzip.compress(b""), 1), message(b"")):
        answer = wire.ask([body], headers)
        expect.that(outcome(answer).is_success, f"success, not {outcome(answer)}")
        expect.equal("encoding", answer.first("grpc-encoding"), "gzip")
        expect.equal("flag", answer.body[:1], b"\x01")
        (packed,) = messages(answer.body)
        info = api.messages.InfoResponse.FromString(gzip.decompress(packed))
        expect.that(info.result.nodes, "a node in the answer")


@requirement(
    "wire.refuse.corrupt-gzip",
    "A message that says it is gzip and is none is INTERNAL, and the connection goes on.",
    level=Level.MUST,
    source=COMPRESSION,
    releases=[release for release in ALL if GZIP[release]],
)
def test_corrupt_gzip(api: Api, wire: Wire) -> None:
    headers, connection = wire.headers("Info", ("grpc-encoding", "gzip")), wire.connect()
    for packed in (b"\x1f\x8b\x08nonsense", b"no gzip", gzip.compress(b"x" * 100)[:-9]):
        end = outcome(wire.ask_on(connection, [message(packed, 1)], headers))
        expect.equal("outcome", (end.kind, end.code), ("grpc", INTERNAL))
    expect.that(outcome(wire.ask_on(connection)).is_success, "success after it")


@requirement(
    "wire.keep.expired-deadline",
    "A call whose deadline has passed is answered with OK or DEADLINE_EXCEEDED, and nothing else.",
    level=Level.MUST,
    source="grpc.io/docs/guides/deadlines",
)
def test_an_expired_deadline(api: Api, wire: Wire) -> None:
    headers, connection = wire.headers("Info", ("grpc-timeout", "1n")), wire.connect()
    for _ in range(10):
        end = outcome(wire.ask_on(connection, headers=headers))
        allowed = {("grpc", 0), ("grpc", DEADLINE)}
        expect.that((end.kind, end.code) in allowed, f"OK or DEADLINE_EXCEEDED, not {end}")


@requirement(
    "wire.store.what-was-in-time",
    "Of publications with a deadline that is as good as over exactly those are stored that are"
    " answered with OK.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 3 Deadline",
    releases=V3,
    needs=["history"],
)
def test_what_is_stored_after_a_deadline(api: Api, channel: Channels, wire: Wire) -> None:
    room, connection = channel("history"), wire.connect()
    headers = wire.headers("Publish", ("grpc-timeout", "1n"))
    in_time = []
    for number in range(8):
        data = b"%d" % number
        body = message(publication(api, room, data))
        end = outcome(wire.ask_on(connection, [body], headers, "Publish"))
        in_time += [data] if end.is_success else []
    expect.equal("history", api.payloads(room), in_time)


@requirement(
    "wire.accept.deadlines",
    "Every unit of `grpc-timeout` is understood, up to eight digits.",
    level=Level.MUST,
    source=PROTOCOL,
)
def test_units_of_deadlines(api: Api, wire: Wire) -> None:
    connection = wire.connect()
    for timeout in ("99999999H", "10M", "20S", "20000m", "20000000u", "99999999n"):
        end = outcome(
            wire.ask_on(connection, headers=wire.headers("Info", ("grpc-timeout", timeout)))
        )
        expect.that(end.is_success, f"success for {timeout}, not {end}")


@requirement(
    "wire.refuse.malformed-deadline",
    "A malformed `grpc-timeout`: 2.8 and 3.2 reset the stream, later releases answer with HTTP"
    " status 400 and what is wrong.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_malformed_deadlines(api: Api, wire: Wire) -> None:
    http, code = NOT_GRPC[api.release]
    for timeout, complaint in (
        ("abc", 'timeout unit is not recognized: "abc"'),
        ("123456789S", 'timeout string is too long: "123456789S"'),
    ):
        end = outcome(wire.ask(headers=wire.headers("Info", ("grpc-timeout", timeout))))
        text = f"malformed grpc-timeout: transport: {complaint}"
        expected = Outcome("http", 400, text, INTERNAL) if http else Outcome("reset", code)
        expect.equal(f"outcome for {timeout}", end, expected)


@requirement(
    "wire.expire.blank-deadline",
    "From 5.4 on a deadline of no time has passed.",
    level=Level.OBSERVED,
    source="grpc-go 1.69.2 internal/transport/http2_server.go",
    releases=[release for release in V3 if BLANK_DEADLINE_EXPIRES[release]],
)
def test_a_blank_deadline(api: Api, wire: Wire) -> None:
    # The server notices beside the handler, which may be done first: with a success.
    expected = ("grpc", DEADLINE, "context deadline exceeded")
    headers = wire.headers("Info", ("grpc-timeout", "0S"))
    for _ in range(_TRIES_OF_A_RACE):
        end = told(outcome(wire.ask(headers=headers)))
        if end[:2] != ("grpc", OK):
            break
    expect.equal("outcome", end, expected)
