"""History: what a channel keeps."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import EPOCH_LENGTH
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import V2, V3, Level, requirement
from conformance.streams import filled, offsets

DOCS = (
    "centrifugal.dev/docs/server/server_api#history; 2.8.7 docs/content/server/http_api.md#history"
)
STREAM = "centrifugal.dev/docs/server/history_and_recovery#the-history-stream"
UNKNOWN = (
    "centrifugal.dev/docs/server/codes#unknown-channel; centrifugal.dev/docs/server/server_api"
    "#publish; facts v2.md 3 History"
)
UNAVAILABLE = "centrifugal.dev/docs/server/codes#not-available; facts v2.md 3 History"
FACTS = "facts v3-v6.md 5 History"


@requirement(
    "history.return.oldest-first",
    "History returns the publications of a channel in the order of publishing, oldest first.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_history_is_in_order(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 5)
    expect.equal("history", api.payloads(room), [b"1", b"2", b"3", b"4", b"5"])


@requirement(
    "history.return.result-when-empty",
    "History of a channel that was never published to succeeds with `result` set and empty.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_empty_history_has_a_result(api: Api, channel: Channels) -> None:
    expect.equal("history", api.payloads(channel("history")), [])
    answer = api.history(channel("history"))
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)


@requirement(
    "history.refuse.blank-channel",
    "History without a channel is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_history_refuses_a_blank_channel(api: Api) -> None:
    expect.error(api.history(""), api.error(Code.BAD_REQUEST))


@requirement(
    "history.refuse.unknown-namespace",
    "History of a channel in an unknown namespace is answered with error 102.",
    level=Level.MUST,
    source=UNKNOWN,
    core=True,
)
def test_history_refuses_an_unknown_namespace(api: Api) -> None:
    expect.error(api.history(unknown_namespace()), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "history.refuse.not-kept",
    "History of a channel that keeps none is answered with error 108.",
    level=Level.MUST,
    source=UNAVAILABLE,
    needs=["plain"],
    core=True,
)
def test_history_refuses_where_none_is_kept(api: Api, channel: Channels) -> None:
    expect.error(api.history(channel("plain")), api.error(Code.NOT_AVAILABLE))


@requirement(
    "history.return.a-hundred",
    "A history of a hundred publications is returned whole.",
    level=Level.MUST,
    source=DOCS,
    needs=["full"],
)
def test_a_long_history(api: Api, channel: Channels) -> None:
    room, count = channel("full"), min(channel.option("full", "size"), 100)
    filled(api, room, count)
    payloads = [b"%d" % number for number in range(1, count + 1)]
    expect.equal("history", api.payloads(room), payloads)


@requirement(
    "history.trim.size",
    "A channel keeps its newest `history_size` publications.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#history_size",
    needs=["small_history"],
    core=True,
)
def test_history_is_trimmed_to_its_size(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    size = channel.option("small_history", "size")
    filled(api, room, size + 2)
    expected = [b"%d" % number for number in range(3, size + 3)]
    expect.equal("history", api.payloads(room), expected)


@requirement(
    "history.return.top-position",
    "History tells the offset of the newest publication, and the channel's epoch.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#historyresult",
    releases=V3,
    needs=["small_history"],
)
def test_history_tells_the_top(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    epoch = filled(api, room, 5)
    for limit in (0, 1, -1):
        answer = api.history(room, limit=limit)
        expect.success(answer)
        told = (answer.result.offset, answer.result.epoch)
        expect.equal(f"position with limit {limit}", told, (5, epoch))


@requirement(
    "history.return.offsets",
    "Each publication of a history tells its offset, gapless from the oldest kept to the top.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#historyresult",
    releases=V3,
    needs=["small_history"],
)
def test_publications_tell_gapless_offsets(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    filled(api, room, 5)
    size = channel.option("small_history", "size")
    expect.equal("offsets", offsets(api, room, limit=-1), list(range(6 - size, 6)))


@requirement(
    "history.keep.epoch-before-first",
    "The epoch told before the first publication is the one the publication gets, with offset 1.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_the_epoch_is_there_before_the_first_publication(api: Api, channel: Channels) -> None:
    room = channel("history")
    before = api.history(room)
    expect.success(before)
    expect.equal("offset before", before.result.offset, 0)
    after = api.publish(room, b"x")
    expect.success(after)
    position = (after.result.offset, after.result.epoch)
    expect.equal("position after", position, (1, before.result.epoch))


@requirement(
    "history.tell.epoch-length",
    "An epoch has four letters until 5.4 and eight in 6.9.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=V3,
    needs=["history"],
)
def test_epoch_length(api: Api, channel: Channels) -> None:
    answer = api.history(channel("history"))
    expect.success(answer)
    epoch = answer.result.epoch
    expect.that(epoch.isalpha() and epoch.isascii(), "an epoch of letters", answer)
    expect.equal("length of the epoch", len(epoch), EPOCH_LENGTH[api.release])


@requirement(
    "history.hide.publication-info",
    "Publications that came over the API tell no `info`.",
    level=Level.OBSERVED,
    source="facts v2.md 3 History, v3-v6.md 5 History",
    needs=["history"],
)
def test_api_publications_have_no_info(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 1)
    expect.equal("info is set", [p.HasField("info") for p in api.publications(room)], [False])


@requirement(
    "history.hide.uid",
    "In 2.8 the `uid` of a publication is never set.",
    level=Level.OBSERVED,
    source="facts v2.md 3 History",
    releases=V2,
    needs=["history"],
)
def test_uid_is_never_set(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 1)
    expect.equal("uid", [item.uid for item in api.publications(room)], [""])


@requirement(
    "history.refuse.half-configured",
    "History where the size or the lifetime alone is set is answered with error 108.",
    level=Level.MUST,
    source="2.8.7 docs/content/server/channels.md#history_lifetime; facts v2.md 3 History",
    releases=V2,
    needs=["size_only", "lifetime_only"],
)
def test_history_needs_size_and_lifetime(api: Api, channel: Channels) -> None:
    for kind in ("size_only", "lifetime_only"):
        room = channel(kind)
        expect.success(api.publish(room, b"x"))
        expect.error(api.history(room), api.error(Code.NOT_AVAILABLE))
        expect.error(api.history_remove(room), api.error(Code.NOT_AVAILABLE))


@requirement(
    "history.leave.unchanged-by-reading",
    "Reading a history changes nothing of it.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_reading_changes_nothing(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 3)
    first = api.payloads(room)
    expect.equal("history", first, [b"1", b"2", b"3"])
    for _ in range(3):
        expect.equal("history, read again", api.payloads(room), first)


@requirement(
    "history.keep.epoch",
    "The epoch of a channel stays the same while it is trimmed and removed.",
    level=Level.MUST,
    source=STREAM,
    releases=V3,
    needs=["small_history"],
)
def test_the_epoch_stays(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    epochs = [filled(api, room, 1) for _ in range(channel.option("small_history", "size") + 2)]
    expect.success(api.history_remove(room))
    epochs += [filled(api, room, 1), api.history(room).result.epoch]
    expect.equal("different epochs", len(set(epochs)), 1)


@requirement(
    "history.trim.every-publication",
    "The history is trimmed with each publication, and is never above its size.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#history_size; facts v2.md 3 History",
    needs=["small_history"],
)
def test_the_history_is_never_above_its_size(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    size = channel.option("small_history", "size")
    published: list[bytes] = []
    for number in range(size + 3):
        published.append(b"%d" % number)
        expect.success(api.publish(room, published[-1]))
        expect.equal("history", api.payloads(room), published[-size:])
