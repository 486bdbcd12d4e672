"""Errors gone wrong: another code or text, in the wrong place, or swallowed."""

from dataclasses import replace
from typing import Any

import grpc

from centrifugo_grpc.errors import ApiError, Code
from protos.v3 import api_pb2 as api
from reference_server.api import v2, v3, v3_channels
from reference_server.api.answers import GrpcFailure, Refused
from reference_server.api.gate import Gate
from reference_server.api.v2 import V2Api
from reference_server.api.v3 import V3Api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.api.v3_node import NodeCalls
from tests.mutants.declaring import BOTH, V2, Area
from tests.mutants.patching import around, put

ERRORS = Area("errors")


def _error(change: Any) -> None:
    """Answer with other errors."""

    def api_error(original: Any, code: Code, release: Any) -> ApiError:
        return change(original(code, release))  # type: ignore[no-any-return]

    for module in (v2, v3, v3_channels):
        around(module, "api_error", api_error)


def _code(right: int, wrong: int) -> None:
    _error(lambda error: replace(error, code=wrong) if error.code == right else error)


@ERRORS.mutant("publish.refuse.unknown-namespace", "error.use.words", releases=BOTH)
def error_102_is_107() -> None:
    """Unknown channels are answered with code 107."""
    _code(102, 107)


@ERRORS.mutant("history.refuse.not-kept", "presence.refuse.not-on", releases=BOTH)
def error_108_is_102() -> None:
    """What is not available is answered with code 102."""
    _code(108, 102)


@ERRORS.mutant("publish.refuse.blank-channel", releases=BOTH)
def error_107_is_100() -> None:
    """Bad requests are answered with code 100."""
    _code(107, 100)


@ERRORS.mutant("rpc.refuse.unknown-method", releases=BOTH)
def error_104_is_107() -> None:
    """Unknown methods are answered with code 107."""
    _code(104, 107)


@ERRORS.mutant("history.since.other-epoch")
def error_112_is_100() -> None:
    """Unrecoverable positions are answered with code 100."""
    _code(112, 100)


@ERRORS.mutant("error.use.words", releases=BOTH)
def errors_without_messages() -> None:
    """Errors have no message."""
    _error(lambda error: replace(error, message=""))


@ERRORS.mutant("error.use.words", releases=BOTH)
def errors_in_capitals() -> None:
    """The messages of errors begin with a capital."""
    _error(lambda error: replace(error, message=error.message.capitalize()))


@ERRORS.mutant("error.use.words", "rpc.use.words", releases=BOTH)
def errors_in_words_of_another_release() -> None:
    """Errors come in the words that another dialect has for them."""
    words = {"unknown channel": "namespace not found", "not found": "method not found"}
    words |= {"namespace not found": "unknown channel", "method not found": "not found"}
    _error(lambda error: replace(error, message=words.get(error.message, error.message)))


def _outcome(api_class: type, change: Any) -> None:
    def answerer(original: Any, self: Any, method: str) -> Any:
        answer = original(self, method)
        return lambda request, metadata: change(self, method, answer(request, metadata))

    around(api_class, "answerer", answerer)


def _has_error(answer: bytes) -> bool:
    return answer.startswith(b"\x0a")


@ERRORS.mutant("error.travel.inside-response", releases=BOTH)
def errors_as_grpc_status() -> None:
    """API errors are gRPC errors."""

    def change(self: Any, method: str, answer: bytes) -> bytes:
        if method != "Batch" and _has_error(answer):
            raise GrpcFailure(grpc.StatusCode.INVALID_ARGUMENT, "bad request")
        return answer

    _outcome(V2Api, change)
    _outcome(V3Api, change)


@ERRORS.mutant("error.exclude.result", releases=BOTH)
def errors_with_results() -> None:
    """Responses with an error have an empty result as well."""

    def change(self: Any, method: str, answer: bytes) -> bytes:
        return answer + b"\x12\x00" if method != "Batch" and _has_error(answer) else answer

    _outcome(V2Api, change)
    _outcome(V3Api, change)


@ERRORS.mutant("error.exclude.error", releases=BOTH)
def results_with_errors() -> None:
    """Channels answers an empty error beside its result."""

    # Of every RPC it would break three quarters of the corpus.
    def change(self: Any, method: str, answer: bytes) -> bytes:
        return answer + b"\x0a\x00" if method == "Channels" and answer[:1] == b"\x12" else answer

    _outcome(V2Api, change)
    _outcome(V3Api, change)


