"""grpcio's handlers of the GRPC API, and of server reflection beside it.

Every call comes to one handler as bytes, so that lengths, bodies and keys are judged in the
order and the words of Go's server. On asyncio, since the engine and the sessions need one loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio

from centrifugo_grpc.releases import ANSWERS_MISSING_MESSAGE, GZIP
from reference_server.api.answers import GrpcFailure
from reference_server.api.compression import is_gzip
from reference_server.api.gate import Gate, Method
from reference_server.node import Node
from reference_server.reflection import names as reflection

if TYPE_CHECKING:
    from reference_server.reflection.service import Reflection

_EOF = grpc.aio.EOF  # type: ignore[attr-defined]


class Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """One handler for every path; an unknown one is refused before its body is read."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._gate = Gate(nodes)
        self._nodes = nodes
        self._handlers: dict[str, Any] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """The handler of a call, made once for each path that is served."""
        path = handler_call_details.method
        handler = self._handlers.get(path)
        if handler is None:
            try:
                handler = self._handlers[path] = self._handler(path)
            except GrpcFailure as failure:
                return grpc.stream_unary_rpc_method_handler(_refusing(failure))
        return handler

    def _handler(self, path: str) -> Any:
        service, method = self._gate.require_known(path)
        if service not in reflection.SERVICES:
            found = self._gate.method(service, method)
            answering = _answering(found)
            if found.before is not None:
                answering = _after(found.before, answering)
            return grpc.stream_unary_rpc_method_handler(answering)
        from reference_server.reflection.service import Reflection  # noqa: PLC0415

        release = next(node.release for node in self._nodes if node.settings.reflection)
        reflecting = _reflecting(Reflection(release))
        return grpc.stream_stream_rpc_method_handler(reflecting)


_Handler = Callable[[Any, Any], Coroutine[Any, Any, Any]]
"""Takes the stream of messages, which is not used, and grpcio's context of the call."""


def _answering(method: Method) -> _Handler:
    """A handler that reads the one message itself: grpcio's own would not answer without one."""
    call, answers_without_message = method.call, ANSWERS_MISSING_MESSAGE[method.release]
    answers_in_gzip = GZIP[method.release]

    async def handle(_messages: Any, context: Any) -> bytes:
        try:
            body = await context.read()
            if body is _EOF:
                if not answers_without_message:
                    await asyncio.get_running_loop().create_future()
                raise GrpcFailure(grpc.StatusCode.UNKNOWN, "EOF")
            if context.time_remaining() == 0:
                raise GrpcFailure(grpc.StatusCode.DEADLINE_EXCEEDED, "context deadline exceeded")
            answer = call(body, context.invocation_metadata)
        except GrpcFailure as failure:
            return await _fail(context, failure)
        if answers_in_gzip and is_gzip(body):
            context.set_compression(grpc.Compression.Gzip)
            # Otherwise grpcio sends the headers without the compression.
            await context.send_initial_metadata(())
        return answer

    return handle


def _after(before: Callable[[], Awaitable[None]], answering: _Handler) -> _Handler:
    async def handle(messages: Any, context: Any) -> Any:
        await before()
        return await answering(messages, context)

    return handle


def _refusing(failure: GrpcFailure) -> _Handler:
    async def handle(_messages: Any, context: Any) -> bytes:
        return await _fail(context, failure)

    return handle


def _reflecting(answers: "Reflection") -> _Handler:
    async def handle(_messages: Any, context: Any) -> None:
        try:
            while (body := await context.read()) is not _EOF:
                await context.write(answers.answer(body))
        except GrpcFailure as failure:
            await _fail(context, failure)

    return handle


async def _fail(context: Any, failure: GrpcFailure) -> bytes:
    await context.abort(failure.status, failure.details, failure.trailers)
    raise AssertionError("abort raises")
