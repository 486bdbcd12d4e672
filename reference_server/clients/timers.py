"""When to do what next, for all connections together."""

import heapq
from collections.abc import Callable
from itertools import count

from reference_server.engine.streams import Clock


class Timer:
    """Something that is done once, unless it is cancelled before."""

    __slots__ = ("_action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Do nothing when the time comes; whatever the action holds is let go now."""
        self._action = None

    @property
    def is_pending(self) -> bool:
        """Whether something is still to be done."""
        return self._action is not None

    def run(self) -> None:
        """Do it."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Timers:
    """Timers by the clock. `sooner` is called when the next deadline has come nearer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: list[tuple[float, int, Timer]] = []
        self._numbers = count()
        self.sooner: Callable[[], None] = lambda: None

    def __len__(self) -> int:
        return len(self._queue)

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do `action` in `seconds` from now."""
        timer = Timer(action)
        deadline = self._clock() + seconds
        is_sooner = not self._queue or deadline < self._queue[0][0]
        heapq.heappush(self._queue, (deadline, next(self._numbers), timer))
        if is_sooner:
            self.sooner()
        return timer

    def seconds_left(self) -> float | None:
        """How long until something is to be done; None if nothing is."""
        while self._queue and not self._queue[0][2].is_pending:
            heapq.heappop(self._queue)
        return max(self._queue[0][0] - self._clock(), 0.0) if self._queue else None

    def run_due(self) -> None:
        """Do all whose time has come, earliest first."""
        now = self._clock()
        while self._queue and self._queue[0][0] <= now:
            heapq.heappop(self._queue)[2].run()
