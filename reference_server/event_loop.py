"""The event loop that everything runs on: uvloop's where it is installed, else asyncio's own.

grpcio on uvloop answers a tenth more calls a second (`python -m tools.serving_cost`).
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

_new_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop as _new_loop
except ImportError:  # Not made for Windows, nor for other Pythons than CPython.
    _new_loop = asyncio.new_event_loop


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` to its end on a loop of its own, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(main)
