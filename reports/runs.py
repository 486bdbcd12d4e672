"""The runs that a page is made of: result files read, checked for sense and told apart."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centrifugo_grpc import result_files
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.result_files import SUFFIXES
from reports.showing import label

_LONGEST_HEADING = 500
NAMED = "named by --release"
"""No news to a reader: the column says by whose rules it was judged."""
_UNFIT_TO_CONFORM = frozenset({"failed", "error", "not shown"})


@dataclass(frozen=True)
class Run:
    """One result file; `name` is the file's, below the folder that was named, if one was.

    `owner` is whose result it is, where a README.md beside the file says so in its first line.
    `source` is what was named: the file or the folder, without the folders above it.
    """

    name: str
    document: dict[str, Any]
    owner: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        """Conformance or load."""
        return str(self.document["kind"])


def read(paths: Iterable[Path]) -> list[Run]:
    """The runs in these files, and in the folders among them and below; each file once.

    Raises `Problem` for one that is no good, and for a folder without any.
    """
    distinct = {path.absolute(): path for path in paths}.values()
    runs = [run for path in distinct for run in (_below(path) if path.is_dir() else [_run(path)])]
    for run in runs:
        if run.kind == "conformance":
            _require_sense(run)
    return runs


def read_files(files: Iterable[Path], folder: Path) -> list[Run]:
    """The runs in these files, as if `folder`, which they are in, had been named."""
    return [_run(file, folder) for file in files]


def _below(folder: Path) -> list[Run]:
    found = (f for f in folder.rglob("*") if f.name.endswith(SUFFIXES) and f.is_file())
    files = sorted(found, key=lambda file: _natural(str(file.relative_to(folder))))
    if not files:
        raise Problem(f"{folder} holds no result files: name a file, or a folder of *.json files")
    return read_files(files, folder)


def _natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts 10 after 9."""
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if n % 2 else (0, part) for n, part in enumerate(parts)]


def _run(file: Path, folder: Path | None = None) -> Run:
    name = str(file.relative_to(folder)) if folder else file.name
    source = folder.resolve().name if folder else file.name
    return Run(name, result_files.read(file), _owner(file), source)


def notices(runs: Sequence[Run]) -> list[str]:
    """What a reader has to know before comparing these runs."""
    told = [
        f"{label(run.document['target']['name'])}: {found['notice']}"
        for run in runs
        if run.kind == "conformance"
        for found in run.document["target"]["dialects"]
        if found["notice"] not in {"", NAMED}
    ]
    machines = {_hardware(run) for run in runs if run.kind == "load"}
    if len(machines) > 1:
        told.append(
            f"The loads ran on {len(machines)} different machines:"
            " their figures tell nothing about each other."
        )
    versions = sorted({run.document["suite"]["version"] for run in runs})
    if len(versions) > 1:
        told.append(
            f"The results come from different versions of the suite ({', '.join(versions)}),"
            " whose requirements may differ."
        )
    return told


def _hardware(run: Run) -> tuple[str, ...]:
    names = ("architecture", "processor", "cpus", "memory")
    return tuple(str(run.document["machine"][name]) for name in names)


def _owner(path: Path) -> str:
    try:
        with path.with_name("README.md").open(encoding="utf-8", errors="replace") as file:
            first = file.readline(_LONGEST_HEADING)
    except OSError:
        return ""
    return label(first.removeprefix("# ")) if first.startswith("# ") else ""


def _require_sense(run: Run) -> None:
    """A schema cannot tell that rows are twice there, or that the verdict is not theirs."""
    rows = run.document["requirements"]
    keys = Counter((row["id"], row["dialect"]) for row in rows)
    for (name, dialect), count in keys.items():
        if count > 1:
            raise Problem(f"{run.name} judges {name} of {dialect} {count} times: measure again")
    named = {found["dialect"] for found in run.document["target"]["dialects"]}
    for row in rows:
        if row["dialect"] not in named:
            raise Problem(
                f"{run.name} judges {row['dialect']} but names no release of it: measure again"
            )
    verdicts = {row["verdict"] for row in rows}
    if run.document["verdict"] == "conforms" and verdicts & _UNFIT_TO_CONFORM:
        raise Problem(f"{run.name} says conforms but not everything in it passed: measure again")
