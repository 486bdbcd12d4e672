"""Tests that mostly wait, for a lifetime to pass: all begin together, beside the others.

Each runs in a thread of its own, from the begin of the run on; its outcome is taken when its turn
comes, which is after all the others.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from conformance.given import Given
from conformance.selection import requirement_of

_FUTURE = pytest.StashKey[Future[float]]()
SECONDS = pytest.StashKey[float]()
"""How long a test took that was not run by pytest's own clock."""


def waits(item: pytest.Item) -> bool:
    """Whether a test's requirement says that it mostly waits."""
    requirement = requirement_of(item)
    return requirement is not None and requirement.waits


def begin(items: Sequence[pytest.Item], given_to: Callable[[pytest.Item], Given]) -> None:
    """Begin these tests, each in a thread that does not keep the process alive."""
    for item in items:
        assert isinstance(item, pytest.Function)
        future: Future[float] = Future()
        item.stash[_FUTURE] = future
        given = given_to(item)
        threading.Thread(target=_run, args=(item, given, future), daemon=True).start()


def outcome(item: pytest.Function) -> bool | None:
    """Raise what the test raised, once it has ended; None if it did not begin so."""
    future = item.stash.get(_FUTURE, None)
    if future is None:
        return None
    item.stash[SECONDS] = future.result()
    return True


def _run(item: pytest.Function, given: Given, future: "Future[float]") -> None:
    began = time.monotonic()
    try:
        item.obj(**_arguments(item, given))
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(time.monotonic() - began)


def _arguments(item: pytest.Function, given: Given) -> dict[str, Any]:
    cases = {name: value for name, value in item.callspec.params.items() if name != "api"}
    names = (name for name in item._fixtureinfo.argnames if name not in cases)
    return cases | {name: given.get(name) for name in names}
