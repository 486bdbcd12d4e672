"""PresenceStats, as far as it shows without subscribers."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#presence_stats;"
    " 2.8.7 docs/content/server/http_api.md#presence_stats"
)
UNKNOWN = "centrifugal.dev/docs/server/codes#unknown-channel; facts v2.md 3 Presence"
UNAVAILABLE = "centrifugal.dev/docs/server/codes#not-available; facts v2.md 3 Presence"


@requirement(
    "presence-stats.return.nobody",
    "PresenceStats of a channel without subscribers succeeds with an empty `result`.",
    level=Level.MUST,
    source=DOCS,
    needs=["presence"],
    core=True,
)
def test_nobody_is_there(api: Api, channel: Channels) -> None:
    answer = api.presence_stats(channel("presence"))
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)
    expect.equal("bytes of `result`", answer.result.ByteSize(), 0)


@requirement(
    "presence-stats.count.publications-are-nobody",
    "A publication makes nobody present in its channel.",
    level=Level.MUST,
    source=DOCS,
    needs=["full"],
)
def test_publishing_is_not_being_there(api: Api, channel: Channels) -> None:
    room = channel("full")
    expect.success(api.publish(room, b"{}"))
    answer = api.presence_stats(room)
    expect.success(answer)
    expect.equal("bytes of `result`", answer.result.ByteSize(), 0)


@requirement(
    "presence-stats.refuse.blank-channel",
    "PresenceStats without a channel is answered with error 107.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_a_blank_channel_is_refused(api: Api) -> None:
    expect.error(api.presence_stats(""), api.error(Code.BAD_REQUEST))


@requirement(
    "presence-stats.refuse.unknown-namespace",
    "PresenceStats in an unknown namespace is answered with error 102.",
    level=Level.MUST,
    source=UNKNOWN,
    core=True,
)
def test_an_unknown_namespace_is_refused(api: Api) -> None:
    expect.error(api.presence_stats(unknown_namespace()), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "presence-stats.refuse.not-on",
    "PresenceStats where presence is off is answered with error 108.",
    level=Level.MUST,
    source=UNAVAILABLE,
    needs=["plain"],
    core=True,
)
def test_it_is_refused_where_presence_is_off(api: Api, channel: Channels) -> None:
    expect.error(api.presence_stats(channel("plain")), api.error(Code.NOT_AVAILABLE))
