"""The error mode `transport` as the server's own: API errors become gRPC errors (from 5.1)."""

import grpc

from centrifugo_grpc.errors import TRANSPORT_STATUS, Code
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import Level, requirement

MODE = "centrifugal.dev/docs/server/server_api#grpc_apierror_mode; facts v3-v6.md 3"
SINCE_5 = (Release.V5_4, Release.V6_9)


@requirement(
    "error-mode.become.grpc-status",
    "With the error mode `transport` configured every API error is a gRPC error of the"
    " documented status, the message in its details.",
    level=Level.MUST,
    source=MODE,
    releases=SINCE_5,
    needs=["history", "plain"],
    variant="transport",
)
def test_errors_become_grpc_errors(api: Api, channel: Channels) -> None:
    other_epoch = {"offset": 1, "epoch": "other"}
    answers = {
        Code.BAD_REQUEST: api.publish("", b"x"),
        Code.UNKNOWN_CHANNEL: api.publish(unknown_namespace(), b"x"),
        Code.METHOD_NOT_FOUND: api.rpc(method="none"),
        Code.NOT_AVAILABLE: api.history(channel("plain")),
        Code.INTERNAL: api.channels(pattern="["),
        Code.UNRECOVERABLE_POSITION: api.history(channel("history"), since=other_epoch, limit=1),
    }
    for code, answer in answers.items():
        expect.status(answer, TRANSPORT_STATUS[code], api.error(code).message)


@requirement(
    "error-mode.detail.grpc-status",
    "With the error mode `transport` configured the trailer `grpc-status-details-bin` carries the"
    " error.",
    level=Level.OBSERVED,
    source=MODE,
    releases=SINCE_5,
    variant="transport",
)
def test_the_trailer_carries_the_error(api: Api) -> None:
    answer = api.publish("", b"x")
    trailer = dict(answer.trailers).get("grpc-status-details-bin", b"")
    for part in (b"type.googleapis.com/centrifugal.centrifugo.api.Error", b"bad request"):
        expect.that(isinstance(trailer, bytes) and part in trailer, f"{part!r} in it", answer)


@requirement(
    "error-mode.keep.inner-errors",
    "With the error mode `transport` configured the errors of channels and commands stay inside.",
    level=Level.MUST,
    source=MODE,
    releases=SINCE_5,
    variant="transport",
)
def test_inner_errors_stay_inside(api: Api) -> None:
    room = unknown_namespace()
    broadcast = api.broadcast([room], b"x")
    batch = api.batch([{"publish": {"channel": room, "data": b"x"}}])
    expect.status(broadcast, grpc.StatusCode.OK)
    expect.status(batch, grpc.StatusCode.OK)
    expect.equal("code of the channel", broadcast.result.responses[0].error.code, 102)
    replies = batch.response.replies if batch.response is not None else []
    expect.equal("codes of the replies", [reply.error.code for reply in replies], [102])


@requirement(
    "error-mode.leave.success",
    "With the error mode `transport` configured a success is as in the other mode.",
    level=Level.MUST,
    source=MODE,
    releases=SINCE_5,
    needs=["history"],
    variant="transport",
)
def test_success_is_the_same(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.publish(room, b"x")
    expect.success(answer)
    expect.equal("offset", answer.result.offset, 1)
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "error-mode.keep.by-call",
    "With the error mode `transport` configured the metadata of a call that asks for another mode"
    " changes nothing.",
    level=Level.OBSERVED,
    source="centrifugo v6.9.1 internal/api/grpc.go; v5.4.9 internal/api/grpc.go",
    releases=SINCE_5,
    variant="transport",
)
def test_a_call_cannot_switch_it_off(api: Api) -> None:
    other = CallOptions(metadata=(("x-centrifugo-error-mode", "default"),))
    answer = api.publish("", b"x", options=other)
    expect.status(answer, grpc.StatusCode.INVALID_ARGUMENT)
