"""Publish: one publication into one channel."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import (
    PUBLISH_B64_STORES_DATA_FIELD,
    PUBLISH_RESULT,
    Release,
)
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import ALL, V3, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#publish; 2.8.7 docs/content/server/http_api.md#publish"
)
REQUEST = "centrifugal.dev/docs/server/server_api#publishrequest"
FACTS_V3 = "facts v3-v6.md 5 Publish"
SINCE_5 = (Release.V5_4, Release.V6_9)
LATEST = (Release.V6_9,)


@requirement(
    "publish.accept.any-channel",
    "Publish into a channel that names no namespace succeeds.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_publish_accepts_a_channel(api: Api, channel: Channels) -> None:
    expect.success(api.publish(channel(), b'{"input": "hello"}'))


@requirement(
    "publish.accept.namespace",
    "Publish into a channel of a configured namespace succeeds.",
    level=Level.MUST,
    source=DOCS,
    needs=["plain"],
    core=True,
)
def test_publish_accepts_a_namespace(api: Api, channel: Channels) -> None:
    expect.success(api.publish(channel("plain"), b"{}"))


@requirement(
    "publish.refuse.blank-channel",
    "Publish without a channel is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_publish_refuses_a_blank_channel(api: Api) -> None:
    expect.error(api.publish("", b"{}"), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.refuse.empty-data",
    "Publish without data is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_publish_refuses_empty_data(api: Api, channel: Channels) -> None:
    expect.error(api.publish(channel(), b""), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.refuse.unknown-namespace",
    "Publish into a namespace that is not configured is answered with error 102.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/codes#server-api-error-codes; facts v2.md 2",
    core=True,
)
def test_publish_refuses_an_unknown_namespace(api: Api) -> None:
    expect.error(api.publish(unknown_namespace(), b"{}"), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "publish.order.empty-data-and-unknown-namespace",
    "Empty data into an unknown namespace is told as the release tells it: 107 until 5.4, 102 in"
    " 6.9.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
)
def test_publish_checks_in_order(api: Api) -> None:
    code = Code.UNKNOWN_CHANNEL if api.release >= Release.V6_9 else Code.BAD_REQUEST
    expect.error(api.publish(unknown_namespace(), b""), api.error(code))


@requirement(
    "publish.order.blank-channel-first",
    "Publish without channel and data is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
)
def test_publish_without_anything(api: Api) -> None:
    expect.error(api.raw("Publish", b""), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.return.result-shape",
    "Success sets `result` from 3.2 on, and is a message of zero bytes before.",
    level=Level.OBSERVED,
    source="facts v2.md 1, v3-v6.md 5 Publish",
)
def test_publish_result_shape(api: Api, channel: Channels) -> None:
    answer = api.publish(channel(), b"{}")
    expect.success(answer)
    expect.equal("`result` is set", answer.result is not None, PUBLISH_RESULT[api.release])


@requirement(
    "publish.return.position",
    "Publish with history returns the offset of the publication and its epoch.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publishresult",
    releases=V3,
    needs=["history"],
    core=True,
)
def test_publish_returns_the_position(api: Api, channel: Channels) -> None:
    room = channel("history")
    answers = [api.publish(room, b"%d" % number) for number in range(3)]
    for answer in answers:
        expect.success(answer)
    expect.equal("offsets", [answer.result.offset for answer in answers], [1, 2, 3])
    epochs = {answer.result.epoch for answer in answers}
    expect.that(len(epochs) == 1 and all(epochs), "one epoch for all three, not blank", answers[-1])
    history = api.history(room, limit=-1)
    expect.success(history)
    expect.equal("the epoch of the history", history.result.epoch, epochs.pop())


@requirement(
    "publish.return.no-position-without-history",
    "Publish without history returns neither offset nor epoch.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=V3,
    needs=["plain"],
)
def test_publish_without_history_returns_no_position(api: Api, channel: Channels) -> None:
    answer = api.publish(channel("plain"), b"{}")
    expect.success(answer)
    expect.equal("offset and epoch", (answer.result.offset, answer.result.epoch), (0, ""))


@requirement(
    "publish.keep.tags",
    "The tags of a publication come back with it, those with a blank key or value too.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_publish_keeps_tags(api: Api, channel: Channels) -> None:
    room, tags = channel("history"), {"k": "v", "blank": "", "": "no key", "é": "中"}
    expect.success(api.publish(room, b"{}", tags=tags))
    expect.success(api.publish(room, b"{}"))
    publications = api.publications(room)
    expect.equal("tags", [dict(item.tags) for item in publications], [tags, {}])


@requirement(
    "publish.honour.skip-history",
    "A publication with `skip_history` is not stored and takes no offset.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_publish_skips_history(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"kept"))
    skipped = api.publish(room, b"skipped", skip_history=True)
    expect.success(skipped)
    expect.equal("offset of the skipped one", skipped.result.offset, 0)
    following = api.publish(room, b"next")
    expect.equal("offset of the next one", following.result.offset, 2)
    expect.equal("history", api.payloads(room), [b"kept", b"next"])


@requirement(
    "publish.honour.b64data",
    "The data of `b64data` is decoded and published, and wins over `data`.",
    level=Level.MUST,
    source=REQUEST,
    releases=[Release.V4_1, *SINCE_5],
    needs=["history"],
)
def test_publish_decodes_b64data(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"", b64data="AP8="))
    expect.success(api.publish(room, b"other", b64data="aGk="))
    expect.equal("history", api.payloads(room), [b"\x00\xff", b"hi"])


@requirement(
    "publish.honour.b64data-of-3",
    "3.2 checks `b64data` but publishes the `data` field, empty if it is not set.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 9.2",
    releases=[Release.V3_2],
    needs=["history"],
)
def test_publish_b64data_in_3(api: Api, channel: Channels) -> None:
    assert PUBLISH_B64_STORES_DATA_FIELD[api.release]
    room = channel("history")
    expect.success(api.publish(room, b"", b64data="AP8="))
    expect.equal("history", api.payloads(room), [b""])


@requirement(
    "publish.refuse.bad-b64data",
    "`b64data` that is no base64 is answered with error 107.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
)
def test_publish_refuses_bad_b64data(api: Api, channel: Channels) -> None:
    for bad in ("!!", "a", "AP8"):
        expect.error(api.publish(channel(), b"{}", b64data=bad), api.error(Code.BAD_REQUEST))


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
    "publish.honour.version",
    "A publication whose version is not above the last one's is suppressed: the answer is the"
    " current top, nothing is stored.",
    level=Level.MUST,
    source=REQUEST,
    releases=LATEST,
    needs=["history"],
)
def test_publish_suppresses_old_versions(api: Api, channel: Channels) -> None:
    room = channel("history")
    for version, offset in ((5, 1), (5, 1), (4, 1), (6, 2)):
        answer = api.publish(room, b"v%d" % version, version=version)
        expect.success(answer)
        expect.equal(f"offset after version {version}", answer.result.offset, offset)
    expect.equal("history", api.payloads(room), [b"v5", b"v6"])


@requirement(
    "publish.honour.version-epoch",
    "A lower version of another version epoch is accepted.",
    level=Level.MUST,
    source=REQUEST,
    releases=LATEST,
    needs=["history"],
)
def test_version_epochs_start_anew(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"a", version=9, version_epoch="A"))
    expect.success(api.publish(room, b"b", version=1, version_epoch="B"))
    expect.equal("history", api.payloads(room), [b"a", b"b"])


@requirement(
    "publish.ignore.delta",
    "The `delta` flag changes nothing of the answer and the history.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=SINCE_5,
    needs=["history"],
)
def test_delta_shows_nowhere(api: Api, channel: Channels) -> None:
    room = channel("history")
    for data in (b'{"a": 1}', b'{"a": 2}'):
        expect.success(api.publish(room, data, delta=True))
    stored = api.payloads(room)
    expect.equal("history", stored, [b'{"a": 1}', b'{"a": 2}'])


@requirement(
    "publish.refuse.data-format-json",
    "A namespace with the data format `json` refuses with error 107 what is no JSON value.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#publication_data_format",
    releases=LATEST,
    needs=["json"],
)
def test_json_namespace_takes_json_alone(api: Api, channel: Channels) -> None:
    room = channel("json")
    for good in (b'{"a": 1}', b"[1]", b"5", b' "x" ', b"null"):
        expect.success(api.publish(room, good))
    for bad in (b"", b"plain", b"{", b"1 2", b"\xff"):
        expect.error(api.publish(room, bad), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.refuse.data-format-json-object",
    "A namespace with the data format `json_object` refuses with error 107 what is no JSON object.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#publication_data_format",
    releases=LATEST,
    needs=["json_object"],
)
def test_json_object_namespace_takes_objects_alone(api: Api, channel: Channels) -> None:
    room = channel("json_object")
    expect.success(api.publish(room, b'{"a": 1}'))
    for bad in (b"", b"[1]", b"5", b'"x"', b"null"):
        expect.error(api.publish(room, bad), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.accept.data-format-binary",
    "A namespace with the data format `binary` accepts any data, empty data too.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#publication_data_format",
    releases=LATEST,
    needs=["binary"],
)
def test_binary_namespace_takes_anything(api: Api, channel: Channels) -> None:
    room = channel("binary")
    for data in (b"", b"\x00\xff"):
        expect.success(api.publish(room, data))
    expect.equal("history", api.payloads(room), [b"", b"\x00\xff"])


@requirement(
    "publish.refuse.map-namespace",
    "Publish into a map or shared poll namespace is answered with error 107.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=LATEST,
    needs=["map", "shared_poll"],
)
def test_publish_refuses_map_namespaces(api: Api, channel: Channels) -> None:
    for kind in ("map", "shared_poll"):
        expect.error(api.publish(channel(kind), b"{}"), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.separate.channels",
    "A publication into one channel is in the history of no other.",
    level=Level.MUST,
    source=DOCS,
    releases=ALL,
    needs=["history"],
    core=True,
)
def test_publications_stay_in_their_channel(api: Api, channel: Channels) -> None:
    first, second = channel("history"), channel("history")
    expect.success(api.publish(first, b"first"))
    expect.success(api.publish(second, b"second"))
    expect.equal("the first channel", api.payloads(first), [b"first"])
    expect.equal("the second one", api.payloads(second), [b"second"])
