"""What changed between two conformance runs, requirement by requirement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.runs import Run

_BAD = frozenset({"failed", "error"})
_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """A requirement of one dialect and release whose verdict is another now; None is absent."""

    id: str
    dialect: str
    release: str
    level: str
    sentence: str
    before: str | None
    after: str | None
    reason: str

    @property
    def is_regression(self) -> bool:
        """Whether it fails now and did not before. What the old run did not know is no regression.

        A newer suite may ask more: that is told, and is nobody's step back.
        """
        return self.after in _BAD and self.before is not None and self.before not in _BAD

    @property
    def is_unknown_before(self) -> bool:
        """Whether it fails now and the old run does not have it."""
        return self.after in _BAD and self.before is None

    @property
    def is_mended(self) -> bool:
        """Whether it failed before and passes now."""
        return self.before in _BAD and self.after == "passed"

    @property
    def is_hidden(self) -> bool:
        """Whether it was judged before and is not any more."""
        return self.before not in {None, "not shown"} and self.after in {None, "not shown"}

    @property
    def now_differs(self) -> bool:
        """Whether it newly differs from what Centrifugo does."""
        return self.after == "differs" and self.before != "differs"


def changes(old: Sequence[Run], new: Sequence[Run]) -> list[Change]:
    """The requirements whose verdicts differ between the runs, by name."""
    before, after = _rows(old), _rows(new)
    return [
        _change(key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if _verdict(before.get(key)) != _verdict(after.get(key))
    ]


def _rows(runs: Sequence[Run]) -> dict[_Key, Mapping[str, Any]]:
    found: dict[_Key, Mapping[str, Any]] = {}
    for run in runs:
        releases = {each["dialect"]: each["release"] for each in run.document["target"]["dialects"]}
        for row in run.document["requirements"]:
            key = row["id"], row["dialect"], releases[row["dialect"]]
            # Several runs of a side count as the worst of them.
            if key not in found or row["verdict"] in _BAD:
                found[key] = row
    return found


def _verdict(row: Mapping[str, Any] | None) -> str | None:
    return None if row is None else str(row["verdict"])


def _change(key: _Key, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change:
    told = after or before
    assert told is not None, "a key stands in one of the runs"
    name, dialect, release = key
    return Change(
        id=name,
        dialect=dialect,
        release=release,
        level=told["level"],
        sentence=told["sentence"],
        before=_verdict(before),
        after=_verdict(after),
        reason=after["reason"] if after else "",
    )
