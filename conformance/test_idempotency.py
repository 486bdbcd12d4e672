"""Idempotency keys of Publish and Broadcast: a repeated publication is dropped."""

import time

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import Level, requirement

REQUEST = "centrifugal.dev/docs/server/server_api#publishrequest"
FACTS = "facts v3-v6.md 5 Publish"
SINCE_5 = (Release.V5_4, Release.V6_9)


@requirement(
    "publish.honour.idempotency-key",
    "A second publication with the same idempotency key is not stored and gets the first answer.",
    level=Level.MUST,
    source=REQUEST,
    releases=SINCE_5,
    needs=["history"],
)
def test_publish_is_idempotent_by_key(api: Api, channel: Channels) -> None:
    room = channel("history")
    first = api.publish(room, b"first", idempotency_key="key")
    again = api.publish(room, b"again", idempotency_key="key")
    other = api.publish(room, b"other", idempotency_key="another")
    for answer in (first, again, other):
        expect.success(answer)
    expect.equal("the second answer", again.result, first.result)
    expect.equal("history", api.payloads(room), [b"first", b"other"])


@requirement(
    "publish.scope.idempotency-key",
    "An idempotency key holds for its channel alone.",
    level=Level.MUST,
    source=REQUEST,
    releases=SINCE_5,
    needs=["history"],
)
def test_idempotency_keys_are_by_channel(api: Api, channel: Channels) -> None:
    for room in (channel("history"), channel("history")):
        for _ in range(2):
            expect.success(api.publish(room, b"x", idempotency_key="key"))
        expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "publish.ignore.idempotency-key",
    "Releases before 5 ignore an idempotency key.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=[Release.V3_2, Release.V4_1],
    needs=["history"],
)
def test_idempotency_key_is_ignored(api: Api, channel: Channels) -> None:
    room = channel("history")
    for _ in range(2):
        expect.success(api.publish(room, b"x", idempotency_key="key"))
    expect.equal("publications", len(api.publications(room)), 2)


@requirement(
    "broadcast.honour.idempotency-key",
    "A second broadcast with the same idempotency key is stored nowhere and gets the first answer.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#broadcastrequest",
    releases=[Release.V5_4, Release.V6_9],
    needs=["history"],
)
def test_broadcast_is_idempotent_by_key(api: Api, channel: Channels) -> None:
    rooms = [channel("history"), channel("history")]
    first = api.broadcast(rooms, b"first", idempotency_key="key")
    again = api.broadcast(rooms, b"again", idempotency_key="key")
    expect.success(first)
    expect.success(again)
    expect.equal("the second answer", again.result, first.result)
    for room in rooms:
        expect.equal("history", api.payloads(room), [b"first"])


@requirement(
    "publish.repeat.idempotent-empty-result",
    "The empty answer for a publication with `skip_history` is repeated for its idempotency key.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_5,
    needs=["history"],
    one_node=True,
)
def test_the_answer_of_a_skipped_publication_is_repeated(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"x", skip_history=True, idempotency_key="key"))
    again = api.publish(room, b"y", idempotency_key="key")
    expect.success(again)
    expect.equal("offset and epoch", (again.result.offset, again.result.epoch), (0, ""))
    expect.equal("history", api.payloads(room), [])


@requirement(
    "publish.retry.after-an-error",
    "An error is not kept for its idempotency key: the next try is published.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_5,
    needs=["history"],
)
def test_errors_are_not_kept(api: Api, channel: Channels) -> None:
    room = channel("history")
    refused = api.publish(room, b"", idempotency_key="key")
    expect.error(refused, api.error(Code.BAD_REQUEST))
    for data in (b"x", b"again"):
        expect.success(api.publish(room, data, idempotency_key="key"))
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "publish.keep.idempotency-after-removal",
    "HistoryRemove does not make an idempotency key usable again.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_5,
    needs=["history"],
)
def test_a_key_survives_history_remove(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"x", idempotency_key="key"))
    expect.success(api.history_remove(room))
    again = api.publish(room, b"y", idempotency_key="key")
    expect.success(again)
    expect.equal("offset", again.result.offset, 1)
    expect.equal("history", api.payloads(room), [])


