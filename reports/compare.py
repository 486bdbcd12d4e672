"""Old results beside new ones: what got worse, in words and as the exit code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from reports import runs
from reports.changes import Change, changes
from reports.groups import Settings, settings_of
from reports.loads import LIMITS
from reports.noise import FEWEST_ROUNDS, Difference, Worse, difference
from reports.runs import Run
from reports.showing import label, latency, number, visible

_FEWEST_SECONDS = 4
_Key = tuple[Settings, str, str]


@dataclass(frozen=True)
class Thresholds:
    """The shares by which a figure may be worse before it is a regression."""

    throughput: float = 0.05
    p99: float = 0.10


@dataclass(frozen=True)
class Figure:
    """What is compared of load runs: where a round and a second tell it, how it is shown."""

    name: str
    worse: Worse
    of_round: Callable[[Mapping[str, Any]], float | None]
    of_second: Callable[[Mapping[str, Any]], float | None]
    show: Callable[[float], str]
    threshold: Callable[[Thresholds], float]


FIGURES = (
    Figure(
        "throughput",
        "less",
        lambda run: float(run["throughput"]["publications_per_second"]),
        lambda second: float(second["ok"]),
        lambda value: f"{number(value)}/s",
        lambda thresholds: thresholds.throughput,
    ),
    Figure(
        "p99",
        "greater",
        lambda run: run["latency"]["response"]["percentiles"].get("99"),
        lambda second: float(second["p99_us"]) if second["ok"] else None,
        latency,
        lambda thresholds: thresholds.p99,
    ),
)


def read_side(path: Path) -> list[Run]:
    """The runs of one side: a result file, or those of a folder (the rounds of a run)."""
    return runs.read([path])


def compare(
    old: Sequence[Run], new: Sequence[Run], thresholds: Thresholds, tell: Callable[[str], None]
) -> int:
    """Tell what changed, line by line; how many regressions there are."""
    old_kinds, new_kinds = ({run.kind for run in side} for side in (old, new))
    if not old_kinds & new_kinds:
        raise Problem(
            f"nothing to compare: the old results are {' and '.join(sorted(old_kinds))},"
            f" the new ones {' and '.join(sorted(new_kinds))}"
        )
    for notice in runs.notices([*old, *new]):
        tell(f"warning: {notice}")
    regressions = 0
    if "conformance" in old_kinds & new_kinds:
        regressions += _tell_changes(
            changes(_of(old, "conformance"), _of(new, "conformance")), tell
        )
    if "load" in old_kinds & new_kinds:
        regressions += _tell_loads(_of(old, "load"), _of(new, "load"), thresholds, tell)
    tell(f"{regressions} {'regression' if regressions == 1 else 'regressions'}")
    return regressions


def _of(side: Sequence[Run], kind: str) -> list[Run]:
    return [run for run in side if run.kind == kind]


def _tell_changes(found: Sequence[Change], tell: Callable[[str], None]) -> int:
    groups: tuple[tuple[str, list[Change]], ...] = (
        ("newly fails", [change for change in found if change.is_regression]),
        ("fails, unknown to the old run", [c for c in found if c.is_unknown_before]),
        ("newly differs", [change for change in found if change.now_differs]),
        ("not judged any more", [change for change in found if change.is_hidden]),
        ("mended", [change for change in found if change.is_mended]),
    )
    for title, members in groups:
        for change in members:
            where = f"{change.dialect} as {change.release}"
            reason = f" ({_line(change.reason)})" if change.reason else ""
            tell(f"{title}: {change.id} ({change.level}, {where}): {change.sentence}{reason}")
    if not any(members for _, members in groups):
        tell("conformance: every verdict is as it was")
    return len(groups[0][1])


def _tell_loads(
    old: Sequence[Run], new: Sequence[Run], thresholds: Thresholds, tell: Callable[[str], None]
) -> int:
    before, after = _by_settings(old), _by_settings(new)
    common = [key for key in before if key in after]
    for key in (*(k for k in before if k not in after), *(k for k in after if k not in before)):
        tell(f"load in one of the two only, not compared: {_title(key)}")
    if not common:
        raise Problem(
            "no load of the old results has the settings of a new one: use the same options"
        )
    regressions = 0
    for key in common:
        tell(f"load: {_title(key)}")
        for run in (*before[key], *after[key]):
            if run.document["limit"]["label"] == "generator":
                tell(f"  warning: {run.name} shows {LIMITS['generator']}")
        for figure in FIGURES:
            regressions += _tell_figure(figure, before[key], after[key], thresholds, tell)
        regressions += _tell_errors(before[key], after[key], tell)
    return regressions


def _tell_figure(
    figure: Figure,
    old: Sequence[Run],
    new: Sequence[Run],
    thresholds: Thresholds,
    tell: Callable[[str], None],
) -> int:
    by_rounds = min(len(old), len(new)) >= FEWEST_ROUNDS
    samples = _rounds if by_rounds else _seconds
    sides = list(samples(figure, old)), list(samples(figure, new))
    if min(map(len, sides)) < _FEWEST_SECONDS:
        tell(f"  {figure.name}: too few samples to tell a change from noise: measure longer")
        return 0
    found = difference(
        *sides, worse=figure.worse, threshold=(share := figure.threshold(thresholds))
    )
    tell(f"  {figure.name}: {_told(figure, found, 'rounds' if by_rounds else 'seconds', share)}")
    return int(found.is_worse)


def _told(figure: Figure, found: Difference, unit: str, share: float) -> str:
    old, new = (
        f"{figure.show(side.median)} ({figure.show(side.low)} to {figure.show(side.high)})"
        for side in (found.old, found.new)
    )
    verdict = "WORSE" if found.is_worse else "not worse"
    return (
        f"{old} before, {new} now: {found.ratio:.3f} of it; {verdict} by more than {share:.0%}"
        f" (p = {found.p:.2g}, {found.samples[0]} and {found.samples[1]} {unit})"
    )


def _tell_errors(old: Sequence[Run], new: Sequence[Run], tell: Callable[[str], None]) -> int:
    before, after = (sum(map(_errors, side)) for side in (old, new))
    if after and not before:
        tell(f"  errors: none before, {number(after)} calls now: WORSE")
        return 1
    return 0


def _errors(run: Run) -> int:
    outcomes: Mapping[str, Mapping[str, int]] = run.document["outcomes"]
    return sum(sum(outcomes[kind].values()) for kind in ("api_errors", "transport_errors"))


def _rounds(figure: Figure, side: Sequence[Run]) -> Iterator[float]:
    """One sample a round, independent of each other."""
    for run in side:
        value = figure.of_round(run.document)
        if value is not None:
            yield float(value)


def _seconds(figure: Figure, side: Sequence[Run]) -> Iterator[float]:
    """One sample a second but the first and the last, which are in part."""
    for run in side:
        for second in run.document["series"][1:-1]:
            value = figure.of_second(second)
            if value is not None:
                yield value


def _by_settings(side: Sequence[Run]) -> dict[_Key, list[Run]]:
    found: dict[_Key, list[Run]] = {}
    for run in side:
        target = run.document["target"]
        key = settings_of(run), str(target["dialect"]), str(target["release"])
        found.setdefault(key, []).append(run)
    return found


def _title(key: _Key) -> str:
    settings, dialect, release = key
    return f"{settings}, {dialect} as {release}"


def _line(text: str) -> str:
    return str(visible(label(text)))
