"""When calls start: as soon as one ends (closed loop), or at times of their own (open loop)."""

import math
import random
from collections.abc import Callable
from typing import Protocol

from bench._recorder import Token


class Pace(Protocol):
    """Says which calls are due."""

    def due(self, now: int, room: int) -> list[Token]:
        """The tokens of the calls to start at `now`, `room` of them at most."""

    def wait(self, now: int) -> float | None:
        """Seconds until the next start is due, 0 if it is; None if it waits for an answer."""


class ClosedLoop:
    """Keeps calls under way: each answer makes room for the next one."""

    def due(self, now: int, room: int) -> list[Token]:
        """As many as there is room for."""
        return [(now, now)] * room

    def wait(self, now: int) -> float | None:  # noqa: ARG002
        """It waits for answers."""
        return None


class OpenLoop:
    """Starts `rate` calls a second, whatever the answers do.

    A start that finds no room waits for it and keeps its intended time, so what the server made
    it wait is in its response time. One that waited longer than `patience` seconds never happens
    and is told to `missed`.
    """

    def __init__(
        self,
        rate: float,
        now: int,
        *,
        patience: float,
        missed: Callable[[int, int], None],
        poisson: random.Random | None = None,
    ) -> None:
        """Begins at `now`; `poisson` draws the intervals, without it they are all the same."""
        self._interval = 1e6 / rate if rate else math.inf
        self._patience = int(patience * 1e6)
        self._missed = missed
        self._poisson = poisson
        self._next = float(now) if rate else math.inf

    def due(self, now: int, room: int) -> list[Token]:
        """Those whose time has come."""
        self._give_up(now)
        tokens: list[Token] = []
        while self._next <= now and len(tokens) < room:
            tokens.append((int(self._next), now))
            self._step()
        return tokens

    def wait(self, now: int) -> float | None:
        """Until the next one."""
        return None if self._next == math.inf else max(0.0, (self._next - now) / 1e6)

    def change(self, rate: float, now: int) -> None:
        """Start `rate` calls a second from now on, none if 0; what is due still never will."""
        self.end(now)
        self._interval = 1e6 / rate if rate else math.inf
        self._next = float(now) if rate else math.inf

    def end(self, now: int) -> None:
        """The run is over: what is due and has not started never will."""
        while self._next <= now:
            self._missed(int(self._next), 1)
            self._step()

    def _give_up(self, now: int) -> None:
        while self._next < now - self._patience:
            self._missed(int(self._next), 1)
            self._step()

    def _step(self) -> None:
        draw = self._poisson
        self._next += draw.expovariate(1.0) * self._interval if draw else self._interval
