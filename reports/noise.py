"""Whether a figure got worse than noise explains: a rank test, and the spread beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.stats import mannwhitneyu, quantile

FEWEST_ROUNDS = 4
"""Of each side: with fewer, no order of the rounds is unlikely enough to tell anything."""
SIGNIFICANCE = 0.05

Worse = Literal["less", "greater"]


@dataclass(frozen=True)
class Spread:
    """The middle of some samples: median, and the quartiles around it."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """The spread of at least one sample."""
        low, median, high = (float(q) for q in quantile(list(samples), [0.25, 0.5, 0.75]))
        return cls(low, median, high)


@dataclass(frozen=True)
class Difference:
    """Two samples beside each other; `p` is how likely the excess over the threshold is noise."""

    old: Spread
    new: Spread
    samples: tuple[int, int]
    p: float

    @property
    def ratio(self) -> float:
        """New over old, by the medians."""
        return self.new.median / self.old.median if self.old.median else float("inf")

    @property
    def is_worse(self) -> bool:
        """Whether it is beyond the threshold, and noise does not explain it."""
        return self.p < SIGNIFICANCE


def difference(
    old: Sequence[float], new: Sequence[float], *, worse: Worse, threshold: float
) -> Difference:
    """Compare samples; `worse` names the bad direction, `threshold` the share that is let pass.

    The old samples are moved by the threshold first, so the test (Mann and Whitney's, one-sided)
    asks whether the new ones are worse by more than that.
    """
    moved = [value * (1 - threshold if worse == "less" else 1 + threshold) for value in old]
    p = float(mannwhitneyu(new, moved, alternative=worse).pvalue)
    return Difference(Spread.of(old), Spread.of(new), (len(old), len(new)), p)
