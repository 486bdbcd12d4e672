"""The answer to one call, frame by frame: the long way, for whatever is not the common case."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import grpc

from bench._frames import ErrorCode, error_name
from bench._headers import Headers, value_of

_STATUS_NAMES = {str(code.value[0]): code.name for code in grpc.StatusCode}
# The gRPC statuses of HTTP statuses and of resets: grpc's http-grpc-status-mapping.md and
# PROTOCOL-HTTP2.md.
_OF_HTTP = {
    "400": "INTERNAL",
    "401": "UNAUTHENTICATED",
    "403": "PERMISSION_DENIED",
    "404": "UNIMPLEMENTED",
    "429": "UNAVAILABLE",
    "502": "UNAVAILABLE",
    "503": "UNAVAILABLE",
    "504": "UNAVAILABLE",
}
_OF_RESET = {
    ErrorCode.REFUSED_STREAM: "UNAVAILABLE",
    ErrorCode.CANCEL: "CANCELLED",
    ErrorCode.ENHANCE_YOUR_CALM: "RESOURCE_EXHAUSTED",
    ErrorCode.INADEQUATE_SECURITY: "PERMISSION_DENIED",
}
_LONGEST_DETAILS = 80
_PREFIX = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: gRPC status, its details, and the API error of an answer with status OK."""

    status: str
    details: str = ""
    api_error: str = ""

    def __str__(self) -> str:
        return self.api_error or f"{self.status} {self.details}".strip()


class Answer:
    """What came of one answer; `keeps` it to be handed out, `streams` any number of messages."""

    def __init__(self, *, keeps: bool = False, streams: bool = False) -> None:
        self.keeps = keeps
        self.streams = streams
        self.is_over = False
        self.message = b""
        self.received = 0
        self._verdict: str | None = None
        self._is_open = False
        self._wrong: Ended | None = None
        self._trailers: Headers | None = None
        self._body = bytearray()
        self._count = 0

    @classmethod
    def resumed(cls, state: Any) -> "Answer":
        """An answer that began the short way: "new", opened (None), or what its message said."""
        answer = cls()
        answer._is_open = state != "new"
        if isinstance(state, str) and state != "new":
            answer._count = 1
            answer._verdict = "" if state == "ok" else state
        return answer

    def take_headers(self, headers: Headers, *, is_last: bool) -> None:
        """A header block of it."""
        status = value_of(headers, ":status")
        is_interim = status is not None and status.startswith("1")
        if is_interim and not is_last and not self._is_open:
            return  # It says nothing yet.
        self.is_over = is_last
        if self._is_open and status is not None:
            self._wrong = Ended("INTERNAL", "an HTTP status in the trailers")
        elif is_last and (self._is_open or value_of(headers, "grpc-status") is not None):
            self._trailers = headers
        elif self._is_open:
            self._wrong = Ended("INTERNAL", "header blocks without an end")
        elif status is None:
            self._wrong = Ended("INTERNAL", "no HTTP status")
        elif status != "200":
            named = _OF_HTTP.get(status, "UNKNOWN")
            self._wrong = Ended(named, f"HTTP status {status}")
        elif not _is_grpc(value_of(headers, "content-type")):
            self._wrong = Ended("UNKNOWN", "no gRPC content type")
        else:
            self._is_open = True

    def take_data(self, data: bytes, *, is_last: bool) -> None:
        """A piece of its body."""
        self.is_over = is_last
        if not self._is_open:
            self._wrong = self._wrong or Ended("INTERNAL", "data before headers")
        self._body += data
        if not self.streams:
            self._take_unary()

    def take_messages(self) -> list[bytes]:
        """The messages of a stream that are whole by now."""
        messages = []
        while (size := self._whole()) is not None:
            messages.append(bytes(self._body[_PREFIX : _PREFIX + size]))
            del self._body[: _PREFIX + size]
        return messages

    def ended(self, judge: Callable[[bytes], str]) -> Ended | None:
        """How the call ended; None while it goes on."""
        if self._wrong is not None or not self.is_over:
            return self._wrong
        status = value_of(self._trailers, "grpc-status") if self._trailers is not None else None
        if status is None:
            return Ended("UNKNOWN", "no gRPC status")
        if status != "0":
            details = unquote(value_of(self._trailers or (), "grpc-message") or "")
            return Ended(_status_name(status), details[:_LONGEST_DETAILS])
        return self._succeeded(judge)

    def _succeeded(self, judge: Callable[[bytes], str]) -> Ended:
        """How a call ended that the server calls OK."""
        if self._body:
            return Ended("INTERNAL", "half a message")
        if self.streams:
            return Ended("OK")
        if self._count != 1:
            return Ended("INTERNAL", f"{self._count} messages in the answer of a unary call")
        if self._verdict is None:
            self._verdict = judge(self.message)
        return Ended("OK", api_error=self._verdict)

    def _take_unary(self) -> None:
        while (size := self._whole()) is not None:
            self.message = bytes(self._body[_PREFIX : _PREFIX + size])
            del self._body[: _PREFIX + size]
            self._count += 1

    def _whole(self) -> int | None:
        """The size of the first message, if all of it came."""
        body = self._body
        if body and body[0] != 0:
            self._wrong = self._wrong or Ended("INTERNAL", "a compressed message, unasked")
            return None
        if len(body) < _PREFIX:
            return None
        size = int.from_bytes(body[1:_PREFIX], "big")
        return size if len(body) >= _PREFIX + size else None


def is_opening(headers: Headers) -> bool:
    """Whether a block opens an answer and says nothing else that matters."""
    telling = [name for name, _ in headers if name in {":status", "grpc-status", "grpc-encoding"}]
    return (
        telling == [":status"]
        and value_of(headers, ":status") == "200"
        and _is_grpc(value_of(headers, "content-type"))
    )


def is_success(headers: Headers) -> bool:
    """Whether a block is of trailers that say OK."""
    telling = [(name, value) for name, value in headers if name in {":status", "grpc-status"}]
    return telling == [("grpc-status", "0")]


def status_of_reset(code: int) -> Ended:
    """How a call ended that the peer reset."""
    named = next((name for known, name in _OF_RESET.items() if known == code), "INTERNAL")
    return Ended(named, f"RST_STREAM {error_name(code)}")


def _is_grpc(content_type: str | None) -> bool:
    text = content_type or ""
    return text == "application/grpc" or text.startswith(("application/grpc+", "application/grpc;"))


def _status_name(text: str) -> str:
    return _STATUS_NAMES.get(text, f"status {text[:20]}")
