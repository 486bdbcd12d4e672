"""The scenario *capacity*: the highest rate of publications whose p99 stays under a bound.

An open loop goes up by doubling until a rate fails, and then halves the gap between the highest
rate that passed and the lowest that failed. Each rate runs for a time of its own; the first part of
it settles and does not count.
"""

from collections.abc import Generator
from dataclasses import dataclass

from bench._latencies import FEWEST_BEYOND, values_at
from bench._tally import Tally

FIRST_RATE = 100.0
_CLOSE_ENOUGH = 0.015
_LEAST = 10.0
_MOST_STEPS = 40
_REACHED = 0.99
"""The share of its starts that a rate has to have: those due as a step ends never happen."""


@dataclass(frozen=True)
class Step:
    """A rate (calls a second, all users together) that was tried, and how it went."""

    rate: float
    p99_us: int
    passed: bool
    why: str
    tally: Tally
    seconds: float


def judged(rate: float, tally: Tally, seconds: float, bound_us: float) -> Step:
    """Whether a rate passed: on time, without errors, none of its starts missing."""
    latencies = tally.response
    p99 = values_at(latencies.counts, (99.0,))[99.0]
    why = ""
    if tally.errors:
        why = f"{tally.errors} errors"
    elif is_hopeless(rate, tally, seconds, bound_us):
        why = f"p99 {p99 / 1000:.2f} ms"
    elif tally.sent < _REACHED * rate * seconds - 1:
        why = f"only {tally.sent / seconds:.0f} a second could start"
    elif latencies.total < 100 * FEWEST_BEYOND:
        why = f"{latencies.total} calls are too few to tell the p99"
    elif p99 > bound_us:
        why = f"p99 {p99 / 1000:.2f} ms"
    return Step(rate, p99, not why, why, tally, seconds)


def is_hopeless(rate: float, tally: Tally, seconds: float, bound_us: float) -> bool:
    """Whether so many were too slow that the p99 of all the calls of a step is above the bound."""
    slow = sum(count for us, count in tally.response.counts.items() if us > bound_us)
    return slow > 0.01 * rate * seconds


def search(first: float = FIRST_RATE) -> Generator[float, Step, None]:
    """The rates to try, each after what the one before it gave.

    A rate fails if it fails twice: a hiccup of the machine is not a limit of the server.
    """
    passed, failed, rate = 0.0, 0.0, first
    for _ in range(_MOST_STEPS):
        step = yield rate
        if not step.passed:
            step = yield rate
        if step.passed:
            passed = rate
        else:
            failed = rate
        if failed and passed and failed / passed - 1 <= _CLOSE_ENOUGH:
            return
        if failed and not passed and failed <= _LEAST:
            return
        rate = rate * 2 if not failed else (passed + failed) / 2
