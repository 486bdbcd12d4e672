"""`python -m tests.mutants.matrix`: which requirement catches each mutant, in how many runs.

A mutant is caught on a release when requirements of the rule that it was declared to break fail in
all runs, or in three of five where it is racy. With `--whole` the whole corpus runs once more: a
mutant that breaks a third of it shows nothing, for anybody would notice it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from centrifugo_grpc.releases import Release
from tests.mutants.declaring import Mutant
from tests.mutants.register import MUTANTS
from tests.mutants.running import Run, runs, whole

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
    def caught(self) -> int:
        """In how many runs its rule was found broken."""
        return sum(bool(each.by) for each in self.runs)

    @property
    def by(self) -> list[str]:
        """The requirements that caught it, those that did in most runs first."""
        return [name for name, _ in Counter(n for each in self.runs for n in each.by).most_common()]

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

    def line(self) -> str:
        """The row of a Markdown table."""
        by = ", ".join(f"`{name}`" for name in self.by[:4]) or "nothing"
        more = f" and {len(self.by) - 4} more" if len(self.by) > 4 else ""
        whole = ""
        if self.whole is not None:
            whole = f"{len(self.whole.by) + len(self.whole.others)} of {self.whole.shown}"
        cells = (
            *(self.mutant.area, f"`{self.mutant.name}`", str(self.release), self.mutant.wrong),
            *(by + more, f"{self.caught} of {len(self.runs)}", whole, self.verdict),
        )
        return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a mutant was not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.matrix", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants; all without any")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (5)")
    parser.add_argument("--whole", action="store_true", help="run the whole corpus once, too")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="Markdown to write")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(MUTANTS))
    if unknown or given.runs < 1:
        parser.error(f"no such mutant: {', '.join(unknown)}" if unknown else "no runs")
    rows = []
    for row in _rows(given.names or list(MUTANTS), given.runs, is_whole=given.whole):
        rows.append(row)
        print(row.line(), flush=True)
        if given.output is not None:
            given.output.write_text(page(rows))
    lost = sum(row.verdict != "caught" for row in rows)
    print(f"{len(rows) - lost} of {len(rows)} caught")
    return 1 if lost else 0


def _rows(names: Sequence[str], times: int, *, is_whole: bool) -> Iterator[Row]:
    for name in names:
        mutant = MUTANTS[name]
        for release in mutant.releases:
            done = runs(mutant, release, times)
            yield Row(mutant, release, done, whole(mutant, release) if is_whole else None)


def page(rows: Sequence[Row]) -> str:
    """The matrix as Markdown."""
    mutants = len({row.mutant.name for row in rows})
    caught = sum(row.verdict == "caught" for row in rows)
    head = "| Area | Mutant | Release | What is wrong | By | Runs | Broken in all | Verdict |"
    return "\n".join(
        (
            "# Which requirement catches each wrong server\n",
            "Written by `python -m tests.mutants.matrix -o FILE`. Each mutant is the reference",
            "server with one thing wrong, and was declared with the rule that it breaks before it",
            f"ran: {mutants} mutants, {len(rows)} rows by release, {caught} caught.\n",
            head,
            "|---|---|---|---|---|---|---|---|",
            *(row.line() for row in rows),
            "",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
