"""The publish path against the h2 library: what it sends is legal, what it gets it understands."""

import contextlib
from collections.abc import Callable

import pytest
from h2.settings import SettingCodes
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import _frames as h2
from bench._answer import Ended
from bench._frames import ErrorCode, ProtocolError
from bench._outgoing import Request
from tests.bench.peer import OPENING, PATH, SUCCESS, Peer, framed

Answer = Callable[[Peer, int], object]
MESSAGE = b"\x0a\x01a\x12\x01b"


def failures(peer: Peer) -> list[str]:
    return [str(ended) for _, ended in peer.client.failed]


def opened(**limits: int) -> Peer:
    peer = Peer({SettingCodes[name]: value for name, value in limits.items()})
    peer.settle()
    return peer


def test_calls_arrive_whole_with_the_headers_of_grpc() -> None:
    peer = opened()
    tokens = peer.call(30)
    peer.settle(Peer.answer)
    assert sorted(peer.client.done) == sorted(tokens)
    assert len(peer.requests) == 30
    for headers in peer.requests.values():
        assert headers[":method"] == "POST"
        assert headers[":path"] == PATH
        assert headers["te"] == "trailers"
        assert headers["authorization"] == "apikey secret"
    assert set(peer.bodies.values()) == {framed(MESSAGE)}
    assert not peer.client.open


def test_the_header_block_is_sent_once_and_then_referred_to() -> None:
    peer = opened()
    peer.call(1)
    first = sum(map(len, peer.client.outgoing.chunks))
    peer.settle(Peer.answer)
    peer.call(1)
    again = sum(map(len, peer.client.outgoing.chunks))
    call = 9 + 9 + len(framed(MESSAGE))
    assert again < call + 10 < first
    peer.call(100)
    assert len(peer.client.outgoing.chunks) == 2, "a hundred calls are one write"


@pytest.mark.parametrize("table", [0, 60, 200, 4096, 65_536])
def test_it_keeps_to_the_size_of_the_peers_header_table(table: int) -> None:
    peer = opened(HEADER_TABLE_SIZE=table)
    for _ in range(3):
        peer.call(5)
        peer.settle(Peer.answer)
    assert len(peer.client.done) == 15
    assert {headers[":path"] for headers in peer.requests.values()} == {PATH}


def test_answers_cut_into_single_bytes_are_the_same_answers() -> None:
    peer = Peer(chunk=1)
    peer.settle()
    peer.call(20)
    peer.settle(lambda peer, stream: peer.answer(stream, b"\x0a\x00" if stream % 4 == 1 else b""))
    assert len(peer.client.done) == len(peer.client.failed) == 10
    assert set(failures(peer)) == {"107 bad request"}


def test_an_api_error_is_told_apart_from_a_grpc_status() -> None:
    peer = opened()
    peer.call(8)

    def answer(peer: Peer, stream: int) -> None:
        if stream % 4 == 1:
            peer.answer(stream, b"\x0a\x02\x08\x6b")
        else:
            trailers = [*OPENING, ("grpc-status", "16"), ("grpc-message", "un%20known")]
            peer.server.send_headers(stream, trailers, end_stream=True)

    peer.settle(answer)
    assert sorted(set(failures(peer))) == ["107 bad request", "UNAUTHENTICATED un known"]
    assert not peer.client.done


def test_a_message_larger_than_the_windows_follows_as_they_open() -> None:
    peer = opened(INITIAL_WINDOW_SIZE=1000, MAX_FRAME_SIZE=16_384)
    message = bytes(range(256)) * 300
    peer.call(5, message)
    peer.settle(Peer.answer)
    assert len(peer.client.done) == 5
    assert set(peer.bodies.values()) == {framed(message)}


def test_it_never_exceeds_a_window_that_stays_shut() -> None:
    peer = Peer({SettingCodes.INITIAL_WINDOW_SIZE: 10})
    peer.server.acknowledge_received_data = lambda *_: []  # type: ignore[method-assign,assignment]
    peer.settle()
    peer.call(3, bytes(50))
    peer.settle()
    assert [len(body) for body in peer.bodies.values()] == [10, 10, 10]
    assert peer.client.outgoing.is_waiting
    peer.server.increment_flow_control_window(45, 1)
    peer.settle(Peer.answer)
    assert len(peer.bodies[1]) == 55
    assert peer.client.done == ["call 0"]


