"""What a session says is written byte for byte as each release writes it."""

import pytest

from protos.client import v1_pb2 as v1
from protos.client import v2_pb2 as v2
from reference_server.clients import commands as ask
from reference_server.clients.failures import INTERNAL, UnencodableError
from reference_server.clients.pushes import Joined, Published, Unsubscribed
from reference_server.clients.results import (
    ConnectResult,
    Done,
    HistoryResult,
    PresenceResult,
    SubscribeResult,
)
from reference_server.engine.streams import ClientInfo, Position, Publication
from reference_server.protocol.codecs import LaterV1, Of28, V2Codec, WireCodec

OLD = Of28(is_binary=False)
HALVES = Of28(is_binary=False, halves=True)
V1 = LaterV1(is_binary=False)
V2 = V2Codec(is_binary=False, tells_epoch=False)
TELLS_EPOCH = V2Codec(is_binary=False, tells_epoch=True)
ANN = ClientInfo("ann", "id", b'{"n": 1}')


def pushed(codec: WireCodec, payload: bytes, offset: int = 0, epoch: str = "") -> bytes:
    return codec.push("c", Published(Publication(payload, {}, offset), epoch))


@pytest.mark.parametrize(
    ("payload", "written"),
    [
        (b'{\n "a" : [1,\t2 ]\r\n}\n', b'{"a":[1,2]}'),
        (b'"<b>&"', b'"\\u003cb\\u003e\\u0026"'),
        ('"\u2028\u2029é"'.encode(), '"\\u2028\\u2029é"'.encode()),
        (b'"\xff\xfe"', b'"\xff\xfe"'),
        (b'"\\u00e9\\/\\ud800"', b'"\\u00e9\\/\\ud800"'),
        (b'{"z":1,"a":2,"a":3}', b'{"z":1,"a":2,"a":3}'),
        (b"-1.50e+10", b"-1.50e+10"),
        (b" null ", b"null"),
    ],
)
def test_2_8_compacts_a_payload_and_escapes_it_for_html(payload: bytes, written: bytes) -> None:
    wrapped = b'{"result":{"channel":"c","data":{"data":%b}}}\n' % written
    assert pushed(OLD, payload) == wrapped


@pytest.mark.parametrize(
    "payload", [b"\x00", b"{", b"{} {}", b" ", b"NaN", b"\xef\xbb\xbf{}", b"\xff", b'1,"a":2']
)
def test_2_8_has_no_way_to_write_what_is_no_json(payload: bytes) -> None:
    with pytest.raises(UnencodableError):
        pushed(OLD, payload)


def test_2_8_writes_nothing_for_a_payload_nested_one_level_too_deep() -> None:
    def nested(depth: int) -> bytes:
        return b"[" * depth + b"]" * depth

    assert len(pushed(OLD, nested(9998))) > 2 * 9998
    assert pushed(OLD, nested(9999)) == b""
    with pytest.raises(UnencodableError):
        pushed(OLD, nested(10_000))


@pytest.mark.parametrize("codec", [V1, V2], ids=["v1", "v2"])
def test_later_releases_only_take_line_breaks_out_and_judge_the_whole(codec: WireCodec) -> None:
    assert b'"data":{ "a":"<" }' in pushed(codec, b'{ "a":\n"<" }')
    assert b'"data":1,"a":2' in pushed(codec, b'1,"a":2'), "the whole is JSON"
    assert b'"data":""' in pushed(codec, b'"\n"')
    for payload in (b"\x00", b"{", b'"\x01"'):
        with pytest.raises(UnencodableError):
            pushed(codec, payload)


def test_names_are_escaped_and_bytes_that_are_no_text_replaced() -> None:
    channel = b'a"<\xe2\x82\xff'.decode("utf-8", "surrogateescape")
    assert OLD.push(channel, Unsubscribed(0, "")) == (
        b'{"result":{"type":3,"channel":"a\\"\\u003c\\ufffd\\ufffd\\ufffd","data":{}}}\n'
    )


