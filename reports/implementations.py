"""What was judged: implementations, and a column of the matrix for each dialect of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.runs import NAMED, Run
from reports.showing import label

LEVELS = ("MUST", "SHOULD", "MAY", "OBSERVED")
VERDICTS = ("failed", "error", "differs", "not shown", "passed")
"""In the order in which a reader wants to know of them."""


@dataclass(frozen=True)
class Column:
    """One dialect of one implementation, and its requirements by id."""

    key: str
    owner: str
    dialect: str
    release: str
    version: str
    origin: str
    rows: Mapping[str, Mapping[str, Any]]

    @property
    def title(self) -> str:
        """The dialect and whose rules it was judged by."""
        return f"{self.dialect} as {self.release}"


@dataclass(frozen=True)
class Implementation:
    """One conformance run: what it judged, and what that came to."""

    name: str
    run: Run
    columns: tuple[Column, ...]

    @property
    def verdict(self) -> str:
        """Conforms, partial, fails or not judged, as the run ended."""
        return str(self.run.document["verdict"])

    @property
    def summary(self) -> str:
        """The run's last line."""
        return str(self.run.document["summary"])

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """Its requirements, of all dialects."""
        return list(self.run.document["requirements"])

    @property
    def shown(self) -> int:
        """How many of them were judged."""
        return sum(row["verdict"] not in {"not shown", "error"} for row in self.rows)

    def count(self, level: str) -> list[tuple[str, int]]:
        """The requirements of a level by verdict, none left out that there are."""
        counts = Counter(row["verdict"] for row in self.rows if row["level"] == level)
        return [(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]]

    def shares(self) -> list[tuple[str, float]]:
        """All requirements by verdict, in percent."""
        counts = Counter(row["verdict"] for row in self.rows)
        whole = len(self.rows) or 1
        ordered = ("passed", "differs", "not shown", "error", "failed")
        return [(each, 100 * counts[each] / whole) for each in ordered if counts[each]]


@dataclass(frozen=True)
class Absent:
    """An implementation that was to be judged and was not, and why."""

    name: str
    reason: str


def implementations(runs: Sequence[Run]) -> list[Implementation]:
    """One for each conformance run, named so that each name is one of them only."""
    judged = [run for run in runs if run.kind == "conformance"]
    return [
        Implementation(name, run, _columns(f"c{place}", name, run.document))
        for place, (name, run) in enumerate(zip(_names(judged), judged, strict=True))
    ]


def owners(runs: Sequence[Run], known: Sequence[Implementation]) -> list[tuple[str, list[Run]]]:
    """The runs by what their target is called, the corpus's first."""
    found: dict[str, list[Run]] = {each.name: [each.run] for each in known}
    for run in runs:
        if run.kind == "load":
            found.setdefault(name_of(run, known), []).append(run)
    return list(found.items())


def name_of(load: Run, known: Sequence[Implementation]) -> str:
    """What a load run's target is called: by the conformance run of the same server, if any."""
    if load.owner:
        return load.owner
    target = load.document["target"]
    same = {
        implementation.name
        for implementation in known
        if implementation.run.document["target"]["address"] == target["address"]
        and any(_is_of(column, target) for column in implementation.columns)
    }
    return same.pop() if len(same) == 1 else label(target["address"])


def version_of(found: Mapping[str, Any]) -> str:
    """Where the release comes from by whose rules a dialect was judged."""
    version = label(found["version"]) if found["version"] else ""
    if found["told"]:
        return f"told {version}"
    if found["notice"] == NAMED:
        return f"named by --release; it tells {version}" if version else NAMED
    return "found by its RPCs"


def _is_of(column: Column, target: Mapping[str, Any]) -> bool:
    found = (column.dialect, column.release, column.version)
    return found == (target["dialect"], target["release"], target["version"])


def _columns(key: str, owner: str, document: Mapping[str, Any]) -> tuple[Column, ...]:
    return tuple(
        Column(
            key=f"{key}-{found['dialect']}",
            owner=owner,
            dialect=found["dialect"],
            release=found["release"],
            version=found["version"],
            origin=version_of(found),
            rows={r["id"]: r for r in document["requirements"] if r["dialect"] == found["dialect"]},
        )
        for found in document["target"]["dialects"]
    )


def _names(runs: Sequence[Run]) -> list[str]:
    plain = [run.owner or label(run.document["target"]["name"]) for run in runs]
    addressed = [
        f"{name} at {run.document['target']['address']}" if plain.count(name) > 1 else name
        for name, run in zip(plain, runs, strict=True)
    ]
    return [
        f"{name} (run {addressed[:place].count(name) + 1})" if addressed.count(name) > 1 else name
        for place, name in enumerate(addressed)
    ]
