"""RPC: calls of methods that a backend serves."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api
from conformance.requirement import Level, requirement

RPC = "facts v2.md 3 RPC, v3-v6.md 5 RPC"
CODES = "centrifugal.dev/docs/server/codes#{}; facts v2.md 3 RPC, v3-v6.md 5 RPC"


@requirement(
    "rpc.refuse.blank-method",
    "RPC without a method is answered with error 107.",
    level=Level.MUST,
    source=CODES.format("bad-request"),
)
def test_rpc_refuses_a_blank_method(api: Api) -> None:
    expect.error(api.rpc(), api.error(Code.BAD_REQUEST))


@requirement(
    "rpc.refuse.unknown-method",
    "RPC of a method that nothing serves is answered with error 104.",
    level=Level.MUST,
    source=CODES.format("method-not-found"),
)
def test_rpc_refuses_an_unknown_method(api: Api) -> None:
    answer = api.rpc(method="no-such-method", params=b"{}")
    expect.that(answer.error is not None, "an error", answer)
    expect.equal("code", answer.error.code if answer.error else 0, Code.METHOD_NOT_FOUND)


@requirement(
    "rpc.order.blank-method-with-params",
    "RPC without a method is error 107 whatever its params, with a method error 104.",
    level=Level.OBSERVED,
    source=RPC,
)
def test_params_do_not_matter(api: Api) -> None:
    for params in (b"", b"{}", b"\x00\xff", b"x" * 65_536):
        expect.error(api.rpc(params=params), api.error(Code.BAD_REQUEST))
        answer = api.rpc(method="no-such-method", params=params)
        expect.error(answer, api.error(Code.METHOD_NOT_FOUND))


@requirement(
    "rpc.refuse.names-of-rpcs",
    "RPC does not reach the RPCs of the API by their names.",
    level=Level.OBSERVED,
    source=RPC,
)
def test_rpc_serves_nothing_built_in(api: Api) -> None:
    for method in ("info", "Info", "publish", "channels", "getChannel"):
        expect.error(api.rpc(method=method), api.error(Code.METHOD_NOT_FOUND))


@requirement(
    "rpc.use.words",
    "Error 104 reads `method not found` until 4.1, and `not found` from 5.4 on.",
    level=Level.OBSERVED,
    source="facts v2.md 1, v3-v6.md 7",
)
def test_the_words_of_not_found(api: Api) -> None:
    expect.error(api.rpc(method="no-such-method"), api.error(Code.METHOD_NOT_FOUND))
