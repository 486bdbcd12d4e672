"""Keeps what a connection receives, in order, and waits for what is awaited."""

import threading
import time
from collections.abc import Sequence
from typing import Any, TypeVar

from centrifugo_grpc.subscriber.events import Ended, Event

Kind = TypeVar("Kind", bound=Event)

PATIENCE = 5.0
"""Seconds an awaited event may take: far longer than any server needs, so that none is raced."""


class Inbox:
    """What was received so far. One thread puts, any number wait and read."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._changed = threading.Condition()

    def put(self, event: Event) -> None:
        """Append what was received."""
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    @property
    def events(self) -> list[Event]:
        """Everything received so far, in order."""
        with self._changed:
            return list(self._events)

    @property
    def has_ended(self) -> bool:
        """Whether nothing can come any more."""
        with self._changed:
            return self._is_over()

    def of(self, kind: type[Kind], **fields: Any) -> list[Kind]:
        """The events of a kind whose fields have these values, so far, in order."""
        with self._changed:
            return _matching(self._events, kind, fields)

    def wait(
        self, kind: type[Kind], count: int = 1, *, seconds: float | None = None, **fields: Any
    ) -> list[Kind]:
        """As `of`, once there are `count` of them, or none can come, or the time is over.

        That is after `seconds`, `PATIENCE` if None.
        """
        deadline = time.monotonic() + (PATIENCE if seconds is None else seconds)
        with self._changed:
            while True:
                found = _matching(self._events, kind, fields)
                left = deadline - time.monotonic()
                if len(found) >= count or self._is_over() or left <= 0:
                    return found
                self._changed.wait(left)

    def _is_over(self) -> bool:
        return bool(self._events) and isinstance(self._events[-1], Ended)


def _matching(events: Sequence[Event], kind: type[Kind], fields: dict[str, Any]) -> list[Kind]:
    return [
        event
        for event in events
        if isinstance(event, kind)
        and all(getattr(event, name) == value for name, value in fields.items())
    ]
