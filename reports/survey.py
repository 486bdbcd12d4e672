"""Measures the targets of a plan one after the other, each by the commands a user would type."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from centrifugo_grpc import result_files
from centrifugo_grpc.launching import Launch, Launcher
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.result_files import SUFFIXES
from reports import page, runs, steps
from reports.implementations import Absent
from reports.readme import write_readme
from reports.targets import Plan, Target

KEY_VARIABLE = "CENTRIFUGO_GRPC_API_KEY"
_STEP_SECONDS = 900
_TOLD_CHARACTERS = 200

Tell = Callable[[str], None]


def survey(plan: Plan, output: Path, results: Path, tell: Tell) -> tuple[Path, int]:
    """Measure every target, keep what it gave below `results`, build the page in `output`.

    Gives the page's path and how many targets could be measured.
    """
    absent: list[Absent] = []
    found: list[Path] = []
    for number, target in enumerate(plan.targets, start=1):
        progress = f"[{number}/{len(plan.targets)}] {target.name}: "
        folder = results / steps.place(target.name)
        try:
            found += _measure(target, plan, folder, _prefixed(progress, tell))
        except Problem as problem:
            tell(f"{progress}not measured: {problem}")
            absent.append(Absent(target.name, str(problem)))
    path = output / "index.html"
    page.write(path, page.render(runs.read_files(found, results), path.name, absent))
    return path, len(plan.targets) - len(absent)


def _prefixed(prefix: str, tell: Tell) -> Tell:
    return lambda what: tell(prefix + what)


def _measure(target: Target, plan: Plan, folder: Path, tell: Tell) -> list[Path]:
    """Corpus and load of one target; the result files. Raises `Problem` if there is no corpus's."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        if stale.name.endswith(SUFFIXES):
            stale.unlink()
    conformance = folder / steps.CORPUS
    started = time.monotonic()
    tell("corpus …")
    said = _run(steps.corpus(target, plan, conformance), target)
    if not conformance.exists():
        raise Problem(said or "the corpus left no results and did not say why")
    document = result_files.read(conformance)
    tell(f"corpus: {document['summary']} ({time.monotonic() - started:.0f} s)")
    found = [conformance, *_loads(target, plan, folder, document["target"]["dialects"], tell)]
    write_readme(folder / "README.md", target, plan, runs.read(found))
    return found


def _loads(
    target: Target,
    plan: Plan,
    folder: Path,
    dialects: Sequence[dict[str, str]],
    tell: Tell,
) -> list[Path]:
    found: list[Path] = []
    if not plan.rounds:
        return found
    named = list(zip(steps.load_names(plan), plan.loads, strict=True))
    with _served(target) as (address, launch):
        for dialect in (each["dialect"] for each in dialects):
            # In turns, so that what disturbs the machine for a while meets all of them.
            for number, (name, words) in product(range(1, plan.rounds + 1), named):
                results = folder / f"load-{name}-{dialect}-{number}.json"
                tell(f"load {name} of {dialect}, round {number} of {plan.rounds} …")
                more = [*words, *(steps.subscribing(launch, words) if launch else ())]
                said = _run(steps.load(address, dialect, plan, more, results), target)
                if results.exists():
                    found.append(results)
                    for problem in result_files.read(results).get("problems", ()):
                        tell(f"load {name} of {dialect}: {problem}")
                else:
                    tell(f"load {name} of {dialect} left no results: {said}")
    return found


@contextmanager
def _served(target: Target) -> Iterator[tuple[str, Launch | None]]:
    """Where the target is, and its start if it was started, for as long as it is needed."""
    if target.address is not None:
        yield target.address, None
        return
    assert target.launch is not None, "a target has one of the two"
    assert target.release is not None, "a launched target has a release"
    launch = Launch(target.launch, steps.configuration(target), target.release)
    launcher = Launcher()
    try:
        launcher.start([launch])
        yield launch.address, launch
    finally:
        launcher.close()


def _run(module: Sequence[str], target: Target) -> str:
    """Run a command; what it said last, in one line."""
    environment = dict(os.environ)
    if target.api_key_variable is not None:
        key = os.environ.get(target.api_key_variable)
        if key is None:
            raise Problem(f"the environment has no {target.api_key_variable}: put the key there")
        environment[KEY_VARIABLE] = key
    try:
        ran = subprocess.run(
            [sys.executable, "-m", *module],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_STEP_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end within {_STEP_SECONDS} s"
    lines = [line for line in ran.stdout.splitlines() if line.strip()]
    return lines[-1][:_TOLD_CHARACTERS] if lines else ""
