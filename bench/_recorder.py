"""Where the sessions of a process put what they saw, by phase, on its way to tally and locust.

The hot path only counts microseconds into a `Counter`; ten times a second the counters are folded
into histograms of fixed size and into locust's statistics.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bench._answer import Ended
from bench._tally import Tally, add_named

Token = tuple[Any, ...]
"""What a call carries: its intended and real start in microseconds of `clock`, and more."""

MEASURED = "measured"
WARMUP = "warm-up"
Feed = Callable[[Counter[int], Counter[str], float], None]
"""Gets latencies, errors by name, and the Unix time they fell in."""


def clock() -> int:
    """Microseconds that only go forward."""
    return time.perf_counter_ns() // 1000


class Phase:
    """A part of the run that is counted on its own; a call belongs to that in which it began."""

    def __init__(self, label: str, *, begins: int, is_paced: bool) -> None:
        self.label = label
        self.begins = begins
        self.tally = Tally()
        self._is_paced = is_paced
        self._ok = self._api = self._transport = 0
        self._service: Counter[int] = Counter()
        self._response: Counter[int] = Counter()
        self._delay: Counter[int] = Counter()
        self._errors: Counter[str] = Counter()

    def sent(self, tokens: Sequence[Token]) -> None:
        """Calls that have just been handed to a connection."""
        tally = self.tally
        tally.sent += len(tokens)
        if not tally.first:
            tally.first = time.time()
        if self._is_paced:
            self._delay.update([token[1] - token[0] for token in tokens])

    def answered(self, tokens: Sequence[Token], now: int, *, is_late: bool) -> None:
        """Calls that were answered without an error, at `now`."""
        self._service.update([now - token[1] for token in tokens])
        if self._is_paced:
            self._response.update([now - token[0] for token in tokens])
        count = len(tokens)
        self._ok += count
        self.tally.ok += count
        if is_late:
            self.tally.late += count

    def failed(self, token: Token, now: int, ended: Ended) -> None:
        """A call that ended with an error."""
        self._service[now - token[1]] += 1
        if self._is_paced:
            self._response[now - token[0]] += 1
        tally = self.tally
        if ended.api_error:
            add_named(tally.api_errors, {ended.api_error: 1})
            self._api += 1
            self._errors[f"API error {ended.api_error}"] += 1
        else:
            add_named(tally.transport_errors, {str(ended): 1})
            self._transport += 1
            self._errors[f"transport error {ended}"] += 1

    def fold(self, unix: float, feed: Feed) -> None:
        """Move what was counted since the last time to where it stays."""
        latencies = self._response if self._is_paced else self._service
        tally = self.tally
        if latencies:
            second = tally.second(unix)
            second.ok += self._ok
            second.api_errors += self._api
            second.transport_errors += self._transport
            second.count(latencies)
            tally.service.take(self._service)
            tally.response.take(self._response)
            feed(latencies, self._errors, unix)
        tally.delay.take(self._delay)
        self._ok = self._api = self._transport = 0
        for counts in (self._service, self._response, self._delay, self._errors):
            counts.clear()


class Recorder:
    """The phases of one process."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.is_paced = False
        self.is_over = False
        self.phase = Phase(MEASURED, begins=0, is_paced=False)
        self._older: list[Phase] = []

    def begin(self, label: str, *, is_paced: bool) -> None:
        """Count for a new run, from nothing."""
        self.is_paced, self.is_over = is_paced, False
        self.phase = Phase(label, begins=0, is_paced=is_paced)
        self._older = []

    def enter(self, label: str, begins: int) -> None:
        """Calls that start from `begins` on belong to a new phase."""
        self._older.append(self.phase)
        self.phase = Phase(label, begins=begins, is_paced=self.is_paced)

    def answered(self, tokens: Sequence[Token], now: int) -> None:
        """Calls that were answered without an error."""
        phase = self.phase
        if min(tokens)[0] >= phase.begins:
            phase.answered(tokens, now, is_late=self.is_over)
            return
        for token in tokens:
            self._of(token).answered((token,), now, is_late=self.is_over)

    def failed(self, token: Token, now: int, ended: Ended) -> None:
        """A call that ended with an error."""
        self._of(token).failed(token, now, ended)

    def missed(self, intended: int, count: int) -> None:
        """Starts that were due at `intended` and never happened."""
        self._of((intended,)).tally.missed += count

    def lost(self, why: str) -> None:
        """A connection broke."""
        add_named(self.phase.tally.lost, {why: 1})

    def refused(self, why: str) -> None:
        """There was no connection to be had."""
        add_named(self.phase.tally.refused, {why: 1})

    def sent(self, tokens: Sequence[Token]) -> None:
        """Calls that have just been handed to a connection."""
        phase = self.phase
        if tokens[0][0] >= phase.begins:
            phase.sent(tokens)
            return
        for token in tokens:
            self._of(token).sent((token,))

    def fold(self) -> None:
        """Move what was counted since the last time to where it stays."""
        unix = time.time()
        for phase in (*self._older, self.phase):
            phase.fold(unix, self._feed)

    def take(self) -> dict[str, Tally]:
        """The tallies of each phase since the last time."""
        self.fold()
        taken: dict[str, Tally] = {}
        for phase in (*self._older, self.phase):
            taken.setdefault(phase.label, Tally()).add(phase.tally)
            phase.tally = Tally()
        return taken

    def _of(self, token: Token) -> Phase:
        """The phase that a call began in."""
        if token[0] >= self.phase.begins:
            return self.phase
        return next(
            (phase for phase in reversed(self._older) if token[0] >= phase.begins), self.phase
        )
