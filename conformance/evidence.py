"""What a test leaves behind: its verdict and the exchanges, as properties of pytest's report.

Properties are all that pytest-xdist carries from a worker to the controller, and JUnit files
show them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from google.protobuf.message import Message

from centrifugo_grpc.exchange import Exchange
from conformance import expect
from conformance.requirement import Requirement
from conformance.verdicts import Verdict

Exchanges = list[Exchange[Message]]

KEPT_FIRST = 10
KEPT_LAST = 20
"""Of a longer series of exchanges, these many of its begin and end are kept."""
_SHOWN_FIRST = 3
_SHOWN_LAST = 5
_SHOWN_CHARACTERS = 300

CAUSE = "ended"
"""The property that says why the run ends early."""
RECORDED = pytest.StashKey[Exchanges]()
CASES = pytest.StashKey[int]()


@dataclass(frozen=True)
class Judged:
    """One test's verdict. `cases` is how many tests judge the same requirement and dialect."""

    id: str
    dialect: str
    verdict: Verdict
    reason: str
    evidence: Sequence[Mapping[str, Any]]
    seconds: float
    cases: int

    @property
    def key(self) -> tuple[str, str]:
        """The requirement and the dialect."""
        return self.id, self.dialect


def without_key(exchange: Exchange[Message], key: str | None) -> Exchange[Message]:
    """The exchange with the API key blotted out of the metadata that a test sent of its own."""
    if not key:
        return exchange
    blotted = tuple(
        (name, value.replace(key, "<key>") if isinstance(value, str) else value)
        for name, value in exchange.sent_metadata
    )
    return replace(exchange, sent_metadata=blotted)


def properties(
    requirement: Requirement, dialect: str, verdict: Verdict, why: str, exchanges: Exchanges
) -> dict[str, str]:
    """The properties that tell a verdict."""
    return {
        "requirement": requirement.id,
        "dialect": dialect,
        "level": requirement.level.value,
        "sentence": requirement.sentence,
        "source": requirement.source,
        "verdict": verdict.value,
        "reason": why,
        "evidence": json.dumps(_kept(exchanges)),
    }


def judged(report: pytest.TestReport) -> Judged | None:
    """The verdict that a report carries, if its phase has decided one."""
    found = {str(name): str(value) for name, value in report.user_properties}
    if "verdict" not in found or (report.when != "call" and report.passed):
        return None
    return Judged(
        id=found["requirement"],
        dialect=found["dialect"],
        verdict=Verdict(found["verdict"]),
        reason=found["reason"],
        evidence=json.loads(found["evidence"]),
        seconds=report.duration if report.when == "call" else 0.0,
        cases=int(found["cases"]),
    )


def told(requirement: Requirement, where: str, raised: BaseException, exchanges: Exchanges) -> str:
    """A deviation in full, for the terminal; `where` names dialect and release."""
    lines = [f"{requirement.id} ({requirement.level.value}, {where}): {requirement.sentence}"]
    if isinstance(raised, expect.Deviation):
        lines += [f"  expected: {raised.expected}", f"  got:      {raised.got}"]
    else:
        lines += [f"  got:      {str(raised) or type(raised).__name__}"]
    lines += [f"  source:   {requirement.source}"]
    if not exchanges:
        return "\n".join([*lines, "  exchanges: none"])
    return "\n".join([*lines, "  exchanges:", *_shown(exchanges)])


def _kept(exchanges: Exchanges) -> list[dict[str, Any]]:
    if len(exchanges) > KEPT_FIRST + KEPT_LAST:
        exchanges = exchanges[:KEPT_FIRST] + exchanges[-KEPT_LAST:]
    return [exchange.as_json() for exchange in exchanges]


def _shown(exchanges: Exchanges) -> list[str]:
    numbered = list(enumerate(exchanges, start=1))
    left_out = len(numbered) - _SHOWN_FIRST - _SHOWN_LAST
    if left_out <= 0:
        return [_line(*each) for each in numbered]
    first, last = numbered[:_SHOWN_FIRST], numbered[-_SHOWN_LAST:]
    between = f"    ... {left_out} more"
    return [*(_line(*each) for each in first), between, *(_line(*each) for each in last)]


def _line(number: int, exchange: Exchange[Message]) -> str:
    request = json.dumps(exchange.as_json()["request"])
    if len(request) > _SHOWN_CHARACTERS:
        request = f"{request[:_SHOWN_CHARACTERS]}... ({len(request)} characters)"
    answer = expect.answer(exchange)
    return f"    {number}. {exchange.method} {request}\n       -> {answer}"
