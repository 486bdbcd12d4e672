"""A tiny server in this process that serves just what a test says."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Dialect, Release
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3

CERTIFICATES = Path(__file__).parent / "certificates"

Answer = Callable[[bytes, grpc.ServicerContext], bytes]
Services = Mapping[str, Mapping[str, Answer]]
"""Service to RPC to answer."""


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    def __init__(self, services: Services) -> None:
        self._services = services

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        _, service, method = handler_call_details.method.split("/")
        if service not in self._services:
            answer = refusing(grpc.StatusCode.UNIMPLEMENTED, f"unknown service {service}")
        elif method not in self._services[service]:
            text = f"unknown method {method} for service {service}"
            answer = refusing(grpc.StatusCode.UNIMPLEMENTED, text)
        else:
            answer = self._services[service][method]
        return grpc.unary_unary_rpc_method_handler(answer)


@contextmanager
def serving(services: Services, certificate: str | None = None) -> Iterator[str]:
    """Serve on a free port, with TLS if `certificate` is named; yields the address."""
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[_Handlers(services)])
    if certificate is None:
        port = server.add_insecure_port("localhost:0")
    else:
        key, chain = (CERTIFICATES / f"{certificate}{kind}" for kind in (".key", ".crt"))
        pair = (key.read_bytes(), chain.read_bytes())
        port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([pair]))
    server.start()
    try:
        yield f"localhost:{port}"
    finally:
        server.stop(None).wait()


def answering(body: bytes) -> Answer:
    """The same answer to every request."""
    return lambda request, context: body


def refusing(status: grpc.StatusCode, details: str) -> Answer:
    """A gRPC error for every request."""

    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.abort(status, details)
        raise AssertionError("abort raises")

    return answer


def guarded(key: str, answer: Answer) -> Answer:
    """An answer for those with the key, as the GRPC API page says it is sent."""

    def guarded_answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        if ("authorization", f"apikey {key}") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        return answer(request, context)

    return guarded_answer


def told_metadata(request: bytes, context: grpc.ServicerContext) -> bytes:
    """Answers Publish of v2 with the metadata of the call, as JSON in the error's message."""
    metadata = json.dumps([list(item) for item in context.invocation_metadata()])
    return v2.PublishResponse(error=v2.Error(code=1, message=metadata)).SerializeToString()


def info(version: str) -> Answer:
    """Info of one node; both dialects have the version in the same field."""
    nodes = [v3.NodeResult(uid="1", name="node", version=version)]
    return answering(v3.InfoResponse(result=v3.InfoResult(nodes=nodes)).SerializeToString())


def v2_service(version: str = "") -> Services:
    """Centrifugo 2.8 as far as discovery looks."""
    return {Dialect.V2.service: {"Info": info(version)}}


def v3_service(rpcs: Release, version: str = "", **changes: Answer | None) -> Services:
    """The RPCs of a release, as real servers declare them; None takes one away."""
    unimplemented = grpc.StatusCode.UNIMPLEMENTED
    pro = {
        name: refusing(unimplemented, f"method {name} not implemented") for name in PRO_RPCS[rpcs]
    }
    known: dict[str, Answer | None] = {
        **pro,
        **dict.fromkeys(OPEN_RPCS[rpcs], answering(b"")),
        "Info": info(version),
        **changes,
    }
    return {Dialect.V3.service: {name: answer for name, answer in known.items() if answer}}
