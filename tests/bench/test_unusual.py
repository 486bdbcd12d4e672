"""Frames that are legal and rare, and frames that are not: no call is lost or counted wrongly."""

from random import Random

import pytest
from h2.settings import SettingCodes
from hpack import Encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import _frames as h2
from bench._answer import is_success
from bench._frames import ErrorCode, ProtocolError
from bench._headers import AnswerHeaders
from bench._outgoing import Request
from tests.bench.peer import OPENING, PATH, SUCCESS, Peer, framed
from tests.bench.unusual import Unusual, mutated

DRAWN = st.integers(0, 2**32 - 1).map(Random)


@settings(max_examples=60, deadline=None)
@given(DRAWN)
def test_whatever_is_legal_is_understood(draw: Random) -> None:
    Unusual(draw).run()


@settings(max_examples=60, deadline=None)
@given(DRAWN)
def test_a_broken_frame_ends_the_connection_by_name_and_no_call_is_lost(draw: Random) -> None:
    Unusual(draw).run(is_broken=True)


@settings(max_examples=60, deadline=None)
@given(DRAWN)
def test_altered_bytes_lose_no_call(draw: Random) -> None:
    mutated(draw)


def opened(**limits: int) -> Peer:
    peer = Peer({SettingCodes[name]: value for name, value in limits.items()})
    peer.settle()
    peer.call(2)
    peer.settle(Peer.answer)
    return peer


@pytest.mark.parametrize("sizes", [(60, 60), (60, 4096, 60), (0, 4096), (100, 0, 200), (9000, 60)])
@pytest.mark.parametrize("is_one_frame", [True, False])
def test_changes_of_the_header_table_are_told_to_the_peer(
    sizes: tuple[int, ...], is_one_frame: bool
) -> None:
    peer = opened()
    frames = [h2.settings({h2.HEADER_TABLE_SIZE: size}) for size in sizes]
    if is_one_frame:
        pairs = b"".join(frame[9:] for frame in frames)
        frames = [h2.frame(h2.SETTINGS, 0, 0, pairs)]
    peer.give(b"".join(frames))
    peer.server.decoder.max_allowed_table_size = sizes[-1]
    for _ in range(2):
        peer.call(2)
        peer.settle(Peer.answer)
    assert len(peer.client.done) == 6
    told = peer.server.decoder.header_table.maxsize
    assert told <= sizes[-1]


def test_an_entry_that_replaces_one_at_the_same_place_is_a_change() -> None:
    """Blocks that empty the table and fill it again leave one entry each time."""
    answers = AnswerHeaders()
    encoder = Encoder()

    def block(value: str) -> bytes:
        encoder.header_table_size = 0
        encoder.header_table_size = 4096
        return bytes(encoder.encode([("x", value)]))

    refers = b"\xbe"
    for turn in range(50):
        value = f"{turn % 3}"
        assert answers.decode(block(value)) == (("x", value),)
        assert answers.decode(refers) == (("x", value),)


def test_an_answer_before_the_whole_message_was_sent_gives_the_rest_up() -> None:
    peer = opened(INITIAL_WINDOW_SIZE=100)
    peer.server.acknowledge_received_data = lambda *_: []  # type: ignore[method-assign,assignment]
    peer.call(1, bytes(300))
    peer.settle()
    peer.answer(5)
    peer.settle()
    assert len(peer.client.done) == 3
    assert peer.resets == {5: ErrorCode.CANCEL}
    assert not peer.client.outgoing.is_waiting, "the next calls go the short way again"


def test_nothing_is_sent_on_a_stream_that_the_peer_has_reset() -> None:
    peer = opened(INITIAL_WINDOW_SIZE=100)
    peer.server.acknowledge_received_data = lambda *_: []  # type: ignore[method-assign,assignment]
    peer.call(1, bytes(300))
    peer.settle()
    peer.give(h2.reset(5, ErrorCode.NO_ERROR) + h2.window_update(5, 500))
    assert not peer.client.outgoing.chunks
    assert str(peer.client.failed[0][1]) == "INTERNAL RST_STREAM NO_ERROR"


def test_a_connection_that_has_used_up_its_streams_makes_way_for_another() -> None:
    peer = opened()
    peer.client._next = h2.LAST_STREAM - 4
    assert peer.client.room == 3
    assert not peer.client.control.is_closing
    peer.client.call(_request(), ["a", "b", "c"])
    assert peer.client.room == 0
    assert peer.client.control.is_closing


def _request() -> Request:
    return Request(PATH, b"x")


def test_a_flood_of_pings_is_answered_ping_by_ping() -> None:
    peer = opened()
    peer.give(b"".join(h2.frame(h2.PING, 0, 0, n.to_bytes(8)) for n in range(5000)))
    sent = b"".join(peer.client.outgoing.chunks)
    assert sent == b"".join(h2.frame(h2.PING, h2.ACK, 0, n.to_bytes(8)) for n in range(5000))
    peer.client.outgoing.chunks.clear()
    peer.call(1)
    peer.settle(Peer.answer)
    assert len(peer.client.done) == 3


def test_trailers_with_an_http_status_are_no_success() -> None:
    both = [(":status", "200"), *SUCCESS]
    assert not is_success(tuple(both))
    peer = opened()
    for _ in range(3):
        peer.call(1)
        peer.settle(lambda peer, stream: _answer_with(peer, stream, both))
    assert len(peer.client.done) == 2
    said = {str(ended) for _, ended in peer.client.failed}
    assert said == {"INTERNAL an HTTP status in the trailers"}


def _answer_with(peer: Peer, stream: int, trailers: list[tuple[str, str]]) -> None:
    peer.server.send_headers(stream, OPENING)
    peer.server.send_data(stream, framed(b""))
    peer.give(peer.server.data_to_send())
    block = peer.server.encoder.encode(trailers)
    peer.give(h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, stream, bytes(block)))


def test_a_header_block_that_cannot_be_decoded_has_one_name_whatever_is_in_it() -> None:
    said = set()
    for block in (b"\xff\x80", b"\xfe", b"\x40\x09", b"\x82\x3f\x10"):
        peer = opened()
        peer.call(1)
        peer.settle()
        with pytest.raises(ProtocolError) as caught:
            peer.give(h2.frame(h2.HEADERS, h2.END_HEADERS, 5, block))
        said.add(str(caught.value))
    assert said == {"COMPRESSION_ERROR: a header block that cannot be decoded"}
