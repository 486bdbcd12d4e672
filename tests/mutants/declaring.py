"""What is declared of a wrong server, before anything is run against it."""

from collections.abc import Callable
from dataclasses import dataclass

from centrifugo_grpc.releases import Release

V2 = (Release.V2_8,)
LATEST = (Release.V6_9,)
BOTH = (Release.V2_8, Release.V6_9)
# Of several releases that have a rule, the first and the last.
V3 = (Release.V3_2, Release.V6_9)
SINCE_4 = (Release.V4_1, Release.V6_9)
SINCE_5 = (Release.V5_4, Release.V6_9)
EVERY = V2 + V3


@dataclass(frozen=True)
class Mutant:
    """The reference server with one thing wrong.

    `breaks` are ids of requirements, or what they begin with: one of them has to fail on each of
    `releases`. `racy`: what it does wrong depends on timing, so it is noticed in most runs only.
    """

    name: str
    area: str
    wrong: str
    breaks: tuple[str, ...]
    releases: tuple[Release, ...]
    patch: Callable[[], None]
    racy: bool = False

    def is_broken(self, requirement: str) -> bool:
        """Whether the rule that it breaks is that of this requirement."""
        return any(f"{requirement}.".startswith(f"{each}.") for each in self.breaks)


class Area:
    """The mutants of one part of the API."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mutants: list[Mutant] = []

    def mutant(
        self, *breaks: str, releases: tuple[Release, ...] = LATEST, racy: bool = False
    ) -> Callable[[Callable[[], None]], Callable[[], None]]:
        """Declare a mutant: a function that patches the server, its docstring what is wrong."""

        def declare(patch: Callable[[], None]) -> Callable[[], None]:
            name = patch.__name__.replace("_", "-")
            wrong = (patch.__doc__ or "").strip()
            self.mutants.append(Mutant(name, self.name, wrong, breaks, releases, patch, racy))
            return patch

        return declare
