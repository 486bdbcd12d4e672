"""Frames of clients become commands, as each release cuts and reads them."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protos.client import v1_pb2 as v1
from protos.client import v2_pb2 as v2
from reference_server.clients import commands as ask
from reference_server.clients.commands import Command, Recovery
from reference_server.protocol import decoding
from reference_server.protocol.decoding import Decoder
from reference_server.protocol.frames import delimited
from reference_server.protocol.json_values import MalformedError
from tests.fuzz.effort import fuzz

DECODERS = {
    "json of 2.8": decoding.V1_OF_2_8_JSON,
    "protobuf of 2.8": decoding.V1_OF_2_8_PROTOBUF,
    "json v1": decoding.V1_JSON,
    "protobuf v1": decoding.V1_PROTOBUF,
    "json v2 of 3.2": decoding.V2_OF_3_2_JSON,
    "protobuf v2 of 3.2": decoding.V2_OF_3_2_PROTOBUF,
    "json v2": decoding.V2_JSON,
    "protobuf v2": decoding.V2_PROTOBUF,
}
EACH = pytest.mark.parametrize("decoder", DECODERS.values(), ids=list(DECODERS))


def read(decoder: Decoder, frame: bytes) -> tuple[list[Command], bool]:
    """The commands of a frame, and whether it is well formed to its end."""
    found = []
    try:
        for command in decoder.commands(frame):
            found.append(command)  # noqa: PERF402 (those before a fault count)
    except MalformedError:
        return found, False
    return found, True


CONNECT = Command(1, ask.Connect(token="t", data=b'{ "a": 1 }'))
SUBSCRIBE = Command(2, ask.Subscribe("c", recovery=Recovery(recover=True, epoch="e", offset=5)))


@pytest.mark.parametrize("between", ["", " ", "\n", "\r\n\t"])
def test_2_8_reads_json_commands_in_a_row_with_any_space_between(between: str) -> None:
    connect = '{"id":1,"method":"connect","params":{"token":"t","data":{ "a": 1 }}}'
    subscribe = '{"id":2,"method":1,"params":{"channel":"c","recover":true,"epoch":"e","offset":5}}'
    frame = f"{connect}{between}{subscribe}{between}".encode()
    assert read(decoding.V1_OF_2_8_JSON, frame) == ([CONNECT, SUBSCRIBE], True)


def test_later_releases_read_one_json_command_a_line_and_nothing_after_it() -> None:
    connect = '{"id":1,"connect":{"token":"t","data":{ "a": 1 }}} what follows'
    subscribe = '{"id":2,"subscribe":{"channel":"c","recover":true,"epoch":"e","offset":5}}'
    frame = f"{connect}\n{subscribe}\n".encode()
    assert read(decoding.V2_JSON, frame) == ([CONNECT, SUBSCRIBE], True)
    assert read(decoding.V2_JSON, f"{subscribe}\n\n{subscribe}".encode()) == ([SUBSCRIBE], False)


def test_protobuf_commands_follow_each_other_after_their_lengths() -> None:
    connect = v1.ConnectRequest(token="t", data=b'{ "a": 1 }').SerializeToString()
    subscribe = v1.SubscribeRequest(channel="c", recover=True, epoch="e", offset=5)
    frame = delimited(v1.Command(id=1, params=connect).SerializeToString()) + delimited(
        v1.Command(
            id=2, method=v1.SUBSCRIBE, params=subscribe.SerializeToString()
        ).SerializeToString()
    )
    assert read(decoding.V1_OF_2_8_PROTOBUF, frame) == ([CONNECT, SUBSCRIBE], True)
    assert read(decoding.V1_OF_2_8_PROTOBUF, frame[:-1]) == ([CONNECT], False)


def test_an_offset_in_halves_is_one_offset_as_2_8_reckons_it() -> None:
    frame = b'{"id":2,"method":1,"params":{"channel":"c","recover":true,"seq":7,"gen":1}}'
    (command,), _ = read(decoding.V1_OF_2_8_JSON, frame)
    # One less than it should be: a `gen` counts as 2 to the power of 32, minus 1, there.
    assert command.request == ask.Subscribe("c", recovery=Recovery(True, "", 2**32 + 6))  # noqa: FBT003


@pytest.mark.parametrize("method", ["rpc", "send"])
def test_2_8_does_not_read_what_nothing_handles(method: str) -> None:
    number = {"rpc": 9, "send": 8}[method]
    frame = b'{"id":2,"method":%d,"params":5}' % number
    assert read(decoding.V1_OF_2_8_JSON, frame)[1]
    assert read(decoding.V1_JSON, frame) == ([], False)
    raw = delimited(bytes((8, 2, 16, number, 26, 1, 0xFF)))
    assert read(decoding.V1_OF_2_8_PROTOBUF, raw)[1]
    assert read(decoding.V1_PROTOBUF, raw) == ([], False)


@pytest.mark.parametrize("method", ['"ping"', '"PING"', "4294967303", "-4294967289"])
def test_2_8_takes_methods_by_name_and_large_numbers_of_them(method: str) -> None:
    frame = f'{{"id":2,"method":{method}}}'.encode()
    assert read(decoding.V1_OF_2_8_JSON, frame) == ([Command(2, ask.Ping())], True)
    assert read(decoding.V1_JSON, frame) == ([], False)


@pytest.mark.parametrize("method", ['"7"', "null", "7.0", "true", str(2**63), '"no"'])
def test_what_is_no_method_is_malformed(method: str) -> None:
    for decoder in (decoding.V1_OF_2_8_JSON, decoding.V1_JSON):
        assert read(decoder, f'{{"id":2,"method":{method}}}'.encode()) == ([], False)


def test_later_releases_do_not_read_what_a_ping_says() -> None:
    frame = b'{"id":2,"method":7,"params":5}'
    assert read(decoding.V1_OF_2_8_JSON, frame) == ([], False)
    assert read(decoding.V1_JSON, frame) == ([Command(2, ask.Ping())], True)
    raw = delimited(b"\x08\x02\x10\x07\x1a\x01\xff")
    assert read(decoding.V1_OF_2_8_PROTOBUF, raw) == ([], False)
    assert read(decoding.V1_PROTOBUF, raw) == ([Command(2, ask.Ping())], True)


@pytest.mark.parametrize("broken", [b"\x80", b"\xff" * 12])
def test_a_length_that_breaks_off_is_passed_over_except_by_2_8(broken: bytes) -> None:
    ping = delimited(b"\x08\x02\x10\x07")
    for frame, commands in ((broken, []), (ping + broken, [Command(2, ask.Ping())])):
        assert read(decoding.V1_OF_2_8_PROTOBUF, frame) == (commands, False)
        assert read(decoding.V1_PROTOBUF, frame) == (commands, True)
    assert read(decoding.V2_PROTOBUF, broken) == ([], True)
    assert read(decoding.V2_PROTOBUF, b"") == ([], False)


def test_to_3_2_a_command_that_asks_for_nothing_is_a_ping() -> None:
    assert read(decoding.V2_OF_3_2_JSON, b'{"id":5,"x":1}') == ([Command(5, ask.Ping())], True)
    assert read(decoding.V2_JSON, b'{"id":5,"x":1}') == ([], False)
    raw = delimited(b"\x08\x05")
    assert read(decoding.V2_OF_3_2_PROTOBUF, raw) == ([Command(5, ask.Ping())], True)
    assert read(decoding.V2_PROTOBUF, raw) == ([], False)


def test_a_channel_of_protobuf_is_any_bytes() -> None:
    raw = v2.Command(id=1, unsubscribe=v2.UnsubscribeRequest(channel="c")).SerializeToString()
    frame = delimited(raw.replace(b"c", b"\xff"))
    (command,), is_whole = read(decoding.V2_PROTOBUF, frame)
    assert is_whole
    assert command.request == ask.Unsubscribe(b"\xff".decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    "frame",
    [
        b'{"ID":1,"Publish":{"CHANNEL":"c","data":"x"}}',
        b'{"publish":{"channel":"c","data":"x"},"id":1}',
    ],
)
def test_names_count_whatever_their_case_and_order(frame: bytes) -> None:
    assert read(decoding.V2_JSON, frame) == ([Command(1, ask.Publish("c", b'"x"'))], True)


@pytest.mark.parametrize("frame", [b"{}", b"null", b'{"history":{"channel":"c"}}'])
def test_a_command_of_v2_without_an_id_is_a_pong_whatever_it_says(frame: bytes) -> None:
    assert read(decoding.V2_JSON, frame) == ([Command(0, None)], True)


def test_an_empty_protobuf_command_is_a_pong() -> None:
    assert read(decoding.V2_PROTOBUF, b"\x00\x00") == ([Command(0, None)] * 2, True)


def test_an_unknown_method_of_v1_is_read_to_be_refused() -> None:
    frame = b'{"id":22,"method":99,"params":{}}'
    assert read(decoding.V1_OF_2_8_JSON, frame) == ([Command(22, ask.UnknownMethod())], True)
    raw = delimited(b"\x08\x16\x10\x63")
    assert read(decoding.V1_OF_2_8_PROTOBUF, raw) == ([Command(22, ask.UnknownMethod())], True)


@pytest.mark.parametrize(
    "frame",
    [
        b"hello",
        b"[]",
        b'"x"',
        b"5",
        b'{"id":"1"}',
        b'{"id":-1}',
        b'{"id":1.0}',
        b'{"id":4294967296}',
        b'{"id":1,"connect":[]}',
        b'{"id":1,"connect":{"token":5}}',
        b'{"id":1,"connect":{"subs":[]}}',
        b'{"id":1,"connect":{}',
        b'{"id":1',
        b'{"id":1,}',
        b'{"id":1}}{',
        b"\xff\xfe",
        b"",
        b"\n",
    ],
)
def test_what_is_no_command_of_v2_is_malformed(frame: bytes) -> None:
    assert read(decoding.V2_JSON, frame) == ([], False)


@EACH
@fuzz(25, share=8)
@given(frame=st.binary(max_size=64))
@example(frame=b"\x80" * 20)
@example(frame=b"\xff\xff\xff\xff\x0f")
@example(frame=b"{" * 5000)
@example(frame=b'{"id":1,"params":' + b"[" * 3000)
def test_any_bytes_are_commands_or_malformed_and_nothing_else(
    decoder: Decoder, frame: bytes
) -> None:
    with suppress(MalformedError):
        for command in decoder.commands(frame):
            assert isinstance(command, Command)


KEYS = st.sampled_from(
    [
        "id",
        "method",
        "params",
        "connect",
        "subscribe",
        "publish",
        "history",
        "channel",
        "data",
        "token",
        "subs",
        "offset",
        "since",
        "epoch",
        "limit",
        "recover",
        "x",
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "decoder",
    [decoding.V1_OF_2_8_JSON, decoding.V1_JSON, decoding.V2_JSON],
    ids=["2.8", "v1", "v2"],
)
@fuzz(25, share=6)
@given(value=st.dictionaries(KEYS, JSON, max_size=5))
def test_any_json_is_a_command_or_malformed_and_nothing_else(decoder: Decoder, value: Any) -> None:
    with suppress(MalformedError):
        list(decoder.commands(json.dumps(value).encode()))


@fuzz(25, share=4)
@given(
    value=JSON.filter(lambda value: value is not None),
    channel=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_a_payload_keeps_every_byte_of_its_json(value: Any, channel: str) -> None:
    payload = json.dumps(value)
    frame = f'{{"id":1,"publish":{{"channel":{json.dumps(channel)},"data":{payload}}}}}'.encode()
    (command,), _ = read(decoding.V2_JSON, frame)
    assert command.request == ask.Publish(channel, payload.encode())


CHANNEL_A = b"\x0a\x01a"


@pytest.mark.parametrize(
    ("more", "is_read"),
    [
        (b"", True),
        (b"\x18\x05", True),  # recover, any number but 0
        (b"\x1a\x01\x01", False),  # recover as bytes
        (b"\x10\x05", False),  # token as a number
        (b"\x3a\x01\x01", False),  # offset as bytes
        (b"\x9a\x06\x01x", True),  # nothing known, of any kind
        (b"\x9b\x06\x94\x06", True),  # a group that ends as another
        (b"\x00\x01", False),
        (b"\x9c\x06", False),  # a group that ends and never began
    ],
)
def test_a_known_field_of_protobuf_has_its_wire_type_and_an_unknown_one_may_be_anything(
    more: bytes, is_read: bool
) -> None:
    params = CHANNEL_A + more
    in_v1 = delimited(b"\x08\x02\x10\x01\x1a" + delimited(params))
    in_v2 = delimited(b"\x08\x02\x2a" + delimited(params))
    of_2_8 = (decoding.V1_OF_2_8_PROTOBUF, in_v1)
    for decoder, frame in (of_2_8, (decoding.V1_PROTOBUF, in_v1), (decoding.V2_PROTOBUF, in_v2)):
        commands, is_whole = read(decoder, frame)
        assert (len(commands) == 1, is_whole) == (is_read, is_read)
