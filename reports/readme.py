"""The README.md beside stored results: whose they are, what measured them, how to repeat it."""

from collections.abc import Sequence
from pathlib import Path

from centrifugo_grpc.result_files import write_whole
from reports.reproduce import command
from reports.runs import Run
from reports.showing import label, moment, number, size, visible


def write_readme(path: Path, name: str, found: Sequence[Run]) -> None:
    """Write the file; its first line is what pages call the implementation."""
    write_whole(path, readme(name, found).encode())


def readme(name: str, found: Sequence[Run]) -> str:
    """The text, in Markdown. Results stay as the commands wrote them."""
    parts = [f"# {visible(label(name))}", _measured(found[0]), "## Results", _table(found)]
    commands = "\n".join(command(run) for run in found)
    return "\n\n".join([*parts, "## Reproduce", f"```\n{commands}\n```"]) + "\n"


def _measured(run: Run) -> str:
    document = run.document
    machine = document["machine"]
    return (
        f"Measured on {moment(document['started'])} by Centrifugo Suite"
        f" {document['suite']['version']}, on {machine['cpus']} CPUs"
        f" ({visible(machine['processor'] or machine['architecture'])},"
        f" {size(machine['memory'])} of memory, {visible(machine['system'])},"
        f" Python {machine['python']}). The files are the unmodified output of the commands below."
    )


def _table(found: Sequence[Run]) -> str:
    rows = ["| File | What it says |", "| --- | --- |"]
    return "\n".join([*rows, *(f"| `{run.name}` | {_said(run)} |" for run in found)])


def _said(run: Run) -> str:
    if run.kind == "conformance":
        return str(visible(run.document["summary"]))
    rate = number(run.document["throughput"]["publications_per_second"])
    return f"{rate} publications a second; limit: {run.document['limit']['label']}"
