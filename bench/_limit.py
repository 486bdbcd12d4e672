"""Whose limit a run met, and what tells: not the server's if the generator had none to spare."""

from dataclasses import dataclass
from typing import Any

from bench._server_cpu import Spent

BUSY = 0.9
_FULL = 0.95
_LAG_US = 20_000
_FOREIGN = 0.1


@dataclass(frozen=True)
class Seen:
    """What was seen of both sides over the measured time.

    `shares` are of one CPU, by process of the generator; `lag_us` the 99th percentile of the worst
    process; `delay_us` that of the send delay, None in a closed loop; `reached` the share of the
    rate asked for, None in a closed loop. `spent` is None where nobody looked.
    """

    shares: list[float]
    lag_us: float
    delay_us: float | None
    reached: float | None
    missed: int
    spent: Spent | None
    is_local: bool
    cpus: int
    ok: int


def limit(seen: Seen) -> dict[str, Any]:
    """The label and its evidence, as in the result file."""
    return {"label": _label(seen), "evidence": _evidence(seen)}


def _label(seen: Seen) -> str:
    busiest = max(seen.shares, default=0.0)
    is_full = seen.spent is not None and seen.spent.busy >= _FULL
    if seen.ok == 0 or not seen.shares:
        return "unknown"
    if busiest >= BUSY:
        return "generator"
    if is_full:
        return "shared machine" if seen.is_local else "generator"
    if seen.lag_us >= _LAG_US:
        return "generator"
    if seen.reached is not None and seen.reached >= 0.99 and not seen.missed:
        return "unknown"
    # The generator had CPU to spare and was on time: it waited for the answers.
    return "server" if seen.is_local else "unknown"


def _evidence(seen: Seen) -> list[str]:
    told = [f"the busiest of {len(seen.shares)} generator processes took {_top(seen.shares)}"]
    if len(seen.shares) == 1:
        told = [f"the generator took {_top(seen.shares)}"]
    told.append(f"its loop ran late by {seen.lag_us / 1000:.1f} ms at p99")
    if seen.delay_us is not None:
        told.append(f"calls started {seen.delay_us / 1000:.2f} ms after their time at p99")
    if seen.reached is not None:
        told.append(f"{seen.reached:.1%} of the rate asked for was reached")
    if seen.missed:
        told.append(f"{seen.missed} starts never happened")
    if seen.spent is not None:
        server = seen.spent.server
        if server is not None and seen.spent.wall > 0:
            told.append(f"the server took {server / seen.spent.wall:.0%} of a CPU")
        told.append(f"{seen.spent.busy:.0%} of this machine's {seen.cpus} CPUs were busy")
        if seen.is_local and server is not None and seen.spent.wall > 0:
            ours = sum(seen.shares) + server / seen.spent.wall
            others = seen.spent.busy * seen.cpus - ours
            if others > _FOREIGN * seen.cpus:
                told.append(f"other programs took {others:.0%} of a CPU: measure again without")
    if not seen.is_local:
        told.append("the server is on another machine, which nobody looked at")
    return told


def _top(shares: list[float]) -> str:
    return f"{max(shares, default=0.0):.0%} of a CPU"
