"""A load run: figures for the tables, curves for the plots."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from hdrh.histogram import HdrHistogram

from centrifugo_grpc.problem import Problem
from reports.runs import Run
from reports.showing import latency

PERCENTILES = ("50", "90", "99", "99.9", "99.99")
LIMITS = {
    "server": "the server's limit",
    "generator": "the generator's limit: the server may take more",
    "shared machine": "the limit of the machine that both shared",
    "unknown": "not known",
}
NONE = "\N{EN DASH}"
"""Stands for a figure that there is not."""
_FEWEST_BEYOND = 10
_CURVE_POINTS = 160
_MOST_POINTS = 600

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Load:
    """One load run; `style` numbers its line in the plots, the same for all rounds of one server.

    It is the round `round` of `rounds` with the same settings.
    """

    implementation: str
    run: Run
    style: int
    round: int = 1
    rounds: int = 1

    @property
    def document(self) -> Mapping[str, Any]:
        """The result file."""
        return self.run.document

    @property
    def title(self) -> str:
        """The dialect and release that it spoke."""
        target = self.document["target"]
        if target["dialect"] is None:
            return "never reached"
        return f"{target['dialect']} as {target['release']}"

    @property
    def rate(self) -> float:
        """Successful publications a second."""
        return float(self.document["throughput"]["publications_per_second"])

    @property
    def errors(self) -> list[tuple[str, str, int]]:
        """What went wrong: API or transport error, which, and how many calls."""
        outcomes = self.document["outcomes"]
        kinds = (("API error", "api_errors"), ("transport error", "transport_errors"))
        return [(kind, what, n) for kind, key in kinds for what, n in outcomes[key].items() if n]

    @property
    def limit(self) -> str:
        """Whose limit the throughput shows."""
        return LIMITS[self.document["limit"]["label"]]

    @property
    def sizes(self) -> Points:
        """Publications a second over the bytes of a payload, where the run tried several."""
        return sorted(
            (float(step["payload_bytes"]), float(step["throughput"]["publications_per_second"]))
            for step in self.document.get("steps", ())
            if "payload_bytes" in step
        )

    @property
    def knee(self) -> list[tuple[float, float, bool]]:
        """Offered rate, p99 in microseconds and whether that was within the bound, by rate.

        A rate that was tried twice counts as it went the better time: the search takes it so.
        """
        found: dict[float, tuple[bool, float]] = {}
        for step in self.document.get("capacity", {}).get("steps", ()):
            tried = (not step["passed"], float(step["p99_us"]))
            if step["p99_us"] > 0:
                found[step["rate"]] = min(tried, found.get(step["rate"], tried))
        return sorted((float(rate), p99, not failed) for rate, (failed, p99) in found.items())

    @cached_property
    def delivery_curve(self) -> Points:
        """Publish-to-receive latency by percentile, as `percentile_curve`."""
        found = self.document.get("delivery", {}).get("latency")
        return self._curve(found["histogram"]) if found else []

    @property
    def found(self) -> dict[str, int]:
        """What the scenarios account and delivery counted."""
        counted = {**self.document.get("account", {}), **self.document.get("delivery", {})}
        return {k.replace("_", " "): v for k, v in counted.items() if isinstance(v, int)}

    @property
    def percentiles(self) -> Mapping[str, float]:
        """Microseconds of response time; of delivery, from publish to receive."""
        found = self.document.get("delivery", {}).get("latency")
        told: Mapping[str, float] = (found or self.document["latency"]["response"])["percentiles"]
        return told

    def latencies(self, of: str) -> list[str]:
        """The percentiles of `response` or `service`, a dash where samples were too few."""
        told = self.document["latency"][of]["percentiles"]
        return [latency(told[name]) if name in told else NONE for name in PERCENTILES]

    @property
    def waited(self) -> bool:
        """Whether calls started later than intended, so that the two latencies differ."""
        both = self.document["latency"]
        return bool(both["response"]["percentiles"] != both["service"]["percentiles"])

    @cached_property
    def percentile_curve(self) -> Points:
        """Latency in microseconds over 1/(1-quantile), as far as ten samples lie beyond."""
        return self._curve(self.document["latency"]["response"]["histogram"])

    @cached_property
    def rates(self) -> Points:
        """Successful calls a second over seconds since the start, zero where nothing came."""
        series = sorted(self.document["series"], key=lambda point: point["second"])
        points = [(float(point["second"]), float(point["ok"])) for point in series]
        gaps = [
            (second, 0.0)
            for (before, _), (after, _) in pairwise(points)
            if after - before > 1
            for second in (before + 1, after - 1)
        ]
        return _thinned(sorted({*points, *gaps}))

    @property
    def error_seconds(self) -> Points:
        """The seconds with errors, and how many successful calls each had."""
        return [
            (float(point["second"]), float(point["ok"]))
            for point in self.document["series"]
            if point["api_errors"] or point["transport_errors"]
        ][:_MOST_POINTS]

    def _curve(self, encoded: str) -> Points:
        histogram = self._histogram(encoded)
        count = histogram.get_total_count()
        if count < 2 * _FEWEST_BEYOND:
            return []
        longest = math.log10(count / _FEWEST_BEYOND)
        steps = (10 ** (longest * step / _CURVE_POINTS) for step in range(_CURVE_POINTS + 1))
        return [(x, histogram.get_value_at_percentile(100 - 100 / x)) for x in steps]

    def _histogram(self, encoded: str) -> Any:
        try:
            return HdrHistogram.decode(encoded)
        except Exception as error:  # whatever broken data makes the decoder raise
            raise Problem(
                f"{self.run.name} is no valid load result file: its histogram does not decode"
                f" ({type(error).__name__}): measure again"
            ) from error


def _thinned(points: Points) -> Points:
    """At most some hundred points, each the mean of its neighbours."""
    width = math.ceil(len(points) / _MOST_POINTS)
    if width <= 1:
        return points
    parts = [points[start : start + width] for start in range(0, len(points), width)]
    return [(part[0][0], sum(value for _, value in part) / len(part)) for part in parts]
