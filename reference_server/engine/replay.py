"""Answers remembered by idempotency key."""

from collections import OrderedDict
from typing import Generic, TypeVar

from reference_server.engine.streams import Clock

Answer = TypeVar("Answer")


class Replay(Generic[Answer]):
    """Answers by key for `ttl` seconds from when each was first given."""

    def __init__(self, clock: Clock, ttl: float) -> None:
        self._clock = clock
        self._ttl = ttl
        self._answers: OrderedDict[str, tuple[float, Answer]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: str) -> Answer | None:
        """The answer that was given for `key`, if it is still remembered."""
        self._forget()
        remembered = self._answers.get(key)
        return remembered[1] if remembered else None

    def put(self, key: str, answer: Answer) -> None:
        """Remember the answer for `key`."""
        self._forget()
        self._answers[key] = (self._clock() + self._ttl, answer)

    def _forget(self) -> None:
        now = self._clock()
        while self._answers:
            key, (deadline, _) = next(iter(self._answers.items()))
            if deadline > now:
                return
            del self._answers[key]
