"""The order of the tests where workers share them (pytest-xdist): what takes longest begins first.

The workers wait together and end together so, and none is left alone with a replay of minutes.
"""

from itertools import groupby, islice
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONG = (
    "recordings/test_replay.py",
    "packaging",
    "end_to_end",
    "faults",
    "bench",
    "soak",
    "examples",
    "site",
    "recordings",
)
"""Folders and files whose tests start many processes or wait: longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the long ones out: `--dist worksteal` gives each worker a consecutive share."""
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        return
    long = sorted((item for item in items if _place(item) < len(LONG)), key=_place)
    dealt: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for number, (_, hand) in enumerate(groupby(long, _hand)):
        dealt[number % workers] += hand
    others = iter([item for item in items if _place(item) == len(LONG)])
    ordered: list[pytest.Item] = []
    for number, first in enumerate(dealt):
        share = (len(items) - len(ordered)) // (workers - number)
        ordered += [*first, *islice(others, max(share - len(first), 0))]
    items[:] = [*ordered, *others]


def _place(item: pytest.Item) -> int:
    """Its place in LONG, or behind all of it."""
    path = item.path.relative_to(HERE)
    known = (n for n, name in enumerate(LONG) if path.is_relative_to(name))
    return next(known, len(LONG))


def _hand(item: pytest.Item) -> str:
    """What stays together: the tests of a module share its servers, replays share nothing."""
    return item.nodeid if _place(item) == 0 else str(item.path)