def test_without_offsets_2_8_tells_positions_in_halves_and_recovers_backwards() -> None:
    publications = [Publication(b"1", {}, 2**32 + 1), Publication(b"2", {}, 2**32 + 2)]
    result = SubscribeResult(
        recoverable=True, epoch="e", offset=2**32 + 2, publications=publications
    )
    assert HALVES.reply(1, ask.Subscribe("c"), result) == (
        b'{"id":1,"result":{"recoverable":true,"seq":2,"gen":1,"epoch":"e","publications":['
        b'{"seq":2,"gen":1,"data":2},{"seq":1,"gen":1,"data":1}]}}\n'
    )
    history = HALVES.reply(2, ask.History("c"), HistoryResult(publications[:1], Position(9, "e")))
    assert history == (
        b'{"id":2,"result":{"publications":[{"seq":1,"gen":1,"data":1,"offset":4294967297}]}}\n'
    )


def test_what_may_be_empty_is_told_all_the_same_where_the_release_does() -> None:
    connected = ConnectResult("id")
    assert OLD.reply(1, ask.Connect(), connected) == (
        b'{"id":1,"result":{"client":"id","version":""}}\n'
    )
    assert V2.reply(1, ask.Connect(), connected) == b'{"id":1,"connect":{"client":"id"}}'
    nobody = PresenceResult({})
    assert OLD.reply(1, ask.Presence("c"), nobody) == b'{"id":1,"result":{"presence":{}}}\n'
    nothing = HistoryResult([], Position(0, "e"))
    assert V2.reply(1, ask.History("c"), nothing) == (
        b'{"id":1,"history":{"publications":[],"epoch":"e","offset":0}}'
    )
    anonymous = V2.push("c", Joined(ClientInfo("", "id")))
    assert anonymous == b'{"push":{"channel":"c","join":{"info":{"user":"","client":"id"}}}}'


def test_a_ping_is_answered_with_nothing_but_its_id() -> None:
    assert OLD.reply(1, ask.Ping(), Done()) == b'{"id":1}\n'
    assert V1.reply(1, ask.Ping(), Done()) == b'{"id":1}'
    assert V2.reply(1, ask.Ping(), Done()) == b'{"id":1}'


def test_an_error_is_told_with_whether_it_passes_except_by_2_8() -> None:
    error = b'{"id":1,"error":{"code":100,"message":"internal server error"'
    assert OLD.error(1, ask.Ping(), INTERNAL) == error + b"}}\n"
    assert V2.error(1, ask.Ping(), INTERNAL) == error + b',"temporary":true}}'


def test_protobuf_carries_any_payload_and_who_published_it() -> None:
    body = Published(Publication(b"\x00\xff", {"t": "x"}, 3, ANN))
    old = Of28(is_binary=True).push("c", body)
    push = v1.Push.FromString(v1.Reply.FromString(old[1:]).result)
    publication = v1.Publication.FromString(push.data)
    assert (publication.data, publication.offset, publication.info.user) == (b"\x00\xff", 3, "ann")
    later = v2.Reply.FromString(V2Codec(is_binary=True, tells_epoch=False).push("c", body))
    assert (later.push.pub.data, later.push.pub.tags["t"]) == (b"\x00\xff", "x")


def test_2_8_writes_empty_payloads_in_protobuf_too() -> None:
    codec = Of28(is_binary=True)
    assert codec.reply(1, ask.Connect(), ConnectResult("id")) == bytes.fromhex(
        "0a 0801 1a06 0a026964 2a00"
    )
    joined = codec.push("c", Joined(ClientInfo("", "id")))
    assert joined.endswith(bytes.fromhex("1202 6964 1a00 2200"))


def test_6_9_tells_the_epoch_with_the_first_offset_of_a_stream() -> None:
    assert b'"offset":1,"epoch":"e"' in pushed(TELLS_EPOCH, b"1", 1, "e")
    assert b"epoch" not in pushed(TELLS_EPOCH, b"1", 2, "e")
    assert b"epoch" not in pushed(V2, b"1", 1, "e")
    history = HistoryResult([Publication(b"1", {}, 1)], Position(1, "e"))
    written = TELLS_EPOCH.reply(1, ask.History("c"), history)
    assert written.count(b'"epoch":"e"') == 2


def test_messages_are_joined_to_a_frame_as_the_release_parts_them() -> None:
    assert OLD.join([b"{}\n", b"", b"{}\n"]) == b"{}\n{}\n"
    assert V2.join([b"{}", b"{}"]) == b"{}\n{}"
    assert V2Codec(is_binary=True, tells_epoch=False).join([b"", b"ab"]) == b"\x00\x02ab"
