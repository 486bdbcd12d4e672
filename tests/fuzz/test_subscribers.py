"""Whatever a server sends to a subscriber is an event, if only one that says it is unreadable."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from centrifugo_grpc.subscriber import events, uni, websocket
from centrifugo_grpc.subscriber.json_codecs import JsonV1, JsonV2
from centrifugo_grpc.subscriber.protobuf_codec import ProtobufV1
from protos.client import v1_pb2 as v1
from protos.client import v2_pb2 as v2
from tests.fuzz.documents import damaged
from tests.fuzz.effort import fuzz

SENT = {1: websocket.Sent("connect", ""), 2: websocket.Sent("subscribe", "c")}
PUBLICATION = {
    "data": {"a": 1},
    "offset": 3,
    "tags": {"t": "x"},
    "info": {"user": "u", "client": "c"},
}
SUBSCRIPTION = {"recoverable": True, "epoch": "e", "offset": 3, "publications": [PUBLICATION]}
CONNECTION = {"client": "c", "version": "6.9.1", "subs": {"c": SUBSCRIPTION}, "ttl": 3}
V1_FRAMES: list[dict[str, object]] = [
    {"id": 1, "result": CONNECTION},
    {"id": 2, "result": SUBSCRIPTION},
    {"id": 2, "error": {"code": 103, "message": "permission denied"}},
    {"result": {"channel": "c", "data": PUBLICATION}},
    {"result": {"type": 1, "channel": "c", "data": {"info": PUBLICATION["info"]}}},
    {"result": {"type": 3, "channel": "c", "data": {}}},
]
V2_FRAMES: list[dict[str, object]] = [
    {},
    {"id": 1, "connect": CONNECTION},
    {"id": 2, "subscribe": SUBSCRIPTION},
    {"id": 2, "error": {"code": 103, "message": "permission denied"}},
    {"push": {"channel": "c", "pub": PUBLICATION}},
    {"push": {"channel": "c", "join": {"info": PUBLICATION["info"]}}},
    {"push": {"channel": "c", "unsubscribe": {"code": 2500, "reason": "x"}}},
    {"push": {"disconnect": {"code": 3000, "reason": "x"}}},
]
PUSHES = [
    v2.Push(channel="c", pub=v2.Publication(data=b"x", offset=2, tags={"a": "b"})),
    v2.Push(channel="c", join=v2.Join(info=v2.ClientInfo(user="u", client="c"))),
    v2.Push(connect=v2.Connect(client="c", subs={"c": v2.SubscribeResult(epoch="e")})),
    v2.Push(type=1, channel="c", data=b"\x0a\x00"),  # type: ignore[arg-type]
    v2.Push(type=-3, channel="c", data=b""),  # type: ignore[arg-type]
]
REPLIES = [
    v1.Reply(id=1, result=v1.ConnectResult(client="c", version="v").SerializeToString()),
    v1.Reply(id=2, result=v1.SubscribeResult(epoch="e").SerializeToString()),
    v1.Reply(result=v1.Push(channel="c", data=b"\x0a\x01x").SerializeToString()),
]


@st.composite
def bent(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with some of them replaced, and perhaps cut off."""
    made = bytearray(whole)
    for _ in range(draw(st.integers(0, 3))):
        if made:
            made[draw(st.integers(0, len(made) - 1))] = draw(st.integers(0, 255))
    return bytes(made[: draw(st.integers(0, len(made)))])


class Taking(websocket.WebSocketSubscriber):
    """A subscriber to which frames come without a connection."""

    def __init__(self, codec: websocket.Codec) -> None:
        self._codec = codec
        self._sent = dict(SENT)
        self.taken: list[events.Event] = []

    def put(self, event: events.Event) -> None:
        self.taken.append(event)


def taken(codec: websocket.Codec, frame: bytes) -> list[events.Event]:
    """What a subscriber makes of a frame."""
    taking = Taking(codec)
    taking._take(frame)
    return taking.taken


def frames(known: list[dict[str, object]]) -> st.SearchStrategy[bytes]:
    nearly = st.sampled_from(known).flatmap(damaged)
    return st.one_of(
        nearly.map(lambda frame: json.dumps(frame).encode()),
        st.sampled_from(known).flatmap(lambda frame: bent(json.dumps(frame).encode())),
        st.binary(max_size=30),
    )


@fuzz(200, share=2)
@given(frame=frames(V1_FRAMES))
@example(frame=b'{"result":' + b"[" * 20_000)
def test_json_of_v1(frame: bytes) -> None:
    assert all(isinstance(event, events.Event) for event in taken(JsonV1(), frame))


@fuzz(200, share=2)
@given(frame=frames(V2_FRAMES))
@example(frame=b'{"push":' + b"[" * 20_000)
def test_json_of_v2(frame: bytes) -> None:
    assert all(isinstance(event, events.Event) for event in taken(JsonV2(), frame))


@fuzz(200, share=2)
@given(
    frame=st.sampled_from(REPLIES)
    .map(lambda reply: bytes([reply.ByteSize()]) + reply.SerializeToString())
    .flatmap(bent)
    | st.binary(max_size=30)
)
def test_protobuf_of_v1(frame: bytes) -> None:
    assert all(isinstance(event, events.Event) for event in taken(ProtobufV1(), frame))


@fuzz(200, share=2)
@given(raw=st.sampled_from(PUSHES).map(v2.Push.SerializeToString).flatmap(bent))
def test_uni_grpc(raw: bytes) -> None:
    assert isinstance(uni.event_of(raw), events.Event)


@pytest.mark.parametrize("kind", [-1, -3, -100, 9, 100])
def test_a_push_of_a_kind_that_there_is_not_is_unreadable(kind: int) -> None:
    raw = v2.Push(type=kind, channel="c").SerializeToString()  # type: ignore[arg-type]
    assert isinstance(uni.event_of(raw), events.Undecodable)
