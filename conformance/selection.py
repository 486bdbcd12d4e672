"""Which requirements a target is judged by, decided before any test from what is known of it."""

import importlib.util
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect
from conformance.requirement import Requirement
from conformance.target import Target

NOT_SELECTED = "not selected"

KEY = "key"
NO_KEY = "no_key"
"""What a requirement may need besides the profile: that the target asks for a key, or does not."""
_KEY_REASONS = {
    KEY: "the target is judged without a key: start it with one and give it with --api-key",
    NO_KEY: "the target is judged with a key: start it without one and leave --api-key out",
}


@dataclass(frozen=True)
class Case:
    """A requirement of one dialect; `lacking` says why the target cannot show it, if it cannot."""

    requirement: Requirement
    dialect: Dialect
    lacking: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the other cases."""
        return self.requirement.id, self.dialect.value


def plan(corpus: Sequence[Requirement], target: Target) -> list[Case]:
    """The cases that concern a target, in the order of the corpus."""
    return [
        Case(requirement, found.dialect, lacking(requirement, found.dialect, target))
        for requirement in corpus
        for found in target.found
        if concerns(requirement, found.dialect, target)
    ]


def concerns(requirement: Requirement, dialect: Dialect, target: Target) -> bool:
    """Whether a requirement is one of the release that the target's dialect is judged as."""
    return target.release(dialect) in requirement.releases


def lacking(requirement: Requirement, dialect: Dialect, target: Target) -> str:
    """What the target does not offer of the requirement's needs; blank if it offers all."""
    # Known from the preflight: without a key in hand, Info was answered without one.
    wrong_key_state = KEY if target.endpoint.api_key is None else NO_KEY
    if wrong_key_state in requirement.needs:
        return _KEY_REASONS[wrong_key_state]
    needs = [need for need in requirement.needs if need not in _KEY_REASONS]
    if not needs:
        return ""
    profile = target.profile(dialect)
    if profile is None:
        return f"no target profile for {dialect}: give one with --target-profile"
    missing = [need for need in needs if need not in profile.offers]
    return f"the profile {profile.name} offers no {', '.join(missing)}" if missing else ""


def requirement_of(item: pytest.Item) -> Requirement | None:
    """The requirement that a test judges."""
    mark = item.get_closest_marker("requirement")
    return mark.args[0] if mark is not None else None


def dialect_of_item(item: pytest.Item) -> Dialect:
    """The dialect that a test was parametrised with."""
    dialect = item.callspec.params["api"]  # type: ignore[attr-defined]
    assert isinstance(dialect, Dialect)
    return dialect


def runs(item: pytest.Item, target: Target) -> bool:
    """Whether a collected test can judge the target."""
    requirement = requirement_of(item)
    if requirement is None:
        return True
    dialect = dialect_of_item(item)
    return concerns(requirement, dialect, target) and not lacking(requirement, dialect, target)


def read_corpus(folder: Path) -> list[Requirement]:
    """All requirements of the test files in a folder, whether or not they were collected."""
    return [
        requirement
        for file in sorted(folder.rglob("test_*.py"))
        for requirement in _declared(_load(file))
    ]


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_corpus_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Problem(f"the corpus file {file} does not load: {error!r}") from error
    return module


def _declared(module: ModuleType) -> Iterator[Requirement]:
    for name, test in inspect.getmembers_static(module, inspect.isfunction):
        if name.startswith("test"):
            marks = getattr(test, "pytestmark", ())
            yield from (mark.args[0] for mark in marks if mark.name == "requirement")
