"""Subscribe, Unsubscribe, Disconnect, Refresh, as far as they show without connections."""

import secrets

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import EMPTY_RESULT, Release
from conformance import expect
from conformance.api import Answer, Api, Channels, unknown_namespace
from conformance.requirement import V2, V3, Level, requirement

UNSUBSCRIBE = (
    "centrifugal.dev/docs/server/server_api#unsubscribe;"
    " 2.8.7 docs/content/server/http_api.md#unsubscribe"
)
DISCONNECT = (
    "centrifugal.dev/docs/server/server_api#disconnect;"
    " 2.8.7 docs/content/server/http_api.md#disconnect"
)
SUBSCRIBE = "centrifugal.dev/docs/server/server_api#subscribe"
REFRESH = "centrifugal.dev/docs/server/server_api#refresh"
SHAPE = "facts v2.md 1, v3-v6.md 7"
SHAPE_SENTENCE = (
    "Success of {} sets an empty `result` from 4.1 on, and is a message of zero bytes before."
)


def nobody() -> str:
    """A user who is not connected."""
    return f"nobody-{secrets.token_hex(8)}"


def has_the_release_s_shape(api: Api, answer: Answer) -> None:
    """`result` is set exactly if the release sets it."""
    expect.success(answer)
    expect.equal("`result` is set", answer.result is not None, EMPTY_RESULT[api.release])


@requirement(
    "unsubscribe.accept.not-connected",
    "Unsubscribe of a user who is not connected succeeds.",
    level=Level.MUST,
    source=UNSUBSCRIBE,
    core=True,
)
def test_unsubscribe_of_nobody(api: Api, channel: Channels) -> None:
    expect.success(api.unsubscribe(channel=channel(), user=nobody()))


@requirement(
    "unsubscribe.accept.blank-channel",
    "Unsubscribe without a channel succeeds.",
    level=Level.OBSERVED,
    source="facts v2.md 3 Unsubscribe, v3-v6.md 5 Unsubscribe",
)
def test_unsubscribe_without_a_channel(api: Api) -> None:
    expect.success(api.unsubscribe(user=nobody()))


@requirement(
    "unsubscribe.refuse.blank-user",
    "In 2.8 Unsubscribe without a user is answered with error 107.",
    level=Level.MUST,
    source=UNSUBSCRIBE,
    releases=V2,
    core=True,
)
def test_unsubscribe_refuses_a_blank_user(api: Api, channel: Channels) -> None:
    expect.error(api.unsubscribe(channel=channel()), api.error(Code.BAD_REQUEST))
    expect.error(api.unsubscribe(channel=unknown_namespace()), api.error(Code.BAD_REQUEST))


@requirement(
    "unsubscribe.refuse.unknown-namespace",
    "Unsubscribe in an unknown namespace is answered with error 102.",
    level=Level.MUST,
    source="facts v2.md 3 Unsubscribe, v3-v6.md 5 Unsubscribe",
    core=True,
)
def test_unsubscribe_refuses_an_unknown_namespace(api: Api) -> None:
    answer = api.unsubscribe(channel=unknown_namespace(), user=nobody())
    expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "unsubscribe.return.result-shape",
    SHAPE_SENTENCE.format("Unsubscribe"),
    level=Level.OBSERVED,
    source=SHAPE,
)
def test_unsubscribe_shape(api: Api, channel: Channels) -> None:
    has_the_release_s_shape(api, api.unsubscribe(channel=channel(), user=nobody()))


@requirement(
    "disconnect.accept.not-connected",
    "Disconnect of a user who is not connected succeeds.",
    level=Level.MUST,
    source=DISCONNECT,
    core=True,
)
def test_disconnect_of_nobody(api: Api) -> None:
    expect.success(api.disconnect(user=nobody()))


@requirement(
    "disconnect.refuse.blank-user",
    "In 2.8 Disconnect without a user is answered with error 107.",
    level=Level.MUST,
    source=DISCONNECT,
    releases=V2,
    core=True,
)
def test_disconnect_refuses_a_blank_user(api: Api) -> None:
    expect.error(api.disconnect(), api.error(Code.BAD_REQUEST))


