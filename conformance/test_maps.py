"""Map channels: setting and dropping keys (6.9)."""

import time
from typing import Any

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.maps import put, state
from conformance.requirement import Level, requirement

MAPS = "centrifugal.dev/docs/server/map_subscriptions"
DOCS = f"{MAPS}#server-api; facts v3-v6.md 5 Map*"
FACTS = "facts v3-v6.md 5 Map*"
LATEST = (Release.V6_9,)
MAP_RPCS = ("MapPublish", "MapRemove", "MapReadState", "MapReadStream", "MapStats", "MapClear")


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
        answer = api.call(method, channel="", **needing_a_key(method))
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
    "map.refuse.unsound-options",
    "Where a map is to be forgotten before its keys, MapPublish, MapRemove and MapReadState are"
    " answered with error 100.",
    level=Level.OBSERVED,
    source="library centrifuge of 6.9.1, map_broker.go, ResolveAndValidateMapChannelOptions",
    releases=LATEST,
    needs=["map_unsound"],
)
def test_maps_forgotten_before_their_keys(api: Api, channel: Channels) -> None:
    room = channel("map_unsound")
    for method in ("MapPublish", "MapRemove", "MapReadState"):
        answer = api.call(method, channel=room, **needing_a_key(method))
        expect.error(answer, api.error(Code.INTERNAL))


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
    bad_fields: list[dict[str, Any]]
    bad_fields = [{"key": ""}, {"key": "k", "key_mode": "replace"}, {"key": "k", "b64data": "!!"}]
    for fields in bad_fields:
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
    "map-publish.honour.version-epoch",
    "A lower version of another version epoch is accepted for a key.",
    level=Level.MUST,
    source=f"{MAPS}#map_publish",
    releases=LATEST,
    needs=["map"],
)
def test_map_version_epochs(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "k", b"A9", version=9, version_epoch="A")
    put(api, room, "k", b"B1", version=1, version_epoch="B")
    put(api, room, "k", b"again", version=1, version_epoch="B")
    expect.equal("state", state(api, room), {"k": b"B1"})


@requirement(
    "map-publish.keep.tags",
    "The tags of a key come back with it.",
    level=Level.MUST,
    source=f"{MAPS}#map_publish",
    releases=LATEST,
    needs=["map"],
)
def test_map_tags(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "k", tags={"t": "1", "blank": ""})
    answer = api.call("MapReadState", channel=room, limit=-1)
    expect.success(answer)
    tags = [dict(entry.tags) for entry in answer.result.entries]
    expect.equal("tags", tags, [{"t": "1", "blank": ""}])


@requirement(
    "map-publish.honour.b64data",
    "The data of `b64data` is decoded, and wins over `data`.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
)
def test_map_b64data(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "k", b"data", b64data="AP8=")
    expect.equal("state", state(api, room), {"k": b"\x00\xff"})


@requirement(
    "map-publish.accept.empty-data",
    "A key may have empty data.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
)
def test_map_empty_data(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "k", b"")
    expect.equal("state", state(api, room), {"k": b""})


@requirement(
    "map-publish.tell.suppressed-position",
    "The answer for a suppressed change tells the current top and the epoch, and takes no offset.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
)
def test_a_suppressed_change_takes_no_offset(api: Api, channel: Channels) -> None:
    room = channel("map")
    put(api, room, "a")
    epoch = put(api, room, "b").result.epoch
    suppressed = put(api, room, "a", key_mode="if_new").result
    told = (suppressed.suppressed, suppressed.offset, suppressed.epoch)
    expect.equal("the suppressed answer", told, (True, 2, epoch))
    expect.equal("the next offset", put(api, room, "c").result.offset, 3)


@requirement(
    "map-publish.return.ephemeral-position",
    "In an ephemeral map offsets stay 0, and there is an epoch.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map_ephemeral"],
)
def test_ephemeral_maps_have_no_offsets(api: Api, channel: Channels) -> None:
    room = channel("map_ephemeral")
    results = [put(api, room, key).result for key in ("a", "b")]
    expect.equal("offsets", [result.offset for result in results], [0, 0])
    expect.that(all(result.epoch for result in results), "an epoch in each answer")


@requirement(
    "map-publish.expire.key",
    "A key of an ephemeral map is there at first, and gone two seconds after its lifetime.",
    level=Level.MUST,
    source=f"{MAPS}#map-modes",
    releases=LATEST,
    needs=["map_ephemeral"],
    waits=True,
)
def test_keys_expire(api: Api, channel: Channels) -> None:
    room = channel("map_ephemeral")
    put(api, room, "k")
    expect.equal("state at first", state(api, room), {"k": b"x"})
    time.sleep(float(channel.option("map_ephemeral", "key_ttl").removesuffix("s")) + 2)
    expect.equal("state later", state(api, room), {})


@requirement(
    "map-remove.share.offsets",
    "MapRemove takes the next offset of the same epoch.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
)
def test_a_removal_takes_an_offset(api: Api, channel: Channels) -> None:
    room = channel("map")
    epoch = put(api, room, "a").result.epoch
    removal = api.call("MapRemove", channel=room, key="a")
    expect.success(removal)
    expect.equal("position", (removal.result.offset, removal.result.epoch), (2, epoch))
    expect.equal("the next offset", put(api, room, "a").result.offset, 3)


@requirement(
    "map-remove.refuse.blank-key",
    "MapRemove without a key is answered with error 107.",
    level=Level.MUST,
    source=f"{MAPS}#map_remove",
    releases=LATEST,
    needs=["map"],
)
def test_map_remove_needs_a_key(api: Api, channel: Channels) -> None:
    answer = api.call("MapRemove", channel=channel("map"))
    expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "map-clear.accept.empty-map",
    "MapClear of a map that was never published to succeeds with an empty `result`.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["map"],
)
def test_clearing_nothing_succeeds(api: Api, channel: Channels) -> None:
    answer = api.call("MapClear", channel=channel("map"))
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)


@requirement(
    "map.separate.channels",
    "Maps of different channels share no keys.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_maps_are_separate(api: Api, channel: Channels) -> None:
    first, second = channel("map"), channel("map")
    put(api, first, "k", b"first")
    put(api, second, "k", b"second")
    expect.success(api.call("MapClear", channel=first))
    expect.equal("the first map", state(api, first), {})
    expect.equal("the second map", state(api, second), {"k": b"second"})


@requirement(
    "map.keep.bytes",
    "A map keeps data byte for byte and keys of any text.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["map"],
)
def test_maps_keep_bytes(api: Api, channel: Channels) -> None:
    room = channel("map")
    expected = {"all": bytes(range(256)), "ключ": b"\xff\xfe", " ": b"\x00", "a:b#c": b"x" * 65_536}
    expected |= {"key": b"1", "Key": b"2", "KEY": b"3", "k" * 300: b"4", "k" * 301: b"5"}
    for key, data in expected.items():
        put(api, room, key, data)
    expect.equal("state", state(api, room), expected)