def test_a_smaller_initial_window_in_mid_message_is_obeyed() -> None:
    peer = opened(INITIAL_WINDOW_SIZE=100)
    peer.server.acknowledge_received_data = lambda *_: []  # type: ignore[method-assign,assignment]
    peer.call(1, bytes(300))
    peer.settle()
    peer.server.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 40})
    peer.settle()
    peer.server.increment_flow_control_window(50, 1)
    peer.settle()
    assert len(peer.bodies[1]) == 100, "the window is below zero: 100 were sent, 90 are allowed"
    peer.server.increment_flow_control_window(30, 1)
    peer.settle()
    assert len(peer.bodies[1]) == 120


def test_frames_are_no_larger_than_the_peer_allows() -> None:
    peer = opened(INITIAL_WINDOW_SIZE=2**20)
    peer.server.increment_flow_control_window(2**20)
    peer.settle()
    for _ in range(2):
        peer.call(2, bytes(100_000))
        peer.settle(Peer.answer)
    assert len(peer.client.done) == 4


def test_no_more_streams_are_open_than_the_peer_allows() -> None:
    peer = opened(MAX_CONCURRENT_STREAMS=7)
    assert peer.client.room == 7
    peer.call(5)
    assert peer.client.room == 2
    peer.settle(Peer.answer)
    assert peer.client.room == 7


def test_a_ping_is_answered_and_settings_are_acknowledged() -> None:
    peer = opened()
    peer.server.ping(b"12345678")
    peer.server.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 3})
    peer.settle()
    names = [type(event).__name__ for event in peer.events]
    assert "PingAckReceived" in names
    assert names.count("SettingsAcknowledged") == 2


def test_the_windows_of_the_client_are_topped_up() -> None:
    peer = opened()
    large = bytes(500_000)
    for _ in range(60):
        peer.client.ask(Request(PATH, MESSAGE), "asked")
        peer.settle(lambda peer, stream: _send(peer, stream, large))
    assert len(peer.client.answers) == 60
    assert peer.client.answers[0][1] == large


def _send(peer: Peer, stream: int, message: bytes) -> None:
    """An answer of many frames, as far as the window allows: it must, or h2 raises."""
    peer.server.send_headers(stream, OPENING)
    data = framed(message)
    for start in range(0, len(data), 16_384):
        peer.server.send_data(stream, data[start : start + 16_384])
        peer.give(peer.server.data_to_send())
        sent = b"".join(peer.client.outgoing.chunks)
        peer.client.outgoing.chunks.clear()
        peer.server.receive_data(sent)
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


# ---- Unusual but legal ---------------------------------------------------------------------------


def padded(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b""), pad_length=7)
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def in_pieces(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    for byte in framed(b"\x12\x00"):
        peer.server.send_data(stream, bytes([byte]))
    peer.server.send_data(stream, b"")
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def with_interim_headers(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, [(":status", "103"), ("link", "x")])
    peer.answer(stream)


def with_metadata(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, [*OPENING, ("x-number", str(stream)), ("date", "now")])
    peer.server.send_data(stream, framed(b""))
    peer.server.send_headers(stream, [("x-trailer", str(stream)), *SUCCESS], end_stream=True)


def with_continuations(peer: Peer, stream: int) -> None:
    """Each header block in three frames, the first with a priority and padding."""
    peer.give(peer.server.data_to_send())
    for end, headers in ((0, [*OPENING, ("x-number", str(stream))]), (h2.END_STREAM, SUCCESS)):
        block = peer.server.encoder.encode(headers)
        first = b"\x02" + bytes(5) + block[:1] + b"\0\0"
        peer.give(
            h2.frame(h2.HEADERS, end | h2.PADDED | h2.HAS_PRIORITY, stream, first)
            + h2.frame(h2.CONTINUATION, 0, stream, b"")
            + h2.frame(h2.CONTINUATION, h2.END_HEADERS, stream, block[1:])
        )
        if not end:
            peer.give(h2.frame(h2.DATA, 0, stream, framed(b"")))


def with_a_content_subtype(peer: Peer, stream: int) -> None:
    peer.server.send_headers(
        stream, [(":status", "200"), ("content-type", "application/grpc+proto")]
    )
    peer.server.send_data(stream, framed(b""))
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def with_unknown_frames(peer: Peer, stream: int) -> None:
    peer.give(h2.frame(0xBE, 0xFF, stream, b"what is this"))
    peer.give(h2.frame(h2.PRIORITY, 0, stream, bytes(5)))
    peer.answer(stream)


LEGAL: list[Answer] = [
    padded,
    in_pieces,
    with_interim_headers,
    with_metadata,
    with_continuations,
    with_a_content_subtype,
    with_unknown_frames,
]


@pytest.mark.parametrize("chunk", [1, 13, 1 << 20])
@pytest.mark.parametrize("answer", LEGAL, ids=lambda answer: answer.__name__)
def test_an_unusual_answer_is_an_answer(answer: Answer, chunk: int) -> None:
    peer = Peer(chunk=chunk)
    peer.settle()
    for _ in range(2):
        peer.call(3)
        peer.settle(answer)
    assert not failures(peer)
    assert len(peer.client.done) == 6


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([Peer.answer, *LEGAL]), min_size=1, max_size=12),
    st.integers(1, 200),
)
def test_kinds_of_answers_mix(answers: list[Answer], chunk: int) -> None:
    peer = Peer(chunk=chunk)
    peer.settle()
    peer.call(len(answers))
    kinds = iter(answers)
    peer.settle(lambda peer, stream: next(kinds)(peer, stream))  # noqa: PLW0108
    assert not failures(peer)
    assert len(peer.client.done) == len(answers)


