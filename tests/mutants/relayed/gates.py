"""What stands before the API gone wrong: bodies, sizes, methods, metadata, gRPC errors."""

import dataclasses
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.protobuf.unknown_fields import UnknownFieldSet

from centrifugo_grpc.releases import Release
from reference_server.api import gate, handlers
from reference_server.api.answers import GrpcFailure, first
from reference_server.api.gate import Gate
from reference_server.api.v2 import V2Api
from reference_server.api.v3 import V3Api
from tests.mutants.declaring import BOTH, EVERY, LATEST, SINCE_5, V2, V3, Area
from tests.mutants.patching import around

GATES = Area("wire")
_INTERNAL = grpc.StatusCode.INTERNAL


def _parsed(change: Callable[[Any, bytes], Any]) -> None:
    """Parse otherwise: `change` is given the parser and a body."""

    def parser(original: Any, self: Any, method: str) -> Any:
        parse = original(self, method)
        return lambda body: change(parse, body)

    around(V2Api, "parser", parser)
    around(V3Api, "parser", parser)


def _fields(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a body of lengths and varints: number and all its bytes."""
    at = 0
    while at < len(body):
        start = at
        tag, at = _varint(body, at)
        value, at = _varint(body, at)
        at += value if tag & 7 == 2 else 0
        yield tag >> 3, body[start:at]


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (body[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not body[at - 1] & 0x80:
            return value, at


@GATES.mutant("body.ignore", releases=BOTH)
def unknown_fields_are_refused() -> None:
    """A request with a field that is not declared is INTERNAL."""

    def change(parse: Any, body: bytes) -> Any:
        request = parse(body)
        if len(UnknownFieldSet(request)):
            raise GrpcFailure(_INTERNAL, "unknown field")
        return request

    _parsed(change)


@GATES.mutant("body.read.empty-as-defaults", "publish.order.blank-channel-first", releases=BOTH)
def empty_bodies_are_refused() -> None:
    """An empty body is INTERNAL, but of Info."""

    def change(parse: Any, body: bytes) -> Any:
        request = parse(body)
        if not body and type(request).DESCRIPTOR.name != "InfoRequest":
            raise GrpcFailure(_INTERNAL, "empty")
        return request

    _parsed(change)


@GATES.mutant("body.accept.any-order", releases=BOTH)
def fields_have_to_come_in_order() -> None:
    """A request whose fields do not come by number is INTERNAL."""

    def change(parse: Any, body: bytes) -> Any:
        request = parse(body)
        numbers = [number for number, _ in _fields(body)] if len(body) < 1000 else []
        if numbers != sorted(numbers):
            raise GrpcFailure(_INTERNAL, "fields out of order")
        return request

    _parsed(change)


@GATES.mutant("body.take", releases=BOTH)
def first_values_count() -> None:
    """Of a field that is sent twice the first value counts."""

    def change(parse: Any, body: bytes) -> Any:
        request = parse(body)
        fields = list(_fields(body)) if 0 < len(body) < 1000 else []
        numbers = [number for number, _ in fields]
        if numbers.count(2) > 1 and "channels" not in request.DESCRIPTOR.fields_by_name:
            return parse(b"".join(part for _, part in fields[::-1]))
        return request

    _parsed(change)


@GATES.mutant("body.refuse.invalid-utf8", "body.refuse.invalid-utf8-everywhere", releases=V3)
def invalid_utf8_is_replaced() -> None:
    """What is no UTF-8 in a request is dropped."""

    def change(parse: Any, body: bytes) -> Any:
        try:
            return parse(body)
        except GrpcFailure:
            return parse(b"")

    _parsed(change)


@GATES.mutant("body.accept.invalid-utf8", "namespace.accept.invalid-utf8", releases=V2)
def invalid_utf8_is_refused() -> None:
    """A request with a byte 255 in its first field is INTERNAL."""

    def change(parse: Any, body: bytes) -> Any:
        fields = list(_fields(body)) if 0 < len(body) < 1000 else []
        if any(b"\xff" in part for number, part in fields if number == 1):
            raise GrpcFailure(_INTERNAL, "invalid UTF-8")
        return parse(body)

    _parsed(change)


@GATES.mutant("body.skip.last-empty-value", releases=V2)
def last_empty_values_count() -> None:
    """An empty `data` after another one counts."""

    def change(parse: Any, body: bytes) -> Any:
        request = parse(body)
        fields = list(_fields(body)) if 0 < len(body) < 1000 else []
        if fields and fields[-1] == (2, b"\x12\x00") and hasattr(request, "data"):
            request.data = b""
        return request

    _parsed(change)


@GATES.mutant(
    *("body.refuse.malformed-text", "method.refuse.unknown-text", "service.refuse.unknown-text"),
    *("payload.refuse.larger-request-text", "wire.refuse.malformed-path-text"),
    releases=BOTH,
)
def grpc_errors_have_other_words() -> None:
    """gRPC errors come in capitals."""
    around(
        handlers,
        "_fail",
        lambda original, context, failure: original(
            context, dataclasses.replace(failure, details=failure.details.upper())
        ),
    )


def _limited(change: Callable[[int], int]) -> None:
    """Another limit of a request's size than is configured."""

    def guarded(original: Any, self: Any, node: Any, api: Any, method: str) -> Any:
        settings = node.settings
        limit = change(settings.max_receive_bytes)
        node.settings = dataclasses.replace(settings, max_receive_bytes=limit)
        try:
            return original(self, node, api, method)
        finally:
            node.settings = settings

    around(Gate, "_guarded", guarded)


@GATES.mutant(
    *("payload.accept.largest-request", "payload.accept.largest-request-of-other-rpcs"),
    *("limits.accept.receive-limit",),
    releases=EVERY,
)
def requests_may_be_a_byte_smaller() -> None:
    """A request as large as the limit is refused."""
    _limited(lambda limit: limit - 1)


@GATES.mutant("payload.refuse.larger-request", releases=EVERY)
def requests_may_be_a_byte_larger() -> None:
    """A request of a byte more than the limit is accepted."""
    _limited(lambda limit: limit + 1)


@GATES.mutant("payload.count.whole-request", releases=EVERY)
def payloads_alone_are_limited() -> None:
    """The limit holds for payloads: with the rest of its request one may be larger."""
    _limited(lambda limit: limit + 100)


@GATES.mutant("payload.refuse.larger-request-of-every-rpc", releases=EVERY)
def publish_alone_is_limited() -> None:
    """Only Publish has a limit of its size."""

    def guarded(original: Any, self: Any, node: Any, api: Any, method: str) -> Any:
        if method == "Publish":
            return original(self, node, api, method)
        settings = node.settings
        node.settings = dataclasses.replace(settings, max_receive_bytes=1 << 30)
        try:
            return original(self, node, api, method)
        finally:
            node.settings = settings

    around(Gate, "_guarded", guarded)


@GATES.mutant("limits.accept.receive-limit", "limits.refuse", releases=SINCE_5)
def limits_are_not_read() -> None:
    """The limit of a request's size that is configured is ignored."""
    _limited(lambda _: 4 << 20)


def _called(change: Callable[[Any, bytes, Any, Any], bytes]) -> None:
    """Answer calls otherwise: `change` is given the call, its body, its metadata, the node."""

    def guarded(original: Any, self: Any, node: Any, api: Any, method: str) -> Any:
        call = original(self, node, api, method)
        return lambda body, metadata: change(call, body, metadata, node)

    around(Gate, "_guarded", guarded)


@GATES.mutant("metadata.accept", "wire.accept.much-metadata", releases=EVERY)
def metadata_is_limited() -> None:
    """Metadata of more than 40 entries or 16 KiB is RESOURCE_EXHAUSTED."""

    def change(call: Any, body: bytes, metadata: Any, _: Any) -> bytes:
        entries = list(metadata() or ())
        if len(entries) > 40 or sum(len(value) for _, value in entries) > 1 << 14:
            raise GrpcFailure(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much metadata")
        answer: bytes = call(body, metadata)
        return answer

    _called(change)


def _has_key(metadata: Any, node: Any) -> bool:
    key = node.settings.api_key
    return not key or first(metadata, "authorization") == f"apikey {key}"


@GATES.mutant("key.check", "pro.decode.body-first", "pro.check.key-first", releases=BOTH)
def keys_are_checked_first() -> None:
    """The key is checked before the body and its size."""

    def change(call: Any, body: bytes, metadata: Any, node: Any) -> bytes:
        if not _has_key(metadata, node):
            raise GrpcFailure(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        answer: bytes = call(body, metadata)
        return answer

    _called(change)


@GATES.mutant("key.ignore.unasked", "wire.ignore.unasked-key", releases=EVERY)
def keys_that_nobody_asked_for_are_refused() -> None:
    """Without a key configured a call with one is UNAUTHENTICATED."""

    def change(call: Any, body: bytes, metadata: Any, node: Any) -> bytes:
        if not node.settings.api_key and first(metadata, "authorization") is not None:
            raise GrpcFailure(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        answer: bytes = call(body, metadata)
        return answer

    _called(change)


@GATES.mutant("key.accept.after-wrong-ones", releases=EVERY)
def wrong_keys_lock_everybody_out() -> None:
    """After ten wrong keys the right one is refused, too."""
    wrong = [0]

    def change(call: Any, body: bytes, metadata: Any, node: Any) -> bytes:
        wrong[0] += not _has_key(metadata, node)
        if wrong[0] > 10:
            raise GrpcFailure(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        answer: bytes = call(body, metadata)
        return answer

    _called(change)


def _known(change: Callable[[str, Gate], str]) -> None:
    """Take a path for another one."""

    def require(original: Any, self: Any, path: str) -> Any:
        return original(self, change(path, self))

    around(Gate, "require_known", require)


@GATES.mutant("method.serve.all", releases=EVERY)
def a_method_is_missing() -> None:
    """PresenceStats is UNIMPLEMENTED."""
    _known(lambda path, _: path.replace("/PresenceStats", "/NoSuchMethod"))


@GATES.mutant("service.refuse.unknown", "service.omit.health", releases=EVERY)
def any_service_will_do() -> None:
    """The name of the service does not matter."""

    def change(path: str, self: Any) -> str:
        service, _, method = path.removeprefix("/").rpartition("/")
        own = next(iter(self._methods))
        return f"/{own}/{method if method in self._methods[own] else 'Info'}" if service else path

    _known(change)


@GATES.mutant("method.omit.of-the-other-dialect", releases=V2)
def later_methods_are_answered() -> None:
    """RPCs that came after 2.8 are answered as Info."""

    def change(path: str, self: Gate) -> str:
        service, _, method = path.rpartition("/")
        return f"{service}/Info" if method in {"Subscribe", "Refresh", "Batch"} else path

    _known(change)


@GATES.mutant("pro.refuse.not-implemented", releases=LATEST)
def methods_of_pro_are_answered() -> None:
    """RPCs of Centrifugo PRO are answered with nothing."""
    around(gate, "_declared_only", lambda original, method: lambda request, metadata: b"")


@GATES.mutant("compression.accept.gzip", releases=SINCE_5)
def gzip_is_refused() -> None:
    """A request in gzip is UNIMPLEMENTED."""

    def inflated(original: Any, body: bytes, release: Any, limit: int) -> Any:
        return original(body, Release.V3_2, limit)

    around(gate, "inflated", inflated)


@GATES.mutant("compression.refuse.gzip", releases=(*V2, Release.V3_2))
def gzip_is_taken() -> None:
    """A request in gzip is accepted."""

    def inflated(original: Any, body: bytes, release: Any, limit: int) -> Any:
        return original(body, Release.V6_9, limit)

    around(gate, "inflated", inflated)


@GATES.mutant("compression.limit.inflated-size", releases=SINCE_5)
def gzip_has_no_limit() -> None:
    """The limit of a request's size does not hold for what is in gzip."""
    around(
        gate,
        "inflated",
        lambda original, body, release, limit: original(body, release, 1 << 30),
    )


@GATES.mutant("compression.refuse.deflate", releases=EVERY)
def deflate_is_taken() -> None:
    """A request in deflate is accepted."""

    def inflated(original: Any, body: bytes, release: Any, limit: int) -> Any:
        if body.startswith(b"x"):
            return zlib.decompress(body)
        return original(body, release, limit)

    around(gate, "inflated", inflated)


@GATES.mutant("wire.refuse.corrupt-gzip", releases=SINCE_5)
def what_is_no_gzip_is_empty() -> None:
    """A message that should be gzip and breaks off is taken for an empty one."""

    def change(original: Any, body: bytes, *rest: Any) -> Any:
        try:
            return original(body, *rest)
        except GrpcFailure:
            return b""

    around(gate, "inflated", change)
