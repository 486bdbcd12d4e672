"""The load runs: figures for the table, curves for the plots."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from statistics import median
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
    rate: float | None = None

    def __str__(self) -> str:
        users = "1 user" if self.users == 1 else f"{number(self.users)} users"
        payloads = "" if self.scenario == "sweep" else f" {size(self.payload_bytes)} payloads,"
        offered = f" offering {number(self.rate)} calls a second each," if self.rate else ""
        return (
            f"{self.scenario},{payloads} {users}{offered}"
            f" with {number(self.in_flight)} calls in flight each"
        )


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

    @property
    def p99(self) -> float | None:
        """Microseconds of response time, None with too few samples."""
        told = self.document["latency"]["response"]["percentiles"].get("99")
        return None if told is None else float(told)

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
        """Offered rate, p99 in microseconds and whether that was within the bound, by rate."""
        steps = self.document.get("capacity", {}).get("steps", ())
        return sorted(
            (float(step["rate"]), float(step["p99_us"]), bool(step["passed"]))
            for step in steps
            if step["p99_us"] > 0
        )

    @cached_property
    def delivery_curve(self) -> Points:
        """Publish-to-receive latency by percentile, as `percentile_curve`."""
        found = self.document.get("delivery", {}).get("latency")
        return self._curve(found["histogram"]) if found else []

    @property
    def found(self) -> list[tuple[str, int]]:
        """What the scenarios account and delivery counted."""
        counted = {**self.document.get("account", {}), **self.document.get("delivery", {})}
        return [(k.replace("_", " "), v) for k, v in counted.items() if isinstance(v, int)]

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


@dataclass(frozen=True)
class Spread:
    """The rounds of one server with the same settings: lowest, median and highest figure."""

    load: Load
    rates: tuple[float, float, float]
    p99s: tuple[float, float, float] | None


@dataclass(frozen=True)
class Group:
    """Load runs with the same settings."""

    settings: Settings
    loads: tuple[Load, ...]

    @property
    def fastest(self) -> float:
        """The highest throughput among them."""
        return max(load.rate for load in self.loads)

    @property
    def lines(self) -> list[Load]:
        """The first round of each server: what a legend names."""
        return [load for load in self.loads if load.round == 1]

    @property
    def spreads(self) -> list[Spread]:
        """How far the rounds of each server lie apart, where there are several."""
        return [_spread(load, self.loads) for load in self.lines if load.rounds > 1]


def _spread(first: Load, loads: Sequence[Load]) -> Spread:
    rounds = [load for load in loads if load.style == first.style]
    p99s = [load.p99 for load in rounds if load.p99 is not None]
    return Spread(first, _range([r.rate for r in rounds]), _range(p99s) if p99s else None)


def _range(values: Sequence[float]) -> tuple[float, float, float]:
    return min(values), median(values), max(values)


def settings_of(run: Run) -> Settings:
    """What a load run did."""
    options = run.document["options"]
    return Settings(
        options["scenario"],
        options["payload_bytes"] if options["scenario"] != "sweep" else 0,
        options["in_flight"],
        options["users"],
        options.get("rate"),
    )


def groups(runs: Sequence[Run], known: Sequence[Implementation]) -> list[Group]:
    """The load runs, those with the same settings together, rounds of a server after each other."""
    found: dict[Settings, dict[tuple[str, str], list[Load]]] = {}
    for run in runs:
        if run.kind == "load":
            servers = found.setdefault(settings_of(run), {})
            load = Load(name_of(run, known), run, 0)
            servers.setdefault((load.implementation, load.title), []).append(load)
    return [Group(settings, _numbered(servers.values())) for settings, servers in found.items()]


def _numbered(servers: Iterable[Sequence[Load]]) -> tuple[Load, ...]:
    return tuple(
        replace(load, style=style, round=place, rounds=len(rounds))
        for style, rounds in enumerate(servers)
        for place, load in enumerate(rounds, start=1)
    )


def _thinned(points: Points) -> Points:
    """At most some hundred points, each the mean of its neighbours."""
    width = math.ceil(len(points) / _MOST_POINTS)
    if width <= 1:
        return points
    parts = [points[start : start + width] for start in range(0, len(points), width)]
    return [(part[0][0], sum(value for _, value in part) / len(part)) for part in parts]
