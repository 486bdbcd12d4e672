"""How the releases differ, rule by rule: the table of releases, and the results that show it."""

import importlib
import pkgutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from centrifugo_grpc import releases as table
from centrifugo_grpc.releases import Release, Row
from reports.runs import Run

SHOWN_BY = Path(__file__).with_name("shown_by.toml")
GUIDES: Mapping[Release, str] = {
    Release.V3_2: "https://centrifugal.dev/docs/3/getting-started/migration_v3",
    Release.V4_1: "https://centrifugal.dev/docs/getting-started/migration_v4",
    Release.V5_4: "https://centrifugal.dev/docs/getting-started/migration_v5",
    Release.V6_9: "https://centrifugal.dev/docs/getting-started/migration_v6",
}
"""Centrifugo's own guide to the major of each release."""
_TOPICS = {"": "The API", "clients": "Subscribers", "websocket": "The WebSocket"}


@dataclass(frozen=True)
class Shown:
    """A requirement that shows a rule: its verdict by release, where a result has one."""

    id: str
    verdicts: Mapping[Release, str]


@dataclass(frozen=True)
class Rule:
    """A row of the table, its values in words, and what shows it."""

    name: str
    topic: str
    row: Row[Any]
    shown: tuple[Shown, ...]

    def value(self, release: Release) -> str:
        """The rule's value in a release, in words."""
        return in_words(self.row[release])

    def changes_in(self, release: Release) -> bool:
        """Whether a release is not as the one before it."""
        before = next((old for old, new in pairwise(Release) if new is release), None)
        return before is not None and self.row[before] != self.row[release]

    def change(self, release: Release) -> str:
        """What a release changed, in words."""
        before = next(old for old, new in pairwise(Release) if new is release)
        return _change(self.row[before], self.row[release])


@dataclass(frozen=True)
class Upgrade:
    """From one release to the next: the rules that change, and the official guide."""

    before: Release
    after: Release
    guide: str
    rules: tuple[Rule, ...]


def rules(runs: Sequence[Run]) -> list[Rule]:
    """Every rule of the table, with the verdicts that these conformance runs have."""
    verdicts = _verdicts(first_of_each_release(runs))
    shown_by = shown_by_rule()
    return [
        Rule(name, topic, row, tuple(Shown(i, verdicts.get(i, {})) for i in shown_by.get(name, ())))
        for topic, name, row in _rows()
    ]


def upgrades(found: Sequence[Rule]) -> list[Upgrade]:
    """The step from each release to the next."""
    return [
        Upgrade(before, after, GUIDES[after], tuple(r for r in found if r.changes_in(after)))
        for before, after in pairwise(Release)
    ]


def shown_by_rule() -> Mapping[str, list[str]]:
    """The ids of requirements by the name of the rule that they show."""
    return tomllib.loads(SHOWN_BY.read_text(encoding="utf-8"))


def in_words(value: Any) -> str:
    """A value of the table for a reader."""
    match value:
        case bool():
            return "yes" if value else "no"
        case bytes():
            return repr(value)[1:] if value else "nothing"
        case frozenset():
            return f"{len(value)} of them" if value else "none"
        case Mapping():
            words = [f"{name}: {in_words(each)}" for name, each in value.items()]
        case tuple():
            words = [in_words(each) for each in value]
        case _:
            words = [f"{value:.3g}" if isinstance(value, float) else str(value)]
            return words[0] or "does not arise"
    return ", ".join(words) or "none"


def _change(before: Any, after: Any) -> str:
    if isinstance(after, bool):
        return "now so" if after else "no longer so"
    if isinstance(before, frozenset):
        return _more_and_fewer(
            {str(each): "" for each in before}, {str(each): "" for each in after}
        )
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _more_and_fewer(before, after)
    return f"{in_words(before)} before, {in_words(after)} now"


def _more_and_fewer(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> str:
    def named(found: Mapping[Any, Any], name: Any) -> str:
        return f"{name}: {in_words(found[name])}" if found[name] != "" else str(name)

    both = [name for name in after if name in before and after[name] != before[name]]
    parts = (
        ("adds", [named(after, name) for name in after if name not in before]),
        ("drops", [str(name) for name in before if name not in after]),
        ("changes", [f"{named(after, n)} (before: {in_words(before[n])})" for n in both]),
    )
    return "; ".join(f"{verb} {', '.join(sorted(names))}" for verb, names in parts if names)


def _rows() -> list[tuple[str, str, Row[Any]]]:
    modules = [("", table)] + [
        (found.name, importlib.import_module(f"{table.__name__}.{found.name}"))
        for found in pkgutil.iter_modules(table.__path__)
    ]
    return [
        (_TOPICS.get(topic, topic), name, value)
        for topic, module in modules
        for name, value in vars(module).items()
        if isinstance(value, Row) and not name.startswith("_")
    ]


def first_of_each_release(runs: Sequence[Run]) -> list[Run]:
    """Of several results of a release the one that was given first: it is what is shown."""
    found: list[Run] = []
    seen: set[str] = set()
    for run in runs:
        if run.kind == "conformance":
            releases = {each["release"] for each in run.document["target"]["dialects"]}
            if not releases <= seen:
                found.append(run)
            seen |= releases
    return found


def _verdicts(runs: Sequence[Run]) -> dict[str, dict[Release, str]]:
    found: dict[str, dict[Release, str]] = {}
    for run in runs:
        known = {each["dialect"]: each["release"] for each in run.document["target"]["dialects"]}
        for row in run.document["requirements"]:
            release = Release(known[row["dialect"]])
            if str(release) in row["releases"]:
                found.setdefault(row["id"], {}).setdefault(release, row["verdict"])
    return found
