"""Disconnect, as far as it shows without connections."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api
from conformance.commands import SHAPE_SENTENCE, SHAPE_SOURCE, nobody, success_has_its_shape
from conformance.requirement import V2, V3, Level, requirement

DISCONNECT = (
    "centrifugal.dev/docs/server/server_api#disconnect;"
    " 2.8.7 docs/content/server/http_api.md#disconnect"
)
FACTS = "facts v3-v6.md 5 Disconnect"


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
    SHAPE_SENTENCE,
    level=Level.OBSERVED,
    source=SHAPE_SOURCE,
)
def test_disconnect_shape(api: Api) -> None:
    success_has_its_shape(api, api.disconnect(user=nobody()))


@requirement(
    "disconnect.accept.any-code",
    "Disconnect checks neither the code nor the reason that it is given.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_codes_are_not_checked(api: Api) -> None:
    for code in (0, 1, 3000, 4999, 5000, 2**32 - 1):
        disconnect = {"code": code, "reason": "r" * 500}
        expect.success(api.disconnect(user=nobody(), disconnect=disconnect))
    expect.success(api.disconnect(user=nobody(), disconnect={}))


@requirement(
    "disconnect.accept.client-and-session",
    "Disconnect takes a client and a session to narrow the user's connections down.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#disconnectrequest",
    releases=V3,
)
def test_disconnect_takes_client_and_session(api: Api) -> None:
    for narrowed in ({"client": nobody()}, {"session": nobody()}):
        expect.success(api.disconnect(user=nobody(), **narrowed))


@requirement(
    "disconnect.accept.blank-user",
    "From 3.2 on Disconnect without a user succeeds.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_disconnect_without_a_user(api: Api) -> None:
    # The client keeps the connections of others out of it.
    expect.success(api.disconnect(client=nobody()))


@requirement(
    "disconnect.accept.any-user-id",
    "Disconnect takes any text as a user's id.",
    level=Level.OBSERVED,
    source="facts v2.md 3 Disconnect, v3-v6.md 5 Disconnect",
)
def test_any_text_is_a_user(api: Api) -> None:
    for odd in (":", "#", "$", " ", "\x00", "пользователь", "u" * 10_000):
        expect.success(api.disconnect(user=f"{nobody()}{odd}"))
