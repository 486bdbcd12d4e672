"""What is falsified: each field in each direction, each error code, and how it goes wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import OPEN_RPCS, Release, dialect_of
from conformance.coverage import fields
from conformance.coverage.fields import Path

REQUEST, RESPONSE = "request", "response"


@dataclass(frozen=True)
class Point:
    """One thing that can be wrong.

    `how` is `dropped`, `altered` or, of messages, `invented` for a field (`path`), `swallowed` or
    `altered` for an error `code`, `swapped` for a result that becomes an error.
    """

    method: str
    side: str
    path: Path
    how: str
    code: int = 0

    def __str__(self) -> str:
        what = f"error {self.code}" if self.code else ".".join(self.path)
        return f"{self.method} {self.side} {what} {self.how}"

    def spoil(self, message: Message) -> bool:
        """Make a message wrong in this point; whether it is another one now."""
        if self.code:
            return self._spoil_error(message)
        if self.how == "swapped":
            return _swap(message)
        act = {"dropped": fields.drop, "altered": fields.alter, "invented": fields.invent}[self.how]
        changed = False
        for holder, field in list(fields.holders(message, self.path)):
            # A request that leaves a field out means to; a response may claim what is not so.
            # The wrapper of a flag is the exception: it is there to say that a flag is false.
            means = fields.is_set(holder, field) or holder.DESCRIPTOR.name == "BoolValue"
            if self.side == RESPONSE or means:
                changed |= act(holder, field)
        return changed

    def _spoil_error(self, message: Message) -> bool:
        changed = False
        for response in _errors(message):
            error = response.error
            if error.code != self.code:
                continue
            changed = True
            if self.how == "altered":
                error.code += 1
            else:
                response.ClearField("error")
                _succeed(response)
        return changed


def points(release: Release) -> Iterator[Point]:
    """Every point of a release's API."""
    dialect = dialect_of(release)
    for method in sorted(OPEN_RPCS[release]):
        request, response = fields.messages_of(dialect, method)
        for side, kind in ((REQUEST, request), (RESPONSE, response)):
            for path in fields.paths(kind.DESCRIPTOR, release):
                field = fields.field_at(kind.DESCRIPTOR, path)
                if side == REQUEST or path[0] != "error":
                    yield Point(method, side, path, "dropped")
                if not fields.is_single_message(field):
                    yield Point(method, side, path, "altered")
                elif side == RESPONSE and path[-1] not in {"error", "result"}:
                    yield Point(method, side, path, "invented")
        if "error" in response.DESCRIPTOR.fields_by_name:
            yield Point(method, RESPONSE, ("result",), "swapped")


def error_points(seen: Iterable[tuple[str, int]]) -> Iterator[Point]:
    """A point for each error that an RPC was seen to answer with, and for codes never seen."""
    seen = sorted(set(seen))
    for method, code in seen:
        yield Point(method, RESPONSE, ("error",), "swallowed", code)
        yield Point(method, RESPONSE, ("error",), "altered", code)
    for code in Code:
        if code not in {number for _, number in seen}:
            yield Point("any", RESPONSE, ("error",), "altered", int(code))


def errors_in(message: Message) -> list[int]:
    """The codes of the errors in a response, those of slots and replies among them."""
    return [response.error.code for response in _errors(message)]


def _errors(message: Any) -> Iterator[Any]:
    """Every part of a response that has an error set."""
    declared = message.DESCRIPTOR.fields_by_name
    if "error" in declared and message.HasField("error"):
        yield message
    for name in ("result", "responses", "replies", "broadcast"):
        if name not in declared or declared[name].message_type is None:
            continue  # In a Reply of 3.2 `result` was bytes.
        value = getattr(message, name)
        if declared[name].is_repeated:
            for item in value:
                yield from _errors(item)
        elif message.HasField(name):
            yield from _errors(value)


def _succeed(response: Any) -> None:
    """Set an empty `result`, where there is one that is a message."""
    field = response.DESCRIPTOR.fields_by_name.get("result")
    if field is not None and field.message_type is not None:
        response.result.SetInParent()


def _swap(message: Any) -> bool:
    """A result becomes an error, an error a result."""
    declared = message.DESCRIPTOR.fields_by_name
    if "error" not in declared:
        return False
    if message.HasField("error"):
        message.ClearField("error")
        _succeed(message)
    else:
        message.ClearField("result")
        message.error.code, message.error.message = 100, "internal server error"
    return True