# ---- Wrong answers -------------------------------------------------------------------------------


def no_message(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def two_messages(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b"") + framed(b""))
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def two_messages_in_two_frames(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b""))
    peer.server.send_data(stream, framed(b""))
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def half_a_message(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b"\x12\x00")[:-1])
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def compressed(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, b"\1" + framed(b"")[1:])
    peer.server.send_headers(stream, SUCCESS, end_stream=True)


def without_a_status(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b""))
    peer.server.send_headers(stream, [("x", "y")], end_stream=True)


def ended_by_data(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b""), end_stream=True)


def http_503(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, [(":status", "503"), ("content-type", "text/html")])
    peer.server.send_data(stream, b"<html>", end_stream=True)


def a_web_page(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, [(":status", "200"), ("content-type", "text/html")])
    peer.server.send_data(stream, b"<html>", end_stream=True)


def refused(peer: Peer, stream: int) -> None:
    peer.server.reset_stream(stream, ErrorCode.REFUSED_STREAM)


def cancelled_half_way(peer: Peer, stream: int) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b""))
    peer.server.reset_stream(stream, ErrorCode.CANCEL)


WRONG: dict[Answer, str] = {
    no_message: "INTERNAL 0 messages in the answer of a unary call",
    two_messages: "INTERNAL 2 messages in the answer of a unary call",
    two_messages_in_two_frames: "INTERNAL 2 messages in the answer of a unary call",
    half_a_message: "INTERNAL half a message",
    compressed: "INTERNAL a compressed message, unasked",
    without_a_status: "UNKNOWN no gRPC status",
    ended_by_data: "UNKNOWN no gRPC status",
    http_503: "UNAVAILABLE HTTP status 503",
    a_web_page: "UNKNOWN no gRPC content type",
    refused: "UNAVAILABLE RST_STREAM REFUSED_STREAM",
    cancelled_half_way: "CANCELLED RST_STREAM CANCEL",
}


@pytest.mark.parametrize("chunk", [1, 1 << 20])
@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.__name__)
def test_a_wrong_answer_fails_its_call_and_no_other(answer: Answer, chunk: int) -> None:
    peer = Peer(chunk=chunk)
    peer.settle()
    peer.call(2)
    peer.settle(Peer.answer)
    peer.call(3)
    good = iter([Peer.answer, answer, Peer.answer])
    peer.settle(lambda peer, stream: next(good)(peer, stream))  # noqa: PLW0108
    assert failures(peer) == [WRONG[answer]]
    assert len(peer.client.done) == 4
    assert not peer.client.open


def test_a_goaway_fails_what_was_not_taken_and_lets_the_rest_end() -> None:
    peer = opened()
    peer.call(4)
    peer.settle()
    peer.give(h2.frame(h2.GOAWAY, 0, 0, bytes([0, 0, 0, 3, 0, 0, 0, 0])))
    assert peer.client.room == 0
    assert set(failures(peer)) == {"UNAVAILABLE GOAWAY before the call was taken"}
    assert len(peer.client.failed) == 2
    peer.answer(1)
    peer.answer(3)
    peer.settle()
    assert len(peer.client.done) == 2


