"""Runs one sequence on both sides, until an answer differs that no rule explains."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import grpc

from centrifugo_grpc.releases import Dialect, dialect_of
from conformance.side_by_side.explained import Rule, explanation
from conformance.side_by_side.generating import Pair
from conformance.side_by_side.operations import Operation
from conformance.side_by_side.sides import Side, Value
from conformance.target import Target

_NO_ANSWER = (grpc.StatusCode.UNAVAILABLE.name, grpc.StatusCode.DEADLINE_EXCEEDED.name)
_SETTLE_SECONDS = 1.0
"""How long 2.8 may take to publish what a Broadcast left to do when it answered with an error."""


@dataclass(frozen=True)
class Difference:
    """Two answers to the last of these operations."""

    operations: tuple[Operation, ...]
    first: Value
    second: Value


@dataclass
class Comparison:
    """What a run of a sequence came to; `stopped` names a side that no longer answers."""

    done: int = 0
    errors: int = 0
    options: Counter[str] = field(default_factory=Counter)
    expected: dict[Rule, int] = field(default_factory=dict)
    difference: Difference | None = None
    stopped: str = ""


def compare(
    first: Target,
    second: Target,
    operations: Iterable[Operation],
    progress: Callable[[Comparison], None] = lambda _: None,
) -> Comparison:
    """Do the operations on both, in fresh channels, until the first unexplained difference."""
    pair = Pair(first.release, second.release)
    token = secrets.token_hex(6)
    sides = [Side(target, token, only_v2=pair.only_v2) for target in (first, second)]
    found = Comparison()
    done: list[Operation] = []
    try:
        for operation in operations:
            done.append(operation)
            answers = [side.answer(operation) for side in sides]
            found.stopped = _stopped(sides, operation, answers)
            if found.stopped:
                break
            rules = explanation(operation, pair, *answers)
            if rules is None and _may_settle(operation, pair):
                rules = _settled(sides, operation, pair, answers)
            _count(found, operation, answers)
            if answers[0] != answers[1]:
                if rules is None:
                    found.difference = Difference(tuple(done), *answers)
                    break
                for rule in rules:
                    found.expected[rule] = found.expected.get(rule, 0) + 1
            progress(found)
    finally:
        for side in sides:
            side.close()
    return found


def _stopped(sides: list[Side], operation: Operation, answers: list[Value]) -> str:
    """Which side gave no answer, if one did not; blank if both did."""
    for side, answer in zip(sides, answers, strict=True):
        if isinstance(answer, dict) and answer.get("status") in _NO_ANSWER:
            address = side.target.endpoint.address
            return f"{address} did not answer {operation}: {answer['status']} {answer['details']}"
    return ""


def _may_settle(operation: Operation, pair: Pair) -> bool:
    dialects = {dialect_of(pair.first), dialect_of(pair.second)}
    return operation.rpc == "History" and Dialect.V2 in dialects


def _settled(
    sides: list[Side], operation: Operation, pair: Pair, answers: list[Value]
) -> list[Rule] | None:
    """Ask again, in place, until the answers are explained or the time is up."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    rules = None
    while rules is None and time.monotonic() < deadline:
        time.sleep(0.01)
        answers[:] = [side.answer(operation) for side in sides]
        rules = explanation(operation, pair, *answers)
    return rules


def _count(found: Comparison, operation: Operation, answers: list[Value]) -> None:
    found.done += 1
    found.options.update(operation.options)
    found.errors += any(_has_error(answer) for answer in answers)


def _has_error(answer: Value) -> bool:
    """Whether an answer, or one of the answers in it, is an error."""
    if isinstance(answer, dict):
        return "error" in answer or "status" in answer or any(map(_has_error, answer.values()))
    return isinstance(answer, list) and any(map(_has_error, answer))
