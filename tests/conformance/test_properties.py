"""Properties: a budget, a seed that repeats them, the smallest example in the deviation."""

import pytest
from hypothesis import strategies as st

from conformance import expect
from conformance.expect import Deviation
from conformance.properties import Budget, Properties


def test_a_property_that_holds_takes_its_budget() -> None:
    taken: list[int] = []
    Properties(Budget(examples=25, seed=1)).hold(st.integers(), taken.append)
    assert 20 <= len(taken) <= 25


def test_the_same_seed_takes_the_same_examples() -> None:
    first: list[int] = []
    second: list[int] = []
    for taken in (first, second):
        Properties(Budget(examples=25, seed=7)).hold(st.integers(), taken.append)
    assert first == second


def test_a_deviation_tells_the_smallest_example_and_how_to_repeat_it() -> None:
    def judge(numbers: list[int]) -> None:
        expect.equal("the largest", max(numbers, default=0) < 10, True)  # noqa: FBT003

    with pytest.raises(Deviation) as raised:
        Properties(Budget(examples=500, seed=3)).hold(st.lists(st.integers(0, 1000)), judge)
    assert raised.value.got.startswith("False; smallest example: [10];")
    assert raised.value.got.endswith("--seed 3 --examples 500")


def test_a_rule_that_breaks_by_chance_is_a_deviation() -> None:
    calls: list[int] = []

    def judge(number: int) -> None:
        calls.append(number)
        expect.that(len(calls) != 5, "no fifth call")

    with pytest.raises(Deviation, match="not every time"):
        Properties(Budget(examples=20, seed=3)).hold(st.integers(), judge)


def test_what_goes_wrong_in_the_suite_is_no_deviation() -> None:
    def judge(number: int) -> None:
        raise RuntimeError("the suite")

    with pytest.raises(RuntimeError, match="the suite"):
        Properties(Budget(examples=20, seed=3)).hold(st.integers(), judge)
