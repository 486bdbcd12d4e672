"""The README.md beside stored results: whose they are, what measured them, how to repeat it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from centrifugo_grpc.result_files import write_whole
from reports.reproduce import command, profile_name
from reports.runs import Run
from reports.showing import label, moment, number, short, size, visible
from reports.steps import configuration
from reports.targets import Plan, Target

_LAUNCHED_AT = "localhost:10000"
_INTRODUCED = "With the suite's extras `conformance`, `bench` and `reports` installed"


def write_readme(path: Path, target: Target, plan: Plan, found: Sequence[Run]) -> None:
    """Write the file; its first line is what pages call the implementation."""
    write_whole(path, readme(target, plan, found).encode())


def readme(target: Target, plan: Plan, found: Sequence[Run]) -> str:
    """The text, in Markdown. Results stay as the commands wrote them."""
    parts = [
        f"# {visible(label(target.name))}",
        _measured(found[0]),
        "## Results",
        _table(found),
        "## Reproduce",
        f"{_INTRODUCED}{_needs(target)}, `targets.toml` of these lines",
        _fenced(_plan(target, plan), "toml"),
        "and this command measure it again:",
        _fenced("python -m reports survey targets.toml -o site/"),
        _one_by_one(target),
        _fenced("\n".join(command(run, _LAUNCHED_AT if target.launch else "") for run in found)),
    ]
    return "\n\n".join(parts) + "\n"


def _measured(run: Run) -> str:
    document = run.document
    machine = document["machine"]
    told = (
        f"{found['dialect']} as {found['release']}, version {found['version'] or 'not told'}"
        for found in document["target"]["dialects"]
    )
    return (
        f"Measured on {moment(document['started'])} by Centrifugo Suite"
        f" {document['suite']['version']}, on {machine['cpus']} CPUs"
        f" ({visible(machine['processor'] or machine['architecture'])},"
        f" {size(machine['memory'])} of memory, {visible(machine['system'])},"
        f" Python {machine['python']}). The server spoke {visible('; '.join(told))}. The files are"
        " the unmodified output of the commands below."
    )


def _table(found: Sequence[Run]) -> str:
    rows = ["| File | What it says |", "| --- | --- |"]
    return "\n".join([*rows, *(f"| `{run.name}` | {_said(run)} |" for run in found)])


def _said(run: Run) -> str:
    document = run.document
    if run.kind == "conformance":
        return str(visible(document["summary"]))
    if document.get("problems"):
        return str(visible(document["problems"][0])).replace("|", "\\|")
    return f"{_speed(document)}; limit: {document['limit']['label']}"


def _speed(document: dict[str, Any]) -> str:
    """What the scenario was run for."""
    rate = f"{number(document['throughput']['publications_per_second'])} publications a second"
    if capacity := document.get("capacity"):
        bound = f"with p99 below {capacity['p99_below_ms']:g} ms"
        return f"{rate} {bound}" if capacity["rate"] is not None else f"no rate {bound}"
    if delivery := document.get("delivery"):
        missing = number(delivery["lost"])
        return f"{rate}, received {number(delivery['received'])} times, {missing} lost"
    if steps := document.get("steps"):
        ends = (
            f"{number(step['throughput']['publications_per_second'])}"
            f" ({short(step['payload_bytes'])})"
            for step in (steps[0], steps[-1])
        )
        return f"{' to '.join(ends)} publications a second"
    return rate


def _needs(target: Target) -> str:
    return f" and `{target.launch.split()[0]}` on the PATH" if target.launch else ""


def _plan(target: Target, plan: Plan) -> str:
    loads = [" ".join(words) for words in plan.loads]
    lines = [f"seconds = {plan.seconds}", f"rounds = {plan.rounds}", *_given("corpus", plan.corpus)]
    lines += [f"loads = {json.dumps(loads, indent=2, ensure_ascii=False)}", "", "[[target]]"]
    lines += [f"name = {_text(target.name)}"]
    lines += [f'release = "{target.release}"'] if target.release else []
    for key in ("launch", "address", "api_key_variable"):
        value = getattr(target, key)
        lines += [f"{key} = {_text(value)}"] if value else []
    lines += [f'profile = "{target.profile.name}"'] if target.profile else []
    return "\n".join([*lines, *_given("corpus", target.corpus)])


def _given(key: str, words: Sequence[str]) -> list[str]:
    return [f"{key} = {json.dumps(words, ensure_ascii=False)}"] if words else []


def _text(value: str) -> str:
    """A string of TOML: JSON's, but for its surrogates."""
    return json.dumps(value, ensure_ascii=False)


def _one_by_one(target: Target) -> str:
    if target.launch is None:
        return "It runs these, which do by themselves, too:"
    started = target.launch.replace("{config}", profile_name(str(configuration(target))))
    return (
        f"It runs these, which do by themselves, too, the loads while a server runs that\n"
        f"`{started}` started:"
    )


def _fenced(text: str, language: str = "") -> str:
    return f"```{language}\n{text}\n```"
