"""API errors travel inside the response, with gRPC status OK."""

import grpc

from centrifugo_grpc.errors import TRANSPORT_STATUS, Code
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import Dialect, Release
from conformance import expect
from conformance.api import Answer, Api, Channels, unknown_namespace
from conformance.commands import nobody
from conformance.requirement import V3, Level, requirement

DOCS = (
    "2.8.7 docs/content/server/grpc_api.md#example-for-python;"
    " centrifugal.dev/docs/server/server_api#grpc-api"
)
MODE = "centrifugal.dev/docs/server/server_api#grpc_apierror_mode; facts v3-v6.md 3"
TRANSPORT = CallOptions(metadata=(("x-centrifugo-error-mode", "transport"),))


def refused_everywhere(api: Api) -> list[Answer]:
    """The answers of all RPCs that may be refused to what they refuse."""
    unknown, user = unknown_namespace(), nobody()
    calls = (api.history, api.history_remove, api.presence, api.presence_stats)
    answers = [call(room) for call in calls for room in ("", unknown)]
    answers += [api.publish("", b"x"), api.publish(unknown, b"x")]
    answers += [api.broadcast([], b"x"), api.rpc(), api.rpc(method="no-such-method")]
    answers += [api.unsubscribe(channel=unknown, user=user)]
    if api.dialect is Dialect.V2:
        return [*answers, api.unsubscribe(channel=unknown), api.disconnect()]
    answers += [api.subscribe(channel="", user=user), api.subscribe(channel=unknown, user=user)]
    return [*answers, api.channels(pattern="[")]


@requirement(
    "error.travel.inside-response",
    "An API error comes with gRPC status OK, whatever the RPC.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_errors_come_with_status_ok(api: Api) -> None:
    for answer in refused_everywhere(api):
        expect.status(answer, grpc.StatusCode.OK, "")
        expect.that(answer.error is not None, "an error inside the response", answer)


@requirement(
    "error.exclude.result",
    "A response with an error has no `result`.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_an_error_excludes_a_result(api: Api) -> None:
    for answer in refused_everywhere(api):
        expect.that(answer.error is not None, "an error", answer)
        expect.that(answer.result is None, "no `result` beside the error", answer)


@requirement(
    "error.exclude.error",
    "A response with a `result` has no error.",
    level=Level.MUST,
    source=DOCS,
    core=True,
)
def test_a_result_excludes_an_error(api: Api) -> None:
    for answer in (api.info(), api.channels()):
        expect.that(answer.result is not None, "a `result`", answer)
        expect.that(answer.error is None, "no error beside it", answer)


@requirement(
    "error.use.words",
    "Each error code comes with its message, in the words of the release.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/codes#bad-request; facts v2.md 1, v3-v6.md 1",
)
def test_errors_have_their_words(api: Api) -> None:
    expect.error(api.publish("", b"x"), api.error(Code.BAD_REQUEST))
    expect.error(api.publish(unknown_namespace(), b"x"), api.error(Code.UNKNOWN_CHANNEL))
    for answer in refused_everywhere(api):
        code = answer.error.code if answer.error is not None else 0
        expect.that(code in set(Code), "an error of those that are documented", answer)
        expect.error(answer, api.error(Code(code)))


@requirement(
    "error.become.grpc-status",
    "A call with the metadata `x-centrifugo-error-mode: transport` gets an API error as a gRPC"
    " error of the documented status, the message in its details.",
    level=Level.MUST,
    source=MODE,
    releases=[Release.V5_4, Release.V6_9],
    needs=["history", "plain"],
)
def test_errors_become_grpc_errors(api: Api, channel: Channels) -> None:
    room = channel("history")
    other_epoch = {"offset": 1, "epoch": "other"}
    answers = {
        Code.BAD_REQUEST: api.publish("", b"x", options=TRANSPORT),
        Code.UNKNOWN_CHANNEL: api.publish(unknown_namespace(), b"x", options=TRANSPORT),
        Code.METHOD_NOT_FOUND: api.rpc(method="none", options=TRANSPORT),
        Code.NOT_AVAILABLE: api.history(channel("plain"), options=TRANSPORT),
        Code.INTERNAL: api.channels(pattern="[", options=TRANSPORT),
        Code.UNRECOVERABLE_POSITION: api.history(
            room, since=other_epoch, limit=1, options=TRANSPORT
        ),
    }
    for code, answer in answers.items():
        expect.status(answer, TRANSPORT_STATUS[code], api.error(code).message)


@requirement(
    "error.detail.grpc-status",
    "In the error mode `transport` the trailer `grpc-status-details-bin` carries the error.",
    level=Level.OBSERVED,
    source=MODE,
    releases=[Release.V5_4, Release.V6_9],
)
def test_the_trailer_carries_the_error(api: Api) -> None:
    answer = api.publish("", b"x", options=TRANSPORT)
    trailer = dict(answer.trailers).get("grpc-status-details-bin", b"")
    for part in (b"type.googleapis.com/centrifugal.centrifugo.api.Error", b"bad request"):
        expect.that(isinstance(trailer, bytes) and part in trailer, f"{part!r} in it", answer)


@requirement(
    "error.keep.inside-batch",
    "In the error mode `transport` the errors of channels and commands stay in their slots.",
    level=Level.MUST,
    source=MODE,
    releases=[Release.V5_4, Release.V6_9],
)
def test_inner_errors_stay_inside(api: Api) -> None:
    room = unknown_namespace()
    broadcast = api.broadcast([room], b"x", options=TRANSPORT)
    batch = api.batch([{"publish": {"channel": room, "data": b"x"}}], options=TRANSPORT)
    expect.status(broadcast, grpc.StatusCode.OK)
    expect.status(batch, grpc.StatusCode.OK)
    expect.equal("code of the channel", broadcast.result.responses[0].error.code, 102)
    replies = batch.response.replies if batch.response is not None else []
    expect.equal("codes of the replies", [reply.error.code for reply in replies], [102])


@requirement(
    "error.ignore.mode",
    "Releases before 5.1 ignore the metadata `x-centrifugo-error-mode`.",
    level=Level.OBSERVED,
    source=MODE,
    releases=[r for r in V3 if r < Release.V5_4],
)
def test_the_error_mode_is_ignored(api: Api) -> None:
    expect.error(api.publish("", b"x", options=TRANSPORT), api.error(Code.BAD_REQUEST))


@requirement(
    "error.become.grpc-status-of-broadcast",
    "In the error mode `transport` a broadcast without channels is INVALID_ARGUMENT.",
    level=Level.MUST,
    source=MODE,
    releases=[Release.V5_4, Release.V6_9],
)
def test_an_empty_broadcast_becomes_a_grpc_error(api: Api) -> None:
    answer = api.broadcast([], b"x", options=TRANSPORT)
    words = api.error(Code.BAD_REQUEST).message
    expect.status(answer, grpc.StatusCode.INVALID_ARGUMENT, words)


@requirement(
    "error.leave.success",
    "The error mode `transport` changes nothing of a success, and holds for its call alone.",
    level=Level.MUST,
    source=MODE,
    releases=[Release.V5_4, Release.V6_9],
)
def test_the_mode_changes_errors_alone(api: Api, channel: Channels) -> None:
    answer = api.publish(channel(), b"x", options=TRANSPORT)
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)
    expect.status(api.publish("", b"x", options=TRANSPORT), grpc.StatusCode.INVALID_ARGUMENT)
    expect.error(api.publish("", b"x"), api.error(Code.BAD_REQUEST))
