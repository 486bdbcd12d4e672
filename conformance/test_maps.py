"""Map channels and shared poll channels (6.9)."""

from typing import Any

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Answer, Api, Channels, unknown_namespace
from conformance.requirement import Level, requirement

DOCS = "centrifugo v6.9.1 internal/apiproto/api.proto; facts v3-v6.md 5 Map*"
LATEST = (Release.V6_9,)
MAP_RPCS = ("MapPublish", "MapRemove", "MapReadState", "MapReadStream", "MapStats", "MapClear")


def put(api: Api, room: str, key: str, data: bytes = b"x", **fields: Any) -> Answer:
    """MapPublish, which has to succeed."""
    answer = api.call("MapPublish", channel=room, key=key, data=data, **fields)
    expect.success(answer)
    return answer


def state(api: Api, room: str, **fields: Any) -> dict[str, bytes]:
    """The map: key to data."""
    answer = api.call("MapReadState", channel=room, **({"limit": -1} | fields))
    expect.success(answer)
    return {entry.key: entry.data for entry in answer.result.entries}


def needing_a_key(method: str) -> dict[str, Any]:
    """What a map RPC needs besides the channel."""
    return {"key": "k"} if method in {"MapPublish", "MapRemove"} else {}


@requirement(
    "map.refuse.blank-channel",
    "A map RPC without a channel is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
)
def test_blank_channels(api: Api) -> None:
    for method in MAP_RPCS:
        answer = api.call(method, **needing_a_key(method))
        expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "map.refuse.unknown-namespace",
    "A map RPC in an unknown namespace is answered with error 102.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
)
def test_unknown_namespaces(api: Api) -> None:
    for method in MAP_RPCS:
        answer = api.call(method, channel=unknown_namespace(), **needing_a_key(method))
        expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "map.refuse.other-type",
    "A map RPC in a namespace that is no map is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["history"],
)
def test_other_types(api: Api, channel: Channels) -> None:
    for method in MAP_RPCS:
        answer = api.call(method, channel=channel("history"), **needing_a_key(method))
        expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "map-publish.refuse.bad-fields",
    "MapPublish without a key, with an unknown key mode or bad base64 is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_bad_fields(api: Api, channel: Channels) -> None:
    room = channel("map")
    bad: list[dict[str, Any]]
    bad = [{"key": ""}, {"key": "k", "key_mode": "replace"}, {"key": "k", "b64data": "!!"}]
    for fields in bad:
        answer = api.call("MapPublish", channel=room, **fields)
        expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "map-publish.set.key",
    "MapPublish sets a key, a later one overwrites it, each with the next offset.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_a_key_is_set_and_overwritten(api: Api, channel: Channels) -> None:
    room = channel("map")
    writes = (("a", b"1"), ("b", b"\x00\xff"), ("a", b"3"))
    offsets = [put(api, room, key, data).result.offset for key, data in writes]
    expect.equal("offsets", offsets, [1, 2, 3])
    expect.equal("state", state(api, room), {"a": b"3", "b": b"\x00\xff"})


@requirement(
    "map-publish.honour.key-mode",
    "`if_new` is suppressed where the key exists, `if_exists` where it does not, with the reason.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_key_modes(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "there")
    for key, mode, reason in (
        ("there", "if_new", "key_exists"),
        ("absent", "if_exists", "key_not_found"),
        ("there", "if_exists", ""),
        ("new", "if_new", ""),
    ):
        result = put(api, room, key, b"y", key_mode=mode).result
        told = (result.suppressed, result.suppress_reason)
        expect.equal(f"{mode} of {key}", told, (bool(reason), reason))
    expect.equal("state", state(api, room), {"there": b"y", "new": b"y"})


@requirement(
    "map-publish.honour.idempotency-key",
    "A second MapPublish with the same idempotency key is suppressed, at the first one's offset.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_map_publish_is_idempotent(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "k", b"1", idempotency_key="once")
    result = put(api, room, "k", b"2", idempotency_key="once").result
    told = (result.offset, result.suppressed, result.suppress_reason)
    expect.equal("the second answer", told, (1, True, "idempotency"))
    expect.equal("state", state(api, room), {"k": b"1"})


@requirement(
    "map-publish.honour.version",
    "A MapPublish whose version is not above the key's last one is suppressed.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_map_versions(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "k", b"5", version=5)
    result = put(api, room, "k", b"4", version=4).result
    expect.equal("reason", (result.suppressed, result.suppress_reason), (True, "version"))
    put(api, room, "other", b"1", version=1)
    expect.equal("state", state(api, room), {"k": b"5", "other": b"1"})


@requirement(
    "map-read-state.page.by-key",
    "MapReadState pages through the entries by key, with a cursor while there are more.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
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
    "map-remove.drop.key",
    "MapRemove drops a key; of a missing one it is suppressed with the reason key_not_found.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_a_key_is_removed(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    put(api, room, "b")
    for reason in ("", "key_not_found"):
        answer = api.call("MapRemove", channel=room, key="a")
        expect.success(answer)
        expect.equal("offset", answer.result.offset, 3)
        expect.equal("reason", answer.result.suppress_reason, reason)
    expect.equal("state", state(api, room), {"b": b"x"})


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
    "map-clear.drop.everything",
    "MapClear leaves a map empty; its next change has offset 1.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_a_map_is_cleared(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    put(api, room, "b")
    expect.success(api.call("MapClear", channel=room))
    expect.equal("state", state(api, room), {})
    expect.equal("offset", put(api, room, "c").result.offset, 1)


@requirement(
    "shared-poll.accept.publish",
    "SharedPollPublish with key and version succeeds with an empty `result`.",
    level=Level.MUST,
    source="facts v3-v6.md 5 SharedPollPublish",
    releases=LATEST,
    needs=["shared_poll"],
)
def test_shared_poll_publish(api: Api, channel: Channels) -> None:
    answer = api.call(
        "SharedPollPublish", channel=channel("shared_poll"), key="k", data=b"x", version=1
    )
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)


@requirement(
    "shared-poll.refuse.bad-fields",
    "SharedPollPublish without channel, key or version, or with bad base64, is answered with error"
    " 107.",
    level=Level.MUST,
    source="facts v3-v6.md 5 SharedPollPublish",
    releases=LATEST,
    needs=["shared_poll"],
)
def test_shared_poll_bad_fields(api: Api, channel: Channels) -> None:
    good: dict[str, Any] = {
        "channel": channel("shared_poll"),
        "key": "k",
        "data": b"x",
        "version": 1,
    }
    bad_fields: list[dict[str, Any]]
    bad_fields = [{"channel": ""}, {"key": ""}, {"version": 0}, {"b64data": "!!"}]
    for bad in bad_fields:
        answer = api.call("SharedPollPublish", **(good | bad))
        expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "shared-poll.refuse.not-enabled",
    "SharedPollPublish where publishing is not enabled is answered with error 108.",
    level=Level.MUST,
    source="facts v3-v6.md 5 SharedPollPublish",
    releases=LATEST,
    needs=["shared_poll_closed"],
)
def test_shared_poll_not_enabled(api: Api, channel: Channels) -> None:
    answer = api.call(
        "SharedPollPublish", channel=channel("shared_poll_closed"), key="k", data=b"x", version=1
    )
    expect.error(answer, api.error(Code.NOT_AVAILABLE))
