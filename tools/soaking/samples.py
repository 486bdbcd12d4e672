"""What a process holds as time goes by, and whether that grows."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_MIB = 2**20
MOST_GROWTH = 0.05
LEAST_BYTES = 4 * _MIB
"""Memory that grew by less than a twentieth, or by this, has not grown: allocators keep pages."""
MOST_DESCRIPTORS = 4
"""Descriptors come and go with the clients that come and go; the median hardly does."""


@dataclass(frozen=True)
class Sample:
    """What a process holds: resident memory in bytes, descriptors."""

    memory: int
    descriptors: int


def sample(process: psutil.Process) -> Sample:
    """What it holds now."""
    return Sample(process.memory_info().rss, process.num_fds())


def growth(samples: Sequence[Sample]) -> list[str]:
    """What grew from the second quarter to the last: the first is for warming up."""
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]
    found = []
    before, after = (statistics.median(each.memory for each in part) for part in (early, late))
    if after - before > max(before * MOST_GROWTH, LEAST_BYTES):
        found.append(f"memory grew from {before / _MIB:.1f} to {after / _MIB:.1f} MiB")
    before, after = (statistics.median(each.descriptors for each in part) for part in (early, late))
    if after - before > MOST_DESCRIPTORS:
        found.append(f"open descriptors grew from {before:.0f} to {after:.0f}")
    return found


def shown(samples: Sequence[Sample]) -> str:
    """First, least, most and last, in words."""
    memory = [each.memory / _MIB for each in samples]
    held = [each.descriptors for each in samples]
    return (
        f"memory {memory[0]:.1f} MiB at first, {memory[-1]:.1f} at last, {max(memory):.1f} at most;"
        f" descriptors {held[0]} at first, {held[-1]} at last, {max(held)} at most"
    )
