"""`python -m tests.mutants.page FILE...`: the page of a kill matrix, docs/mutants.md."""

import argparse
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from centrifugo_grpc.releases import Release
from tests.mutants.register import MUTANTS
from tests.mutants.rows import Row, read
from tests.mutants.running import ROOT, corpus

PAGE = ROOT / "docs" / "mutants.md"
UNBROKEN = Path(__file__).parent / "unbroken.toml"
_SHOWN = 3
"""Names in a cell; of the others their number is told."""


@dataclass(frozen=True)
class Reason:
    """Why no mutant breaks some requirements: patterns of their ids."""

    requirements: tuple[str, ...]
    reason: str

    def names(self, requirement: str) -> bool:
        """Whether it is about a requirement."""
        return any(fnmatchcase(requirement, each) for each in self.requirements)


def reasons() -> list[Reason]:
    """The reasons that are known."""
    told = tomllib.loads(UNBROKEN.read_text())["unbroken"]
    return [Reason(tuple(each["requirements"]), each["reason"]) for each in told]


def broken_by(rows: Sequence[Row]) -> Mapping[str, list[str]]:
    """By requirement the mutants that were seen to break it."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for name in sorted(row.broken):
            found[name][row.mutant.name] = None
    return {name: list(found[name]) for name in sorted(found)}


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    return "\n".join((*_head(rows), *_by_mutant(rows), *_by_requirement(rows), *_unbroken(rows)))


def _head(rows: Sequence[Row]) -> Iterator[str]:
    mutants = {row.mutant.name for row in rows}
    caught = sum(row.verdict == "caught" for row in rows)
    releases = sum(len(mutant.releases) for mutant in MUTANTS.values())
    runs = sum(len(row.runs) for row in rows)
    broken = len(broken_by(rows))
    yield from (
        "# Wrong servers, and what notices them",
        "",
        "A corpus is worth what it notices. Each mutant below is the reference server with one",
        "thing wrong, behind the network as any server; before it ran it was declared which rule",
        "it breaks, and it counts as caught when a requirement of that rule fails: in every run,",
        "or in three of five where what is wrong depends on timing (*racy*).",
        "",
        "Generated; made anew, in parts if need be, with",
        "",
        "```",
        "python -m tests.mutants.matrix -o matrix.jsonl   # 5 runs each; goes on",
        "python -m tests.mutants.matrix --whole --runs 1 -o whole.jsonl NAME...    # beside all",
        "python -m tests.mutants.page matrix.jsonl whole.jsonl",
        "```",
        "",
        f"{len(MUTANTS)} mutants, {releases} with their releases; of these {len(rows)}"
        f" ({len(mutants)} mutants) were run, {runs} times in all: {caught} caught,"
        f" {len(rows) - caught} not. They broke {broken} of {len(corpus())} requirements;",
        "the others are listed at the end, with reasons.",
        "",
        f"{sum(row.whole is not None for row in rows)} of them ran beside the whole corpus, too,"
        " some of every area: what breaks a third of it, or the preflight, does not count.",
        "",
    )


def _by_mutant(rows: Sequence[Row]) -> Iterator[str]:
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_name[row.mutant.name].append(row)
    releases = list(Release)
    titles = " | ".join(map(str, releases))
    yield "## By mutant\n"
    yield "Under each release: in how many of its runs it was caught; a hyphen: none was made.\n"
    yield f"| Area | Mutant | What is wrong | Noticed by | {titles} |"
    yield "|---|---|---|---|" + "---|" * len(releases)
    for name, mutant in sorted(MUTANTS.items(), key=lambda each: each[1].area.lower()):
        found = {row.release: row for row in by_name[name]}
        names = dict.fromkeys(by for row in found.values() for by in row.by)
        cells = [_cell(found.get(release), release in mutant.releases) for release in releases]
        wrong = mutant.wrong + (" (racy)" if mutant.racy else "")
        columns = (mutant.area, f"`{name}`", wrong, _listed(list(names)), *cells)
        yield f"| {' | '.join(columns)} |"
    yield ""


def _cell(row: Row | None, declared: bool) -> str:
    if row is None:
        return "-" if declared else ""
    told = f"{row.caught} of {len(row.runs)}"
    return told if row.verdict == "caught" else f"**{told}**"


def _by_requirement(rows: Sequence[Row]) -> Iterator[str]:
    yield "## By requirement\n\n| Requirement | Broken by |\n|---|---|"
    for name, mutants in broken_by(rows).items():
        yield f"| `{name}` | {_listed(mutants)} |"
    yield ""


def _unbroken(rows: Sequence[Row]) -> Iterator[str]:
    broken, known = broken_by(rows), reasons()
    missing = sorted(case.requirement.id for case in corpus() if case.requirement.id not in broken)
    yield "## Requirements that no mutant breaks\n"
    for reason in known:
        names = [name for name in missing if reason.names(name)]
        if names:
            yield f"- {reason.reason}  \n  " + ", ".join(f"`{name}`" for name in names)
    rest = [name for name in missing if not any(reason.names(name) for reason in known)]
    meant = [name for name in rest if any(m.is_broken(name) for m in MUTANTS.values())]
    for why, names in (
        ("Mutants are declared to break these; a sister requirement noticed, or none ran.", meant),
        ("No mutant was made for these yet.", [name for name in rest if name not in meant]),
    ):
        if names:
            yield f"- {why}  \n  " + ", ".join(f"`{name}`" for name in names)
    yield ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.page", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="rows of the matrix")
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help="docs/mutants.md")
    given = parser.parse_args(arguments)
    rows = list(read(given.files))
    given.output.write_text(page(rows))
    print(f"wrote {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
