"""HistoryRemove: forgetting what a channel keeps."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.commands import SHAPE_SENTENCE, SHAPE_SOURCE, success_has_its_shape
from conformance.requirement import V3, Level, requirement
from conformance.streams import filled

DOCS = "centrifugal.dev/docs/server/server_api#history_remove; facts v2.md 3 HistoryRemove"
UNKNOWN = "centrifugal.dev/docs/server/codes#unknown-channel; facts v2.md 3 HistoryRemove"
UNAVAILABLE = "centrifugal.dev/docs/server/codes#not-available; facts v2.md 3 HistoryRemove"


@requirement(
    "history-remove.drop.publications",
    "HistoryRemove leaves the history of the channel empty.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_history_is_empty_after_removal(api: Api, channel: Channels) -> None:
    room = channel("history")
    for count in (1, 2, 3, 1):
        filled(api, room, count)
        expect.success(api.history_remove(room))
        expect.equal(f"history of {count} after removal", api.payloads(room), [])


@requirement(
    "history-remove.spare.other-channels",
    "HistoryRemove leaves other channels as they are.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_other_channels_are_spared(api: Api, channel: Channels) -> None:
    room = channel("history")
    start = room.rindex("conformance-")
    others = [channel("history"), f"{room}x", room[:-1], f"{room} ", f"${room}"]
    others += [room[:start] + room[start:].upper(), room[:start] + room[start:].title()]
    for other in (room, *others):
        expect.success(api.publish(other, other.encode()))
    expect.success(api.history_remove(room))
    for other in others:
        expect.equal(f"history of {other}", api.payloads(other), [other.encode()])


@requirement(
    "history-remove.spare.other-namespaces",
    "HistoryRemove leaves channels of the same name in other namespaces as they are.",
    level=Level.MUST,
    source=DOCS,
    needs=["history", "small_history"],
)
def test_other_namespaces_are_spared(api: Api, channel: Channels) -> None:
    room, other = channel("history"), channel("small_history")
    name = room[room.rindex("conformance-") :]
    other = other[: -len(name)] + name
    for name in (room, other):
        expect.success(api.publish(name, name.encode()))
    expect.success(api.history_remove(room))
    expect.equal("history", api.payloads(room), [])
    expect.equal("history in another namespace", api.payloads(other), [other.encode()])


@requirement(
    "history-remove.keep.position",
    "After HistoryRemove the next publication goes on with the next offset of the same epoch.",
    level=Level.MUST,
    source=DOCS,
    releases=V3,
    needs=["history"],
)
def test_the_position_survives(api: Api, channel: Channels) -> None:
    room = channel("history")
    first = api.publish(room, b"1")
    expect.success(first)
    expect.success(api.history_remove(room))
    second = api.publish(room, b"2")
    expect.success(second)
    expect.equal(
        "offset and epoch", (second.result.offset, second.result.epoch), (2, first.result.epoch)
    )
    expect.equal("history", api.payloads(room), [b"2"])


@requirement(
    "history-remove.accept.empty-history",
    "HistoryRemove of a channel that was never published to succeeds.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_removing_nothing_succeeds(api: Api, channel: Channels) -> None:
    expect.success(api.history_remove(channel("history")))


@requirement(
    "history-remove.return.result-shape",
    SHAPE_SENTENCE,
    level=Level.OBSERVED,
    source=SHAPE_SOURCE,
    needs=["history"],
)
def test_history_remove_result_shape(api: Api, channel: Channels) -> None:
    success_has_its_shape(api, api.history_remove(channel("history")))


@requirement(
    "history-remove.refuse.blank-channel",
    "HistoryRemove without a channel is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_history_remove_refuses_a_blank_channel(api: Api) -> None:
    expect.error(api.history_remove(""), api.error(Code.BAD_REQUEST))


@requirement(
    "history-remove.refuse.unknown-namespace",
    "HistoryRemove in an unknown namespace is answered with error 102.",
    level=Level.MUST,
    source=UNKNOWN,
)
def test_history_remove_refuses_an_unknown_namespace(api: Api) -> None:
    expect.error(api.history_remove(unknown_namespace()), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "history-remove.refuse.not-kept",
    "HistoryRemove of a channel that keeps no history is answered with error 108.",
    level=Level.MUST,
    source=UNAVAILABLE,
    needs=["plain"],
)
def test_history_remove_refuses_where_none_is_kept(api: Api, channel: Channels) -> None:
    expect.error(api.history_remove(channel("plain")), api.error(Code.NOT_AVAILABLE))


@requirement(
    "history-remove.tell.position",
    "After HistoryRemove, History still tells the top offset and the epoch of before.",
    level=Level.MUST,
    source=DOCS,
    releases=V3,
    needs=["history"],
)
def test_the_position_is_still_told(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 3)
    expect.success(api.history_remove(room))
    answer = api.history(room, limit=-1)
    expect.success(answer)
    position = (answer.result.offset, answer.result.epoch)
    expect.equal("offset and epoch", position, (3, epoch))
    expect.equal("publications", len(answer.result.publications), 0)


@requirement(
    "history-remove.accept.twice",
    "A second HistoryRemove succeeds as the first one did.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_removing_twice_succeeds(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 2)
    for _ in range(2):
        expect.success(api.history_remove(room))
        expect.equal("history", api.payloads(room), [])


@requirement(
    "history-remove.keep.later-publications",
    "What is published after HistoryRemove is kept, up to the size of the history.",
    level=Level.MUST,
    source=DOCS,
    needs=["small_history"],
)
def test_later_publications_are_kept(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    size = channel.option("small_history", "size")
    filled(api, room, 2)
    expect.success(api.history_remove(room))
    filled(api, room, size)
    expected = [b"%d" % number for number in range(1, size + 1)]
    expect.equal("history", api.payloads(room), expected)
