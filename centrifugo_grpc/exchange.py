"""One call and its answer, as it went over the wire."""

import codecs
import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import grpc
from google.protobuf.message import Message

from centrifugo_grpc.errors import ApiError

Response = TypeVar("Response", bound=Message, covariant=True)

Metadata = tuple[tuple[str, str | bytes], ...]

SHOWN_BYTES = 256
"""How many bytes of a payload an exchange shows; longer ones are cut and their size told."""
SHOWN_ENTRIES = 40
"""How many entries of a list or a map."""


@dataclass(frozen=True)
class CallOptions:
    """What one call has of its own.

    `deadline` in seconds (None: the endpoint's), `metadata` sent besides the key,
    `send_key` False to leave the endpoint's key out, `compression` of the request.
    """

    deadline: float | None = None
    metadata: Metadata = ()
    send_key: bool = True
    compression: grpc.Compression | None = None


@dataclass(frozen=True)
class Exchange(Generic[Response]):
    """A request and what came back for it.

    `response` is None if `status` is not OK, or if what came back does not parse, which `details`
    then says. `seconds` is from the call's start to its end, on the client's clock.
    `sent_metadata` leaves the endpoint's API key out: exchanges end up in reports.
    """

    service: str
    method: str
    request: Message | bytes
    status: grpc.StatusCode
    details: str
    response: Response | None
    seconds: float
    sent_metadata: Metadata = field(default=())
    trailers: Metadata = field(default=())

    @property
    def error(self) -> ApiError | None:
        """The API error in the response, if it has one."""
        if self.response is None or not has_field(self.response, "error"):
            return None
        error = getattr(self.response, "error")  # noqa: B009  (every response declares it)
        return ApiError(error.code, error.message)

    @property
    def result(self) -> Any:
        """The `result` of the response: None if it is not set, or there is no response."""
        if self.response is None or not has_field(self.response, "result"):
            return None
        return getattr(self.response, "result")  # noqa: B009

    def as_json(self) -> dict[str, Any]:
        """The exchange as JSON values: the evidence in reports."""
        document: dict[str, Any] = {
            "rpc": f"{self.service}/{self.method}",
            "metadata": [[key, _shown_value(value)] for key, value in self.sent_metadata],
            "request": _shown(self.request),
            "status": self.status.name,
            "seconds": round(self.seconds, 6),
        }
        if self.details:
            document["details"] = self.details
        if self.trailers:
            document["trailers"] = [[key, _shown_value(value)] for key, value in self.trailers]
        if self.response is not None:
            document["response"] = _shown(self.response)
        return document


def has_field(message: Message, name: str) -> bool:
    """Whether a message declares the message field `name` and has it set."""
    return name in message.DESCRIPTOR.fields_by_name and message.HasField(name)


def _shown(message: Message | bytes) -> Any:
    if isinstance(message, bytes):
        return shown_bytes(message)
    return {field.name: _shown_field(value) for field, value in message.ListFields()}


def _shown_field(value: Any) -> Any:
    if isinstance(value, Mapping):
        entries = sorted(value.items())
        shown = {str(key): _shown_value(item) for key, item in entries[:SHOWN_ENTRIES]}
        return shown if len(entries) <= SHOWN_ENTRIES else {"count": len(entries), "first": shown}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = [_shown_value(item) for item in value[:SHOWN_ENTRIES]]
        return items if len(value) <= SHOWN_ENTRIES else {"count": len(value), "first": items}
    return _shown_value(value)


def _shown_value(value: Any) -> Any:
    if isinstance(value, Message):
        return _shown(value)
    if isinstance(value, bytes):
        return shown_bytes(value)
    if isinstance(value, str) and len(value) > SHOWN_BYTES:
        return {"characters": len(value), "first": value[:SHOWN_BYTES]}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such numbers.
    return value


def shown_bytes(data: bytes) -> dict[str, Any]:
    """Bytes as JSON: their size, the first of them in hex, and as text where they are text."""
    head = data[:SHOWN_BYTES]
    shown: dict[str, Any] = {"size": len(data), "hex": head.hex()}
    with contextlib.suppress(UnicodeDecodeError):
        is_whole = len(head) == len(data)  # The cut may go through a character.
        shown["text"] = codecs.getincrementaldecoder("utf-8")().decode(head, final=is_whole)
    return shown
