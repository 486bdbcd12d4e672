"""The rows of the kill matrix, as they stand in its file: one JSON object a line."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from centrifugo_grpc.releases import Release
from tests.mutants.declaring import Mutant
from tests.mutants.register import MUTANTS
from tests.mutants.running import Run

_RACY_SHARE = 0.6
_TOO_MUCH = 1 / 3


@dataclass(frozen=True)
class Row:
    """A mutant on a release, and its runs. `whole` is that of the whole corpus, if it was run."""

    mutant: Mutant
    release: Release
    runs: tuple[Run, ...]
    whole: Run | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.mutant.name, str(self.release)

    @property
    def caught(self) -> int:
        """In how many runs its rule was found broken."""
        return sum(bool(each.by) for each in self.runs)

    @property
    def by(self) -> list[str]:
        """The requirements of its rule that failed, those that did in most runs first."""
        return [name for name, _ in Counter(n for each in self.runs for n in each.by).most_common()]

    @property
    def broken(self) -> set[str]:
        """All requirements that were seen to fail."""
        whole = () if self.whole is None else (*self.whole.by, *self.whole.others)
        return {*self.by, *whole}

    @property
    def verdict(self) -> str:
        """`caught`, or why it is not."""
        wanted = ceil(len(self.runs) * (_RACY_SHARE if self.mutant.racy else 1))
        if self.caught < wanted:
            trouble = next((each.trouble for each in self.runs if each.trouble), "")
            return f"SURVIVED{': ' if trouble else ''}{trouble}"
        if self.whole is not None:
            if self.whole.trouble:
                return f"COUNTS FOR NOTHING: {self.whole.trouble}"
            broken = len(self.whole.by) + len(self.whole.others)
            if broken > self.whole.shown * _TOO_MUCH:
                return f"COUNTS FOR NOTHING: it breaks {broken} of {self.whole.shown}"
        return "caught"

    def as_line(self) -> str:
        """The row as a line of the file."""
        return json.dumps(
            {
                "mutant": self.mutant.name,
                "release": str(self.release),
                "runs": [_as_json(run) for run in self.runs],
                **({} if self.whole is None else {"whole": _as_json(self.whole)}),
            }
        )


def _as_json(run: Run) -> dict[str, Any]:
    return {"by": run.by, "others": run.others, "shown": run.shown, "trouble": run.trouble}


def _run(told: dict[str, Any]) -> Run:
    others = tuple(told.get("others", ()))
    return Run(tuple(told["by"]), others, told.get("shown", 0), told["trouble"])


def read(files: Sequence[Path]) -> Iterator[Row]:
    """The rows of files; those of mutants that are gone are left out.

    Of two the later counts, but for the runs of one that has fewer, or no run of the whole.
    """
    found: dict[tuple[str, str], Row] = {}
    for file in files:
        for line in file.read_text().splitlines():
            told = json.loads(line)
            mutant, release = MUTANTS.get(told["mutant"]), Release(told["release"])
            if mutant is None or release not in mutant.releases:
                continue
            whole = _run(told["whole"]) if "whole" in told else None
            row = Row(mutant, release, tuple(map(_run, told["runs"])), whole)
            before = found.get(row.key, row)
            runs = max(row.runs, before.runs, key=len)
            found[row.key] = Row(mutant, release, runs, row.whole or before.whole)
    yield from found.values()