@requirement(
    "publish.share.idempotency-with-broadcast",
    "Publish and Broadcast share the idempotency keys of a channel.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_5,
    needs=["history"],
)
def test_keys_are_shared_with_broadcast(api: Api, channel: Channels) -> None:
    room, other = channel("history"), channel("history")
    expect.success(api.publish(room, b"published", idempotency_key="key"))
    expect.success(api.broadcast([room, other], b"broadcast", idempotency_key="key"))
    expect.equal("history", api.payloads(room), [b"published"])
    expect.equal("history of the other channel", api.payloads(other), [b"broadcast"])


@requirement(
    "publish.accept.long-idempotency-key",
    "An idempotency key of 10,000 characters holds as a short one does.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_5,
    needs=["history"],
)
def test_keys_may_be_long(api: Api, channel: Channels) -> None:
    room, key = channel("history"), "k" * 10_000
    expect.success(api.publish(room, b"x", idempotency_key=key))
    expect.success(api.publish(room, b"y", idempotency_key=f"{key}2"))
    expect.success(api.publish(room, b"z", idempotency_key=key))
    expect.equal("history", api.payloads(room), [b"x", b"y"])


@requirement(
    "publish.compare.whole-idempotency-key",
    "Idempotency keys are compared as they are: capitals, spaces and endings make another key.",
    level=Level.MUST,
    source=REQUEST,
    releases=SINCE_5,
    needs=["full"],
)
def test_keys_are_compared_whole(api: Api, channel: Channels) -> None:
    room = channel("full")
    keys = [
        "key",
        "Key",
        "KEY",
        " key",
        "key ",
        "ke",
        "keyy",
        "key\0",
        "ключ",
        "ключи",
        "клуч",
        "é",
        "e\u0301",
    ]
    keys += ["k" * 300, "k" * 301, "0", "00", "%20", " "]
    for round in range(2):  # noqa: A001  (the second one comes after all other keys)
        for number, key in enumerate(keys, start=1):
            answer = api.publish(room, b"%d" % (number + round), idempotency_key=key)
            expect.success(answer)
            expect.equal(f"offset for the key {key[:9]!r}", answer.result.offset, number)
    expect.equal("history", api.payloads(room), [b"%d" % n for n in range(1, len(keys) + 1)])


@requirement(
    "publish.repeat.first-answer",
    "Each repetition of an idempotency key gets the first answer, whatever came in between.",
    level=Level.MUST,
    source=REQUEST,
    releases=SINCE_5,
    needs=["history"],
)
def test_repetitions_get_the_first_answer(api: Api, channel: Channels) -> None:
    room = channel("history")
    first = api.publish(room, b"first", idempotency_key="key")
    expect.success(first)
    for number in range(4):
        expect.success(api.publish(room, b"%d" % number))
        again = api.publish(room, b"again", idempotency_key="key")
        expect.success(again)
        expect.equal("the answer", again.result, first.result)
    expect.equal("history", api.payloads(room), [b"first", b"0", b"1", b"2", b"3"])


@requirement(
    "publish.keep.idempotency-key",
    "An idempotency key holds for ten seconds and more: five minutes are promised.",
    level=Level.MUST,
    source=REQUEST,
    releases=SINCE_5,
    needs=["history"],
    waits=True,
)
def test_keys_hold_for_a_while(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"first", idempotency_key="key"))
    for _ in range(2):
        time.sleep(5)
        expect.success(api.publish(room, b"again", idempotency_key="key"))
        expect.equal("history", api.payloads(room), [b"first"])


@requirement(
    "publish.collide.idempotency-underscore",
    "Channel and idempotency key are joined by an underscore: `c` with `a_b` is `c_a` with `b`.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 9.4",
    releases=SINCE_5,
    needs=["history"],
    one_node=True,
)
def test_keys_collide_across_channels(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"x", idempotency_key="a_b"))
    expect.success(api.publish(f"{room}_a", b"y", idempotency_key="b"))
    expect.equal("history of the second channel", api.payloads(f"{room}_a"), [])
