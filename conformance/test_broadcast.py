"""Broadcast: one publication into many channels."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import PUBLISH_RESULT, Release
from conformance import expect
from conformance.api import Answer, Api, Channels, unknown_namespace
from conformance.requirement import V2, V3, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#broadcast;"
    " 2.8.7 docs/content/server/http_api.md#broadcast"
)
RESPONSE = "centrifugal.dev/docs/server/server_api#broadcastresult"
FACTS_V3 = "facts v3-v6.md 5 Broadcast"
FACTS_V2 = "facts v2.md 3 Broadcast"
UNTIL_5 = (Release.V3_2, Release.V4_1, Release.V5_4)


def codes(answer: Answer) -> list[int]:
    """The error code of each channel's response, 0 for none."""
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)
    return [response.error.code for response in answer.result.responses]


@requirement(
    "broadcast.accept.channels",
    "Broadcast publishes the data into every channel that it names.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_broadcast_reaches_every_channel(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(5)]
    expect.success(api.broadcast(rooms, b"\x00all\xff"))
    for room in rooms:
        expect.equal("history", api.settled_payloads(room, 1), [b"\x00all\xff"])


@requirement(
    "broadcast.refuse.no-channels",
    "Broadcast without channels is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_broadcast_refuses_no_channels(api: Api) -> None:
    expect.error(api.broadcast([], b"{}"), api.error(Code.BAD_REQUEST))


@requirement(
    "broadcast.refuse.empty-data",
    "Broadcast without data is answered with error 107 for the whole call.",
    level=Level.OBSERVED,
    source=f"{FACTS_V2}; v3-v6.md 7",
    releases=[*V2, *UNTIL_5],
)
def test_broadcast_refuses_empty_data(api: Api, channel: Channels) -> None:
    expect.error(api.broadcast([channel()], b""), api.error(Code.BAD_REQUEST))


@requirement(
    "broadcast.refuse.empty-data-by-channel",
    "Broadcast without data answers channel by channel: 107, 102 for an unknown namespace.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=[Release.V6_9],
)
def test_broadcast_refuses_empty_data_by_channel(api: Api, channel: Channels) -> None:
    answer = api.broadcast([channel(), unknown_namespace()], b"")
    expect.equal("codes", codes(answer), [107, 102])


@requirement(
    "broadcast.return.by-channel",
    "Broadcast answers for each channel in the order of the request, with its offset and epoch.",
    level=Level.MUST,
    source=RESPONSE,
    releases=V3,
    needs=["history"],
    core=True,
)
def test_broadcast_answers_by_channel(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(3)]
    expect.success(api.publish(rooms[1], b"before"))
    answer = api.broadcast(rooms, b"x")
    expect.equal("codes", codes(answer), [0, 0, 0])
    results = [response.result for response in answer.result.responses]
    expect.equal("offsets", [result.offset for result in results], [1, 2, 1])
    epochs = [api.history(room, limit=0).result.epoch for room in rooms]
    expect.equal("epochs", [result.epoch for result in results], epochs)


@requirement(
    "broadcast.isolate.bad-channels",
    "A blank channel and an unknown namespace are errors of their own slot, 107 and 102; the other"
    " channels are published.",
    level=Level.MUST,
    source=RESPONSE,
    releases=V3,
    needs=["history"],
)
def test_bad_channels_fail_alone(api: Api, channel: Channels) -> None:
    first, last = channel("history"), channel("history")
    answer = api.broadcast([first, "", unknown_namespace(), last], b"x")
    expect.equal("codes", codes(answer), [0, 107, 102, 0])
    errors = [response.error.message for response in answer.result.responses[1:3]]
    words = [api.error(Code.BAD_REQUEST).message, api.error(Code.UNKNOWN_CHANNEL).message]
    expect.equal("messages", errors, words)
    for room in (first, last):
        expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "broadcast.refuse.blank-channel",
    "Broadcast with a blank channel among others is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    releases=V2,
)
def test_broadcast_refuses_a_blank_channel(api: Api, channel: Channels) -> None:
    expect.error(api.broadcast([channel(), ""], b"{}"), api.error(Code.BAD_REQUEST))


@requirement(
    "broadcast.refuse.unknown-namespace",
    "Broadcast with a channel of an unknown namespace among others is answered with error 102.",
    level=Level.MUST,
    source=FACTS_V2,
    releases=V2,
)
def test_broadcast_refuses_an_unknown_namespace(api: Api, channel: Channels) -> None:
    answer = api.broadcast([channel(), unknown_namespace()], b"{}")
    expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "broadcast.apply.before-a-bad-channel",
    "In 2.8 the channels before a bad one are published, those after it are not.",
    level=Level.OBSERVED,
    source=FACTS_V2,
    releases=V2,
    needs=["history"],
)
def test_broadcast_is_applied_in_part(api: Api, channel: Channels) -> None:
    for bad, code in (("", Code.BAD_REQUEST), (unknown_namespace(), Code.UNKNOWN_CHANNEL)):
        before, after = channel("history"), channel("history")
        expect.error(api.broadcast([before, bad, after], b"x"), api.error(code))
        expect.equal("the channel before", api.settled_payloads(before, 1), [b"x"])
        expect.equal("the channel after", api.payloads(after), [])


