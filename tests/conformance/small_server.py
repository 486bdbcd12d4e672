"""A small server of either dialect, whose answers a test chooses."""

from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf.message import Message

from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Dialect, Release, dialect_of
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3

Answer = Callable[[bytes], Message]


class _Node(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """One release: the RPCs that it has, answered with success unless `answers` says otherwise."""

    def __init__(
        self, release: Release, version: str, answers: Mapping[str, Answer], key: str | None
    ) -> None:
        self._release = release
        self._messages = v2 if dialect_of(release) is Dialect.V2 else v3
        self._answers = {"Info": lambda _: self._info(version), **answers}
        self._key = key

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        service, method = handler_call_details.method.lstrip("/").split("/")
        has = OPEN_RPCS[self._release] | PRO_RPCS[self._release]
        if service != dialect_of(self._release).service or method not in has:
            return None
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._answer(method, request, context),
            response_serializer=lambda answer: answer.SerializeToString(),
        )

    def _answer(self, method: str, request: bytes, context: grpc.ServicerContext) -> Message:
        metadata = dict(context.invocation_metadata())
        if self._key and metadata.get("authorization") != f"apikey {self._key}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        if method in PRO_RPCS[self._release]:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"method {method} not implemented")
        if method in self._answers:
            return self._answers[method](request)
        answer: Message = getattr(self._messages, f"{method}Response")()
        return answer

    def _info(self, version: str) -> Message:
        nodes = [self._messages.NodeResult(uid="1", name="small", version=version)]
        result = self._messages.InfoResult(nodes=nodes)
        answer: Message = self._messages.InfoResponse(result=result)
        return answer


@contextmanager
def small_server(
    *releases: Release,
    answers: Mapping[str, Answer] | None = None,
    version: str | None = None,
    key: str | None = None,
) -> Iterator[str]:
    """Serve these releases on one free port, telling `version`; yields the address."""
    nodes: list[Any] = [_Node(r, version or r.full_version, answers or {}, key) for r in releases]
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=nodes)
    port = server.add_insecure_port("localhost:0")
    server.start()
    try:
        yield f"localhost:{port}"
    finally:
        server.stop(None).wait()
