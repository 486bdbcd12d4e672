"""Channels: which channels have subscribers now."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import V3, Level, requirement

CHANNELS = (
    "centrifugal.dev/docs/server/server_api#channels;"
    " 2.8.7 docs/content/server/http_api.md#channels"
)
FACTS = "facts v3-v6.md 5 Channels"


@requirement(
    "channels.return.result",
    "Channels succeeds with `result` set.",
    level=Level.MUST,
    source=CHANNELS,
    core=True,
)
def test_channels_answers(api: Api) -> None:
    answer = api.channels()
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)


@requirement(
    "channels.omit.unsubscribed",
    "A channel with a history but no subscribers is not listed.",
    level=Level.MUST,
    source=CHANNELS,
    needs=["history"],
)
def test_channels_without_subscribers_are_not_listed(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"{}"))
    answer = api.channels()
    expect.success(answer)
    expect.that(room not in answer.result.channels, f"{room} is not listed", answer)


@requirement(
    "channels.match.nothing",
    "A pattern that no channel matches gives an empty list.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#channelsrequest",
    releases=V3,
)
def test_a_pattern_without_matches_is_empty(api: Api, channel: Channels) -> None:
    answer = api.channels(pattern=f"{channel()}*")
    expect.success(answer)
    expect.equal("channels", dict(answer.result.channels), {})


@requirement(
    "channels.refuse.bad-pattern",
    "A pattern that does not parse is answered with error 100.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 Channels, 9.8",
    releases=V3,
)
def test_a_bad_pattern_is_refused(api: Api) -> None:
    for pattern in ("[", "plain:["):
        expect.error(api.channels(pattern=pattern), api.error(Code.INTERNAL))


@requirement(
    "channels.match.unclosed-brace",
    "A pattern whose brace is not closed matches nothing, and is no error.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_an_unclosed_brace_matches_nothing(api: Api) -> None:
    answer = api.channels(pattern="{a")
    expect.success(answer)
    expect.equal("channels", dict(answer.result.channels), {})


@requirement(
    "channels.accept.any-pattern",
    "Patterns with `*`, `**`, `?`, a range and alternatives are accepted.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#channelsrequest",
    releases=V3,
)
def test_patterns_are_globs(api: Api, channel: Channels) -> None:
    unused = channel()
    for glob in ("*", "**", "?", "[a-b]", "[!a]", "{a,b}", "\\*", "чат*"):
        answer = api.channels(pattern=f"{unused}{glob}")
        expect.success(answer)
        expect.equal(f"channels that match {glob}", dict(answer.result.channels), {})
