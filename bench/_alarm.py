"""A timer of microseconds on gevent's loop, whose own timers know whole milliseconds only."""

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import gevent

_READABLE = 1
_CLOCK_MONOTONIC = 1
_NONBLOCK = os.O_NONBLOCK
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_LEAST_NS = 1_000


class _Spec(ctypes.Structure):
    _fields_ = [(name, ctypes.c_long) for name in ("every_s", "every_ns", "s", "ns")]


class Alarm:
    """Calls back once after each `set`; a later `set` replaces an earlier one."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._fd = _timer_fd()
        loop = gevent.get_hub().loop
        self._watcher: Any = loop.timer(0) if self._fd is None else loop.io(self._fd, _READABLE)
        if self._fd is not None:
            self._watcher.start(self._rung)

    def set(self, seconds: float) -> None:
        """Ring in so many seconds, at once if they are none."""
        if self._fd is None:
            self._watcher.stop()
            self._watcher = gevent.get_hub().loop.timer(max(seconds, 0))
            self._watcher.start(self._callback)
            return
        nanoseconds = max(int(seconds * 1e9), _LEAST_NS)
        spec = _Spec(0, 0, *divmod(nanoseconds, 1_000_000_000))
        _libc().timerfd_settime(self._fd, 0, ctypes.byref(spec), None)

    def close(self) -> None:
        """Ring no more."""
        self._watcher.stop()
        self._watcher.close()
        if self._fd is not None:
            os.close(self._fd)

    def _rung(self) -> None:
        assert self._fd is not None
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return
        self._callback()


@cache
def _libc() -> Any:
    return ctypes.CDLL(None)


def _timer_fd() -> int | None:
    if sys.platform != "linux":
        return None
    fd = _libc().timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK | _CLOEXEC)
    return fd if fd >= 0 else None
