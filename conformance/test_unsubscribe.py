"""Unsubscribe, as far as it shows without connections."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.commands import SHAPE_SENTENCE, SHAPE_SOURCE, nobody, success_has_its_shape
from conformance.requirement import V2, V3, Level, requirement

UNSUBSCRIBE = (
    "centrifugal.dev/docs/server/server_api#unsubscribe;"
    " 2.8.7 docs/content/server/http_api.md#unsubscribe"
)
FACTS = "facts v2.md 3 Unsubscribe, v3-v6.md 5 Unsubscribe"


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
    SHAPE_SENTENCE,
    level=Level.OBSERVED,
    source=SHAPE_SOURCE,
)
def test_unsubscribe_shape(api: Api, channel: Channels) -> None:
    success_has_its_shape(api, api.unsubscribe(channel=channel(), user=nobody()))


@requirement(
    "unsubscribe.order.user-before-namespace",
    "In 2.8 a blank user is refused with error 107 even where the namespace is unknown.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V2,
)
def test_the_user_is_checked_first(api: Api) -> None:
    expect.error(api.unsubscribe(channel=unknown_namespace()), api.error(Code.BAD_REQUEST))


@requirement(
    "unsubscribe.accept.client-and-session",
    "Unsubscribe takes a client and a session to narrow the user's connections down.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#unsubscriberequest",
    releases=V3,
)
def test_unsubscribe_takes_client_and_session(api: Api, channel: Channels) -> None:
    room, nothing = channel(), nobody()
    for narrowed in ({"client": nothing}, {"session": nothing}):
        expect.success(api.unsubscribe(channel=room, user=nobody(), **narrowed))


@requirement(
    "unsubscribe.accept.blank-user",
    "From 3.2 on Unsubscribe without a user succeeds.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_unsubscribe_without_a_user(api: Api, channel: Channels) -> None:
    # The client keeps the connections of others out of it.
    answer = api.unsubscribe(channel=channel(), client=nobody())
    expect.success(answer)


@requirement(
    "unsubscribe.accept.any-namespace",
    "Unsubscribe succeeds in every configured namespace, closed ones too.",
    level=Level.MUST,
    source=UNSUBSCRIBE,
    needs=["plain", "private", "history", "full"],
)
def test_unsubscribe_in_every_namespace(api: Api, channel: Channels) -> None:
    for kind in ("plain", "private", "history", "full"):
        expect.success(api.unsubscribe(channel=channel(kind), user=nobody()))
