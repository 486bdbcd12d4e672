"""Subscribe, as far as it shows without connections (v3)."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.commands import SHAPE_SENTENCE, SHAPE_SOURCE, nobody, success_has_its_shape
from conformance.requirement import V3, Level, requirement

SUBSCRIBE = "centrifugal.dev/docs/server/server_api#subscribe"
REQUEST = "centrifugal.dev/docs/server/server_api#subscribe-request"
FACTS = "facts v3-v6.md 5 Subscribe"


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
    source=REQUEST,
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
    source="centrifugal.dev/docs/server/codes#unknown-channel",
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
    source=REQUEST,
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
    SHAPE_SENTENCE,
    level=Level.OBSERVED,
    source=SHAPE_SOURCE,
    releases=V3,
)
def test_subscribe_shape(api: Api, channel: Channels) -> None:
    success_has_its_shape(api, api.subscribe(channel=channel(), user=nobody()))


@requirement(
    "subscribe.accept.any-namespace",
    "Subscribe needs no permission that clients need: closed namespaces accept it.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["plain", "private", "user_limited"],
)
def test_subscribe_needs_no_permission(api: Api, channel: Channels) -> None:
    for kind in ("plain", "private", "user_limited"):
        expect.success(api.subscribe(channel=channel(kind), user=nobody()))


@requirement(
    "subscribe.accept.map-and-shared-poll",
    "Subscribe into a map or shared poll namespace is not refused.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=[Release.V6_9],
    needs=["map", "shared_poll"],
)
def test_subscribe_accepts_other_types(api: Api, channel: Channels) -> None:
    for kind in ("map", "shared_poll"):
        expect.success(api.subscribe(channel=channel(kind), user=nobody()))


@requirement(
    "subscribe.accept.blank-user",
    "Subscribe without a user succeeds.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_subscribe_without_a_user(api: Api, channel: Channels) -> None:
    # The client keeps the connections of others out of it.
    expect.success(api.subscribe(channel=channel(), client=nobody()))


@requirement(
    "subscribe.accept.past-expiry",
    "Subscribe with an expiry in the past succeeds while nobody is connected.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_subscribe_takes_a_past_expiry(api: Api, channel: Channels) -> None:
    for expire_at in (1, -1, 2**63 - 1):
        answer = api.subscribe(channel=channel(), user=nobody(), expire_at=expire_at)
        expect.success(answer)


@requirement(
    "subscribe.accept.foreign-position",
    "Subscribe does not check `recover_since` while nobody is connected.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["recovery", "plain"],
)
def test_subscribe_takes_any_position(api: Api, channel: Channels) -> None:
    for kind in ("recovery", "plain"):
        since = {"offset": 2**64 - 1, "epoch": "other"}
        answer = api.subscribe(channel=channel(kind), user=nobody(), recover_since=since)
        expect.success(answer)


@requirement(
    "subscribe.list.nobody",
    "Subscribe of a user who is not connected makes no channel active.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#channels",
    releases=V3,
)
def test_subscribing_nobody_lists_no_channel(api: Api, channel: Channels) -> None:
    room = channel()
    expect.success(api.subscribe(channel=room, user=nobody()))
    answer = api.channels(pattern=room)
    expect.success(answer)
    expect.equal("channels", dict(answer.result.channels), {})
