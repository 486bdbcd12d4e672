"""Calls a server and hands back each exchange, whatever became of it."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.calls_v2 import CallsV2
from centrifugo_grpc.calls_v3 import CallsV3
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.exchange import CallOptions, Exchange
from centrifugo_grpc.releases import Dialect

Response = TypeVar("Response", bound=Message)
Recorder = Callable[[Exchange[Message]], None]

_NO_OPTIONS = CallOptions()


class Client:
    """One connection to an endpoint. Safe to use from several threads.

    A call never raises for what the server does: gRPC errors are exchanges too. `record` is
    called with every exchange.
    """

    def __init__(self, endpoint: Endpoint, record: Recorder | None = None) -> None:
        self.endpoint = endpoint
        self._channel = endpoint.channel()
        self._record = record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; calls under way end as CANCELLED."""
        self._channel.close()

    def call(
        self,
        service: str,
        method: str,
        request: Message | bytes,
        response: type[Response],
        options: CallOptions | None = None,
    ) -> Exchange[Response]:
        """Make a call and wait for its end. `request` as bytes goes out as it is."""
        options = options or _NO_OPTIONS
        key = self.endpoint.key_metadata() if options.send_key else ()
        invoke = self._channel.unary_unary(
            f"/{service}/{method}", request_serializer=_serialized, response_deserializer=None
        )
        started = time.perf_counter()
        answer, call = _finished(
            invoke,
            request,
            timeout=self.endpoint.deadline if options.deadline is None else options.deadline,
            metadata=(*key, *options.metadata),
            compression=options.compression,
        )
        seconds = time.perf_counter() - started
        parsed, complaint = _parsed(answer, response)
        exchange = Exchange(
            service=service,
            method=method,
            request=request,
            status=call.code(),
            details=complaint or call.details() or "",
            response=parsed,
            seconds=seconds,
            sent_metadata=options.metadata,
            trailers=tuple((item[0], item[1]) for item in call.trailing_metadata() or ()),
        )
        if self._record is not None:
            self._record(exchange)
        return exchange


class V2Client(Client, CallsV2):
    """A client of `api.Centrifugo`, with a typed method an RPC."""

    def _call(
        self, method: str, request: Message, response: type[Response], options: CallOptions | None
    ) -> Exchange[Response]:
        return self.call(Dialect.V2.service, method, request, response, options)


class V3Client(Client, CallsV3):
    """A client of `centrifugal.centrifugo.api.CentrifugoApi`, with a typed method an RPC."""

    def _call(
        self, method: str, request: Message, response: type[Response], options: CallOptions | None
    ) -> Exchange[Response]:
        return self.call(Dialect.V3.service, method, request, response, options)


def _serialized(request: Message | bytes) -> bytes:
    return request if isinstance(request, bytes) else request.SerializeToString()


def _finished(invoke: Any, request: Message | bytes, **options: Any) -> tuple[bytes | None, Any]:
    """The answer, None for a gRPC error, and the call, which tells status and trailers."""
    try:
        answer, call = invoke.with_call(request, **options)
    except grpc.RpcError as error:
        return None, error
    return answer, call


def _parsed(answer: bytes | None, response: type[Response]) -> tuple[Response | None, str]:
    if answer is None:
        return None, ""
    try:
        return response.FromString(answer), ""
    except DecodeError as error:
        return None, f"the answer is no {response.DESCRIPTOR.name}: {error}"
