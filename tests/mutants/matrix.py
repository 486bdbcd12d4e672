"""`python -m tests.mutants.matrix`: which requirement catches each mutant, in how many runs.

A mutant is caught on a release when requirements of the rule that it was declared to break fail in
all runs, or in three of five where it is racy. With `--whole` the whole corpus runs once more: a
mutant that breaks a third of it shows nothing, for anybody would notice it.

With `-o` each row goes into a file as soon as it is there, and what the file has already is passed
over: a matrix of all mutants takes an hour and more, and may be made in parts. `tests.mutants.page`
makes the page of it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from centrifugo_grpc.subscriber import inbox
from conformance import api, clients
from tests.mutants.declaring import Mutant
from tests.mutants.register import MUTANTS
from tests.mutants.rows import Row, read
from tests.mutants.running import Run, runs, whole

_TRIES = 3
_PATIENCE = 1.5
"""Seconds that an awaited event may take here: most wrong servers keep it back for ever."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a mutant was not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.matrix", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants; all without any")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (5)")
    parser.add_argument("--release", type=Release, choices=list(Release), help="of one release")
    parser.add_argument("--whole", action="store_true", help="run the whole corpus once, too")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="JSON lines to add to")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(MUTANTS))
    if unknown or given.runs < 1:
        parser.error(f"no such mutant: {', '.join(unknown)}" if unknown else "no runs")
    done = set()
    if given.output is not None and given.output.exists():
        done = {row.key for row in read([given.output])}
    inbox.PATIENCE, api.SETTLE_SECONDS, clients.EVENTUALLY_SECONDS = (_PATIENCE,) * 3
    lost = count = 0
    for row in _rows(given.names or list(MUTANTS), given.release, done, given.runs, given.whole):
        count += 1
        lost += row.verdict != "caught"
        by = ", ".join(row.by[:4]) or "nothing"
        told = f"{row.caught} of {len(row.runs)} by {by}"
        print(f"{row.mutant.name} {row.release}: {row.verdict}, {told}", flush=True)
        if given.output is not None:
            with given.output.open("a") as file:
                file.write(f"{row.as_line()}\n")
    print(f"{count - lost} of {count} caught")
    return 1 if lost else 0


def _started_again(mutant: Mutant, release: Release, times: int) -> tuple[Run, ...]:
    """The runs of a mutant, which has lost its port to somebody else where it does not start."""
    trouble = ""
    for _ in range(_TRIES):
        try:
            return runs(mutant, release, times)
        except Problem as problem:
            trouble = f"nothing could be asked: {problem}"
    return (Run((), (), 0, trouble),) * times


def _rows(
    names: Sequence[str],
    only: Release | None,
    done: set[tuple[str, str]],
    times: int,
    is_whole: bool,
) -> Iterator[Row]:
    for name in names:
        mutant = MUTANTS[name]
        for release in mutant.releases:
            if only in {None, release} and (name, str(release)) not in done:
                found = _started_again(mutant, release, times)
                yield Row(mutant, release, found, whole(mutant, release) if is_whole else None)


if __name__ == "__main__":
    sys.exit(main())
