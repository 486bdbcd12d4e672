"""Calls gone wrong that gRPC itself has rules for: messages, deadlines, answers; and reflection."""

import asyncio
import dataclasses
from collections import Counter
from typing import Any

import grpc
import grpc.aio

from centrifugo_grpc.releases import PRO_RPCS, Dialect
from protos.reflection import v1_pb2 as reflection
from reference_server.api import handlers
from reference_server.api.answers import GrpcFailure
from reference_server.api.gate import Gate
from reference_server.api.handlers import Handlers
from reference_server.api.v2 import V2Api
from reference_server.api.v3 import V3Api
from reference_server.reflection.names import V1ALPHA
from reference_server.reflection.service import Reflection
from tests.mutants.auth import open_rpcs
from tests.mutants.declaring import EVERY, SINCE_5, V3, Area
from tests.mutants.patching import around

WIRE = Area("wire")
_EOF = grpc.aio.EOF  # type: ignore[attr-defined]


class _Context:
    """The context of a call, but for what is said otherwise."""

    def __init__(self, context: Any, **otherwise: Any) -> None:
        self._context = context
        self.__dict__.update(otherwise)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


def _handled(change: Any) -> None:
    """Handle calls otherwise: `change` is given what handles a call, and the call's context."""

    def answering(original: Any, method: Any) -> Any:
        handle = original(method)

        async def other(messages: Any, context: Any) -> Any:
            return await change(lambda other: handle(messages, other), context)

        return other

    around(handlers, "_answering", answering)


@WIRE.mutant("wire.refuse.no-message", "wire.refuse.broken-off", releases=EVERY)
def no_message_is_an_empty_one() -> None:
    """A call without a whole message is answered as one with an empty message."""

    async def change(handle: Any, context: Any) -> Any:
        async def read() -> bytes:
            body = await context.read()
            return b"" if body is _EOF else body

        return await handle(_Context(context, read=read))

    _handled(change)


@WIRE.mutant("wire.take.first-message", "wire.refuse.at-most-the-first", releases=EVERY)
def the_last_message_is_taken() -> None:
    """Of two messages in one call the second is taken."""

    async def change(handle: Any, context: Any) -> Any:
        async def read() -> Any:
            first = await context.read()
            second = _EOF if first is _EOF else await context.read()
            return first if second is _EOF else second

        return await handle(_Context(context, read=read))

    _handled(change)


@WIRE.mutant("wire.accept.deadlines", releases=EVERY)
def far_deadlines_are_refused() -> None:
    """A deadline in more than five minutes is INVALID_ARGUMENT."""

    async def change(handle: Any, context: Any) -> Any:
        if (context.time_remaining() or 0) > 300:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the deadline is too far")
        return await handle(context)

    _handled(change)


@WIRE.mutant("wire.store.what-was-in-time", releases=V3, racy=True)
def what_is_late_is_carried_out() -> None:
    """A call whose deadline has passed is carried out, and answered as too late."""

    async def change(handle: Any, context: Any) -> Any:
        answer = await handle(_Context(context, time_remaining=lambda: 1.0))
        if context.time_remaining() == 0:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "context deadline exceeded")
        return answer

    _handled(change)


@WIRE.mutant("wire.keep.expired-deadline", releases=EVERY, racy=True)
def what_is_late_is_cancelled() -> None:
    """A call whose deadline has passed is CANCELLED."""

    async def change(handle: Any, context: Any) -> Any:
        if context.time_remaining() == 0:
            await context.abort(grpc.StatusCode.CANCELLED, "too late")
        return await handle(context)

    _handled(change)


@WIRE.mutant("wire.serve.calls-on-one-connection", releases=EVERY)
def connections_have_ten_calls() -> None:
    """Of more than ten calls at once on a connection the others are RESOURCE_EXHAUSTED."""
    running: Counter[str] = Counter()

    async def change(handle: Any, context: Any) -> Any:
        peer = context.peer()
        running[peer] += 1
        try:
            if running[peer] > 10:
                await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many calls")
            # Otherwise a call is over before the next one is there.
            await asyncio.sleep(0.01)
            return await handle(context)
        finally:
            running[peer] -= 1

    _handled(change)


