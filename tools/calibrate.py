"""Calibrates the load harness: `python -m tools.calibrate`.

Each calibration runs the harness against a server of known behaviour and compares what it reports
with what was planted. Exits with 1 if anything lies outside its bounds.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdrh.histogram import HdrHistogram

Result = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """One figure: planted, reported, and the bounds of what is right.

    `flattering` is the side on which a wrong figure would make the server look better than it is;
    a busy machine can push a figure to the other side only.
    """

    what: str
    planted: float
    reported: float
    least: float
    most: float
    flattering: str = "both"

    @property
    def is_honest(self) -> bool:
        """Whether it does not flatter the server."""
        is_too_low = self.reported < self.least and self.flattering != "high"
        is_too_high = self.reported > self.most and self.flattering != "low"
        return not (is_too_low or is_too_high)

    @property
    def is_right(self) -> bool:
        """Whether it lies within its bounds."""
        return self.least <= self.reported <= self.most

    def __str__(self) -> str:
        mark = "ok " if self.is_right else "OFF"
        return (
            f"{mark} {self.what}: planted {self.planted:g}, reported {self.reported:g}"
            f" (bounds {self.least:g} to {self.most:g})"
        )


@dataclass(frozen=True)
class Calibration:
    """A server's behaviour, a run against it, and what the run has to report."""

    name: str
    server: tuple[str, ...]
    run: tuple[str, ...]
    readings: Callable[[Result], list[Reading]]
    is_quick: bool = True


def exactly(what: str, planted: float, reported: float) -> Reading:
    """A figure without any tolerance."""
    return Reading(what, planted, reported, planted, planted)


def within(what: str, planted: float, reported: float, share: float, flattering: str) -> Reading:
    """A figure within a share of what was planted."""
    least, most = planted * (1 - share), planted * (1 + share)
    return Reading(what, planted, reported, least, most, flattering)


def percentile_ms(result: Result, name: str, which: str = "response") -> float:
    """A percentile of a result in milliseconds."""
    return float(result["latency"][which]["percentiles"][name]) / 1000


def above(result: Result, ms: float) -> int:
    """How many calls took longer."""
    histogram = HdrHistogram.decode(result["latency"]["service"]["histogram"])
    values = histogram.get_recorded_iterator()
    return sum(v.count_at_value_iterated_to for v in values if v.value_iterated_to >= ms * 1000)


def _service(result: Result) -> list[Reading]:
    # Never less than it took; more by what the loops of both sides add.
    reported = percentile_ms(result, "50")
    return [Reading("p50 of a service time of 50 ms", 50, reported, 49.9, 60, "low")]


def _cap(result: Result) -> list[Reading]:
    rate = result["throughput"]["publications_per_second"]
    return [within("publications a second", 100, rate, 0.03, "high")]


def _capacity(result: Result) -> list[Reading]:
    return [within("capacity", 160, result["capacity"]["rate"] or 0, 0.03, "high")]


# So many starts that a machine too busy for a third of them still leaves ten beyond the p99.
RATE, SECONDS, STALL = 200, 8, 1.0
SLOW_MS = 2000
"""So slow that no busy machine makes others as slow."""


def _stall(result: Result) -> list[Reading]:
    """Of the starts, those that fall into the stall wait for its end, evenly from 1 s to 0."""
    starts = result["outcomes"]["ok"]
    stalled = RATE * STALL
    readings = [within("starts", RATE * SECONDS, starts, 0.02, "high")]
    for name, beyond in (("90", 0.10), ("99", 0.01)):
        planted = 1000 * STALL * (1 - starts * beyond / stalled)
        reported = percentile_ms(result, name)
        readings.append(within(f"p{name} in ms", planted, reported, 0.05, "low"))
    return readings


def _slow(result: Result) -> list[Reading]:
    planted = result["outcomes"]["sent"] // 1000
    return [exactly("slow calls", planted, above(result, SLOW_MS - 1))]


def _faults(scenario: str) -> Callable[[Result], list[Reading]]:
    def read(result: Result) -> list[Reading]:
        found = result[scenario]
        planted = {"lost": 7, "doubled": 3, "altered": 1}
        return [exactly(what, count, found[what]) for what, count in planted.items()]

    return read


CALIBRATIONS = (
    Calibration(
        "fixed service time", ("--service-ms", "50"), ("-t", "3s", "--in-flight", "4"), _service
    ),
    Calibration("cap in a closed loop", ("--cap", "100"), ("-t", "5s", "--in-flight", "20"), _cap),
    Calibration(
        "a stall in an open loop",
        ("--stall-seconds", f"{STALL}"),
        ("-t", f"{SECONDS}s", "--rate", f"{RATE}", "--in-flight", "2000"),
        _stall,
    ),
    Calibration(
        "one call in 1000 is slow",
        ("--slow-one-in", "1000", "--slow-ms", f"{SLOW_MS}"),
        ("-t", "4s", "--in-flight", "20", "--stop-timeout", "5"),
        _slow,
    ),
    Calibration(
        "faults in histories",
        ("--faults", "--cap", "600"),
        ("-t", "4s", "--scenario", "account", "--in-flight", "20"),
        _faults("account"),
    ),
    Calibration(
        "faults in delivery",
        ("--faults", "--cap", "600"),
        ("-t", "4s", "--scenario", "delivery", "--subscribers", "1", "--in-flight", "20"),
        _faults("delivery"),
    ),
    Calibration(
        "capacity",
        ("--cap", "160"),
        ("--scenario", "capacity", "--p99-below", "150", "--in-flight", "2000"),
        _capacity,
        is_quick=False,
    ),
)


def calibrate(calibration: Calibration) -> list[Reading]:
    """Run one calibration."""
    with server(calibration.server) as address, tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "load.json"
        locust = ["-m", "locust", "-f", "bench", "--headless", "--only-summary", "-u", "1"]
        target = ["--host", address, "--subscribe", address, "--results", str(results)]
        ran = subprocess.run(
            [sys.executable, *locust, *target, *calibration.run],
            capture_output=True,
            text=True,
            check=False,
        )
        if not results.exists():
            raise RuntimeError(ran.stdout + ran.stderr)
        return calibration.readings(json.loads(results.read_text()))


@contextmanager
def server(arguments: Sequence[str]) -> Iterator[str]:
    """A calibration server of its own; yields its address."""
    command = [sys.executable, "-m", "tools.calibration_server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[2]
        finally:
            process.kill()
            process.wait()


def main() -> int:
    """Run them all, and say how the harness did."""
    is_right = True
    for calibration in CALIBRATIONS:
        print(calibration.name, flush=True)
        for reading in calibrate(calibration):
            print(f"  {reading}", flush=True)
            is_right &= reading.is_right
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
