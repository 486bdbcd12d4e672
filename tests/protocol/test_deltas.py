"""Differences between publications: the format of Fossil, and how each protocol carries them."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protos.client import v2_pb2 as v2
from reference_server.clients import commands as ask
from reference_server.clients.pushes import Published
from reference_server.clients.results import SubscribeResult
from reference_server.engine.streams import Publication
from reference_server.protocol.codecs import V2Codec
from reference_server.protocol.fossil import difference
from tests.fuzz.effort import fuzz

JSON = V2Codec(is_binary=False, tells_epoch=True)
BINARY = V2Codec(is_binary=True, tells_epoch=True)
LONG = b"long " * 10
DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"


def applied(origin: bytes, delta: bytes) -> bytes:
    """What a client makes of a difference, by the format's description alone."""

    def number(at: int) -> tuple[int, bytes, int]:
        value = 0
        while delta[at] in DIGITS:
            value, at = value * 64 + DIGITS.index(delta[at]), at + 1
        return value, delta[at : at + 1], at + 1

    size, mark, at = number(0)
    assert mark == b"\n"
    made = b""
    while True:
        value, mark, at = number(at)
        if mark == b"@":
            offset, mark, at = number(at)
            assert mark == b","
            assert offset + value <= len(origin)
            made += origin[offset : offset + value]
        elif mark == b":":
            made, at = made + delta[at : at + value], at + value
        else:
            assert (mark, at, len(made)) == (b";", len(delta), size)
            words = made + bytes(-size % 4)
            total = sum(int.from_bytes(words[i : i + 4]) for i in range(0, size, 4))
            assert value == total % 2**32
            return made


pieces = st.lists(
    st.one_of(st.binary(max_size=40), st.text("ab", max_size=60).map(str.encode), st.just(LONG))
)


@fuzz(100)
@given(pieces, st.data())
def test_a_difference_makes_the_target_of_the_origin(
    parts: list[bytes], data: st.DataObject
) -> None:
    others = data.draw(st.lists(st.one_of(st.sampled_from([b"", *parts]), st.binary(max_size=20))))
    origin, target = b"".join(parts), b"".join(others)
    assert applied(origin, difference(origin, target)) == target


@pytest.mark.parametrize(
    ("origin", "target", "written"),
    [
        (b"", b"", b"0\n0:0;"),
        (b"", b"abc", b"3\n3:abc1XObC0;"),
        (LONG, LONG, b"n\nn@0,2Nct5q;"),
        (LONG + b"1", b"{" + LONG + b"2" * 20, b"17\n1:{n@0,K:%b3k_ees;" % (b"2" * 20)),
        (b"0123456789abcdef", b"0123456789abcdef", b"G\nG:0123456789abcdef12xn;"),
        (
            LONG + b"0123456789abcdefg",
            b"0123456789abcdefg" + LONG,
            b"13\nH:0123456789abcdefgn@0,3Wbxvk;",
        ),
    ],
)
def test_the_copies_are_those_of_the_real_servers(
    origin: bytes, target: bytes, written: bytes
) -> None:
    assert difference(origin, target) == written


def test_a_megabyte_that_repeats_itself_is_soon_told() -> None:
    origin = LONG * 20_000
    target = origin[:500_000] + b"!" + origin[500_000:]
    told = difference(origin, target)
    assert len(told) < 1000
    assert applied(origin, told) == target


def pushed(codec: V2Codec, data: bytes, previous: bytes | None, offset: int = 2) -> bytes:
    before = None if previous is None else Publication(previous, {}, offset - 1)
    publication = Publication(data, {"t": "x"}, offset, version=7)
    return codec.push("c", Published(publication, "e", before, compresses=True))


def test_in_json_a_difference_is_a_string() -> None:
    told = json.loads(pushed(JSON, LONG + b'"2"', LONG + b'"1"'))["push"]["pub"]
    assert applied(LONG + b'"1"', told["data"].encode()) == LONG + b'"2"'
    assert (told["delta"], told["offset"], told["tags"]) == (True, 2, {"t": "x"})


@pytest.mark.parametrize("previous", [None, b"1"])
def test_in_json_what_is_whole_is_a_string_too_and_has_lost_its_version(
    previous: bytes | None,
) -> None:
    told = b'{"push":{"channel":"c","pub":{"data":"{\\"a\\":\\"\\u003c\xc3\xa9\\"}",'
    told += b'"offset":1,"tags":{"t":"x"}}}}'
    assert pushed(JSON, '{"a":"<é"}'.encode(), previous, offset=1) == told


def test_in_json_a_difference_that_cuts_a_letter_in_two_loses_it() -> None:
    """As in the real servers: their clients then find the checksum wrong."""
    before, after = (f"{'ü' * 20}{letter}{'ö' * 20}".encode() for letter in "ÿü")
    assert b"\\ufffd" in pushed(JSON, after, before)


def test_in_protobuf_both_are_bytes() -> None:
    whole = v2.Reply.FromString(pushed(BINARY, b"\xff", None)).push.pub
    assert (whole.data, whole.delta, whole.version) == (b"\xff", False, 7)
    short = v2.Reply.FromString(pushed(BINARY, LONG + b"\xff", LONG)).push.pub
    assert (applied(LONG, short.data), short.delta, short.version) == (LONG + b"\xff", True, 0)


def test_of_recovered_publications_all_but_the_first_are_differences_to_the_one_before() -> None:
    missed = [Publication(LONG + b"%d" % number, {}, number) for number in (1, 2, 3)]
    result = SubscribeResult(publications=missed, recovered=True, epoch="e", delta=True)
    request = ask.Subscribe("c", delta="fossil")
    told = json.loads(JSON.reply(1, request, result))["subscribe"]["publications"]
    assert [publication.get("delta", False) for publication in told] == [False, True, True]
    assert told[0]["data"].encode() == missed[0].data
    assert "epoch" not in told[0]
    for (origin, target), publication in zip(pairwise(missed), told[1:], strict=True):
        assert applied(origin.data, publication["data"].encode()) == target.data


def in_map(key: str, number: int, *, removed: bool = False) -> Publication:
    data = b"" if removed else LONG + b"%d" % number
    return Publication(data, {}, number, key=key, removed=removed)


def test_changes_of_a_map_are_differences_to_the_one_before_of_their_key() -> None:
    missed = [
        in_map("a", 1),
        in_map("b", 2),
        in_map("a", 3),
        in_map("a", 4, removed=True),
        in_map("a", 5),
    ]
    result = SubscribeResult(
        type=1, publications=missed, state=missed[:1], epoch="e", offset=5, delta=True
    )
    told = json.loads(JSON.reply(1, ask.Subscribe("c", kind=1), result))["subscribe"]
    publications = told["publications"]
    assert [each.get("delta", False) for each in publications] == [False, False, True, False, False]
    assert applied(missed[0].data, publications[2]["data"].encode()) == missed[2].data
    assert [told["state"][0]["data"], publications[0]["data"]] == [missed[0].data.decode()] * 2
    assert (publications[3]["removed"], publications[3].get("data")) == (True, None)


def test_pages_before_a_map_is_live_are_quoted_without_differences() -> None:
    changes = [in_map("a", 1), in_map("a", 2)]
    result = SubscribeResult(type=1, phase=1, publications=changes, epoch="e", quotes=True)
    told = json.loads(JSON.reply(1, ask.Subscribe("c", kind=1), result))["subscribe"]
    assert [each["data"] for each in told["publications"]] == [
        each.data.decode() for each in changes
    ]
    assert not any("delta" in each or "epoch" in each for each in told["publications"])
