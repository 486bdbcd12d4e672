"""What the table of releases explains: differences of answers that are as they have to be.

A rule applies to a pair of releases that its row sets apart. It reads the answer of each side by
that side's own release, and gives what both answers come to if each is as its release has it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from centrifugo_grpc.errors import TRANSPORT_STATUS, Code, api_error
from centrifugo_grpc.releases import (
    BLANK_USER_REFUSED,
    BROADCAST_EMPTY_DATA_PER_CHANNEL,
    BROADCAST_PER_CHANNEL_ANSWERS,
    DATA_CHECKED_BEFORE_NAMESPACE,
    EMPTY_RESULT,
    PUBLISH_RESULT,
    SUBSCRIBE_B64,
    Release,
)
from conformance.side_by_side.generating import Pair
from conformance.side_by_side.operations import Operation, set_in
from conformance.side_by_side.sides import Value

Reading = Callable[[str, Mapping[str, Any], Release, Value], Value]
"""RPC, its fields, the release that answered and its answer: the answer as the rule reads it."""

_WITHOUT_RESULT = frozenset({"Subscribe", "Unsubscribe", "Disconnect", "Refresh", "HistoryRemove"})
_AS_THE_RULE_SAYS = "as the rule says"


@dataclass(frozen=True)
class Rule:
    """Why answers may differ: a sentence and where it is known from.

    One that `is_of_parts` concerns parts of an answer, so that others may be needed besides.
    """

    sentence: str
    source: str
    applies: Callable[[Pair], bool]
    read: Reading
    is_of_parts: bool = False


def _words(_: str, __: Mapping[str, Any], release: Release, answer: Value) -> Value:
    """Each error that is in the words of its release, by its code alone."""
    if isinstance(answer, Mapping):
        if answer.keys() == {"code", "message"} and answer["code"] in tuple(Code):
            right = api_error(Code(answer["code"]), release).message
            return f"error {answer['code']}" if answer["message"] == right else answer
        return {name: _words("", {}, release, item) for name, item in answer.items()}
    if isinstance(answer, list):
        return [_words("", {}, release, item) for item in answer]
    return answer


def _empty_result(rpc: str, _: Mapping[str, Any], release: Release, answer: Value) -> Value:
    if rpc not in _WITHOUT_RESULT or "error" in answer or "status" in answer:
        return answer
    expected: dict[str, Any] = {"result": {}} if EMPTY_RESULT[release] else {}
    return _AS_THE_RULE_SAYS if answer == expected else answer


def _publish_result(rpc: str, _: Mapping[str, Any], release: Release, answer: Value) -> Value:
    if rpc not in ("Publish", "Broadcast") or "error" in answer or "status" in answer:
        return answer
    if not PUBLISH_RESULT[release]:
        return _AS_THE_RULE_SAYS if answer == {} else answer
    answers = answer.get("result", {}).get("responses", [answer])
    is_success = all(each.keys() == {"result"} for each in answers)
    return _AS_THE_RULE_SAYS if is_success else answer


def _positions(_: str, __: Mapping[str, Any], ___: Release, answer: Value) -> Value:
    """A history without what only the v3 dialect tells."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("result"), Mapping):
        return answer
    result = {k: v for k, v in answer["result"].items() if k not in ("offset", "epoch")}
    if "publications" in result:
        result["publications"] = [
            {name: value for name, value in each.items() if name not in ("offset", "tags")}
            for each in result["publications"]
        ]
    return {**answer, "result": result}


def _data_first(rpc: str, fields: Mapping[str, Any], release: Release, answer: Value) -> Value:
    """An empty payload for an unknown namespace: which of both is told."""
    if rpc not in ("Publish", "Broadcast") or not _has_no_data(fields):
        return answer
    code = Code.BAD_REQUEST if DATA_CHECKED_BEFORE_NAMESPACE[release] else Code.UNKNOWN_CHANNEL
    return _AS_THE_RULE_SAYS if _code(answer) == code else answer


def _empty_broadcast(rpc: str, fields: Mapping[str, Any], release: Release, answer: Value) -> Value:
    if rpc != "Broadcast" or not _has_no_data(fields):
        return answer
    if BROADCAST_EMPTY_DATA_PER_CHANNEL[release]:
        answers = answer.get("result", {}).get("responses", [])
        refused = all(_code(each) in (Code.BAD_REQUEST, Code.UNKNOWN_CHANNEL) for each in answers)
        return _AS_THE_RULE_SAYS if answers and refused else answer
    return _AS_THE_RULE_SAYS if _code(answer) == Code.BAD_REQUEST else answer


def _partial_broadcast(rpc: str, _: Mapping[str, Any], release: Release, answer: Value) -> Value:
    """The first error of the call, where it is told."""
    if rpc != "Broadcast":
        return answer
    if not BROADCAST_PER_CHANNEL_ANSWERS[release]:
        return f"refused with {_code(answer)}" if "error" in answer else answer
    answers = answer.get("result", {}).get("responses", [answer])
    first = next((each for each in answers if "error" in each), None)
    return answer if first is None else f"refused with {_code(first)}"


