"""Measures the targets of a plan one after the other, each by the commands a user would type."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import product
from pathlib import Path

from centrifugo_grpc import result_files
from centrifugo_grpc.launching import Launch, Launcher
from centrifugo_grpc.problem import Problem
from reports import page, runs
from reports.implementations import Absent
from reports.readme import write_readme
from reports.targets import Plan, Target

KEY_VARIABLE = "CENTRIFUGO_GRPC_API_KEY"
_STEP_SECONDS = 900
_TOLD_CHARACTERS = 200

Tell = Callable[[str], None]


def survey(plan: Plan, output: Path, tell: Tell) -> tuple[Path, int]:
    """Measure every target, then build the page in `output`.

    Gives the page's path and how many targets could be measured.
    """
    absent: list[Absent] = []
    results: list[Path] = []
    for number, target in enumerate(plan.targets, start=1):
        progress = f"[{number}/{len(plan.targets)}] {target.name}: "
        folder = output / "results" / _slug(target.name)
        try:
            results += _measure(target, plan, folder, _prefixed(progress, tell))
        except Problem as problem:
            tell(f"{progress}not measured: {problem}")
            absent.append(Absent(target.name, str(problem)))
    path = output / "index.html"
    page.write(path, page.render(runs.read(results), path.name, absent))
    return path, len(plan.targets) - len(absent)


def _prefixed(prefix: str, tell: Tell) -> Tell:
    return lambda what: tell(prefix + what)


def _measure(target: Target, plan: Plan, folder: Path, tell: Tell) -> list[Path]:
    """Corpus and load of one target; the result files. Raises `Problem` if there is no corpus's."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.json"):
        stale.unlink()
    conformance = folder / "conformance.json"
    started = time.monotonic()
    tell("corpus …")
    said = _run(_corpus(target, plan, conformance), target)
    if not conformance.exists():
        raise Problem(said or "the corpus left no results and did not say why")
    document = result_files.read(conformance)
    tell(f"corpus: {document['summary']} ({time.monotonic() - started:.0f} s)")
    found = [conformance, *_loads(target, plan, folder, document["target"]["dialects"], tell)]
    write_readme(folder / "README.md", target.name, runs.read(found))
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
    with _address(target) as address:
        for dialect in (each["dialect"] for each in dialects):
            # In turns, so that what disturbs the machine for a while meets all of them.
            for number, kind in product(range(1, plan.rounds + 1), range(len(plan.loads))):
                results = folder / f"load-{dialect}-{kind + 1}-{number}.json"
                words = plan.loads[kind]
                named = f" {' '.join(words)}" if words else ""
                tell(f"load{named} of {dialect}, round {number} of {plan.rounds} …")
                said = _run(_load(address, dialect, plan, words, results), target)
                if results.exists():
                    found.append(results)
                else:
                    tell(f"load of {dialect} left no results: {said}")
    return found


@contextmanager
def _address(target: Target) -> Iterator[str]:
    """Where the target is, started for as long as it is needed if it is to be launched."""
    if target.address is not None:
        yield target.address
        return
    assert target.launch is not None, "a target has one of the two"
    assert target.release is not None, "a launched target has a release"
    launch = Launch(target.launch, _config(target), target.release)
    launcher = Launcher()
    try:
        launcher.start([launch])
        yield launch.address
    finally:
        launcher.close()


def _config(target: Target) -> Path:
    """The configuration of the main variant: beside the profile, or the shipped one."""
    if target.profile is not None:
        return target.profile.with_name("main.json")
    return _folder("conformance") / "targets" / f"centrifugo-{target.release}" / "main.json"


def _corpus(target: Target, plan: Plan, results: Path) -> list[str]:
    words = ["pytest", str(_folder("conformance")), "-q", "-p", "no:cacheprovider"]
    if target.launch is not None:
        words += ["--launch", target.launch]
    else:
        words += ["--target", str(target.address)]
    if target.release is not None:
        words += ["--release", str(target.release)]
    if target.profile is not None:
        words += ["--target-profile", str(target.profile)]
    return [*words, *plan.corpus, "--results", str(results)]


def _load(address: str, dialect: str, plan: Plan, more: Sequence[str], results: Path) -> list[str]:
    words = ["locust", "-f", str(_folder("bench")), "--headless", "--host", address, "-u", "1"]
    words += ["-t", f"{plan.seconds}s", "--only-summary", "--loglevel", "WARNING"]
    return [*words, "--dialect", dialect, *more, "--results", str(results)]


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


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Problem(f"the package {package} is not installed: install the whole suite")
    return Path(next(iter(spec.submodule_search_locations)))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.") or "target"
