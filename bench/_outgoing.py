"""What one connection has yet to send: frames in order, held to the peer's flow control."""

import struct
from collections.abc import Container, Sequence
from dataclasses import dataclass

from bench import _frames as h2
from bench._frames import ErrorCode, ProtocolError

Bytes = bytes | memoryview

_REPEATED_BYTES = 262_144
_MOST_REPEATS = 512


class Request:
    """A call to be made again and again: where it goes and its message.

    `framed` is the message behind the five bytes of gRPC. The bytes on the wire are the same at
    each turn but for the stream, so they are laid out once, many times over, and a run of calls
    is sent by writing the streams' ids into them, a column of bytes at a time.
    """

    def __init__(self, path: str, message: bytes) -> None:
        self.path = path
        self.framed = b"\0" + struct.pack(">I", len(message)) + message
        self._laid_out: tuple[bytes, int] | None = None
        self._buffer = bytearray()
        self._places: list[int] = []
        self._one = 0

    def repeats(self, block: bytes, max_frame: int) -> int:
        """Lay the call out for this header block; how many fit one run."""
        if self._laid_out != (block, max_frame):
            one, self._places = _call(block, self.framed, max_frame)
            self._one = len(one)
            count = max(1, min(_MOST_REPEATS, _REPEATED_BYTES // len(one)))
            self._buffer = bytearray(one * count)
            self._laid_out = (block, max_frame)
        return len(self._buffer) // self._one

    def run(self, first: int, count: int) -> bytes:
        """The bytes of `count` calls on the streams `first`, `first` + 2, ..."""
        size, buffer = self._one, self._buffer
        end = size * count
        ids = struct.pack(f">{count}I", *range(first, first + 2 * count, 2))
        for column in range(4):
            values = ids[column::4]
            for place in self._places:
                buffer[place + column : end : size] = values
        return bytes(memoryview(buffer)[:end])


def _call(block: bytes, framed: bytes, max_frame: int) -> tuple[bytes, list[int]]:
    """A call's frames on stream 0, and where the ids of the stream stand in them."""
    parts = [h2.frame(h2.HEADERS, h2.END_HEADERS, 0, block)]
    places = [5]
    position = len(parts[0])
    for start in range(0, len(framed), max_frame):
        piece = framed[start : start + max_frame]
        flags = h2.END_STREAM if start + max_frame >= len(framed) else 0
        parts.append(h2.frame(h2.DATA, flags, 0, piece))
        places.append(position + 5)
        position += len(parts[-1])
    return b"".join(parts), places


@dataclass(slots=True)
class _Pending:
    """A message of which the peer's windows left a part behind."""

    framed: bytes
    position: int
    window: int


class Outgoing:
    """The bytes to write next, and the messages that wait for room in a window."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.window = h2.DEFAULT_WINDOW
        self.stream_window = h2.DEFAULT_WINDOW
        self.max_frame = h2.DEFAULT_FRAME
        self._pending: dict[int, _Pending] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether a message waits for room."""
        return bool(self._pending)

    def whole(self, size: int) -> int:
        """How many messages of `size` bytes the windows take at once."""
        if self._pending or size > self.stream_window:
            return 0
        return self.window // size

    def send(self, stream: int, block: bytes, framed: bytes) -> None:
        """Send one call, and of its message what the windows allow; the rest follows later."""
        self.chunks.append(h2.frame(h2.HEADERS, h2.END_HEADERS, stream, block))
        pending = _Pending(framed, 0, self.stream_window)
        self._send_part(stream, pending)
        if pending.position < len(framed):
            self._pending[stream] = pending

    def forget(self, stream: int) -> bool:
        """Send no more on a stream; whether something was left to send."""
        return self._pending.pop(stream, None) is not None

    def abandon(self, wanted: Container[int]) -> None:
        """Give up the rest of each message that was answered before all of it was sent."""
        for stream in [stream for stream in self._pending if stream not in wanted]:
            del self._pending[stream]
            self.chunks.append(h2.reset(stream, ErrorCode.CANCEL))

    def credit(self, stream: int, increment: int) -> None:
        """A WINDOW_UPDATE of the peer; of a stream that sent everything it tells nothing."""
        if increment == 0:
            raise ProtocolError(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE by 0")
        if stream == 0:
            self.window = _grown(self.window, increment)
        elif stream in self._pending:
            pending = self._pending[stream]
            pending.window = _grown(pending.window, increment)
        if self._pending:
            self.pump()

    def set_stream_window(self, size: int) -> None:
        """The peer's SETTINGS_INITIAL_WINDOW_SIZE: moves the windows of open streams too.

        What they then allow is for `pump` to send, after the acknowledgement.
        """
        if size > h2.LARGEST_WINDOW:
            raise ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, f"initial window of {size}")
        for pending in self._pending.values():
            pending.window += size - self.stream_window
        self.stream_window = size

    def set_max_frame(self, size: int) -> None:
        """The peer's SETTINGS_MAX_FRAME_SIZE."""
        if not h2.DEFAULT_FRAME <= size <= h2.LARGEST_FRAME:
            raise ProtocolError(ErrorCode.PROTOCOL_ERROR, f"frame size of {size}")
        self.max_frame = size

    def pump(self) -> None:
        """Send what the windows allow, oldest stream first."""
        done = []
        for stream, pending in self._pending.items():
            if self.window <= 0:
                break
            self._send_part(stream, pending)
            if pending.position == len(pending.framed):
                done.append(stream)
        for stream in done:
            del self._pending[stream]

    def _send_part(self, stream: int, pending: _Pending) -> None:
        framed = pending.framed
        while (left := len(framed) - pending.position) > 0:
            size = min(left, pending.window, self.window, self.max_frame)
            if size <= 0:
                return
            end = pending.position + size
            flags = h2.END_STREAM if end == len(framed) else 0
            self.chunks.append(h2.frame(h2.DATA, flags, stream, framed[pending.position : end]))
            pending.position = end
            pending.window -= size
            self.window -= size

    def sent(self, chunk: bytes, payload: int) -> None:
        """A run of whole calls, `payload` bytes of messages in all."""
        self.chunks.append(chunk)
        self.window -= payload


def _grown(window: int, increment: int) -> int:
    if window + increment > h2.LARGEST_WINDOW:
        raise ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, "a window above 2^31-1")
    return window + increment


def joined(chunks: Sequence[Bytes]) -> Bytes:
    """Chunks as one, without a copy where there is one."""
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
