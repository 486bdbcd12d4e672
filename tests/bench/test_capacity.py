"""The search for the highest rate that holds: told of every step, it finds the limit."""

import pytest

from bench._capacity import Step, judged, search
from bench._latencies import Latencies
from bench._tally import Tally


def step(rate: float, *, passed: bool) -> Step:
    return Step(rate, 0, passed, "" if passed else "p99", Tally(), 1.0)


def found(limit: float, hiccups: frozenset[int] = frozenset()) -> float:
    """What the search finds at a server that takes `limit`; the steps named fail by chance."""
    rates, best, number = search(), 0.0, 0
    rate = next(rates)
    while True:
        passed = rate <= limit and number not in hiccups
        best = max(best, rate) if passed else best
        number += 1
        try:
            rate = rates.send(step(rate, passed=passed))
        except StopIteration:
            return best


@pytest.mark.parametrize("limit", [37, 100, 160, 999, 12_345, 300_000])
def test_it_finds_the_limit_within_three_percent(limit: float) -> None:
    assert limit * 0.97 <= found(limit) <= limit


def test_one_hiccup_is_not_taken_for_the_limit() -> None:
    assert found(1000, frozenset({1})) >= 970


def test_a_server_that_holds_no_rate_ends_the_search() -> None:
    assert found(0) == 0


def tally(count: int, us: int, missed: int = 0) -> Tally:
    latencies = Latencies()
    latencies.take({us: count})
    return Tally(sent=count, ok=count, response=latencies, missed=missed)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (tally(5000, 900), ""),
        (tally(5000, 1100), "p99 1.10 ms"),
        (tally(4900, 900), "only 980 a second could start"),
        # What was due when the step ended, and is within the share that may be missing.
        (tally(4990, 900, missed=10), ""),
    ],
)
def test_a_rate_passes_on_time_without_errors_and_within_its_bound(given: Tally, why: str) -> None:
    assert judged(1000, given, 5.0, 1000).why == why


def test_errors_fail_a_rate() -> None:
    given = tally(5000, 900)
    given.transport_errors["UNAVAILABLE"] = 2
    assert judged(1000, given, 5.0, 1000).why == "2 errors"


def test_too_few_calls_tell_no_p99() -> None:
    assert "too few" in judged(100, tally(500, 900), 5.0, 1000).why
