"""The load runs: figures for the table, curves for the plots."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from hdrh.histogram import HdrHistogram

from centrifugo_grpc.problem import Problem
from reports.implementations import Implementation, name_of
from reports.runs import Run
from reports.showing import latency, number, size

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
class Settings:
    """What a load run did; runs with the same settings are drawn together."""

    scenario: str
    payload_bytes: int
    in_flight: int
    users: int

    def __str__(self) -> str:
        users = "1 user" if self.users == 1 else f"{number(self.users)} users"
        return (
            f"{self.scenario}, {size(self.payload_bytes)} payloads,"
            f" {users} with {number(self.in_flight)} calls in flight each"
        )


@dataclass(frozen=True)
class Load:
    """One load run; `style` numbers its line in the plots."""

    implementation: str
    run: Run
    style: int

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
    def settings(self) -> Settings:
        """What it did."""
        return settings_of(self.run)

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
        histogram = self._histogram()
        count = histogram.get_total_count()
        if count < 2 * _FEWEST_BEYOND:
            return []
        longest = math.log10(count / _FEWEST_BEYOND)
        steps = (10 ** (longest * step / _CURVE_POINTS) for step in range(_CURVE_POINTS + 1))
        return [(x, histogram.get_value_at_percentile(100 - 100 / x)) for x in steps]

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

    def _histogram(self) -> Any:
        try:
            return HdrHistogram.decode(self.document["latency"]["response"]["histogram"])
        except Exception as error:  # whatever broken data makes the decoder raise
            raise Problem(
                f"{self.run.name} is no valid load result file: its histogram does not decode"
                f" ({type(error).__name__}): measure again"
            ) from error


@dataclass(frozen=True)
class Group:
    """Load runs with the same settings."""

    settings: Settings
    loads: tuple[Load, ...]

    @property
    def fastest(self) -> float:
        """The highest throughput among them."""
        return max(load.rate for load in self.loads)


def settings_of(run: Run) -> Settings:
    """What a load run did."""
    options = run.document["options"]
    return Settings(
        options["scenario"], options["payload_bytes"], options["in_flight"], options["users"]
    )


def groups(runs: Sequence[Run], known: Sequence[Implementation]) -> list[Group]:
    """The load runs, those with the same settings together."""
    found: dict[Settings, list[Load]] = {}
    for run in runs:
        if run.kind == "load":
            settings = settings_of(run)
            same = found.setdefault(settings, [])
            same.append(Load(name_of(run, known), run, len(same)))
    return [Group(settings, tuple(loads)) for settings, loads in found.items()]


def _thinned(points: Points) -> Points:
    """At most some hundred points, each the mean of its neighbours."""
    width = math.ceil(len(points) / _MOST_POINTS)
    if width <= 1:
        return points
    parts = [points[start : start + width] for start in range(0, len(points), width)]
    return [(part[0][0], sum(value for _, value in part) / len(part)) for part in parts]
