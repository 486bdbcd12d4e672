"""Frames that wait for the transport."""

from collections import deque
from collections.abc import Callable


class Outbox:
    """A queue of frames, bounded in bytes. `wake` is called when there is something to carry.

    A frame that comes while the transport waits for one is as good as sent: dropping the rest
    leaves it. The real server's writer would have it already.
    """

    def __init__(self, limit: int, wake: Callable[[], None]) -> None:
        self._limit = limit
        self._wake = wake
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._is_open = True
        self._is_awaited = False
        self._is_first_sent = False

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: bytes) -> bool:
        """Queue a frame; False if more bytes wait now than may (0: any number)."""
        if not self._is_open:
            return True
        if self._is_awaited:
            self._is_awaited, self._is_first_sent = False, True
        self._frames.append(frame)
        self._size += len(frame)
        self._wake()
        return self._limit <= 0 or self._size <= self._limit

    def take(self, most: int = 1) -> list[bytes]:
        """Up to `most` frames, oldest first; none if none wait."""
        taken = [self._frames.popleft() for _ in range(min(most, len(self._frames)))]
        self._size -= sum(map(len, taken))
        self._is_awaited, self._is_first_sent = not taken, False
        return taken

    def close(self, *, drop: bool) -> None:
        """Take no more; `drop` forgets what waits, too."""
        if drop:
            while len(self._frames) > self._is_first_sent:
                self._frames.pop()
        self._is_open = False
        self._wake()
