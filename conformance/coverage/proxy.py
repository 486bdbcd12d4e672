"""A proxy between the corpus and a server: records which fields travel, and spoils one."""

from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import grpc
from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.releases import OPEN_RPCS, Release, dialect_of
from conformance.coverage import fields
from conformance.coverage.points import REQUEST, RESPONSE, Point, errors_in

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", 1 << 20),
    ("grpc.so_reuseport", 0),
)
_THREADS = 72
"""More than any requirement has callers at once."""
_OWN = ("user-agent", "grpc-", ":", "te", "content-type")

Touched = set[tuple[str, str, fields.Path]]


class Proxy(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Passes calls on as bytes; `touched` has every field that a message had set."""

    def __init__(self, upstream: Endpoint, release: Release, point: Point | None = None) -> None:
        self.touched: Touched = set()
        self.methods: set[str] = set()
        self.errors: set[tuple[str, int]] = set()
        self.has_spoilt = False
        self._release = release
        self._dialect = dialect_of(release)
        self._point = point
        self._upstream = upstream.channel()
        self._server = grpc.server(ThreadPoolExecutor(_THREADS), handlers=[self], options=_OPTIONS)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self.address = f"127.0.0.1:{port}"
        self._server.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop(0)
        self._upstream.close()

    def service(self, details: Any) -> Any:
        """The handler of any method of any service."""
        invoke = self._upstream.unary_unary(
            details.method, request_serializer=None, response_deserializer=None
        )
        service, _, method = details.method.lstrip("/").rpartition("/")
        is_known = service == self._dialect.service and method in OPEN_RPCS[self._release]

        def handle(request: bytes, context: Any) -> bytes:
            if is_known:
                self.methods.add(method)
                request = self._passed(method, REQUEST, request)
            response = _forward(invoke, request, context)
            return self._passed(method, RESPONSE, response) if is_known else response

        return grpc.unary_unary_rpc_method_handler(handle)

    def _passed(self, method: str, side: str, body: bytes) -> bytes:
        kinds = fields.messages_of(self._dialect, method)
        message = (kinds[0] if side == REQUEST else kinds[1])()
        try:
            message.ParseFromString(body)
        except DecodeError:
            return body
        self._note(method, side, message)
        point = self._point
        if point is None or (point.method, point.side) != (method, side):
            return body
        if not point.spoil(message):
            return body
        self.has_spoilt = True
        return message.SerializeToString()

    def _note(self, method: str, side: str, message: Message) -> None:
        self.touched.add((method, side, ()))
        for path in _set_paths(message, ()):
            self.touched.add((method, side, path))
        if side == RESPONSE:
            self.errors.update((method, code) for code in errors_in(message))


def _set_paths(message: Message, above: fields.Path) -> "set[fields.Path]":
    found: set[fields.Path] = set()
    for field, value in message.ListFields():
        path = (*above, field.name)
        found.add(path)
        if field.message_type is None:
            continue
        if fields.is_map(field):
            inner = [item for item in value.values() if isinstance(item, Message)]
        else:
            inner = list(value) if field.is_repeated else [value]
        for item in inner:
            found |= _set_paths(item, path)
    return found


def _forward(invoke: Any, request: bytes, context: Any) -> bytes:
    metadata = [
        (key, value) for key, value in context.invocation_metadata() if not key.startswith(_OWN)
    ]
    left = context.time_remaining()
    timeout = None if left is None or left > 3600 else left
    try:
        response, call = invoke.with_call(request, metadata=metadata, timeout=timeout)
    except grpc.RpcError as error:
        context.set_trailing_metadata(_metadata(error.trailing_metadata()))
        context.abort(error.code(), error.details())
        raise
    context.set_trailing_metadata(_metadata(call.trailing_metadata()))
    body: bytes = response
    return body


def _metadata(metadata: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((item[0], item[1]) for item in metadata or () if not item[0].startswith("grpc-m"))