@WIRE.mutant("wire.answer.errors-as-grpc", releases=EVERY)
def errors_come_after_a_message() -> None:
    """The error for an unknown method comes after an empty message."""

    def service(original: Any, self: Any, details: Any) -> Any:
        found = original(self, details)
        try:
            self._gate.require_known(details.method)
        except GrpcFailure as failure:
            status, words = failure.status, failure.details

            async def refuse(_messages: Any, context: Any) -> None:
                await context.write(b"")
                await context.abort(status, words)

            return grpc.stream_stream_rpc_method_handler(refuse)
        return found

    around(Handlers, "service", service)


def _known(change: Any) -> None:
    """Take a path for another one."""

    def require(original: Any, self: Any, path: str) -> Any:
        return original(self, change(path, self))

    around(Gate, "require_known", require)


@WIRE.mutant("wire.refuse.malformed-path", releases=EVERY)
def a_method_alone_will_do() -> None:
    """A path without a service is one of the API's."""

    def change(path: str, self: Gate) -> str:
        own = next(iter(self._methods))
        method = path.removeprefix("/")
        return f"/{own}/{method}" if method in self._methods[own] else path

    _known(change)


@WIRE.mutant("wire.take.rest-of-path-as-service", releases=EVERY)
def paths_may_go_on() -> None:
    """What follows the method in a path is left out."""
    _known(lambda path, _: "/".join(path.split("/")[:3]))


@WIRE.mutant("connection.survive.errors", releases=EVERY)
def after_a_malformed_body_a_call_is_lost() -> None:
    """The call after one with a malformed body is ABORTED."""
    failed: list[bool] = []

    def parser(original: Any, self: Any, method: str) -> Any:
        parse = original(self, method)

        def other(body: bytes) -> Any:
            if failed:
                failed.clear()
                raise GrpcFailure(grpc.StatusCode.ABORTED, "the connection is no good")
            try:
                return parse(body)
            except GrpcFailure:
                failed.append(True)
                raise

        return other

    around(V2Api, "parser", parser)
    around(V3Api, "parser", parser)


@WIRE.mutant("pro.decode.body-first", releases=V3)
def bodies_of_pro_are_not_read() -> None:
    """The body of a call to an RPC of Centrifugo PRO is not read."""

    def parser(original: Any, self: Any, method: str) -> Any:
        is_pro = method in PRO_RPCS[self._node.release]
        return (lambda body: body) if is_pro else original(self, method)

    around(V3Api, "parser", parser)


@WIRE.mutant("pro.check.key-first", releases=V3)
def rpcs_of_pro_ask_for_no_key() -> None:
    """RPCs of Centrifugo PRO ask for no key."""
    open_rpcs(lambda method, release: method in PRO_RPCS[release])


def _reflecting(change: Any) -> None:
    """Have other services of reflection: `change` is given the methods by service."""

    def made(original: Any, self: Any, nodes: Any) -> None:
        original(self, nodes)
        change(self._methods)

    around(Gate, "__init__", made)


@WIRE.mutant("reflection.refuse.unasked", "service.omit.reflection", releases=EVERY)
def reflection_is_always_on() -> None:
    """Reflection is served though it was not switched on."""

    def made(original: Any, self: Any, nodes: Any) -> None:
        for node in nodes:
            node.settings = dataclasses.replace(node.settings, reflection=True)
        original(self, nodes)

    around(Gate, "__init__", made)


@WIRE.mutant("reflection.serve.both-versions", releases=SINCE_5)
def reflection_has_one_version() -> None:
    """Reflection is served as `v1` alone."""
    _reflecting(lambda methods: methods.pop(f"{V1ALPHA}.ServerReflection", None))


@WIRE.mutant("reflection.list.api", releases=SINCE_5)
def reflection_tells_of_itself_alone() -> None:
    """Reflection does not list the service of the API."""

    def answer(original: Any, self: Any, body: bytes) -> bytes:
        response = reflection.ServerReflectionResponse.FromString(original(self, body))
        listed = response.list_services_response.service
        kept = [each for each in listed if each.name != Dialect.V3.service]
        del listed[:]
        listed.extend(kept)
        return bytes(response.SerializeToString())

    around(Reflection, "answer", answer)
