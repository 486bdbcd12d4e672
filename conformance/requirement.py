"""What a test of the corpus declares about itself: the requirement that it judges."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

import pytest

from centrifugo_grpc.releases import Dialect, Release, dialect_of
from conformance.profile import MAIN

Test = TypeVar("Test", bound=Callable[..., Any])


class Level(Enum):
    """How binding a requirement is.

    MUST, SHOULD and MAY stand in the documentation or are a reasoned decision. OBSERVED is what
    a release does although its documentation is silent or says otherwise: who deviates differs
    from Centrifugo, and does not fail.
    """

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"
    OBSERVED = "OBSERVED"


@dataclass(frozen=True)
class Requirement:
    """One rule of the API.

    `id` is area.verb.slug and never renamed. `needs` are the kinds of namespace (see
    `conformance.profile`) and the streams that a target must offer for it, `variant` the way it
    must be started. A test that `waits` mostly sleeps, for seconds: such tests run beside the
    others. A `slow` one takes longer and runs with `--slow` alone. `one_node` rules hold with the
    memory engine of one node only, in no cluster.
    """

    id: str
    sentence: str
    level: Level
    source: str
    releases: tuple[Release, ...]
    needs: tuple[str, ...] = ()
    variant: str = MAIN
    core: bool = False
    waits: bool = False
    slow: bool = False
    one_node: bool = False

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """The dialects that it concerns."""
        return tuple(d for d in Dialect if any(dialect_of(r) is d for r in self.releases))


V2 = (Release.V2_8,)
V3 = (Release.V3_2, Release.V4_1, Release.V5_4, Release.V6_9)
ALL = V2 + V3


def requirement(
    id: str,  # noqa: A002  (it is what the docs call it)
    sentence: str,
    *,
    level: Level,
    source: str,
    releases: Iterable[Release] = ALL,
    needs: Iterable[str] = (),
    variant: str = MAIN,
    core: bool = False,
    waits: bool = False,
    slow: bool = False,
    one_node: bool = False,
) -> Callable[[Test], Test]:
    """Mark a test as the judge of a requirement."""
    declared = Requirement(
        id=id,
        sentence=sentence,
        level=level,
        source=source,
        releases=tuple(releases),
        needs=tuple(needs),
        variant=variant,
        core=core,
        waits=waits,
        slow=slow,
        one_node=one_node,
    )

    def mark(test: Test) -> Test:
        pytest.mark.requirement(declared)(test)
        if core:
            pytest.mark.core(test)
        if slow:
            pytest.mark.slow(test)
        return test

    return mark
