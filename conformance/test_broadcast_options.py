"""What Broadcast takes besides channels and data."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import V3, Level, requirement

REQUEST = "centrifugal.dev/docs/server/server_api#broadcastrequest"
FACTS = "facts v3-v6.md 5 Broadcast"


@requirement(
    "broadcast.keep.tags",
    "The tags of a broadcast are kept in every channel.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_broadcast_keeps_tags(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(3)]
    given = {"k": "v", "blank": "", "": " no key", "K": "é"}
    expect.success(api.broadcast(rooms, b"x", tags=given))
    for room in rooms:
        tags = [dict(item.tags) for item in api.publications(room)]
        expect.equal("tags", tags, [given])


@requirement(
    "broadcast.honour.skip-history",
    "A broadcast with `skip_history` is stored nowhere.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_broadcast_skips_history(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(3)]
    expect.success(api.broadcast(rooms, b"x", skip_history=True))
    for room in rooms:
        expect.equal("history", api.payloads(room), [])


@requirement(
    "broadcast.honour.b64data",
    "The data of `b64data` is decoded and published.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_broadcast_decodes_b64data(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(3)]
    expect.success(api.broadcast(rooms, b"", b64data="AP8="))
    for room in rooms:
        expect.equal("history", api.payloads(room), [b"\x00\xff"])


@requirement(
    "broadcast.refuse.bad-b64data",
    "`b64data` that is no base64 is answered with error 107 for the whole call.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
)
def test_broadcast_refuses_bad_b64data(api: Api, channel: Channels) -> None:
    expect.error(api.broadcast([channel()], b"", b64data="!!"), api.error(Code.BAD_REQUEST))


@requirement(
    "broadcast.prefer.b64data",
    "`b64data` wins over `data`.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_b64data_wins(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.broadcast([room], b"data", b64data="YjY0"))
    expect.equal("history", api.payloads(room), [b"b64"])


@requirement(
    "broadcast.order.bad-b64data-first",
    "Bad base64 is error 107 of the whole call, before any channel is looked at.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_bad_base64_ends_the_call(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.broadcast([room, unknown_namespace()], b"x", b64data="!!")
    expect.error(answer, api.error(Code.BAD_REQUEST))
    expect.equal("history", api.payloads(room), [])


@requirement(
    "broadcast.return.no-position-when-skipped",
    "The slots of a broadcast with `skip_history` have no position, and no offset is taken.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_skipped_slots_have_no_position(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.broadcast([room], b"x", skip_history=True)
    expect.success(answer)
    told = [(slot.result.offset, slot.result.epoch) for slot in answer.result.responses]
    expect.equal("positions", told, [(0, "")])
    following = api.publish(room, b"y")
    expect.success(following)
    expect.equal("the next offset", following.result.offset, 1)
