"""Runs requirements of the corpus against one mutant, which is started anew behind the network."""

import functools
import inspect
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import conformance
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.launching import Launch, Launcher, listens
from centrifugo_grpc.releases import Release
from conformance.given import Given
from conformance.preflight import named
from conformance.profile import MAIN, read_profile, shipped
from conformance.properties import Budget
from conformance.requirement import Requirement
from conformance.selection import load
from conformance.target import Target
from tests.mutants.declaring import Mutant
from tests.mutants.patching import CRASHES

ROOT = Path(__file__).parent.parent.parent
_NOTICED = {"failed", "differs"}
_HANG = "got gRPC status DEADLINE_EXCEEDED"
_BUDGET = Budget(examples=12, seed=1)
_WHOLE_SECONDS = 600


@dataclass(frozen=True)
class Run:
    """What one run noticed.

    `by` are the requirements of the broken rule that failed, `others` all others that did, `shown`
    how many were judged. `trouble` is why the run counts for nothing, blank if it counts.
    """

    by: tuple[str, ...]
    others: tuple[str, ...]
    shown: int
    trouble: str = ""


@dataclass(frozen=True)
class Case:
    """A requirement and the test that judges it."""

    requirement: Requirement
    test: Callable[..., None]


@functools.cache
def corpus() -> Sequence[Case]:
    """All requirements with their tests."""
    return [
        Case(mark.args[0], test)
        for file in sorted(Path(conformance.__file__).parent.rglob("test_*.py"))
        for name, test in inspect.getmembers_static(load(file), inspect.isfunction)
        for mark in getattr(test, "pytestmark", ())
        if name.startswith("test") and mark.name == "requirement"
    ]


@functools.cache
def known_differences() -> frozenset[str]:
    """The requirements that the reference server does not keep, right or wrong."""
    lines = (ROOT / "reference_server" / "known-differences.txt").read_text().splitlines()
    entries = [line.lstrip("~") for line in lines if line and line[0] != "#"]
    return frozenset(entry.split(":")[0].split("[")[0] for entry in entries)


def judging(mutant: Mutant, release: Release) -> list[Case]:
    """The requirements of a release that the mutant is to break."""
    return [
        case
        for case in corpus()
        if mutant.is_broken(case.requirement.id)
        and release in case.requirement.releases
        and not case.requirement.slow
    ]


def runs(mutant: Mutant, release: Release, times: int = 1) -> tuple[Run, ...]:
    """Judge a mutant that many times by the requirements that it is to break."""
    cases = judging(mutant, release)
    found: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        crashes = Path(folder) / "crashes"
        with started(command(mutant, release), release, cases, crashes) as targets:
            for _ in range(times):
                # What caught it first is asked first: one requirement of the rule is enough.
                likely = [case for case in cases if found and case.requirement.id in found[0].by]
                run = _run(targets, likely) if likely else None
                found.append(run if run is not None and run.by else _run(targets, cases))
        if crashes.exists():
            trouble = f"it broke down itself: {crashes.read_text().splitlines()[0]}"
            return tuple(Run((), run.by, run.shown, trouble) for run in found)
    return tuple(found)


def right(release: Release, cases: Sequence[Case]) -> Run:
    """Judge the reference server as it is."""
    words = [sys.executable, "-m", "reference_server", "--release", str(release)]
    with started(f"{shlex.join(words)} -c {{config}}", release, cases) as targets:
        return _run(targets, cases)


def command(mutant: Mutant, release: Release) -> str:
    """What starts a mutant."""
    words = [sys.executable, "-m", "tests.mutants", mutant.name, "--release", str(release)]
    return f"{shlex.join(words)} -c {{config}}"


@contextmanager
def started(
    command_line: str, release: Release, cases: Sequence[Case], crashes: Path | None = None
) -> Iterator[Mapping[str, Target]]:
    """A server as each of the variants that the cases need.

    A mutant writes down in `crashes` what it did not catch.
    """
    main = read_profile(shipped(release))
    variants = {case.requirement.variant for case in cases}
    profiles = [main.variants[name] if name != MAIN else main for name in sorted(variants)]
    told = {} if crashes is None else {CRASHES: str(crashes)}
    launches = [Launch(command_line, profile.config, release, told) for profile in profiles]
    launcher = Launcher()
    try:
        launcher.start(launches)
        targets = {}
        for profile, launch in zip(profiles, launches, strict=True):
            endpoint = Endpoint(launch.address, profile.api_key, profile.tls, profile.ca)
            streams = {kind: each for kind, each in launch.streams.items() if listens(each)}
            found = named(endpoint, profile.release)
            targets[profile.variant] = Target(
                endpoint, profile.name, found, profile, profile.variant, streams
            )
        yield targets
    finally:
        launcher.close()


def _run(targets: Mapping[str, Target], cases: Sequence[Case]) -> Run:
    raised = {
        case.requirement.id: _raised(targets[case.requirement.variant], case.test) for case in cases
    }
    noticed = {name: str(why) for name, why in raised.items() if isinstance(why, AssertionError)}
    by = tuple(name for name, why in noticed.items() if _HANG not in why)
    trouble = ""
    if noticed and not by:
        trouble = f"only a hang was noticed, by {', '.join(noticed)}"
    elif not by:
        errors = [f"{name}: {why!r}" for name, why in raised.items() if why is not None]
        trouble = f"the corpus itself went wrong: {errors[0]}" if errors else ""
    return Run(by, (), len(cases), trouble)


def _raised(target: Target, test: Callable[..., None]) -> Exception | None:
    given = Given(target, [], _BUDGET)
    try:
        with given.stack:
            test(**{name: given.get(name) for name in inspect.signature(test).parameters})
    except Exception as error:
        return error
    return None


def whole(mutant: Mutant, release: Release) -> Run:
    """Run the whole corpus once, as a user would, with its preflight."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        words = [sys.executable, "-m", "pytest", "--pyargs", "conformance", "-q"]
        words += ["-p", "no:cacheprovider", "--release", str(release), "--results", str(results)]
        words += ["--launch", command(mutant, release)]
        done = subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, timeout=_WHOLE_SECONDS, check=False
        )
        if not results.exists():
            last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["nothing was said"]
            return Run((), (), 0, f"no results: {last[0]}")
        document: dict[str, Any] = json.loads(results.read_text())
    rows = document["requirements"]
    failed = [row["id"] for row in rows if row["verdict"] in _NOTICED]
    noticed = [name for name in failed if name not in known_differences()]
    shown = sum(row["verdict"] != "not shown" for row in rows)
    return Run(
        tuple(name for name in noticed if mutant.is_broken(name)),
        tuple(name for name in noticed if not mutant.is_broken(name)),
        shown,
        "" if shown else f"nothing was judged: {document['summary']}",
    )
