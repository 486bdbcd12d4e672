"""Info's metrics of the runtime and of the process that runs it, as far as they mean anything here.

The process has the same figures whatever it is written in. Of Go's runtime only threads and
goroutines (here tasks) have their like; what has none is 0.
"""

import os
import resource
import threading
import time
from asyncio import all_tasks, get_running_loop
from collections.abc import Iterable
from pathlib import Path

_STARTED = time.time()
_NO_LIMIT = -1.0


def measured(names: Iterable[str]) -> dict[str, float]:
    """Those metrics now."""
    known = _of_process() if names else {}
    return {name: known.get(name, _constant(name)) for name in names}


def _of_process() -> dict[str, float]:
    pages = _virtual_and_resident()
    return {
        "process.cpu.seconds_total": time.process_time(),
        "process.max.fds": _limit(resource.RLIMIT_NOFILE),
        "process.open.fds": float(_open_files()),
        "process.virtual.memory_bytes": pages[0],
        "process.resident.memory_bytes": pages[1],
        "process.virtual.memory_max_bytes": _limit(resource.RLIMIT_AS),
        "process.start.time_seconds": _STARTED,
        "go.threads": float(threading.active_count()),
        "go.goroutines": float(_tasks()),
        "go.sched.gomaxprocs_threads": float(os.cpu_count() or 1),
        "go.gc.gogc_percent": 100.0,
        "go.gc.gomemlimit_bytes": float(2**63 - 1),
    }


def _constant(name: str) -> float:
    return float(name.startswith("go.info."))


def _limit(kind: int) -> float:
    most = resource.getrlimit(kind)[0]
    return _NO_LIMIT if most == resource.RLIM_INFINITY else float(most)


def _virtual_and_resident() -> tuple[float, float]:
    """In bytes; 0 where the system does not tell as Linux does."""
    try:
        told = Path("/proc/self/statm").read_text(encoding="ascii")
    except OSError:
        return 0.0, 0.0
    virtual, resident, *_ = map(float, told.split())
    size = resource.getpagesize()
    return virtual * size, resident * size


def _open_files() -> int:
    try:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())
    except OSError:
        return 0


def _tasks() -> int:
    try:
        return len(all_tasks(get_running_loop()))
    except RuntimeError:
        return 0
