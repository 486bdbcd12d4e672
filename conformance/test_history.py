"""History: what a channel keeps."""

import time

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import EPOCH_LENGTH
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import V2, V3, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#history; 2.8.7 docs/content/server/http_api.md#history"
)
REQUEST = "centrifugal.dev/docs/server/server_api#historyrequest"
FACTS = "facts v3-v6.md 5 History"


def filled(api: Api, room: str, count: int) -> str:
    """Publish `1` to `count`; gives the epoch (blank in v2, which does not tell it)."""
    epoch = ""
    for number in range(1, count + 1):
        answer = api.publish(room, b"%d" % number)
        expect.success(answer)
        epoch = answer.result.epoch if answer.result is not None and api.release.major > 2 else ""
    return epoch


def offsets(api: Api, room: str, **fields: object) -> list[int]:
    """The offsets of the publications that a History request gets."""
    answer = api.history(room, **fields)
    expect.success(answer)
    return [item.offset for item in answer.result.publications]


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
    source="centrifugal.dev/docs/server/codes#server-api-error-codes; facts v2.md 3",
    core=True,
)
def test_history_refuses_an_unknown_namespace(api: Api) -> None:
    expect.error(api.history(unknown_namespace()), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "history.refuse.not-kept",
    "History of a channel that keeps none is answered with error 108.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/codes#server-api-error-codes; facts v2.md 3",
    needs=["plain"],
    core=True,
)
def test_history_refuses_where_none_is_kept(api: Api, channel: Channels) -> None:
    expect.error(api.history(channel("plain")), api.error(Code.NOT_AVAILABLE))


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
    answer = api.history(room, limit=0)
    expect.success(answer)
    expect.equal("position", (answer.result.offset, answer.result.epoch), (5, epoch))


@requirement(
    "history.return.offsets",
    "Each publication of a history tells its offset, gapless from the oldest kept to the top.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publication",
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
    "history.limit.zero",
    "History with limit 0 returns the position without publications.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
    core=True,
)
def test_limit_zero_is_the_position_alone(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 3)
    expect.equal("offsets", offsets(api, room, limit=0), [])
    expect.equal("top offset", api.history(room).result.offset, 3)


@requirement(
    "history.limit.positive",
    "History with a limit returns at most so many publications, the oldest first.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_a_limit_takes_the_oldest(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 5)
    expect.equal("offsets", offsets(api, room, limit=2), [1, 2])
    expect.equal("offsets with a limit beyond", offsets(api, room, limit=100), [1, 2, 3, 4, 5])


@requirement(
    "history.limit.negative",
    "History with a negative limit returns everything.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_a_negative_limit_takes_everything(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 5)
    for limit in (-1, -7):
        expect.equal(f"offsets, limit {limit}", offsets(api, room, limit=limit), [1, 2, 3, 4, 5])


@requirement(
    "history.reverse.newest-first",
    "History with `reverse` returns the newest publications first.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_reverse_is_newest_first(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 5)
    expect.equal("offsets", offsets(api, room, limit=2, reverse=True), [5, 4])
    expect.equal("all offsets", offsets(api, room, limit=-1, reverse=True), [5, 4, 3, 2, 1])


@requirement(
    "history.since.exclusive",
    "History since a position returns the publications after it, without the one at it.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
    core=True,
)
def test_since_is_exclusive(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 5)
    since = {"offset": 3, "epoch": epoch}
    expect.equal("offsets", offsets(api, room, limit=-1, since=since), [4, 5])
    expect.equal("offsets, limit 1", offsets(api, room, limit=1, since=since), [4])
    top = {"offset": 5, "epoch": epoch}
    expect.equal("offsets since the top", offsets(api, room, limit=-1, since=top), [])


@requirement(
    "history.since.reverse",
    "History since a position with `reverse` returns the publications before it, newest first.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_since_with_reverse_reads_backward(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 5)
    since = {"offset": 4, "epoch": epoch}
    expect.equal("offsets", offsets(api, room, limit=2, since=since, reverse=True), [3, 2])


@requirement(
    "history.since.reverse-from-zero",
    "History since offset 0 with `reverse` is answered with error 100.",
    level=Level.OBSERVED,
    source=f"{FACTS}, 9.8",
    releases=V3,
    needs=["history"],
)
def test_nothing_is_before_offset_zero(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 2)
    answer = api.history(room, limit=-1, since={"offset": 0, "epoch": epoch}, reverse=True)
    expect.error(answer, api.error(Code.INTERNAL))


@requirement(
    "history.since.blank-epoch",
    "A blank epoch in `since` stands for the channel's own.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_a_blank_epoch_fits(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 3)
    expect.equal("offsets", offsets(api, room, limit=-1, since={"offset": 1}), [2, 3])


@requirement(
    "history.since.other-epoch",
    "History since a position of another epoch is answered with error 112.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/codes#server-api-error-codes",
    releases=V3,
    needs=["history"],
    core=True,
)
def test_another_epoch_is_unrecoverable(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 2)
    answer = api.history(room, limit=-1, since={"offset": 1, "epoch": "other"})
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "history.since.trimmed",
    "History since a position that was trimmed is no error: it starts at the oldest kept.",
    level=Level.OBSERVED,
    source=f"{FACTS}, 9.8",
    releases=V3,
    needs=["small_history"],
)
def test_a_trimmed_position_reads_from_the_oldest(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    size = channel.option("small_history", "size")
    epoch = filled(api, room, size + 3)
    since = {"offset": 1, "epoch": epoch}
    expected = list(range(4, size + 4))
    expect.equal("offsets", offsets(api, room, limit=-1, since=since), expected)


@requirement(
    "history.since.largest-offset",
    "History since offset 2^64-1 returns everything.",
    level=Level.OBSERVED,
    source=f"{FACTS}, 9.8",
    releases=V3,
    needs=["history"],
)
def test_the_largest_offset_wraps(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 3)
    since = {"offset": 2**64 - 1, "epoch": epoch}
    expect.equal("offsets", offsets(api, room, limit=-1, since=since), [1, 2, 3])


@requirement(
    "history.page.whole",
    "Pages read with limit and since, one after the other, are the whole history.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_pages_are_the_whole(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 7)
    read: list[int] = []
    while len(read) < 7:
        page = offsets(
            api, room, limit=3, since={"offset": read[-1] if read else 0, "epoch": epoch}
        )
        expect.that(page, f"a page after {read}")
        read += page
    expect.equal("offsets", read, [1, 2, 3, 4, 5, 6, 7])


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
    "history.expire.lifetime",
    "A history is gone two seconds after its lifetime at the latest, and kept until one second"
    " before its end.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#history_ttl; facts v2.md 3, v3-v6.md 5 History",
    needs=["short_history"],
    slow=True,
)
def test_history_expires(api: Api, channel: Channels) -> None:
    room = channel("short_history")
    lifetime = float(channel.option("short_history", "ttl").rstrip("s"))
    filled(api, room, 1)
    published = time.monotonic()
    time.sleep(lifetime - 1.5)
    still = api.payloads(room)
    if time.monotonic() - published < lifetime - 1:
        expect.equal("history within its lifetime", still, [b"1"])
    time.sleep(max(0.0, published + lifetime + 2 - time.monotonic()))
    expect.equal("history after its lifetime", api.payloads(room), [])
    if api.release.major > 2:
        answer = api.publish(room, b"2")
        expect.success(answer)
        expect.equal("the next offset", answer.result.offset, 2)
