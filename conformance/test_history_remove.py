"""HistoryRemove: forgetting what a channel keeps."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import EMPTY_RESULT
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import V3, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#history_remove; 2.8.7 docs/content/server/http_api.md"
)
CODES = "centrifugal.dev/docs/server/codes#server-api-error-codes; facts v2.md 3"


@requirement(
    "history-remove.drop.publications",
    "HistoryRemove leaves the history of the channel empty.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    core=True,
)
def test_history_is_empty_after_removal(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"x"))
    expect.success(api.history_remove(room))
    expect.equal("history", api.payloads(room), [])


@requirement(
    "history-remove.spare.other-channels",
    "HistoryRemove leaves other channels as they are.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_other_channels_are_spared(api: Api, channel: Channels) -> None:
    room, other = channel("history"), channel("history")
    expect.success(api.publish(room, b"x"))
    expect.success(api.publish(other, b"y"))
    expect.success(api.history_remove(room))
    expect.equal("the other channel", api.payloads(other), [b"y"])


@requirement(
    "history-remove.keep.position",
    "After HistoryRemove the next publication goes on with the next offset of the same epoch.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 HistoryRemove",
    releases=V3,
    needs=["history"],
)
def test_the_position_survives(api: Api, channel: Channels) -> None:
    room = channel("history")
    first = api.publish(room, b"1")
    expect.success(first)
    expect.success(api.history_remove(room))
    second = api.publish(room, b"2")
    expect.success(second)
    expect.equal(
        "offset and epoch", (second.result.offset, second.result.epoch), (2, first.result.epoch)
    )
    expect.equal("history", api.payloads(room), [b"2"])


@requirement(
    "history-remove.accept.empty-history",
    "HistoryRemove of a channel that was never published to succeeds.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_removing_nothing_succeeds(api: Api, channel: Channels) -> None:
    expect.success(api.history_remove(channel("history")))


@requirement(
    "history-remove.return.result-shape",
    "Success sets an empty `result` from 4.1 on, and is a message of zero bytes before.",
    level=Level.OBSERVED,
    source="facts v2.md 1, v3-v6.md 7",
    needs=["history"],
)
def test_history_remove_result_shape(api: Api, channel: Channels) -> None:
    answer = api.history_remove(channel("history"))
    expect.success(answer)
    expect.equal("`result` is set", answer.result is not None, EMPTY_RESULT[api.release])


@requirement(
    "history-remove.refuse.blank-channel",
    "HistoryRemove without a channel is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_history_remove_refuses_a_blank_channel(api: Api) -> None:
    expect.error(api.history_remove(""), api.error(Code.BAD_REQUEST))


@requirement(
    "history-remove.refuse.unknown-namespace",
    "HistoryRemove in an unknown namespace is answered with error 102.",
    level=Level.MUST,
    source=CODES,
)
def test_history_remove_refuses_an_unknown_namespace(api: Api) -> None:
    expect.error(api.history_remove(unknown_namespace()), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "history-remove.refuse.not-kept",
    "HistoryRemove of a channel that keeps no history is answered with error 108.",
    level=Level.MUST,
    source=CODES,
    needs=["plain"],
)
def test_history_remove_refuses_where_none_is_kept(api: Api, channel: Channels) -> None:
    expect.error(api.history_remove(channel("plain")), api.error(Code.NOT_AVAILABLE))
