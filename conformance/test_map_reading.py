"""Map channels: reading their state and their changes (6.9)."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.maps import changes, put, state
from conformance.requirement import Level, requirement

MAPS = "centrifugal.dev/docs/server/map_subscriptions"
DOCS = f"{MAPS}#server-api; facts v3-v6.md 5 Map*"
FACTS = "facts v3-v6.md 5 Map*"
LATEST = (Release.V6_9,)


@requirement(
    "map-read-state.page.by-key",
    "MapReadState pages through the entries by key, with a cursor while there are more.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
    one_node=True,
)
def test_state_pages(api: Api, channel: Channels) -> None:
    room = channel("map")
    for key in ("c", "a", "d", "b", "e"):
        put(api, room, key)
    pages: list[list[str]] = []
    cursor = ""
    while len(pages) < 4:
        answer = api.call("MapReadState", channel=room, limit=2, cursor=cursor)
        expect.success(answer)
        pages.append([entry.key for entry in answer.result.entries])
        cursor = answer.result.cursor
        if not cursor:
            break
    expect.equal("pages", pages, [["a", "b"], ["c", "d"], ["e"]])


@requirement(
    "map-read-state.filter.key",
    "MapReadState with a key returns that entry alone.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_state_of_a_key(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a", b"1", tags={"t": "1"})
    put(api, room, "b", b"2")
    expect.equal("a", state(api, room, key="a"), {"a": b"1"})
    expect.equal("a missing key", state(api, room, key="none"), {})


@requirement(
    "map-read-state.refuse.other-epoch",
    "MapReadState with a revision of another epoch is answered with error 112.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_state_of_another_epoch(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    answer = api.call(
        "MapReadState", channel=room, limit=-1, revision_offset=1, revision_epoch="other"
    )
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "map-read-stream.return.changes",
    "MapReadStream returns the changes in order, removals marked, and since an offset those after.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_the_stream_of_changes(api: Api, channel: Channels) -> None:
    room = channel("map")
    epoch = put(api, room, "a", b"1").result.epoch
    put(api, room, "b", b"2")
    expect.success(api.call("MapRemove", channel=room, key="a"))
    answer = api.call("MapReadStream", channel=room, limit=-1)
    expect.success(answer)
    changes = [(e.offset, e.key, e.data, e.removed) for e in answer.result.entries]
    told = [(1, "a", b"1", False), (2, "b", b"2", False), (3, "a", b"", True)]
    expect.equal("changes", changes, told)
    since = api.call("MapReadStream", channel=room, limit=-1, since_offset=2, since_epoch=epoch)
    expect.success(since)
    expect.equal("changes since 2", [entry.offset for entry in since.result.entries], [3])


@requirement(
    "map-read-stream.refuse.other-epoch",
    "MapReadStream since a position of another epoch is answered with error 112.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_a_stream_of_another_epoch(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    answer = api.call("MapReadStream", channel=room, limit=-1, since_offset=1, since_epoch="other")
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "map-stats.count.keys",
    "MapStats counts the keys of a map.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_keys_are_counted(api: Api, channel: Channels) -> None:
    room = channel("map")
    for count in range(3):
        answer = api.call("MapStats", channel=room)
        expect.success(answer)
        expect.equal("keys", answer.result.num_keys, count)
        put(api, room, f"k{count}")


@requirement(
    "map-read-state.limit.zero",
    "MapReadState with limit 0 returns the position without entries.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
)
def test_state_limit_zero(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    epoch = put(api, room, "b").result.epoch
    answer = api.call("MapReadState", channel=room, limit=0)
    expect.success(answer)
    expect.equal("entries", len(answer.result.entries), 0)
    expect.equal("position", (answer.result.offset, answer.result.epoch), (2, epoch))


@requirement(
    "map-read-state.sort.by-key",
    "The entries of a map are sorted by key, whatever the order of their setting.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
    one_node=True,
)
def test_state_is_sorted(api: Api, channel: Channels) -> None:
    room = channel("map")
    for key in ("b", "C", "a", "10", "2"):
        put(api, room, key)
    expect.equal("keys", list(state(api, room)), ["10", "2", "C", "a", "b"])


@requirement(
    "map-read-state.refuse.blank-revision-epoch",
    "MapReadState with a revision's offset and no epoch is answered with error 112.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
)
def test_state_of_a_blank_epoch(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    answer = api.call("MapReadState", channel=room, limit=-1, revision_offset=1)
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "map-read-state.return.empty",
    "MapReadState of a map that was never published to succeeds without entries.",
    level=Level.MUST,
    source=f"{MAPS}#map_read_state",
    releases=LATEST,
    needs=["map"],
)
def test_state_of_nothing(api: Api, channel: Channels) -> None:
    expect.equal("state", state(api, channel("map")), {})


@requirement(
    "map-read-stream.limit.entries",
    "MapReadStream with limit 0 returns no changes, with a limit the oldest, with `reverse` the"
    " newest first.",
    level=Level.MUST,
    source=f"{MAPS}#map_read_stream",
    releases=LATEST,
    needs=["map"],
)
def test_stream_limits(api: Api, channel: Channels) -> None:
    room = channel("map")
    for key in ("a", "b", "c", "d"):
        put(api, room, key)
    expect.equal("limit 0", changes(api, room, limit=0), [])
    expect.equal("limit 2", changes(api, room, limit=2), [1, 2])
    expect.equal("limit 2, reverse", changes(api, room, limit=2, reverse=True), [4, 3])


@requirement(
    "map-read-stream.trim.size",
    "A map keeps its newest `stream_size` changes, while its state keeps every key.",
    level=Level.MUST,
    source=f"{MAPS}#namespace-options",
    releases=LATEST,
    needs=["map_recoverable"],
    one_node=True,
)
def test_the_stream_is_trimmed(api: Api, channel: Channels) -> None:
    room = channel("map_recoverable")
    size = channel.option("map_recoverable", "stream_size")
    keys = [f"k{number}" for number in range(size + 2)]
    for key in keys:
        put(api, room, key)
    expect.equal("changes", changes(api, room, limit=-1), list(range(3, size + 3)))
    expect.equal("keys", sorted(state(api, room)), keys)


@requirement(
    "map-read-stream.refuse.trimmed",
    "MapReadStream since a position that was trimmed is answered with error 112.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map_recoverable"],
    one_node=True,
)
def test_a_trimmed_position_is_unrecoverable(api: Api, channel: Channels) -> None:
    room = channel("map_recoverable")
    size = channel.option("map_recoverable", "stream_size")
    for number in range(size + 3):
        epoch = put(api, room, f"k{number}").result.epoch
    answer = api.call("MapReadStream", channel=room, limit=-1, since_offset=1, since_epoch=epoch)
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "map-stats.follow.removals",
    "MapStats counts a removed key no longer, and none after MapClear.",
    level=Level.MUST,
    source=f"{MAPS}#map_stats",
    releases=LATEST,
    needs=["map"],
)
def test_removed_keys_are_not_counted(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    put(api, room, "b")
    expect.success(api.call("MapRemove", channel=room, key="a"))
    counts = [api.call("MapStats", channel=room)]
    expect.success(api.call("MapClear", channel=room))
    counts.append(api.call("MapStats", channel=room))
    for answer in counts:
        expect.success(answer)
    expect.equal("keys", [answer.result.num_keys for answer in counts], [1, 0])


@requirement(
    "batch.run.map-commands",
    "Batch of 6.9 runs map commands, in order with the others.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 Batch",
    releases=LATEST,
    needs=["map"],
)
def test_batch_runs_map_commands(api: Api, channel: Channels) -> None:
    room = channel("map")
    answer = api.batch(
        [
            {"map_publish": {"channel": room, "key": "a", "data": b"1"}},
            {"map_stats": {"channel": room}},
            {"map_remove": {"channel": room, "key": "a"}},
            {"map_read_stream": {"channel": room, "limit": -1}},
            {"map_clear": {"channel": room}},
            {"map_read_state": {"channel": room, "limit": -1}},
        ]
    )
    expect.success(answer)
    replies = answer.response.replies if answer.response is not None else []
    fields = [[f.name for f, _ in reply.ListFields()] for reply in replies]
    names = ("publish", "stats", "remove", "read_stream", "clear", "read_state")
    expect.equal("fields of the replies", fields, [[f"map_{name}"] for name in names])
    expect.equal("keys before the removal", replies[1].map_stats.num_keys, 1)
    expect.equal("changes", [e.offset for e in replies[3].map_read_stream.entries], [1, 2])
    expect.equal("entries at last", len(replies[5].map_read_state.entries), 0)
