"""Load runs beside each other: those that did the same, and the rounds of each server in them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Any

from reports.implementations import Implementation, name_of
from reports.loads import NONE, PERCENTILES, Load
from reports.runs import Run
from reports.showing import latency, number, size

_ORDER = ("publish", "sweep", "capacity", "delivery", "history", "broadcast", "batch", "account")
"""Of scenarios on a page: how much, for which payloads, how fast, and does it arrive."""

Range = tuple[float, float, float]
"""Lowest, median and highest."""


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
class Server:
    """The rounds of one server with the same settings, one at least."""

    rounds: tuple[Load, ...]

    @property
    def first(self) -> Load:
        """Whose name and line all of them share."""
        return self.rounds[0]

    @cached_property
    def rates(self) -> Range:
        """Publications a second."""
        return _range([load.rate for load in self.rounds])

    @property
    def typical(self) -> Load:
        """The round in the middle, the faster of two."""
        return sorted(self.rounds, key=lambda load: load.rate)[len(self.rounds) // 2]

    @property
    def percentiles(self) -> list[str]:
        """The median of each percentile over the rounds, a dash where one round had too few."""
        return [self._percentile(name) for name in PERCENTILES]

    def _percentile(self, name: str) -> str:
        told = [load.percentiles.get(name) for load in self.rounds]
        known = [value for value in told if value is not None]
        return latency(median(known)) if len(known) == len(told) else NONE

    @property
    def p99s(self) -> Range | None:
        """The p99 in microseconds, None if no round has one."""
        known = [load.percentiles["99"] for load in self.rounds if "99" in load.percentiles]
        return _range(known) if known else None

    @property
    def outcomes(self) -> tuple[int, int]:
        """Calls sent and answered well, in all rounds."""
        told = [load.document["outcomes"] for load in self.rounds]
        return sum(each["sent"] for each in told), sum(each["ok"] for each in told)

    @property
    def errors(self) -> list[tuple[str, str, int]]:
        """What went wrong in all rounds: API or transport error, which, how many calls."""
        counts: Counter[tuple[str, str]] = Counter()
        for load in self.rounds:
            for kind, what, count in load.errors:
                counts[kind, what] += count
        return [(kind, what, count) for (kind, what), count in counts.items()]

    @property
    def limits(self) -> list[tuple[str, int]]:
        """Whose limit the rounds met, and in how many of them."""
        return Counter(load.limit for load in self.rounds).most_common()

    @property
    def problems(self) -> list[str]:
        """What kept rounds from being measured."""
        return [told for load in self.rounds for told in load.document.get("problems", ())]

    @property
    def sizes(self) -> Mapping[float, Range]:
        """Publications a second by the bytes of a payload, where several were tried."""
        found: dict[float, list[float]] = {}
        for load in self.rounds:
            for payload, rate in load.sizes:
                found.setdefault(payload, []).append(rate)
        return {payload: _range(rates) for payload, rates in sorted(found.items())}

    @property
    def found(self) -> Mapping[str, int]:
        """What all rounds counted, of publications and subscribers."""
        counts: Counter[str] = Counter()
        for load in self.rounds:
            counts.update(load.found)
        return counts


@dataclass(frozen=True)
class Group:
    """Load runs with the same settings."""

    settings: Settings
    servers: tuple[Server, ...]

    @property
    def loads(self) -> list[Load]:
        """All runs, the rounds of a server after each other."""
        return [load for server in self.servers for load in server.rounds]

    @property
    def machines(self) -> list[str]:
        """What the runs were made on: figures of one machine alone compare."""
        return list(dict.fromkeys(_machine(load.document["machine"]) for load in self.loads))

    @property
    def fastest(self) -> float:
        """The highest throughput among them."""
        return max(load.rate for load in self.loads)

    @property
    def rounds(self) -> int:
        """The most rounds that a server had."""
        return max(len(server.rounds) for server in self.servers)

    @property
    def sizes(self) -> list[float]:
        """The payloads that any of them tried, in bytes, if it is about those."""
        return sorted({payload for server in self.servers for payload in server.sizes})

    @property
    def counted(self) -> list[str]:
        """What any of them counted."""
        return list(dict.fromkeys(name for server in self.servers for name in server.found))

    @property
    def bound(self) -> float | None:
        """Of the p99, in milliseconds, if it was a search for the highest rate under one."""
        known = [load.document["capacity"]["p99_below_ms"] for load in self.loads if load.knee]
        return float(known[0]) if known else None


def settings_of(run: Run) -> Settings:
    """What a load run did."""
    options = run.document["options"]
    return Settings(
        options["scenario"],
        options["payload_bytes"] if options["scenario"] != "sweep" else 0,
        options["in_flight"],
        options["users"] or 1,
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
    made = [Group(settings, _numbered(servers.values())) for settings, servers in found.items()]
    return sorted(made, key=lambda group: _place(group.settings.scenario))


def _machine(told: Mapping[str, Any]) -> str:
    memory = f", {size(told['memory'])} of memory" if told["memory"] else ""
    cpus = "1 CPU" if told["cpus"] == 1 else f"{told['cpus']} CPUs"
    return f"{told['processor'] or told['architecture']}, {cpus}{memory}, {told['system']}"


def _place(scenario: str) -> int:
    return _ORDER.index(scenario) if scenario in _ORDER else len(_ORDER)


def _numbered(servers: Iterable[Sequence[Load]]) -> tuple[Server, ...]:
    return tuple(
        Server(
            tuple(
                replace(load, style=style, round=place, rounds=len(rounds))
                for place, load in enumerate(rounds, start=1)
            )
        )
        for style, rounds in enumerate(servers)
    )


def _range(values: Sequence[float]) -> Range:
    return min(values), median(values), max(values)