@requirement(
    "broadcast.repeat.duplicates",
    "A channel that is named three times gets the publication three times.",
    level=Level.OBSERVED,
    source=f"{FACTS_V2}; v3-v6.md 5 Broadcast",
    needs=["history"],
)
def test_broadcast_repeats_duplicates(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.broadcast([room] * 3, b"x")
    expect.success(answer)
    expect.equal("history", api.settled_payloads(room, 3), [b"x"] * 3)
    if api.release not in V2:
        offsets = [response.result.offset for response in answer.result.responses]
        expect.equal("offsets, sorted", sorted(offsets), [1, 2, 3])


@requirement(
    "broadcast.accept.many-channels",
    "Broadcast into 1,000 channels succeeds for each of them.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_broadcast_takes_many_channels(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(1000)]
    answer = api.broadcast(rooms, b"{}")
    expect.success(answer)
    for room in (rooms[0], rooms[-1]):
        expect.equal(f"history of {room}", api.payloads(room), [b"{}"])
    if answer.result is not None:
        expect.equal("codes", codes(answer), [0] * 1000)


@requirement(
    "broadcast.accept.map-namespace",
    "Broadcast into a map namespace is not refused, though Publish is.",
    level=Level.OBSERVED,
    source=f"{FACTS_V3}, 9.10",
    releases=[Release.V6_9],
    needs=["map"],
)
def test_broadcast_accepts_a_map_namespace(api: Api, channel: Channels) -> None:
    expect.equal("codes", codes(api.broadcast([channel("map")], b"{}")), [0])


@requirement(
    "broadcast.return.result-shape",
    "Success sets `result` from 3.2 on, and is a message of zero bytes before.",
    level=Level.OBSERVED,
    source="facts v2.md 1, v3-v6.md 5 Broadcast",
)
def test_broadcast_result_shape(api: Api, channel: Channels) -> None:
    answer = api.broadcast([channel()], b"x")
    expect.success(answer)
    expect.equal("`result` is set", answer.result is not None, PUBLISH_RESULT[api.release])
    if answer.response is not None and not PUBLISH_RESULT[api.release]:
        expect.equal("bytes of the answer", answer.response.ByteSize(), 0)


@requirement(
    "broadcast.exclude.error-and-result",
    "The slot of a channel has either an error or a `result`.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publishresponse",
    releases=V3,
)
def test_slots_have_one_of_both(api: Api, channel: Channels) -> None:
    answer = api.broadcast([channel(), "", unknown_namespace()], b"x")
    expect.equal("codes", codes(answer), [0, Code.BAD_REQUEST, Code.UNKNOWN_CHANNEL])
    slots = answer.result.responses
    expect.equal(
        "slots with a `result`", [s.HasField("result") for s in slots], [True, False, False]
    )
    expect.equal("slots with an error", [s.HasField("error") for s in slots], [False, True, True])


@requirement(
    "broadcast.accept.bad-channels-alone",
    "Broadcast of bad channels alone succeeds, with an error in each slot.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=V3,
)
def test_bad_channels_alone(api: Api) -> None:
    answer = api.broadcast(["", unknown_namespace()], b"x")
    expect.equal("codes", codes(answer), [Code.BAD_REQUEST, Code.UNKNOWN_CHANNEL])


@requirement(
    "broadcast.order.empty-data-before-namespace",
    "Until 5.4 empty data for a blank channel or an unknown namespace is error 107 of the call.",
    level=Level.OBSERVED,
    source=f"{FACTS_V2}; v3-v6.md 7",
    releases=[*V2, *UNTIL_5],
)
def test_empty_data_is_refused_first(api: Api) -> None:
    for room in ("", unknown_namespace()):
        expect.error(api.broadcast([room], b""), api.error(Code.BAD_REQUEST))


@requirement(
    "broadcast.apply.nothing-when-first-is-bad",
    "In 2.8 nothing is published if the first channel is bad.",
    level=Level.OBSERVED,
    source=FACTS_V2,
    releases=V2,
    needs=["history"],
)
def test_a_bad_first_channel_ends_it(api: Api, channel: Channels) -> None:
    for bad, code in (("", Code.BAD_REQUEST), (unknown_namespace(), Code.UNKNOWN_CHANNEL)):
        rooms = [channel("history"), channel("history")]
        expect.error(api.broadcast([bad, *rooms], b"x"), api.error(code))
        for room in rooms:
            expect.equal("history", api.settled_payloads(room, 1), [])


@requirement(
    "broadcast.tell.first-bad-channel",
    "In 2.8 the first bad channel decides which error is answered.",
    level=Level.OBSERVED,
    source=FACTS_V2,
    releases=V2,
)
def test_the_first_bad_channel_is_told(api: Api) -> None:
    unknown = unknown_namespace()
    expect.error(api.broadcast([unknown, ""], b"x"), api.error(Code.UNKNOWN_CHANNEL))
    expect.error(api.broadcast(["", unknown], b"x"), api.error(Code.BAD_REQUEST))


@requirement(
    "broadcast.accept.shared-poll-namespace",
    "Broadcast into a shared poll namespace is not refused, though Publish is.",
    level=Level.OBSERVED,
    source=f"{FACTS_V3}, 9.10",
    releases=[Release.V6_9],
    needs=["shared_poll"],
)
def test_broadcast_accepts_a_shared_poll_namespace(api: Api, channel: Channels) -> None:
    expect.equal("codes", codes(api.broadcast([channel("shared_poll")], b"{}")), [0])
