"""What stands before every handler, in Go's order: method, size, body, key."""

import hmac
from collections.abc import Sequence
from typing import Protocol

import grpc
from google.protobuf.message import Message

from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Dialect, Release, dialect_of
from reference_server.api.answers import Call, GrpcFailure
from reference_server.api.compression import inflated
from reference_server.api.v2 import V2Api
from reference_server.api.v3 import V3Api
from reference_server.node import Node


class Api(Protocol):
    """One dialect of one node."""

    def parse(self, method: str, body: bytes) -> Message:
        """The request; raises `GrpcFailure` if it does not parse."""

    def answer(self, method: str, request: Message, call: Call) -> bytes:
        """The serialized response."""


class Gate:
    """The services of a server: for each dialect, the node that answers it."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = {dialect_of(node.release).service: node for node in nodes}
        self._apis: dict[str, Api] = {
            dialect_of(node.release).service: _api(node) for node in nodes
        }
        self._oldest = min(node.release for node in nodes)

    def require_method(self, path: str) -> tuple[str, str]:
        """Service and method of a path that is served; raises `GrpcFailure` for any other."""
        service, slash, method = path.removeprefix("/").rpartition("/")
        if not slash:
            status = (
                grpc.StatusCode.RESOURCE_EXHAUSTED
                if self._oldest is Release.V2_8
                else grpc.StatusCode.UNIMPLEMENTED
            )
            raise GrpcFailure(status, f'malformed method name: "{path}"')
        node = self._nodes.get(service)
        if node is None:
            raise GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, f"unknown service {service}")
        if method not in OPEN_RPCS[node.release] | PRO_RPCS[node.release]:
            details = f"unknown method {method} for service {service}"
            raise GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, details)
        return service, method

    def answer(self, service: str, method: str, body: bytes, call: Call) -> bytes:
        """The answer to a call of a served method. `body` may be compressed, the answer is not."""
        node, api = self._nodes[service], self._apis[service]
        limit = node.settings.max_receive_bytes
        if len(body) > limit:
            raise GrpcFailure(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"grpc: received message larger than max ({len(body)} vs. {limit})",
            )
        request = api.parse(method, inflated(body, node.release, limit))
        self._require_key(node.settings.api_key, call)
        if method in PRO_RPCS[node.release]:
            raise GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, f"method {method} not implemented")
        return api.answer(method, request, call)

    def _require_key(self, key: str, call: Call) -> None:
        if not key:
            return
        sent = call.first("authorization") or ""
        sent_bytes = sent if isinstance(sent, bytes) else sent.encode()
        if not hmac.compare_digest(sent_bytes, f"apikey {key}".encode()):
            raise GrpcFailure(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")


def _api(node: Node) -> Api:
    return V2Api(node) if dialect_of(node.release) is Dialect.V2 else V3Api(node)
