"""Reads responses for API errors, which travel inside them with gRPC status OK."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError

from centrifugo_grpc.exchange import has_field

_MOST_KNOWN = 1000
_MOST_BYTES = 4096
NO_RESPONSE = "what came is no response"


class Judge:
    """Names the API error of a response of one type, blank if it has none.

    `inner` looks inside the result, as of Broadcast and Batch.
    """

    def __init__(self, response: Any, inner: Callable[[Any], str] | None = None) -> None:
        self._response = response
        self._inner = inner
        self._known: dict[bytes, str] = {}

    def __call__(self, body: bytes) -> str:
        """The verdict on a response."""
        known = self._known.get(body)
        if known is not None:
            return known
        verdict = self._judge(body)
        if len(self._known) < _MOST_KNOWN and len(body) < _MOST_BYTES:
            self._known[body] = verdict
        return verdict

    def _judge(self, body: bytes) -> str:
        try:
            response = self._response.FromString(body)
        except DecodeError:
            return NO_RESPONSE
        if has_field(response, "error"):
            return named(response.error)
        return self._inner(response) if self._inner else ""


def named(error: Any) -> str:
    """An API error as it is counted: code and message."""
    return f"{error.code} {error.message}"


def counted(parts: Any, expected: int, what: str) -> str:
    """The verdict on a result of parts that have errors of their own."""
    wrong = next((named(part.error) for part in parts if has_field(part, "error")), "")
    if wrong or len(parts) == expected:
        return wrong
    return f"{len(parts)} {what} instead of {expected}"
