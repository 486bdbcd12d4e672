"""When to look at what next, so that nothing is kept for longer than it lives."""

import heapq
from collections.abc import Iterator
from math import inf

_SPARE = 64


class Deadlines:
    """The next deadline of each name, in the clock's seconds.

    A later deadline of the same name is not queued: it is found when the earlier one comes. An
    earlier one leaves the later one behind in the queue, which is made anew before half of it is
    such remains. So the queue stays as long as the list of names, whatever is put and however
    often.
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._queue: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, name: str, deadline: float) -> None:
        """Look at `name` no later than `deadline`; `inf` is never."""
        if deadline < self._next.get(name, inf):
            self._next[name] = deadline
            heapq.heappush(self._queue, (deadline, name))
            if len(self._queue) > 2 * len(self._next) + _SPARE:
                self._queue = [(deadline, name) for name, deadline in self._next.items()]
                heapq.heapify(self._queue)

    def due(self, now: float) -> Iterator[str]:
        """The names whose deadline has come. Each is forgotten here until it is put again."""
        while self._queue and self._queue[0][0] <= now:
            deadline, name = heapq.heappop(self._queue)
            if self._next.get(name) == deadline:
                del self._next[name]
                yield name