def _blank_user(rpc: str, fields: Mapping[str, Any], release: Release, answer: Value) -> Value:
    if rpc not in ("Unsubscribe", "Disconnect") or fields.get("user"):
        return answer
    if BLANK_USER_REFUSED[release]:
        return _AS_THE_RULE_SAYS if _code(answer) == Code.BAD_REQUEST else answer
    is_right = _code(answer) is None or _code(answer) == Code.UNKNOWN_CHANNEL
    return _AS_THE_RULE_SAYS if is_right else answer


def _subscribe_b64(rpc: str, fields: Mapping[str, Any], release: Release, answer: Value) -> Value:
    if rpc != "Subscribe" or not {"b64data", "b64info"} & fields.keys():
        return answer
    allowed = (None, Code.BAD_REQUEST) if SUBSCRIBE_B64[release] else (None,)
    return _AS_THE_RULE_SAYS if _code(answer) in allowed else answer


RULES: Sequence[Rule] = (
    Rule(
        "An error code has its words in each release",
        "facts v2.md 1, v3-v6.md 1",
        lambda pair: any(
            api_error(code, pair.first) != api_error(code, pair.second) for code in Code
        ),
        _words,
        is_of_parts=True,
    ),
    Rule(
        "The v3 dialect tells offsets, epochs and tags of a history, the v2 dialect does not",
        "facts v2.md 1, v3-v6.md 5 History",
        lambda pair: pair.differ(PUBLISH_RESULT),
        _positions,
        is_of_parts=True,
    ),
    Rule(
        DATA_CHECKED_BEFORE_NAMESPACE.rule,
        DATA_CHECKED_BEFORE_NAMESPACE.source,
        lambda pair: pair.differ(DATA_CHECKED_BEFORE_NAMESPACE),
        _data_first,
    ),
    Rule(
        BROADCAST_EMPTY_DATA_PER_CHANNEL.rule,
        BROADCAST_EMPTY_DATA_PER_CHANNEL.source,
        lambda pair: pair.differ(BROADCAST_EMPTY_DATA_PER_CHANNEL),
        _empty_broadcast,
    ),
    Rule(
        BROADCAST_PER_CHANNEL_ANSWERS.rule,
        BROADCAST_PER_CHANNEL_ANSWERS.source,
        lambda pair: pair.differ(BROADCAST_PER_CHANNEL_ANSWERS),
        _partial_broadcast,
    ),
    Rule(
        BLANK_USER_REFUSED.rule,
        BLANK_USER_REFUSED.source,
        lambda pair: pair.differ(BLANK_USER_REFUSED),
        _blank_user,
    ),
    Rule(
        SUBSCRIBE_B64.rule,
        SUBSCRIBE_B64.source,
        lambda pair: pair.differ(SUBSCRIBE_B64),
        _subscribe_b64,
    ),
    Rule(
        EMPTY_RESULT.rule,
        EMPTY_RESULT.source,
        lambda pair: pair.differ(EMPTY_RESULT),
        _empty_result,
    ),
    Rule(
        PUBLISH_RESULT.rule,
        PUBLISH_RESULT.source,
        lambda pair: pair.differ(PUBLISH_RESULT),
        _publish_result,
    ),
)


def explanation(operation: Operation, pair: Pair, first: Value, second: Value) -> list[Rule] | None:
    """The rules by which two answers are both right, none if they are alike; None if they are not.

    The replies of a batch are explained each by itself.
    """
    if first == second:
        return []
    if operation.rpc != "Batch" or "replies" not in first or "replies" not in second:
        return _explained(operation.rpc, operation.fields, pair, first, second)
    if first["count"] != second["count"]:
        return None
    used: list[Rule] = []
    commands = operation.fields.get("commands", ())
    for command, *replies in zip(commands, first["replies"], second["replies"], strict=False):
        name, fields = set_in(command)
        rpc = "".join(word.capitalize() for word in name.split("_"))
        alone = [{"result": each[name]} if name in each else each for each in replies]
        rules = _explained(rpc, fields, pair, *alone)
        if rules is None:
            return None
        used += rules
    return used


def _explained(
    rpc: str, fields: Mapping[str, Any], pair: Pair, first: Value, second: Value
) -> list[Rule] | None:
    used: list[Rule] = []
    for rule in RULES:
        if first == second:
            break
        if not rule.applies(pair):
            continue
        read = (
            rule.read(rpc, fields, pair.first, first),
            rule.read(rpc, fields, pair.second, second),
        )
        if read[0] == read[1] or (rule.is_of_parts and read != (first, second)):
            used.append(rule)
            first, second = read
    return used if first == second else None


def _has_no_data(fields: Mapping[str, Any]) -> bool:
    return not fields.get("data") and not fields.get("b64data")


def _code(answer: Value) -> Any:
    """The code of an error: in the words of a release, by its code alone, or as a gRPC status."""
    if not isinstance(answer, Mapping):
        return None
    if "status" in answer:
        told = (answer["status"], answer["details"])
        codes = (c for c in Code for r in Release if told == _as_status(c, r))
        return next(codes, "no API error")
    error = answer.get("error")
    if isinstance(error, str):
        return int(error.removeprefix("error "))
    return error["code"] if isinstance(error, Mapping) else None


def _as_status(code: Code, release: Release) -> tuple[str, str]:
    return TRANSPORT_STATUS[code].name, api_error(code, release).message
