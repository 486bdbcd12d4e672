"""Leads a run through the rates of *capacity*: here and on every worker."""

import time
from collections.abc import Callable
from typing import Any

import gevent

from bench._capacity import FIRST_RATE, Step, is_hopeless, judged, search
from bench._run import Run, Total
from bench._tally import Tally

_SETTLE = 0.3
_PAUSE = 0.3
_LOOK = 1.0
_FEWEST_CALLS = 1050


class Climb:
    """Tries rate after rate. `tell` sets label and rate everywhere, `gather` adds up everywhere."""

    def __init__(
        self,
        run: Run,
        total: Total,
        tell: Callable[[str, float], None],
        gather: Callable[[], None],
    ) -> None:
        self.steps: list[Step] = []
        self._run = run
        self._total = total
        self._tell = tell
        self._gather = gather

    def climb(self, users: Callable[[], int]) -> None:
        """The search, from the first rate to the last."""
        options = self._run.options
        assert options is not None
        rates = search(options.rate * users() if options.rate else FIRST_RATE)
        rate = next(rates)
        gevent.sleep(options.warmup)
        while True:
            label = f"{len(self.steps)}: {rate:g}"
            self._tell(f"{label} settles", rate / users())
            gevent.sleep(options.step_seconds * _SETTLE)
            self._tell(label, rate / users())
            # Long enough for a p99 with ten calls beyond it.
            seconds = max(options.step_seconds, _FEWEST_CALLS / rate)
            self._wait(label, rate, seconds)
            self._tell("pause", 0.0)
            self._drain(options.endpoint.deadline)
            tally = self._total.phases.get(label, Tally())
            step = judged(rate, tally, seconds, options.p99_below * 1000)
            self.steps.append(step)
            said = "passed" if step.passed else f"failed: {step.why}"
            print(f"{rate:>9.0f} a second: p99 {step.p99_us / 1000:.2f} ms, {said}", flush=True)
            try:
                rate = rates.send(step)
            except StopIteration:
                return

    def _wait(self, label: str, rate: float, seconds: float) -> None:
        """Until the step is over, or lost: what a server is asked too much of piles up."""
        assert self._run.options is not None
        bound = self._run.options.p99_below * 1000
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            gevent.sleep(min(left, _LOOK))
            if left > _LOOK:
                self._gather()
                tally = self._total.phases.get(label, Tally())
                if tally.errors or is_hopeless(rate, tally, seconds, bound):
                    return

    def _drain(self, deadline: float) -> None:
        """Until all that piled up is answered: it would make the next rate look worse."""
        end = time.monotonic() + deadline + 1
        gevent.sleep(_PAUSE)
        self._gather()
        while self._total.measured.cut_off and time.monotonic() < end:
            gevent.sleep(_PAUSE)
            self._gather()

    @property
    def best(self) -> Step | None:
        """The highest rate that passed."""
        return max((step for step in self.steps if step.passed), key=lambda s: s.rate, default=None)

    @property
    def _failed(self) -> list[Step]:
        """The rates that failed, and did not pass at the second try."""
        passed = {step.rate for step in self.steps if step.passed}
        return [step for step in self.steps if step.rate not in passed]

    @property
    def why_no_more(self) -> str:
        """What was wrong with the lowest rate that failed."""
        failed = min(self._failed, key=lambda step: step.rate, default=None)
        return (
            f"{failed.rate:.0f} a second, {failed.why}" if failed is not None else "none was tried"
        )

    def document(self, bound_ms: float) -> dict[str, Any]:
        """What the result file tells of it."""
        best = self.best
        failed = [step.rate for step in self._failed]
        return {
            "p99_below_ms": bound_ms,
            "rate": best.rate if best is not None else None,
            "failed_at": min(failed, default=None),
            "steps": [
                {
                    "rate": step.rate,
                    "p99_us": step.p99_us,
                    "passed": step.passed,
                    "why": step.why,
                    "sent": step.tally.sent,
                    "ok": step.tally.ok,
                    "seconds": step.seconds,
                }
                for step in self.steps
            ],
        }
