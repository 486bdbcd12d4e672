"""What stands before every handler, in Go's order: method, size, body, key."""

import hmac
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import grpc

from centrifugo_grpc.releases import (
    MALFORMED_PATH_STATUS,
    OPEN_RPCS,
    PRO_RPCS,
    Dialect,
    Release,
    dialect_of,
)
from reference_server.api.answers import GrpcFailure, Metadata, first
from reference_server.api.compression import MAY_BE_COMPRESSED, inflated
from reference_server.node import Node
from reference_server.reflection import names as reflection

Parse = Callable[[bytes], Any]
Answer = Callable[[Any, Metadata], bytes]
Call = Callable[[bytes, Metadata], bytes]
"""From a body, which may be compressed, to the answer, which is not."""
_STATUSES = {status.value[0]: status for status in grpc.StatusCode}


@dataclass(frozen=True)
class Method:
    """A method that is served: the release whose ways it has, and what answers a call.

    `before` is awaited by each call before it is looked at.
    """

    release: Release
    call: Call
    before: Callable[[], Awaitable[None]] | None = None


@runtime_checkable
class Watching(Protocol):
    """A node that looks on as its methods are called; that of a test double does."""

    def watched(self, rpc: str, call: Call) -> Call:
        """What answers a method instead of `call`."""

    def before(self, rpc: str) -> Callable[[], Awaitable[None]]:
        """What a call waits for first."""


class Api(Protocol):
    """One dialect of one node. Its functions are made once for each method, then called often."""

    def parser(self, method: str) -> Parse:
        """What gives the request in a body, or the like of it; raises `GrpcFailure`."""

    def answerer(self, method: str) -> Answer:
        """What gives the serialized response to a request."""


class Gate:
    """The services of a server: for each dialect, the node that answers it; and reflection."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = {dialect_of(node.release).service: node for node in nodes}
        self._apis: dict[str, Api] = {
            service: api_of(node) for service, node in self._nodes.items()
        }
        self._methods: dict[str, Set[str]] = {
            service: OPEN_RPCS[node.release] | PRO_RPCS[node.release]
            for service, node in self._nodes.items()
        }
        if any(node.settings.reflection for node in nodes):
            self._methods |= {service: {reflection.METHOD} for service in reflection.SERVICES}
        self._oldest = min(node.release for node in nodes)

    def require_known(self, path: str) -> tuple[str, str]:
        """Service and method of a path that is served; raises `GrpcFailure` for any other."""
        service, slash, method = path.removeprefix("/").rpartition("/")
        if not slash:
            status = _STATUSES[MALFORMED_PATH_STATUS[self._oldest]]
            raise GrpcFailure(status, f'malformed method name: "{path}"')
        methods = self._methods.get(service)
        if methods is None:
            raise GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, f"unknown service {service}")
        if method not in methods:
            details = f"unknown method {method} for service {service}"
            raise GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, details)
        return service, method

    def method(self, service: str, method: str) -> Method:
        """What answers a method of the API."""
        node = self._nodes[service]
        call = self._guarded(node, self._apis[service], method)
        if isinstance(node, Watching):
            return Method(node.release, node.watched(method, call), node.before(method))
        return Method(node.release, call)

    def _guarded(self, node: Node, api: Api, method: str) -> Call:
        release, limit = node.release, node.settings.max_receive_bytes
        needs_key = bool(node.settings.api_key)
        authorization = f"apikey {node.settings.api_key}".encode()
        parse = api.parser(method)
        answer = _declared_only(method) if method in PRO_RPCS[release] else api.answerer(method)

        def call(body: bytes, metadata: Metadata) -> bytes:
            if len(body) > limit:
                raise _too_large(len(body), limit)
            if body.startswith(MAY_BE_COMPRESSED):
                body = inflated(body, release, limit)
            request = parse(body)
            if needs_key:
                _require(authorization, metadata)
            return answer(request, metadata)

        return call


def _declared_only(method: str) -> Answer:
    def answer(_request: Any, _metadata: Metadata) -> bytes:
        raise GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, f"method {method} not implemented")

    return answer


def _too_large(size: int, limit: int) -> GrpcFailure:
    details = f"grpc: received message larger than max ({size} vs. {limit})"
    return GrpcFailure(grpc.StatusCode.RESOURCE_EXHAUSTED, details)


def _require(authorization: bytes, metadata: Metadata) -> None:
    sent = first(metadata, "authorization") or ""
    sent_bytes = sent if isinstance(sent, bytes) else sent.encode()
    if not hmac.compare_digest(sent_bytes, authorization):
        raise GrpcFailure(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")


def api_of(node: Node) -> Api:
    """The dialect of a node. That of the others is not loaded: a start is to be quick."""
    if dialect_of(node.release) is Dialect.V2:
        from reference_server.api.v2 import V2Api  # noqa: PLC0415

        return V2Api(node)
    from reference_server.api.v3 import V3Api  # noqa: PLC0415

    return V3Api(node)
