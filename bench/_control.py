"""The frames of a connection that belong to no call: SETTINGS, PING, WINDOW_UPDATE, GOAWAY."""

import struct

from bench import _frames as h2
from bench._frames import ErrorCode, ProtocolError, error_name
from bench._outgoing import Outgoing

_NO_LIMIT = h2.LAST_STREAM


class Control:
    """What the peer asked of the connection, and the answers to it."""

    def __init__(self, outgoing: Outgoing) -> None:
        # None may start before the peer has told how many.
        self.most_streams = 0
        self.is_closing = False
        self.last_stream: int | None = None
        self.why = ""
        self._outgoing = outgoing
        self._is_first = True

    @property
    def is_up(self) -> bool:
        """Whether the peer has shown that it speaks HTTP/2."""
        return not self._is_first

    def close(self, why: str = "") -> None:
        """Start nothing more on this connection."""
        self.is_closing = True
        self.why = why

    def take(self, kind: int, flags: int, stream: int, payload: bytes) -> list[tuple[int, int]]:
        """Take a frame; gives the settings in it. Frames of unknown types are ignored."""
        if self._is_first and (kind != h2.SETTINGS or flags & h2.ACK):
            raise ProtocolError(ErrorCode.PROTOCOL_ERROR, "the peer did not begin with SETTINGS")
        if kind in {h2.SETTINGS, h2.PING, h2.GOAWAY} and stream:
            raise ProtocolError(ErrorCode.PROTOCOL_ERROR, f"a frame {kind} on a stream")
        if kind == h2.SETTINGS:
            return self._take_settings(flags, payload)
        if kind == h2.PING:
            _require_size(kind, payload, 8)
            if not flags & h2.ACK:
                self._outgoing.chunks.append(h2.frame(h2.PING, h2.ACK, 0, payload))
        elif kind == h2.WINDOW_UPDATE:
            _require_size(kind, payload, 4)
            increment = int.from_bytes(payload, "big") & h2.LARGEST_WINDOW
            self._outgoing.credit(stream, increment)
        elif kind == h2.GOAWAY:
            self._take_goaway(payload)
        elif kind == h2.PRIORITY:
            _require_size(kind, payload, 5)
        return []

    def _take_settings(self, flags: int, payload: bytes) -> list[tuple[int, int]]:
        if flags & h2.ACK:
            _require_size(h2.SETTINGS, payload, 0)
            return []
        if len(payload) % 6:
            raise ProtocolError(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS")
        if self._is_first:
            self.most_streams = _NO_LIMIT
        self._is_first = False
        # One after the other: the same one may come twice, and the smaller first.
        values = list(struct.iter_unpack(">HI", payload))
        for name, value in values:
            if name == h2.MAX_FRAME_SIZE:
                self._outgoing.set_max_frame(value)
            elif name == h2.INITIAL_WINDOW_SIZE:
                self._outgoing.set_stream_window(value)
            elif name == h2.MAX_CONCURRENT_STREAMS:
                self.most_streams = value
            elif name == h2.ENABLE_PUSH and value:
                raise ProtocolError(ErrorCode.PROTOCOL_ERROR, f"ENABLE_PUSH {value} by a server")
        # The peer holds us to the new values from the acknowledgement on: it goes first.
        self._outgoing.chunks.append(h2.frame(h2.SETTINGS, h2.ACK, 0))
        self._outgoing.pump()
        return values

    def _take_goaway(self, payload: bytes) -> None:
        if len(payload) < 8:
            raise ProtocolError(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY")
        last, code = struct.unpack_from(">II", payload)
        self.last_stream = last & h2.LAST_STREAM
        said = payload[8:].decode("ascii", "replace")[:80]
        is_orderly = code == ErrorCode.NO_ERROR
        self.close("" if is_orderly else f"GOAWAY {error_name(code)} {said}".strip())


def _require_size(kind: int, payload: bytes, size: int) -> None:
    if len(payload) != size:
        raise ProtocolError(ErrorCode.FRAME_SIZE_ERROR, f"a frame {kind} of {len(payload)} bytes")
