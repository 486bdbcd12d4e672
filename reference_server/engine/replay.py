"""Answers remembered by idempotency key."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from reference_server.engine.streams import Clock

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class Replay(Generic[Key, Answer]):
    """Answers by key for `ttl` seconds from when each was first given."""

    def __init__(self, clock: Clock, ttl: float) -> None:
        self._clock = clock
        self._ttl = ttl
        self._answers: OrderedDict[Key, tuple[float, Answer]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Key) -> Answer | None:
        """The answer that was given for `key`, if it is still remembered."""
        self.sweep()
        remembered = self._answers.get(key)
        return remembered[1] if remembered else None

    def put(self, key: Key, answer: Answer) -> None:
        """Remember the answer for `key`."""
        self.sweep()
        self._answers[key] = (self._clock() + self._ttl, answer)

    def discard(self, matches: Callable[[Key], bool]) -> None:
        """Forget the answers for the keys that match, before their time."""
        for key in [key for key in self._answers if matches(key)]:
            del self._answers[key]

    def sweep(self) -> None:
        """Forget the answers whose time is over."""
        now = self._clock()
        while self._answers:
            key, (deadline, _) = next(iter(self._answers.items()))
            if deadline > now:
                return
            del self._answers[key]
