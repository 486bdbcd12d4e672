"""What a test's end says about its requirement."""

from collections.abc import Iterable
from enum import Enum

import pytest

from conformance.expect import Deviation
from conformance.requirement import Level


class Verdict(Enum):
    """How a requirement came out.

    Who fails a SHOULD or a MAY is warned. Who deviates from what was OBSERVED differs from
    Centrifugo. `ERROR`: the suite itself went wrong, so nothing is known.
    """

    PASSED = "passed"
    NOT_SHOWN = "not shown"
    DIFFERS = "differs"
    FAILED = "failed"
    ERROR = "error"


_WORST_FIRST = tuple(reversed(Verdict))


def judge(level: Level, raised: BaseException | None) -> Verdict:
    """The verdict on a requirement whose test raised this, or nothing."""
    if raised is None:
        return Verdict.PASSED
    if not isinstance(raised, AssertionError):
        return Verdict.ERROR
    return Verdict.DIFFERS if level is Level.OBSERVED else Verdict.FAILED


def reason(raised: BaseException) -> str:
    """What a test raised, in a line."""
    if isinstance(raised, Deviation):
        return f"expected {raised.expected}, got {raised.got}"
    if isinstance(raised, pytest.skip.Exception):
        return "the test skipped itself: what a target lacks is decided before the tests"
    text = " ".join(str(raised).split())
    return f"{type(raised).__name__}: {text}" if text else type(raised).__name__


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a requirement that several tests judge."""
    found = set(verdicts)
    return next(verdict for verdict in _WORST_FIRST if verdict in found)
