"""Many callers at once: what requirements on concurrency share."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")

CALLERS = 64
START_SECONDS = 20.0


def at_once(act: Callable[[Argument], Result], arguments: Sequence[Argument]) -> list[Result]:
    """What `act` gives for each argument, each in a thread of its own, all begun together."""
    everybody = threading.Barrier(len(arguments))

    def begin(argument: Argument) -> Result:
        everybody.wait(START_SECONDS)
        return act(argument)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(begin, arguments))