@requirement(
    "disconnect.accept.code-and-reason",
    "Disconnect takes a code and a reason of the caller's own.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#disconnect-object",
    releases=V3,
)
def test_disconnect_takes_a_code(api: Api) -> None:
    answer = api.disconnect(
        user=nobody(), disconnect={"code": 4501, "reason": "gone"}, whitelist=["a", "b"]
    )
    expect.success(answer)


@requirement(
    "disconnect.return.result-shape",
    SHAPE_SENTENCE.format("Disconnect"),
    level=Level.OBSERVED,
    source=SHAPE,
)
def test_disconnect_shape(api: Api) -> None:
    has_the_release_s_shape(api, api.disconnect(user=nobody()))


@requirement(
    "subscribe.accept.not-connected",
    "Subscribe of a user who is not connected succeeds.",
    level=Level.MUST,
    source=SUBSCRIBE,
    releases=V3,
    core=True,
)
def test_subscribe_of_nobody(api: Api, channel: Channels) -> None:
    expect.success(api.subscribe(channel=channel(), user=nobody()))


@requirement(
    "subscribe.accept.every-option",
    "Subscribe takes all its options in one call.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#subscribe-request",
    releases=V3,
    needs=["recovery"],
)
def test_subscribe_takes_its_options(api: Api, channel: Channels) -> None:
    answer = api.subscribe(
        channel=channel("recovery"),
        user=nobody(),
        client="no-such-client",
        session="no-such-session",
        info=b"{}",
        data=b"\x00\xff",
        expire_at=1,
        recover_since={"offset": 1, "epoch": "none"},
        override={"presence": {"value": True}, "join_leave": {}, "force_recovery": {"value": True}},
    )
    expect.success(answer)


@requirement(
    "subscribe.refuse.blank-channel",
    "Subscribe without a channel is answered with error 107.",
    level=Level.MUST,
    source=SUBSCRIBE,
    releases=V3,
    core=True,
)
def test_subscribe_refuses_a_blank_channel(api: Api) -> None:
    expect.error(api.subscribe(user=nobody()), api.error(Code.BAD_REQUEST))


@requirement(
    "subscribe.refuse.unknown-namespace",
    "Subscribe in an unknown namespace is answered with error 102.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/codes#server-api-error-codes",
    releases=V3,
    core=True,
)
def test_subscribe_refuses_an_unknown_namespace(api: Api) -> None:
    answer = api.subscribe(channel=unknown_namespace(), user=nobody())
    expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "subscribe.refuse.bad-base64",
    "In 6.9 `b64data` or `b64info` that is no base64 is answered with error 107.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#subscribe-request",
    releases=[Release.V6_9],
)
def test_subscribe_refuses_bad_base64(api: Api, channel: Channels) -> None:
    for field in ("b64data", "b64info"):
        answer = api.subscribe(channel=channel(), user=nobody(), **{field: "!!"})
        expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "subscribe.ignore.bad-base64",
    "Before 6.9 Subscribe ignores `b64data` and `b64info`, even if they are no base64.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=[Release.V3_2, Release.V4_1, Release.V5_4],
)
def test_subscribe_ignores_bad_base64(api: Api, channel: Channels) -> None:
    expect.success(api.subscribe(channel=channel(), user=nobody(), b64data="!!", b64info="!!"))


@requirement(
    "subscribe.return.result-shape",
    SHAPE_SENTENCE.format("Subscribe"),
    level=Level.OBSERVED,
    source=SHAPE,
    releases=V3,
)
def test_subscribe_shape(api: Api, channel: Channels) -> None:
    has_the_release_s_shape(api, api.subscribe(channel=channel(), user=nobody()))


@requirement(
    "refresh.accept.not-connected",
    "Refresh of a user who is not connected succeeds, whatever the expiry.",
    level=Level.MUST,
    source=REFRESH,
    releases=V3,
    core=True,
)
def test_refresh_of_nobody(api: Api) -> None:
    for expiry in ({}, {"expired": True}, {"expire_at": 1}, {"expire_at": 2**62}):
        expect.success(api.refresh(user=nobody(), **expiry))


@requirement(
    "refresh.return.result-shape",
    SHAPE_SENTENCE.format("Refresh"),
    level=Level.OBSERVED,
    source=SHAPE,
    releases=V3,
)
def test_refresh_shape(api: Api) -> None:
    has_the_release_s_shape(api, api.refresh(user=nobody()))
