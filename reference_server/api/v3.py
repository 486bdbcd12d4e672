"""The dialect of 3.2 to 6.9: how a call is answered, and the error mode `transport`."""

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.errors import TRANSPORT_STATUS, ApiError, Code, api_error
from centrifugo_grpc.releases import BATCH_PARALLEL, ERROR_MODE, OPEN_RPCS
from protos.lenient import lenient_messages
from protos.v3 import api_pb2 as api
from reference_server.api.answers import (
    GrpcFailure,
    Metadata,
    Refused,
    first,
    in_go_s_order,
    snake_case,
)
from reference_server.api.plain_publish import parsed_publish
from reference_server.api.positions import varint
from reference_server.api.unparsable import later_complaint
from reference_server.api.v3_channels import ChannelCalls
from reference_server.api.v3_clients import ClientCalls
from reference_server.api.v3_maps import MapCalls
from reference_server.api.v3_node import NodeCalls
from reference_server.counters import now
from reference_server.node import Node

_BATCH_ORDER = (
    *("publish", "broadcast", "subscribe", "unsubscribe", "disconnect", "history"),
    *("history_remove", "presence", "presence_stats", "info", "rpc", "refresh", "channels"),
    *("map_publish", "map_remove", "map_read_state", "map_read_stream", "map_stats", "map_clear"),
    "shared_poll_publish",
)
"""Of several fields set in one command, the first of these runs (facts v3-v6.md 5 Batch)."""

_BATCH_RPC = {name: name.title().replace("_", "") for name in _BATCH_ORDER} | {"rpc": "RPC"}


class V3Api:
    """The RPCs of `centrifugal.centrifugo.api.CentrifugoApi`, answered by a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._handlers: dict[str, Callable[[Any], Message | bytes | None]] = {
            **ChannelCalls(node).handlers(),
            **ClientCalls(node).handlers(),
            **MapCalls(node).handlers(),
            **NodeCalls(node).handlers(),
        }
        self._timers = {
            method: node.counters.timing(snake_case(method)) for method in self._handlers
        }

    def parser(self, method: str) -> Callable[[bytes], Any]:
        """What gives a request. Go tells malformed from badly encoded, in one text each."""
        parse = self._parser(method)
        if method != "Publish":
            return parse
        return lambda body: parsed_publish(body, parse)

    def _parser(self, method: str) -> Callable[[bytes], Message]:
        kind: type[Message] = getattr(api, f"{method}Request")
        from_string = kind.FromString

        def parse(body: bytes) -> Message:
            try:
                return from_string(body)
            except DecodeError:
                lenient = lenient_messages(api.DESCRIPTOR, keeps_maps=False)[f"{method}Request"]
                wrong = later_complaint(body, lenient, self._node.release)
                details = f"grpc: error unmarshalling request: {wrong}"
                raise GrpcFailure(grpc.StatusCode.INTERNAL, details) from None

        return parse

    def answerer(self, method: str) -> Callable[[Any, Metadata], bytes]:
        """What gives the serialized response, its error inside unless the mode is `transport`."""
        if method == "Batch":
            return lambda request, _metadata: self._batch(request).SerializeToString()
        handler, kind = self._handlers[method], getattr(api, f"{method}Response")
        name, count_error = snake_case(method), self._node.counters.count_error
        timed = self._timers[method]

        def answer(request: Any, metadata: Metadata) -> bytes:
            started = now()
            try:
                result = handler(request)
            except Refused as refused:
                error = api_error(refused.code, self._node.release)
                count_error(name, error.code)
                if self._is_transport_mode(metadata):
                    raise _as_grpc_failure(refused.code, error) from None
                sent = api.Error(code=error.code, message=error.message)
                return bytes(kind(error=sent).SerializeToString())
            finally:
                timed(now() - started)
            if result is None:
                return b""
            serialized = result if isinstance(result, bytes) else result.SerializeToString()
            return _RESULT + varint(len(serialized)) + serialized

        return answer

    def _is_transport_mode(self, metadata: Metadata) -> bool:
        if not ERROR_MODE[self._node.release]:
            return False
        asked = first(metadata, "x-centrifugo-error-mode") == "transport"
        return asked or self._node.settings.error_mode_transport

    def _batch(self, request: Any) -> Message:
        commands = request.commands
        if not (request.parallel and BATCH_PARALLEL[self._node.release]):
            return api.BatchResponse(replies=map(self._reply, commands))
        replies = {at: self._reply(command) for at, command in in_go_s_order(commands)}
        return api.BatchResponse(replies=[replies[at] for at in range(len(commands))])

    def _reply(self, command: Any) -> api.Reply:
        name = next((name for name in _BATCH_ORDER if command.HasField(name)), None)
        reply = api.Reply()
        try:
            if name is None or _BATCH_RPC[name] not in OPEN_RPCS[self._node.release]:
                raise Refused(Code.METHOD_NOT_FOUND)
            started = now()
            try:
                result = self._handlers[_BATCH_RPC[name]](getattr(command, name))
            finally:
                self._timers[_BATCH_RPC[name]](now() - started)
        except Refused as refused:
            error = api_error(refused.code, self._node.release)
            self._node.counters.count_error(name or "unknown", error.code)
            reply.error.code, reply.error.message = error.code, error.message
        else:
            if result is not None:
                serialized = result if isinstance(result, bytes) else result.SerializeToString()
                getattr(reply, name).MergeFromString(serialized)
        return reply


_RESULT = b"\x12"
"""The tag of field 2, which is `result` in every response."""
_ERROR_TYPE = b"type.googleapis.com/centrifugal.centrifugo.api.Error"


def _as_grpc_failure(code: Code, error: ApiError) -> GrpcFailure:
    status = TRANSPORT_STATUS[code]
    value = api.Error(code=error.code, message=error.message).SerializeToString()
    detail = _fields((0x0A, _ERROR_TYPE), (0x12, value))
    trailers = (("grpc-status-details-bin", _rpc_status(status, error.message, detail)),)
    return GrpcFailure(status, error.message, trailers)


def _rpc_status(status: grpc.StatusCode, message: str, detail: bytes) -> bytes:
    """A serialized google.rpc.Status: code = 1, message = 2, details = 3, a google.protobuf.Any."""
    number: int = status.value[0]
    return bytes([0x08, number]) + _fields((0x12, message.encode()), (0x1A, detail))


def _fields(*fields: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([tag]) + varint(len(value)) + value for tag, value in fields)
