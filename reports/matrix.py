"""The matrix: requirements by area, a verdict for each column, what fails on top."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reports.exchanges import Shown, shown
from reports.implementations import LEVELS, VERDICTS, Column, Implementation

_ABSENT = "absent"
WORDS = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "differs": "≠ differs",
    "not shown": "○ not shown",
    "error": "! error",
    _ABSENT: "· not in it",
}


@dataclass(frozen=True)
class Cell:
    """What a requirement came to in one column; `row` None if the column has no such row.

    Of the exchanges of one that passed, `kept` of each end are shown. One that is `like` another
    passed as that did, whose evidence stands for both.
    """

    column: Column
    row: Mapping[str, Any] | None
    concerned: bool
    kept: int
    like: "Cell | None" = None

    @property
    def verdict(self) -> str:
        """The verdict, or that there is none."""
        return str(self.row["verdict"]) if self.row else _ABSENT

    @property
    def words(self) -> str:
        """The verdict as a reader sees it: a sign and the word."""
        return WORDS[self.verdict] if self.row or self.concerned else "· n/a"

    @property
    def evidence_key(self) -> str:
        """The column whose evidence this verdict leads to."""
        return (self.like or self).column.key

    @property
    def sign_and_word(self) -> tuple[str, str]:
        """The words apart: where there are many columns, the sign alone is seen."""
        sign, _, word = self.words.partition(" ")
        return sign, word

    @property
    def known(self) -> bool:
        """Whether a list given to the corpus says that it does otherwise, and why."""
        return bool(self.row and self.row.get("known_to_fail"))

    @property
    def reason(self) -> str:
        """Why it is not passed, blank if it is."""
        return str(self.row["reason"]) if self.row else ""

    @property
    def sides(self) -> tuple[str, str] | None:
        """What was expected and what came, where the reason tells both."""
        expected, found, got = self.reason.partition(", got ")
        is_clear = found and expected.startswith("expected ") and ", got " not in got
        return (expected.removeprefix("expected "), got) if is_clear else None

    @property
    def exchanges(self) -> tuple[list[Shown], int]:
        """The evidence, and how many exchanges were left out of it."""
        evidence = self.row["evidence"] if self.row else []
        return shown(evidence, self.kept if self.verdict in {"passed", "not shown"} else None)


@dataclass(frozen=True)
class Line:
    """One requirement with its cells."""

    requirement: Mapping[str, Any]
    cells: tuple[Cell, ...]

    @property
    def id(self) -> str:
        """The requirement's name."""
        return str(self.requirement["id"])

    @property
    def level(self) -> str:
        """How binding it is."""
        return str(self.requirement["level"])

    @property
    def judged(self) -> list[Cell]:
        """The cells that tell something."""
        return [cell for cell in self.cells if cell.row]

    @property
    def likes(self) -> list[Cell]:
        """The cells whose evidence is that of another."""
        return [cell for cell in self.cells if cell.like]

    @property
    def disagree(self) -> bool:
        """Whether the columns that have it came out differently."""
        return len({cell.verdict for cell in self.judged}) > 1

    @property
    def groups(self) -> list[str]:
        """By what filters find it: the verdicts in it, and whether they disagree."""
        present = {cell.verdict for cell in self.judged}
        found = [verdict for verdict in VERDICTS if verdict in present]
        return [slug(each) for each in [*found, *(["disagree"] if self.disagree else [])]]

    def alike(self, *verdicts: str) -> list[list[Cell]]:
        """The cells with one of these verdicts, those that came out the same way together."""
        found: dict[tuple[str, str, bool], list[Cell]] = {}
        for cell in self.of(*verdicts):
            found.setdefault((cell.verdict, cell.reason, cell.known), []).append(cell)
        return list(found.values())

    def of(self, *verdicts: str) -> list[Cell]:
        """The cells with one of these verdicts."""
        return [cell for cell in self.cells if cell.verdict in verdicts]


@dataclass(frozen=True)
class Area:
    """The requirements that share the first part of their names."""

    name: str
    lines: tuple[Line, ...]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Its verdicts in all columns, counted."""
        counts = Counter(cell.verdict for line in self.lines for cell in line.judged)
        return [(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]]

    @property
    def groups(self) -> list[str]:
        """What filters find in it: verdict and level together, and each for itself."""
        found = {line.level.lower() for line in self.lines}
        for line in self.lines:
            found |= {word for each in line.groups for word in (each, f"{each}-{line.level}")}
        return sorted(word.lower() for word in found)


@dataclass(frozen=True)
class Matrix:
    """All requirements of all columns."""

    columns: tuple[Column, ...]
    areas: tuple[Area, ...]

    @property
    def lines(self) -> list[Line]:
        """The requirements, by name."""
        return [line for area in self.areas for line in area.lines]

    def with_any(self, *verdicts: str) -> list[Line]:
        """The requirements that came out so in some column, most binding first."""
        found = [line for line in self.lines if line.of(*verdicts)]
        return sorted(found, key=lambda line: LEVELS.index(line.level))

    def filters(self) -> list[tuple[str, str, int]]:
        """The filters by verdict: key, words and how many requirements they find."""
        counts = Counter(group for line in self.lines for group in line.groups)
        names = [*VERDICTS, "disagree"]
        words = WORDS | {"disagree": "columns disagree"}
        return [(slug(name), words[name], counts[slug(name)]) for name in names]


@dataclass(frozen=True)
class Keeping:
    """How much evidence of what passed stays: so many exchanges of each end.

    Of every cell, or of the `first` alone that passed a requirement, which then stands for all.
    """

    kept: int
    first: bool = False


def matrix(implementations: Sequence[Implementation], keeping: Keeping = Keeping(3)) -> Matrix:
    """Put the columns of all implementations beside each other."""
    columns = tuple(column for each in implementations for column in each.columns)
    known: dict[str, Mapping[str, Any]] = {}
    for column in columns:
        for name, row in column.rows.items():
            known.setdefault(name, row)
    lines = [_line(known[name], columns, keeping) for name in sorted(known, key=_by_parts)]
    areas = groupby(lines, key=lambda line: line.id.partition(".")[0])
    return Matrix(columns, tuple(Area(name, tuple(found)) for name, found in areas))


def slug(verdict: str) -> str:
    """A verdict as the name of a class."""
    return verdict.replace(" ", "-")


def _line(requirement: Mapping[str, Any], columns: Sequence[Column], keeping: Keeping) -> Line:
    releases, name = set(requirement["releases"]), requirement["id"]
    cells: list[Cell] = []
    shown: Cell | None = None
    for column in columns:
        row = column.rows.get(name)
        has_passed = row is not None and row["verdict"] == "passed"
        like = shown if keeping.first and has_passed else None
        cell = Cell(column, row, column.release in releases, keeping.kept, like)
        shown = shown or (cell if has_passed else None)
        cells.append(cell)
    return Line(requirement, tuple(cells))


def _by_parts(name: str) -> list[str]:
    return name.split(".")
