"""Runs the timers of nodes by asyncio's loop."""

import asyncio

from reference_server.clients.timers import Timers


class TimerDriver:
    """Wakes up when the next timer is due, and when one has come nearer."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        timers.sooner = self._schedule
        self._schedule()

    def stop(self) -> None:
        """Run no more timers."""
        self._timers.sooner = lambda: None
        if self._handle is not None:
            self._handle.cancel()

    def _schedule(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        seconds = self._timers.seconds_left()
        self._handle = None if seconds is None else self._loop.call_later(seconds, self._run)

    def _run(self) -> None:
        self._handle = None
        try:
            self._timers.run_due()
        finally:
            self._schedule()
