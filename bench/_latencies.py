"""Latencies in microseconds, as many as there are, in constant memory.

Values are kept as the HdrHistogram of three digits would round them, so a histogram of the whole
is exact wherever its parts were counted.
"""

import zlib
from array import array
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from hdrh.histogram import HdrHistogram

LONGEST_US = 120_000_000
"""Latencies above two minutes count as two minutes."""
PERCENTILES = (50.0, 90.0, 99.0, 99.9, 99.99)
FEWEST_BEYOND = 10

_FINE_BITS = 11
_COARSE_BITS = 8


class Latencies:
    """Counts of latencies by value."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.total = self.sum_us = self.max_us = 0

    def take(self, raw: Mapping[int, int]) -> None:
        """Take in counts by microsecond."""
        if not raw:
            return
        counts = self.counts
        for value, count in raw.items():
            shift = value.bit_length() - _FINE_BITS
            key = value >> shift << shift if shift > 0 else value
            counts[key] = counts.get(key, 0) + count
            self.sum_us += value * count
        self.total += sum(raw.values())
        self.max_us = max(self.max_us, *raw)

    def add(self, other: "Latencies") -> None:
        """Take in what was counted elsewhere."""
        for key, count in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + count
        self.total += other.total
        self.sum_us += other.sum_us
        self.max_us = max(self.max_us, other.max_us)

    def clear(self) -> None:
        """Count from nothing."""
        self.counts = {}
        self.total = self.sum_us = self.max_us = 0

    def histogram(self) -> Any:
        """The HdrHistogram of them."""
        histogram = HdrHistogram(1, LONGEST_US, 3)
        for value, count in sorted(self.counts.items()):
            histogram.record_value(min(max(value, 1), LONGEST_US), count)
        return histogram

    def percentiles(self) -> dict[str, float]:
        """The percentiles that at least ten samples lie beyond."""
        wanted = [p for p in PERCENTILES if self.total * (100 - p) / 100 >= FEWEST_BEYOND]
        values = values_at(self.counts, wanted)
        return {f"{p:g}": float(values[p]) for p in wanted}

    def document(self) -> dict[str, Any]:
        """What a result file tells of them."""
        return {
            "histogram": self.histogram().encode().decode("ascii"),
            "count": self.total,
            "mean": round(self.sum_us / self.total, 3) if self.total else 0,
            "max": self.max_us,
            "percentiles": self.percentiles(),
        }

    def as_message(self) -> list[Any]:
        """Plain values, for a message to the master."""
        return [list(self.counts.items()), self.total, self.sum_us, self.max_us]

    @classmethod
    def from_message(cls, message: list[Any]) -> "Latencies":
        """The latencies in a message."""
        latencies = cls()
        pairs, latencies.total, latencies.sum_us, latencies.max_us = message
        latencies.counts = dict(pairs)
        return latencies


def values_at(counts: Mapping[int, int], percentiles: Iterable[float]) -> dict[float, int]:
    """The value at each percentile, in ascending order of them; 0 where nothing was counted."""
    total, found, seen = sum(counts.values()), {}, 0
    values = iter(sorted(counts.items()))
    value = 0
    for percentile in percentiles:
        # The epsilon keeps 99.9 % of 1000 at 999, whatever binary fractions make of it.
        rank = total * percentile / 100 - 1e-9
        while seen < rank:
            value, count = next(values)
            seen += count
        found[percentile] = value
    return found


def coarse(raw: Mapping[int, int], into: dict[int, int]) -> None:
    """Add counts by microsecond at two digits: enough for a line in a chart."""
    for value, count in raw.items():
        shift = value.bit_length() - _COARSE_BITS
        key = value >> shift << shift if shift > 0 else value
        into[key] = into.get(key, 0) + count


def packed(counts: Mapping[int, int]) -> bytes:
    """Counts by value, in a fiftieth of the memory of a dictionary."""
    values = sorted(counts)
    steps = [after - before for before, after in zip((0, *values), values, strict=False)]
    return zlib.compress(array("q", [*steps, *map(counts.__getitem__, values)]).tobytes(), 1)


def unpacked(data: bytes) -> dict[int, int]:
    """The counts in what `packed` made."""
    if not data:
        return {}
    both = array("q")
    both.frombytes(zlib.decompress(data))
    half = len(both) // 2
    return dict(zip(accumulate(both[:half]), both[half:], strict=True))
