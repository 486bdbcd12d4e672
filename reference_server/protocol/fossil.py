"""Differences between two payloads in the delta format of Fossil.

A difference is the size of what it comes to, then what that is made of (`LENGTH@OFFSET,` copies
from the payload before, `LENGTH:BYTES` is new), then a checksum. Numbers are in base 64. The format
leaves open which copies are taken: here those that the real servers take, so that the bytes are
theirs (fossil-scm.org, Delta Format and Delta Encoder Algorithm; library fossil-delta).
"""

from collections.abc import Iterator
from typing import NamedTuple

BLOCK = 16
"""Bytes that have to be alike before a copy is looked for."""

_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"
_MOST_CANDIDATES = 249
_MASK = 0xFFFF


class _Copy(NamedTuple):
    """`length` bytes of the origin from `offset` on, `skipped` bytes after where it was sought."""

    length: int
    offset: int
    skipped: int


def difference(origin: bytes, target: bytes) -> bytes:
    """What makes `target` of `origin`; it may be longer than `target` itself."""
    written = bytearray(_number(len(target)) + b"\n")
    at = 0
    if len(origin) > BLOCK:
        landmarks = _Landmarks(origin)
        while (copy := landmarks.find(target, at)) is not None:
            start = at + copy.skipped
            if copy.skipped:
                written += b"%b:%b" % (_number(copy.skipped), target[at:start])
            written += b"%b@%b," % (_number(copy.length), _number(copy.offset))
            at = start + copy.length
    if at < len(target) or len(origin) <= BLOCK:
        written += b"%b:%b" % (_number(len(target) - at), target[at:])
    written += b"%b;" % _number(_checksum(target))
    return bytes(written)


class _Landmarks:
    """Where in the origin each block is, by its hash, of which there are as many as blocks."""

    def __init__(self, origin: bytes) -> None:
        self._origin = origin
        self._count = len(origin) // BLOCK
        self._blocks: dict[int, list[int]] = {}
        for start in range(0, len(origin) - BLOCK, BLOCK):
            low, high = _hash(origin, start)
            self._blocks.setdefault(self._key(low, high), []).append(start)

    def _key(self, low: int, high: int) -> int:
        return (low | high << 16) % self._count

    def find(self, target: bytes, start: int) -> _Copy | None:
        """The best copy at the first place from `start` on where there is one worth its command."""
        if start + BLOCK >= len(target):
            return None
        low, high = _hash(target, start)
        last = len(target) - BLOCK
        for at in range(start, last + 1):
            best = None
            for copy in self._candidates(self._key(low, high), target, start, at):
                if best is None or copy.length > best.length:
                    best = copy
            if best is not None:
                return best
            if at < last:
                gone = target[at]
                low = (low - gone + target[at + BLOCK]) & _MASK
                high = (high - BLOCK * gone + low) & _MASK
        return None

    def _candidates(self, key: int, target: bytes, start: int, at: int) -> Iterator[_Copy]:
        """The copies around `at` that are longer than what tells of them, latest blocks first."""
        for block in self._blocks.get(key, ())[: -_MOST_CANDIDATES - 1 : -1]:
            ahead = _alike_ahead(self._origin, block, target, at)
            behind = _alike_behind(self._origin, block, target, at, at - start)
            length, offset, skipped = ahead + behind, block - behind, at - start - behind
            if length >= sum(map(_digits, (skipped, length, offset))) + 3:
                yield _Copy(length, offset, skipped)


def _alike_ahead(origin: bytes, start: int, target: bytes, at: int) -> int:
    """How many bytes are the same from there on: steps double while they are, then halve."""
    most = min(len(origin) - start, len(target) - at)
    alike, step = 0, BLOCK
    while step:
        end = min(alike + step, most)
        if origin[start + alike : start + end] == target[at + alike : at + end]:
            alike = end
            if alike == most:
                return alike
            step *= 2
        else:
            step = (end - alike) // 2
            most = end - 1
    return alike


def _alike_behind(origin: bytes, start: int, target: bytes, at: int, most: int) -> int:
    """How many bytes before are the same. The origin's first byte is never among them."""
    alike = 0
    most = min(most, start - 1)
    while alike < most and origin[start - alike - 1] == target[at - alike - 1]:
        alike += 1
    return alike


def _hash(data: bytes, start: int) -> tuple[int, int]:
    block = data[start : start + BLOCK]
    weighted = sum(byte * (BLOCK - place) for place, byte in enumerate(block))
    return sum(block) & _MASK, weighted & _MASK


def _checksum(data: bytes) -> int:
    """The sum of the big-endian words of 32 bits, the last filled up with zeros."""
    columns = [sum(data[place::4]) for place in range(4)]
    total = sum(column << shift for column, shift in zip(columns, (24, 16, 8, 0), strict=True))
    return total & 0xFFFF_FFFF


def _digits(number: int) -> int:
    return max(1, -(-number.bit_length() // 6))


def _number(number: int) -> bytes:
    digits = bytearray()
    while True:
        digits.append(_DIGITS[number & 0x3F])
        number >>= 6
        if not number:
            return bytes(digits[::-1])
