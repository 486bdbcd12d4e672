"""Rules that hold whatever the input: Hypothesis invents it, and shrinks what breaks a rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import hypothesis
from hypothesis import strategies

from conformance.expect import Deviation, shown

Example = TypeVar("Example")


@dataclass(frozen=True)
class Budget:
    """How many examples each property may take, and the seed of what they are."""

    examples: int
    seed: int


class Properties:
    """Tries properties within a budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def hold(
        self,
        strategy: strategies.SearchStrategy[Example],
        judge: Callable[[Example], None],
        *,
        share: float = 1.0,
    ) -> None:
        """`judge` accepts every example; deviates with the smallest that it does not accept.

        `share` of the budget is used: less than 1 for examples that cost much.
        """
        failed: list[tuple[Example, Deviation]] = []

        @hypothesis.seed(self._budget.seed)
        @hypothesis.settings(
            max_examples=max(1, round(self._budget.examples * share)),
            phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(strategy)
        def attempt(example: Example) -> None:
            try:
                judge(example)
            except Deviation as deviation:
                failed.append((example, deviation))
                raise

        try:
            attempt()
        except Deviation:
            self._deviate(*failed[-1])  # Hypothesis repeats the smallest one last.
        except hypothesis.errors.Flaky:
            example, deviation = min(failed, key=lambda each: len(repr(each[0])))
            self._deviate(example, deviation, " (not every time)")

    def _deviate(self, example: object, deviation: Deviation, often: str = "") -> None:
        seed = f"--seed {self._budget.seed} --examples {self._budget.examples}"
        got = f"{deviation.got}{often}; smallest example: {shown(example)}; repeat it with {seed}"
        raise Deviation(deviation.expected, got) from None
