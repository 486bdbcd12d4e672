"""Publish: one publication into one channel."""

from concurrent.futures import ThreadPoolExecutor

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import PUBLISH_RESULT, Release
from conformance import expect
from conformance.api import Answer, Api, Channels, unknown_namespace
from conformance.requirement import ALL, V3, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#publish; 2.8.7 docs/content/server/http_api.md#publish"
)
STREAM = "centrifugal.dev/docs/server/history_and_recovery#the-history-stream"
FACTS_V3 = "facts v3-v6.md 5 Publish"
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
    source=DOCS,
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


@requirement(
    "publish.order.bad-b64data-before-namespace",
    "Bad base64 for an unknown namespace is answered with error 107.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=V3,
)
def test_base64_is_checked_before_the_namespace(api: Api) -> None:
    answer = api.publish(unknown_namespace(), b"x", b64data="!!")
    expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "publish.accept.private-namespace",
    "Publish needs no permission that clients need: a namespace closed to them accepts it.",
    level=Level.OBSERVED,
    source="facts v2.md 3 Publish, v3-v6.md 4",
    needs=["private", "user_limited"],
)
def test_publish_needs_no_permission(api: Api, channel: Channels) -> None:
    for room in (channel("private"), f"{channel('user_limited')}#42"):
        expect.success(api.publish(room, b"{}"))


@requirement(
    "publish.store.nothing-when-refused",
    "A publication that is refused takes no offset and is not stored.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_a_refused_publication_leaves_no_trace(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"before"))
    expect.error(api.publish(room, b""), api.error(Code.BAD_REQUEST))
    after = api.publish(room, b"after")
    expect.success(after)
    if after.result is not None:
        expect.equal("offset after the refusal", after.result.offset, 2)
    expect.equal("history", api.payloads(room), [b"before", b"after"])


@requirement(
    "publish.store.equal-payloads",
    "Publications of one payload after the other are stored each, with an offset of its own.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_equal_payloads_are_stored(api: Api, channel: Channels) -> None:
    room = channel("history")
    payloads = [b"x", b"x", b"y", b"x", b"x"]
    answers = [api.publish(room, payload) for payload in payloads]
    for answer in answers:
        expect.success(answer)
    expect.equal("history", api.payloads(room), payloads)
    if PUBLISH_RESULT[api.release]:
        expect.equal("offsets", [each.result.offset for each in answers], [1, 2, 3, 4, 5])


@requirement(
    "publish.return.offsets-when-concurrent",
    "Publications that are made at the same time get offsets of their own, without gaps.",
    level=Level.MUST,
    source=STREAM,
    releases=V3,
    needs=["full"],
)
def test_concurrent_publications_get_offsets_of_their_own(api: Api, channel: Channels) -> None:
    room = channel("full")

    def publish(number: int) -> Answer:
        return api.publish(room, b"%d" % number)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(publish, range(40)))
    for answer in answers:
        expect.success(answer)
    told = {answer.result.offset: b"%d" % number for number, answer in enumerate(answers)}
    expect.equal("offsets", sorted(told), list(range(1, 41)))
    kept = {item.offset: item.data for item in api.publications(room)}
    expect.equal("history by offset", kept, told)


@requirement(
    "publish.store.all-when-concurrent",
    "Of publications that are made at the same time each is stored once.",
    level=Level.MUST,
    source=DOCS,
    needs=["full"],
)
def test_concurrent_publications_are_all_stored(api: Api, channel: Channels) -> None:
    room = channel("full")
    payloads = [b"%02d" % number for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda payload: api.publish(room, payload), payloads))
    for answer in answers:
        expect.success(answer)
    expect.equal("history, sorted", sorted(api.payloads(room)), payloads)


@requirement(
    "publish.return.epoch-by-channel",
    "Each channel has an epoch of its own.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 History",
    releases=V3,
    needs=["history"],
)
def test_epochs_are_by_channel(api: Api, channel: Channels) -> None:
    answers = [api.publish(channel("history"), b"x") for _ in range(3)]
    for answer in answers:
        expect.success(answer)
    expect.equal("different epochs", len({answer.result.epoch for answer in answers}), 3)


@requirement(
    "publish.accept.no-json",
    "A namespace without a data format takes what is no JSON.",
    level=Level.MUST,
    source=(
        "centrifugal.dev/docs/server/channels#publication_data_format;"
        " centrifugal.dev/docs/server/server_api#grpc-api"
    ),
    needs=["history"],
)
def test_data_is_not_checked(api: Api, channel: Channels) -> None:
    room = channel("history")
    payloads = [b"{", b" ", b"\x00", b"plain text"]
    for payload in payloads:
        expect.success(api.publish(room, payload))
    expect.equal("history", api.payloads(room), payloads)
