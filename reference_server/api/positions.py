"""Positions as `PublishResult` has them, serialized without a message object (plain_publish.py)."""

from reference_server.engine.streams import Position

_OFFSET, _EPOCH = b"\x08", b"\x12"
"""The tags of `offset` = 1, a varint, and `epoch` = 2, which has a length before it."""
_LAST_OF_ONE_BYTE = 0x7F


def position_fields(position: Position) -> bytes:
    """A position serialized; what is blank is left out, as in all of proto3."""
    offset, epoch = position
    if not epoch:
        return _OFFSET + varint(offset) if offset else b""
    text = epoch.encode()
    told = _EPOCH + varint(len(text)) + text
    return _OFFSET + varint(offset) + told if offset else told


def varint(number: int) -> bytes:
    """A number that is not negative as protobuf writes it: seven bits a byte, the lowest first."""
    if number <= _LAST_OF_ONE_BYTE:
        return _ONE_BYTE[number]
    encoded = []
    while number > _LAST_OF_ONE_BYTE:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))


_ONE_BYTE = [bytes((number,)) for number in range(_LAST_OF_ONE_BYTE + 1)]
