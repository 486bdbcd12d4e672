"""What a requirement expects of an answer; each raises `Deviation` where the answer deviates."""

import json
from collections.abc import Sequence
from typing import Any

import grpc

from centrifugo_grpc.errors import ApiError
from centrifugo_grpc.exchange import Exchange, shown_bytes

SHOWN_CHARACTERS = 600
"""How much of a value a deviation shows; the evidence has more."""


class Deviation(AssertionError):
    """The target did not do what the requirement says: what was expected and what came."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


def success(exchange: Exchange[Any]) -> None:
    """The gRPC status is OK, with a response that parses, and no API error in it."""
    answered_ok = exchange.status is grpc.StatusCode.OK and exchange.response is not None
    if not answered_ok or exchange.error is not None:
        raise Deviation("success: gRPC status OK and no error in the response", answer(exchange))


def error(exchange: Exchange[Any], expected: ApiError) -> None:
    """The gRPC status is OK, with `error` set to exactly this code and message, and no `result`."""
    if exchange.status is not grpc.StatusCode.OK or exchange.error != expected:
        raise Deviation(f"gRPC status OK with the error {_shown_error(expected)}", answer(exchange))
    if exchange.result is not None:
        raise Deviation("no `result` beside the error", answer(exchange))


def status(exchange: Exchange[Any], expected: grpc.StatusCode, details: str | None = None) -> None:
    """The gRPC status is this one and, unless None, exactly these details."""
    has_details = details is None or exchange.details == details
    if exchange.status is not expected or not has_details:
        wanted = f"gRPC status {expected.name}"
        wanted += "" if details is None else f" with the details {details!r}"
        raise Deviation(wanted, answer(exchange))


def equal(what: str, actual: object, expected: object) -> None:
    """`actual`, which `what` names, equals `expected`, bytes by every byte."""
    if actual != expected:
        raise Deviation(f"{what}: {shown(expected)}", shown(actual))


def that(condition: object, expected: str, exchange: Exchange[Any] | None = None) -> None:
    """`condition` holds; `expected` says in words what it stands for."""
    if not condition:
        raise Deviation(expected, "something else" if exchange is None else answer(exchange))


def mostly(what: str, tries: Sequence[bool]) -> None:
    """`what` holds in more than half of the tries: for a race that the real server has, too.

    There it is lost once in a hundred times, by a server that is late every time.
    """
    held = sum(tries)
    if 2 * held <= len(tries):
        raise Deviation(f"{what}, in most of {len(tries)} tries", f"that in {held} of them")


def answer(exchange: Exchange[Any]) -> str:
    """What came back for a call, in a line."""
    if exchange.status is not grpc.StatusCode.OK:
        return f"gRPC status {exchange.status.name} {exchange.details!r}"
    if exchange.response is None:
        return f"gRPC status OK, but {exchange.details}"
    if exchange.error is not None:
        result = "" if exchange.result is None else " and a `result` beside it"
        return f"gRPC status OK with the error {_shown_error(exchange.error)}{result}"
    return f"gRPC status OK with {_cut(json.dumps(exchange.as_json()['response']))}"


def shown(value: object) -> str:
    """A value in words, cut where it is long."""
    if isinstance(value, bytes) and len(value) > 64:
        return _cut(json.dumps(shown_bytes(value)))
    return _cut(repr(value))


def _shown_error(error: ApiError) -> str:
    return f"{error.code} {error.message!r}"


def _cut(text: str) -> str:
    cut = text[:SHOWN_CHARACTERS]
    return cut if len(cut) == len(text) else f"{cut}... ({len(text)} characters)"
