"""For each point the requirement that notices it, the quickest one first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from conformance.coverage.corpus import Case, Ran, run
from conformance.coverage.points import REQUEST, Point, error_points, points
from conformance.expect import Deviation

Item = TypeVar("Item")
Result = TypeVar("Result")
AT_ONCE = 4
"""Cases that run at the same time: most of their time is the server's, and waiting."""
TRIES = 60
"""Cases that may try to notice one point."""


@dataclass
class Found:
    """What notices each point, blank if nothing does; cases that fail on the server as it is."""

    noticed: dict[Point, str] = field(default_factory=dict)
    useless: list[Ran] = field(default_factory=list)

    @property
    def unnoticed(self) -> list[Point]:
        """The points that nothing notices."""
        return [point for point, by in self.noticed.items() if not by]


class Search:
    """Runs the corpus once as it is, then for each point what may notice it."""

    def __init__(self, cases: Iterable[Case], tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._cases = list(cases)
        self._ran: list[Ran] = []
        self.found = Found()

    def baseline(self) -> None:
        """Run each case on the server as it is; what fails here can notice nothing."""
        quick = [case for case in self._cases if not case.requirement.waits]
        waiting = [case for case in self._cases if case.requirement.waits]
        ran = [*_at_once(run, quick, AT_ONCE), *_at_once(run, waiting, len(waiting))]
        self.found.useless = [each for each in ran if each.raised is not None]
        self._ran = sorted(
            (each for each in ran if each.raised is None), key=lambda each: each.seconds
        )

    def search(self) -> Found:
        """Spoil every point until a requirement notices it, or none is left that could."""
        release = self._cases[0].target.release
        seen = {error for each in self._ran for error in each.proxy.errors}
        every = [*points(release), *error_points(seen)]
        by_method: dict[str, list[Point]] = defaultdict(list)
        for point in every:
            by_method[point.method].append(point)
        for method, its_points in by_method.items():
            found = _at_once(self._noticed, its_points, AT_ONCE)
            self.found.noticed.update(zip(its_points, found, strict=True))
            self._tell(f"{method}: {sum(map(bool, found))} of {len(found)} points are noticed")
        return self.found

    def _noticed(self, point: Point) -> str:
        quick = [each.case for each in self._candidates(point)]
        waiting = [case for case in quick if case.requirement.waits]
        quick = [case for case in quick if not case.requirement.waits]
        for case in quick[:TRIES]:
            if _notices(case, point):
                return case.id
        if waiting:
            noticing = _at_once(lambda case: _notices(case, point), waiting, len(waiting))
            return next((c.id for c, n in zip(waiting, noticing, strict=True) if n), "")
        return ""

    def _candidates(self, point: Point) -> list[Ran]:
        """The runs in which the point came up: its field was set, or the message around it was."""
        if point.code:
            return [each for each in self._ran if (point.method, point.code) in each.proxy.errors]
        set_for_sure = point.side == REQUEST or point.how == "dropped"
        is_flag = point.path[-1] == "value" and point.how == "altered"
        path = point.path if set_for_sure and not is_flag else point.path[:-1]
        touched = (point.method, point.side, path)
        if point.how == "swapped":
            touched = (point.method, point.side, ())
        return [each for each in self._ran if touched in each.proxy.touched]


def _notices(case: Case, point: Point) -> bool:
    """Whether a requirement fails when the point is wrong: by judging, not by breaking down."""
    ran = run(case, point)
    return ran.proxy.has_spoilt and isinstance(ran.raised, Deviation | AssertionError)


def _at_once(act: Callable[[Item], Result], items: Sequence[Item], threads: int) -> list[Result]:
    if not items:
        return []
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(act, items))
