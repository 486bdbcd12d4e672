"""The verdict matrix: requirements down, implementations with their dialects across."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

LEVELS = ("MUST", "SHOULD", "MAY", "OBSERVED")


@dataclass(frozen=True)
class Column:
    """One dialect of one implementation, as one run judged it."""

    title: str
    subtitle: str


@dataclass(frozen=True)
class Cell:
    """What became of a requirement in one column."""

    verdict: str
    reason: str
    evidence: str
    column: Column


@dataclass
class Row:
    """A requirement and its cells; None where it does not concern the column's release."""

    id: str
    sentence: str
    level: str
    source: str
    cells: list[Cell | None] = field(default_factory=list)

    @property
    def area(self) -> str:
        """The first part of the id."""
        return self.id.split(".", maxsplit=1)[0]

    @property
    def shown(self) -> list[Cell]:
        """The cells that there are."""
        return [cell for cell in self.cells if cell is not None]

    @property
    def is_bad(self) -> bool:
        """Whether some implementation does not do what it says."""
        return any(cell.verdict in {"failed", "error", "differs"} for cell in self.shown)


@dataclass(frozen=True)
class Matrix:
    """All columns, and the rows in the order of their ids."""

    columns: list[Column]
    rows: list[Row]

    @property
    def areas(self) -> dict[str, list[Row]]:
        """The rows by area."""
        grouped: dict[str, list[Row]] = {}
        for row in self.rows:
            grouped.setdefault(row.area, []).append(row)
        return grouped

    @property
    def bad(self) -> list[Row]:
        """Rows that somebody fails, those with failures before those with differences."""
        bad = [row for row in self.rows if row.is_bad]
        return sorted(bad, key=lambda row: all(cell.verdict == "differs" for cell in row.shown))


def matrix(runs: Sequence[Document]) -> Matrix:
    """The matrix of conformance runs."""
    columns: list[Column] = []
    rows: dict[str, Row] = {}
    for run in runs:
        for found in run["target"]["dialects"]:
            column = Column(run["target"]["name"], f"{found['dialect']} as {found['release']}")
            columns.append(column)
            judged = [r for r in run["requirements"] if r["dialect"] == found["dialect"]]
            for told in judged:
                row = rows.setdefault(told["id"], _row(told))
                row.cells += [None] * (len(columns) - 1 - len(row.cells))
                row.cells.append(_cell(told, column))
    for row in rows.values():
        row.cells += [None] * (len(columns) - len(row.cells))
    return Matrix(columns, [rows[name] for name in sorted(rows)])


def _row(told: Document) -> Row:
    return Row(told["id"], told["sentence"], told["level"], told["source"])


def _cell(told: Document, column: Column) -> Cell:
    # Passed requirements of a run are many; their exchanges stay in the result file.
    evidence = told["evidence"] if told["verdict"] != "passed" else told["evidence"][:2]
    text = "\n".join(json.dumps(item, indent=1, ensure_ascii=False) for item in evidence)
    return Cell(told["verdict"], told["reason"], text, column)
