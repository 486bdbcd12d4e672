"""What a client sends: frames, each with one command or several, as each release cuts them."""

from collections.abc import Iterator

from reference_server.protocol.json_values import MalformedError, concatenated, first_value

_LONGEST_VARINT = 10


def json_in_a_row(frame: bytes) -> Iterator[bytes]:
    """2.8: JSON values one after the other, with any space between them; a frame may be space."""
    return concatenated(frame) if frame else _require_any(iter(()))


def json_by_line(frame: bytes) -> Iterator[bytes]:
    """3.2 and later: one value a line; what follows it on its line is not looked at."""
    lines = frame.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return _require_any(line[: first_value(line, 0)] for line in lines)


def strictly_delimited(frame: bytes) -> Iterator[bytes]:
    """Protobuf in 2.8: each command after its length."""
    return _require_any(_delimited(frame))


def length_delimited(frame: bytes) -> Iterator[bytes]:
    """Protobuf in 3.2 and later: a length that breaks off at the end is not looked at."""
    if not frame:
        raise MalformedError
    return _delimited(frame, may_break_off=True)


def delimited(message: bytes) -> bytes:
    """A protobuf message with its length before it."""
    return varint(len(message)) + message


def varint(number: int) -> bytes:
    """A number of 0 or more, seven bits a byte."""
    if number < 0x80:
        return bytes((number,))
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def _delimited(frame: bytes, *, may_break_off: bool = False) -> Iterator[bytes]:
    at = 0
    while at < len(frame):
        length, at = _length(frame, at)
        if length < 0:
            if may_break_off:
                return
            raise MalformedError
        if at + length > len(frame):
            raise MalformedError
        yield frame[at : at + length]
        at += length


def _length(frame: bytes, at: int) -> tuple[int, int]:
    """A length and where it ends; -1 if it does not."""
    length = 0
    for place, byte in enumerate(frame[at : at + _LONGEST_VARINT]):
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return length, at + place + 1
    return -1, at


def _require_any(commands: Iterator[bytes]) -> Iterator[bytes]:
    is_empty = True
    for command in commands:
        is_empty = False
        yield command
    if is_empty:
        raise MalformedError
