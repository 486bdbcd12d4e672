"""Payloads that tell which publication they are, so that every single one can be accounted for."""

import struct
from typing import NamedTuple

from bench._options import LoadOptions
from bench._workload import payload
from centrifugo_grpc.problem import Problem

_HEAD = struct.Struct(">IIQ")
HEAD_SIZE = _HEAD.size


class Number(NamedTuple):
    """Which stream of numbers, which number in it, and when it was handed out (microseconds)."""

    stream: int
    number: int
    at: int


class Numbered:
    """Makes and reads the payloads of a user: a head, then the same bytes for all."""

    def __init__(self, options: LoadOptions) -> None:
        self._filler = payload(max(options.payload_bytes - HEAD_SIZE, 0), options.seed)

    def make(self, number: Number) -> bytes:
        """A payload."""
        return _HEAD.pack(*number) + self._filler

    def read(self, data: bytes) -> Number | None:
        """The number in a payload; None if it is none of ours, or was altered."""
        if len(data) != HEAD_SIZE + len(self._filler) or data[HEAD_SIZE:] != self._filler:
            return None
        return Number(*_HEAD.unpack_from(data))


def require_room(options: LoadOptions) -> None:
    """Raise `Problem` if a number does not fit the payload."""
    if options.payload_bytes < HEAD_SIZE:
        raise Problem(
            f"--payload-bytes {options.payload_bytes}: {options.scenario} numbers its payloads,"
            f" give {HEAD_SIZE} or more"
        )