@ERRORS.mutant("history-remove.refuse", "error.travel.inside-response", releases=BOTH)
def errors_of_history_remove_are_swallowed() -> None:
    """HistoryRemove succeeds where it is to be refused."""

    def remove(original: Any, self: Any, request: Any) -> Any:
        try:
            return original(self, request)
        except Refused:
            return api.HistoryRemoveResult() if isinstance(self, ChannelCalls) else None

    around(ChannelCalls, "_history_remove", remove)
    around(V2Api, "_history_remove", remove)


@ERRORS.mutant("batch.isolate.errors")
def batch_stops_at_an_error() -> None:
    """A batch runs no command after one that failed."""

    def batch(original: Any, self: Any, request: Any) -> Any:
        replies: list[Any] = []
        for command in request.commands:
            is_over = bool(replies) and replies[-1].HasField("error")
            replies.append(replies[-1] if is_over else self._reply(command))
        return api.BatchResponse(replies=replies)

    around(V3Api, "_batch", batch)


@ERRORS.mutant("batch.isolate.errors", "batch.reply.error-alone")
def batch_misplaces_errors() -> None:
    """A batch answers its errors last."""

    def batch(original: Any, self: Any, request: Any) -> Any:
        replies = sorted(original(self, request).replies, key=lambda each: each.HasField("error"))
        return api.BatchResponse(replies=replies)

    around(V3Api, "_batch", batch)


@ERRORS.mutant("batch.refuse.empty-command")
def batch_replies_nothing_to_empty_commands() -> None:
    """A batch replies to an empty command with an empty reply."""

    def reply(original: Any, self: Any, command: Any) -> Any:
        return original(self, command) if command.ListFields() else api.Reply()

    around(V3Api, "_reply", reply)


@ERRORS.mutant("rpc.refuse.blank-method")
def rpc_without_method_is_not_found() -> None:
    """RPC without a method is answered with error 104."""

    def rpc(original: Any, self: Any, request: Any) -> None:
        raise Refused(Code.METHOD_NOT_FOUND)

    around(NodeCalls, "_rpc", rpc)


@ERRORS.mutant("rpc.refuse.unknown-method", releases=BOTH)
def rpc_succeeds() -> None:
    """RPC of any method succeeds."""

    def rpc(original: Any, self: Any, request: Any) -> Any:
        if not request.method:
            original(self, request)
        return None if isinstance(self, V2Api) else api.RPCResult()

    around(NodeCalls, "_rpc", rpc)
    around(V2Api, "_rpc", rpc)


@ERRORS.mutant("error.become.grpc-status", "error.detail.grpc-status")
def error_mode_is_ignored() -> None:
    """The error mode `transport` of a call is ignored."""
    around(
        V3Api,
        "_is_transport_mode",
        lambda original, self, metadata: self._node.settings.error_mode_transport,
    )


@ERRORS.mutant("error.become.grpc-status")
def error_mode_has_one_status() -> None:
    """In the error mode `transport` each error is UNKNOWN."""
    put(v3, "TRANSPORT_STATUS", dict.fromkeys(Code, grpc.StatusCode.UNKNOWN))


@ERRORS.mutant("error.detail.grpc-status")
def error_mode_has_no_details() -> None:
    """In the error mode `transport` an error has no details."""
    around(
        v3,
        "_as_grpc_failure",
        lambda original, *rest: replace(original(*rest), trailers=()),
    )


@ERRORS.mutant("error.leave.success", "error.become")
def error_mode_stays_on() -> None:
    """Once a call asked for the error mode `transport` it holds for all."""
    seen = [False]

    def is_on(original: Any, self: Any, metadata: Any) -> bool:
        seen[0] = seen[0] or original(self, metadata)
        return seen[0]

    around(V3Api, "_is_transport_mode", is_on)


@ERRORS.mutant("method.refuse.unknown", releases=BOTH)
def unknown_methods_are_internal_errors() -> None:
    """A method that is not there is INTERNAL."""

    def known(original: Any, self: Any, path: str) -> Any:
        try:
            return original(self, path)
        except GrpcFailure as failure:
            raise replace(failure, status=grpc.StatusCode.INTERNAL) from None

    around(Gate, "require_known", known)


@ERRORS.mutant("body.refuse.malformed", releases=V2)
def malformed_bodies_are_api_errors() -> None:
    """A body that is no message is answered with gRPC UNKNOWN."""

    def parser(original: Any, self: Any, method: str) -> Any:
        parse = original(self, method)

        def parsed(body: bytes) -> Any:
            try:
                return parse(body)
            except GrpcFailure as failure:
                raise replace(failure, status=grpc.StatusCode.UNKNOWN) from None

        return parsed

    around(V2Api, "parser", parser)
