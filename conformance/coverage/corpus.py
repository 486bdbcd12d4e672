"""Runs requirements of the corpus one by one, through a proxy, without pytest."""

import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from centrifugo_grpc.releases import Release
from conformance.coverage.points import Point
from conformance.coverage.proxy import Proxy
from conformance.given import Given
from conformance.properties import Budget
from conformance.requirement import Requirement
from conformance.selection import lacking, load
from conformance.target import Target, Targets

_BUDGET = Budget(examples=5, seed=1)
_RAW = frozenset({"wire"})
"""Who takes these writes HTTP/2 itself, which a proxy would rewrite."""


@dataclass(frozen=True)
class Case:
    """A requirement, its test and the target it needs."""

    requirement: Requirement
    test: Callable[..., None]
    target: Target

    @property
    def id(self) -> str:
        """The requirement's id."""
        return self.requirement.id


@dataclass(frozen=True)
class Ran:
    """How a case came out: what it raised, what its proxy saw, how long it took."""

    case: Case
    raised: BaseException | None
    proxy: Proxy
    seconds: float


def cases(folder: Path, targets: Targets, release: Release) -> Iterator[Case]:
    """The cases that the targets can show."""
    dialect = targets.main[0].dialect
    for file in sorted(folder.rglob("test_*.py")):
        for name, test in inspect.getmembers_static(load(file), inspect.isfunction):
            marks = getattr(test, "pytestmark", ()) if name.startswith("test") else ()
            declared = [mark.args[0] for mark in marks if mark.name == "requirement"]
            if not declared or _RAW & set(inspect.signature(test).parameters):
                continue
            requirement: Requirement = declared[0]
            if release not in requirement.releases or requirement.slow:
                continue
            if lacking(requirement, dialect, targets):
                continue
            target = targets.get(dialect, requirement.variant)
            if target is not None and not target.endpoint.tls:
                yield Case(requirement, test, target)


def run(case: Case, point: Point | None = None) -> Ran:
    """Run a case against its target behind a proxy, which spoils `point`."""
    target = case.target
    began = time.monotonic()
    with Proxy(target.endpoint, target.release, point) as proxy:
        behind = replace(target, endpoint=replace(target.endpoint, address=proxy.address))
        given = Given(behind, [], _BUDGET)
        raised: BaseException | None = None
        with given.stack:
            try:
                case.test(**_arguments(case.test, given))
            except Exception as error:
                raised = error
    return Ran(case, raised, proxy, time.monotonic() - began)


def _arguments(test: Callable[..., None], given: Given) -> dict[str, Any]:
    return {name: given.get(name) for name in inspect.signature(test).parameters}