def test_a_cancelled_call_is_reset_and_its_late_answer_ignored() -> None:
    peer = opened()
    peer.call(2)
    peer.settle()
    peer.answer(1)
    peer.answer(3)
    peer.client.cancel(1, Ended("DEADLINE_EXCEEDED"))
    assert peer.client.outgoing.chunks == [h2.reset(1, ErrorCode.CANCEL)]
    peer.settle()
    assert failures(peer) == ["DEADLINE_EXCEEDED"]
    assert peer.client.done == ["call 1"]


def test_an_error_before_the_message_was_sent_ends_the_sending() -> None:
    peer = Peer({SettingCodes.INITIAL_WINDOW_SIZE: 10})
    peer.server.acknowledge_received_data = lambda *_: []  # type: ignore[method-assign,assignment]
    peer.settle()
    peer.call(1, bytes(1000))
    peer.settle()
    peer.server.send_headers(1, [*OPENING, ("grpc-status", "8")], end_stream=True)
    peer.settle()
    assert failures(peer) == ["RESOURCE_EXHAUSTED"]
    assert peer.resets == {1: ErrorCode.CANCEL}
    assert not peer.client.outgoing.is_waiting


def test_a_lost_connection_fails_every_call_that_is_open() -> None:
    peer = opened()
    peer.call(3)
    peer.client.lose("connection reset")
    assert failures(peer) == ["UNAVAILABLE connection reset"] * 3
    assert not peer.client.open


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (h2.frame(h2.DATA, 0, 99, b""), ErrorCode.PROTOCOL_ERROR),
        (h2.frame(h2.HEADERS, 4, 2, b"\x88"), ErrorCode.PROTOCOL_ERROR),
        (h2.frame(h2.HEADERS, 4, 1, b"\xff\xff\xff\xff\x0f"), ErrorCode.COMPRESSION_ERROR),
        (h2.frame(h2.HEADERS, 0, 1, b"\x88") + h2.frame(h2.PING, 0, 0, bytes(8)),
         ErrorCode.PROTOCOL_ERROR),
        (h2.frame(h2.CONTINUATION, 4, 1, b"\x88"), ErrorCode.PROTOCOL_ERROR),
        (h2.frame(h2.DATA, 8, 1, b"\x05abc"), ErrorCode.PROTOCOL_ERROR),
        (h2.frame(h2.PUSH_PROMISE, 4, 1, bytes(4)), ErrorCode.PROTOCOL_ERROR),
        (h2.frame(h2.PING, 0, 0, b"short"), ErrorCode.FRAME_SIZE_ERROR),
        (h2.frame(h2.SETTINGS, 0, 0, b"short"), ErrorCode.FRAME_SIZE_ERROR),
        (h2.frame(h2.SETTINGS, 0, 1), ErrorCode.PROTOCOL_ERROR),
        (h2.frame(h2.RST_STREAM, 0, 1, b"no"), ErrorCode.FRAME_SIZE_ERROR),
        (h2.settings({h2.INITIAL_WINDOW_SIZE: 2**31}), ErrorCode.FLOW_CONTROL_ERROR),
        (h2.settings({h2.MAX_FRAME_SIZE: 1}), ErrorCode.PROTOCOL_ERROR),
        (h2.window_update(0, 2**31 - 1), ErrorCode.FLOW_CONTROL_ERROR),
        (h2.window_update(0, 0), ErrorCode.PROTOCOL_ERROR),
        (b"\xff\xff\xff\x00\x00\x00\x00\x00\x01", ErrorCode.FRAME_SIZE_ERROR),
    ],
)  # fmt: skip
def test_a_broken_protocol_ends_the_connection(data: bytes, code: ErrorCode) -> None:
    peer = opened()
    peer.call(1)
    peer.settle()
    with pytest.raises(ProtocolError) as caught:
        peer.give(data)
    assert caught.value.code == code


def test_a_server_that_speaks_http_1_is_told() -> None:
    peer = Peer()
    with pytest.raises(ProtocolError):
        peer.client.receive(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_garbage_never_does_worse_than_end_the_connection(garbage: bytes) -> None:
    peer = opened()
    peer.call(2)
    peer.settle()
    with contextlib.suppress(ProtocolError):
        peer.give(garbage)
    assert len(peer.client.open) + len(peer.client.failed) + len(peer.client.done) == 2
