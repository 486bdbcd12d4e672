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
from conformance.target import Target, Targets

NOT_SELECTED = "not selected"
NO_KEY = "no_key"
"""What a requirement may need besides the profile: that the target asks for no key."""
_WITH_KEY = "the target is judged with a key: start it without one and leave --api-key out"
_ONE_VARIANT = (
    "need a server that is started in another way (with a key, TLS, short lifetimes ...):"
    " --launch starts each, or the profile names their addresses"
)
_ONE_NODE = "hold with the memory engine of one node only: a cluster does not keep them"
_SLOW = "slow: run them with --slow"


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


def plan(corpus: Sequence[Requirement], targets: Targets, *, slow: bool) -> list[Case]:
    """The cases that concern the targets, in the order of the corpus."""
    return [
        Case(requirement, target.dialect, lacking(requirement, target.dialect, targets, slow=slow))
        for requirement in corpus
        for target in targets.main
        if target.release in requirement.releases
    ]


def lacking(
    requirement: Requirement, dialect: Dialect, targets: Targets, *, slow: bool = True
) -> str:
    """What a target does not offer of the requirement's needs; blank if it offers all."""
    if requirement.slow and not slow:
        return _SLOW
    target = targets.get(dialect, requirement.variant)
    if target is None:
        is_pending = (dialect, requirement.variant) in targets.pending
        return "" if is_pending else targets.absent.get(requirement.variant, _ONE_VARIANT)
    if requirement.one_node and target.other_nodes:
        return _ONE_NODE
    if NO_KEY in requirement.needs and target.endpoint.api_key is not None:
        return _WITH_KEY
    needs = [need for need in requirement.needs if need != NO_KEY]
    missing = {need: why for need in needs if (why := target.missing(need)) is not None}
    reasons = [why for why in missing.values() if why]
    if missing and not reasons:
        assert target.profile is not None, "without one there is a reason"
        return f"the profile {target.profile.name} offers no {', '.join(missing)}"
    return reasons[0] if reasons else ""


def is_of_corpus(node: pytest.Item | pytest.Function) -> bool:
    """Whether a test lies in the folder of the corpus, not among those of somebody else."""
    folder = Path(node.config.getini("conformance_corpus")).resolve()
    return folder in node.path.resolve().parents


def requirement_of(item: pytest.Item) -> Requirement | None:
    """The requirement that a test judges."""
    mark = item.get_closest_marker("requirement")
    return mark.args[0] if mark is not None else None


def dialect_of_item(item: pytest.Item) -> Dialect:
    """The dialect that a test was parametrised with."""
    dialect = item.callspec.params["api"]  # type: ignore[attr-defined]
    assert isinstance(dialect, Dialect)
    return dialect


def runs(item: pytest.Item, targets: Targets, *, slow: bool) -> bool:
    """Whether a collected test can judge the targets."""
    requirement = requirement_of(item)
    if requirement is None:
        return True
    dialect = dialect_of_item(item)
    if targets.release(dialect) not in requirement.releases:
        return False
    return not lacking(requirement, dialect, targets, slow=slow)


def target_of(item: pytest.Item, targets: Targets) -> Target:
    """The target that a test judges."""
    requirement = requirement_of(item)
    assert requirement is not None
    target = targets.get(dialect_of_item(item), requirement.variant)
    assert target is not None, "what has no target was left out"
    return target


def read_corpus(folder: Path) -> list[Requirement]:
    """All requirements of the test files in a folder, whether or not they were collected."""
    return [
        requirement
        for file in sorted(folder.rglob("test_*.py"))
        for requirement in _declared(load(file))
    ]


def load(file: Path) -> ModuleType:
    """The module of a test file; raises `Problem` if it does not load."""
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
