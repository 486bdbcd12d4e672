"""History: how much of it is read, from where, and in which direction (v3)."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import V3, Level, requirement
from conformance.streams import filled, offsets

REQUEST = "centrifugal.dev/docs/server/server_api#historyrequest"
ITERATION = "centrifugal.dev/docs/server/history_and_recovery#history-iteration-api"
FACTS = "facts v3-v6.md 5 History"


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
    size = min(channel.option("history", "size"), 20)
    filled(api, room, size)
    for limit in (-1, -7):
        whole = list(range(1, size + 1))
        expect.equal(f"offsets, limit {limit}", offsets(api, room, limit=limit), whole)


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
    source="centrifugal.dev/docs/server/codes#unrecoverable-position",
    releases=V3,
    needs=["history"],
    core=True,
)
def test_another_epoch_is_unrecoverable(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 2)
    others = ("other", epoch.swapcase(), epoch[:-1], f"{epoch}x", f"{epoch} ", epoch[::-1] + "-")
    for other in others:
        for limit in (-1, 0, 1):
            for offset in (0, 1, 2):
                since = {"offset": offset, "epoch": other}
                answer = api.history(room, limit=limit, since=since)
                expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "history.read.any-page",
    "Whatever part of a history is read, forward or backward, from any position kept and with any"
    " limit: these publications are returned, as they were published, with the top position.",
    level=Level.MUST,
    source=f"{REQUEST}; {ITERATION}",
    releases=V3,
    needs=["history"],
)
def test_any_page_of_a_history(api: Api, channel: Channels) -> None:
    room, size = channel("history"), min(channel.option("history", "size"), 10)
    published: list[tuple[int, bytes, dict[str, str]]] = []
    for number in range(1, size + 4):
        data, tags = b"%d" % number, {"n": str(number)} if number % 3 else {}
        answer = api.publish(room, data, tags=tags)
        expect.success(answer)
        published.append((number, data, tags))
    kept, top = published[-channel.option("history", "size") :], answer.result
    starts: list[int | None] = [None, *(offset for offset, _, _ in kept)]
    for start in starts:
        for reverse in (False, True):
            rest = [each for each in kept if start is None or each[0] > start]
            if reverse:
                rest = [each for each in reversed(kept) if start is None or each[0] < start]
            for limit in (-1, 0, 1, 3, len(rest) - 1, len(rest), len(rest) + 1):
                since = None if start is None else {"offset": start, "epoch": top.epoch}
                answer = api.history(room, limit=limit, reverse=reverse, since=since)
                expect.success(answer)
                found = [(p.offset, p.data, dict(p.tags)) for p in answer.result.publications]
                what = f"limit {limit}, since {start}, reverse {reverse}"
                expect.equal(what, found, rest[:limit] if limit >= 0 else rest)
                position = (answer.result.offset, answer.result.epoch)
                expect.equal(f"position, {what}", position, (top.offset, top.epoch))


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
    "history.since.zero",
    "History since offset 0 returns everything.",
    level=Level.MUST,
    source=ITERATION,
    releases=V3,
    needs=["history"],
)
def test_since_zero_is_everything(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 3)
    since = {"offset": 0, "epoch": epoch}
    expect.equal("offsets", offsets(api, room, limit=-1, since=since), [1, 2, 3])


@requirement(
    "history.since.above-top",
    "History since an offset above the top returns no publications, and is no error.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_since_above_the_top(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 3)
    for offset in (4, 1000):
        since = {"offset": offset, "epoch": epoch}
        expect.equal(f"offsets since {offset}", offsets(api, room, limit=-1, since=since), [])


@requirement(
    "history.since.other-epoch-never-published",
    "A foreign epoch is error 112 in a channel that was never published to, too.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_another_epoch_of_an_empty_channel(api: Api, channel: Channels) -> None:
    answer = api.history(channel("history"), limit=-1, since={"offset": 0, "epoch": "other"})
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "history.since.epoch-of-another-channel",
    "The epoch of another channel is error 112.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_the_epoch_of_another_channel(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 2)
    foreign = filled(api, channel("history"), 2)
    answer = api.history(room, limit=-1, since={"offset": 1, "epoch": foreign})
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "history.since.after-removal",
    "After HistoryRemove, History since an earlier position returns what came later.",
    level=Level.OBSERVED,
    source=f"{FACTS}, HistoryRemove",
    releases=V3,
    needs=["history"],
)
def test_since_a_removed_position(api: Api, channel: Channels) -> None:
    room = channel("history")
    since = {"offset": 1, "epoch": filled(api, room, 3)}
    expect.success(api.history_remove(room))
    expect.equal("offsets after removal", offsets(api, room, limit=-1, since=since), [])
    filled(api, room, 1)
    expect.equal("offsets later", offsets(api, room, limit=-1, since=since), [4])


@requirement(
    "history.since.limit-zero",
    "History since a position with limit 0 returns no publications.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_since_with_limit_zero(api: Api, channel: Channels) -> None:
    room = channel("history")
    since = {"offset": 1, "epoch": filled(api, room, 3)}
    answer = api.history(room, limit=0, since=since)
    expect.success(answer)
    expect.equal("publications", len(answer.result.publications), 0)
    expect.equal("top offset", answer.result.offset, 3)


@requirement(
    "history.reverse.limit-zero",
    "History with `reverse` and limit 0 returns the position alone.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_reverse_with_limit_zero(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 3)
    answer = api.history(room, limit=0, reverse=True)
    expect.success(answer)
    expect.equal("publications", len(answer.result.publications), 0)
    expect.equal("top offset", answer.result.offset, 3)


@requirement(
    "history.reverse.since-above-top",
    "History with `reverse` since the offset after the top returns everything, from farther above"
    " nothing.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
    one_node=True,
)
def test_reverse_from_above_the_top(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 3)
    for offset, expected in ((4, [3, 2, 1]), (5, []), (1000, [])):
        since = {"offset": offset, "epoch": epoch}
        found = offsets(api, room, limit=-1, since=since, reverse=True)
        expect.equal(f"offsets before {offset}", found, expected)


@requirement(
    "history.reverse.since-trimmed",
    "History with `reverse` returns nothing if the publication below the position is not kept.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["small_history"],
)
def test_reverse_from_what_is_trimmed(api: Api, channel: Channels) -> None:
    room = channel("small_history")
    size = channel.option("small_history", "size")
    epoch = filled(api, room, size + 3)
    for offset, expected in ((2, []), (4, []), (5, [4])):
        since = {"offset": offset, "epoch": epoch}
        found = offsets(api, room, limit=-1, since=since, reverse=True)
        expect.equal(f"offsets before {offset}", found, expected)


@requirement(
    "history.reverse.other-epoch",
    "A foreign epoch is error 112 with `reverse`, too.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/codes#unrecoverable-position",
    releases=V3,
    needs=["history"],
)
def test_another_epoch_in_reverse(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 2)
    since = {"offset": 2, "epoch": "other"}
    answer = api.history(room, limit=-1, since=since, reverse=True)
    expect.error(answer, api.error(Code.UNRECOVERABLE_POSITION))


@requirement(
    "history.reverse.pages-whole",
    "Pages read backward with limit, since and `reverse` are the whole history.",
    level=Level.MUST,
    source=ITERATION,
    releases=V3,
    needs=["history"],
)
def test_backward_pages_are_the_whole(api: Api, channel: Channels) -> None:
    room = channel("history")
    epoch = filled(api, room, 7)
    read = offsets(api, room, limit=3, reverse=True)
    while read and read[-1] > 1:
        since = {"offset": read[-1], "epoch": epoch}
        page = offsets(api, room, limit=3, since=since, reverse=True)
        expect.that(page, f"a page before offset {read[-1]}")
        read += page
    expect.equal("offsets", read, [7, 6, 5, 4, 3, 2, 1])


@requirement(
    "history.limit.extremes",
    "The largest and the smallest limit that the field holds return everything.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["history"],
)
def test_extreme_limits(api: Api, channel: Channels) -> None:
    room = channel("history")
    filled(api, room, 3)
    for limit in (2**31 - 1, -(2**31)):
        expect.equal(f"offsets, limit {limit}", offsets(api, room, limit=limit), [1, 2, 3])
