"""Maps: what answers tell, and what calls of one kind and another share (6.9)."""

from typing import Any

from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.maps import put, state
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/map_subscriptions"
FACTS = "facts v3-v6.md 5 Map*"
SINCE_6 = (Release.V6_9,)


@requirement(
    "map.return.result-set",
    "Every call on a map that succeeds has its `result` set.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["map"],
)
def test_results_are_set(api: Api, channel: Channels) -> None:
    room = channel("map")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("MapPublish", {"key": "k", "data": b"x"}),
        ("MapReadState", {}),
        ("MapReadStream", {}),
        ("MapStats", {}),
        ("MapRemove", {"key": "k"}),
        ("MapClear", {}),
    ]
    for method, fields in calls:
        answer = api.call(method, channel=room, **fields)
        expect.success(answer)
        expect.that(answer.result is not None, f"`result` of {method}", answer)


@requirement(
    "map.return.whole-entries",
    "Entries of the map and of its stream tell key, payload, tags and offset, and no score.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["map"],
)
def test_entries_are_whole(api: Api, channel: Channels) -> None:
    room = channel("map")
    epoch = put(api, room, "a", b"\xff1", tags={"x": "1"}).result.epoch
    put(api, room, "b", b"2")
    expected = [("a", b"\xff1", {"x": "1"}, 1, False, 0), ("b", b"2", {}, 2, False, 0)]
    for method in ("MapReadState", "MapReadStream"):
        answer = api.call(method, channel=room, limit=-1)
        expect.success(answer)
        expect.that(answer.result is not None, "`result`", answer)
        told = [
            (entry.key, entry.data, dict(entry.tags), entry.offset, entry.removed, entry.score)
            for entry in answer.result.entries
        ]
        expect.equal(f"entries of {method}", told, expected)
        position = (answer.result.offset, answer.result.epoch)
        expect.equal(f"position of {method}", position, (2, epoch))


@requirement(
    "map.tell.time",
    "Entries of the map and of its stream tell the same time, which does not go back.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_6,
    needs=["map"],
)
def test_entries_tell_their_time(api: Api, channel: Channels) -> None:
    room = channel("map")
    for key in ("a", "b", "c"):
        put(api, room, key)
    times = []
    for method in ("MapReadState", "MapReadStream"):
        answer = api.call(method, channel=room, limit=-1)
        expect.success(answer)
        times.append([entry.time for entry in answer.result.entries])
    expect.equal("times in the stream", times[1], times[0])
    rises = all(times[0]) and times[0] == sorted(times[0])
    expect.that(rises, f"times that rise, not {times[0]}")


@requirement(
    "map.share.idempotency-and-versions",
    "MapPublish and MapRemove alone and in a batch share idempotency keys and versions.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["map"],
)
def test_batches_and_calls_share(api: Api, channel: Channels) -> None:
    room = channel("map")
    first = {"channel": room, "key": "a", "data": b"1", "idempotency_key": "k"}
    expect.success(api.batch([{"map_publish": first | {"version": 5, "version_epoch": "e"}}]))
    for key, fields, reason in (
        ("b", {"idempotency_key": "k"}, "idempotency"),
        ("a", {"version": 5}, "version"),
        ("a", {"version": 4, "version_epoch": "e"}, "version"),
    ):
        given: dict[str, Any] = fields
        result = put(api, room, key, b"2", **given).result
        told = (result.suppressed, result.suppress_reason)
        expect.equal(f"suppressed with {fields}", told, (True, reason))
    expect.equal("the map", state(api, room), {"a": b"1"})
    removal: dict[str, Any] = {"channel": room, "key": "a", "idempotency_key": "r"}
    expect.success(api.batch([{"map_remove": removal}]))
    put(api, room, "a", b"3")
    answer = api.call("MapRemove", **removal)
    expect.success(answer)
    told = (answer.result.suppressed, answer.result.suppress_reason)
    expect.equal("suppressed removal", told, (True, "idempotency"))
    expect.equal("the map", state(api, room), {"a": b"3"})


@requirement(
    "map.read.after-cursor",
    "A page of the map begins with the first key after its cursor.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["map"],
)
def test_a_page_begins_after_its_cursor(api: Api, channel: Channels) -> None:
    room = channel("map")
    for key in ("a", "aa", "b"):
        put(api, room, key)
    expect.equal("keys after `a`", list(state(api, room, cursor="a")), ["aa", "b"])


@requirement(
    "map.check.revision-epoch",
    "MapReadState with a revision of the right epoch is answered, of none or another with error"
    " 112; its offset does not matter.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_6,
    needs=["map"],
)
def test_the_epoch_of_a_revision(api: Api, channel: Channels) -> None:
    room = channel("map")
    epoch = put(api, room, "a").result.epoch
    for offset in (1, 9):
        read = state(api, room, revision_offset=offset, revision_epoch=epoch)
        expect.equal("the map", read, {"a": b"x"})
    for wrong in ("", "other"):
        answer = api.call("MapReadState", channel=room, revision_offset=1, revision_epoch=wrong)
        expect.equal("code", answer.error.code if answer.error else 0, 112)
