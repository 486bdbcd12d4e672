"""What is said of a body that does not parse: by 2.8 in many words, by others in two texts.

Sources: facts v2.md 4, v3-v6.md 3 Bodies.
"""

from typing import Any

from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.releases import UNPARSABLE_SPACE, Release

_VARINT, _FIXED64, _BYTES, _START_GROUP, _END_GROUP, _FIXED32 = range(6)


class _Complaint(Exception):
    pass


class _Reader:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def varint(self) -> int:
        value = shift = 0
        while True:
            if shift >= 64:
                raise _Complaint("proto: integer overflow")
            if self.at >= len(self.body):
                raise _Complaint("unexpected EOF")
            byte = self.body[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF

    def skip_bytes(self, count: int) -> None:
        if count >= 1 << 63:
            raise _Complaint("proto: negative length found during unmarshaling")
        if self.at + count > len(self.body):
            raise _Complaint("unexpected EOF")
        self.at += count

    def skip(self, wire_type: int) -> None:
        if wire_type == _VARINT:
            self.varint()
        elif wire_type in (_FIXED64, _FIXED32):
            self.skip_bytes(8 if wire_type == _FIXED64 else 4)
        elif wire_type == _BYTES:
            self.skip_bytes(self.varint())
        elif wire_type == _START_GROUP:
            self._skip_group()
        else:
            raise _Complaint(f"proto: illegal wireType {wire_type}")

    def _skip_group(self) -> None:
        """Skip to the end of a group that has begun, however deep others are nested in it."""
        depth = 1
        while depth:
            wire_type = self.varint() & 7
            if wire_type == _START_GROUP:
                depth += 1
            elif wire_type == _END_GROUP:
                depth -= 1
            else:
                self.skip(wire_type)


def complaint(body: bytes, message: Any) -> str:
    """What is wrong with a body of the message with this descriptor. Blank if nothing is.

    All fields of the requests of 2.8 are strings or bytes.
    """
    reader = _Reader(body)
    try:
        while reader.at < len(body):
            _read_field(reader, message)
    except _Complaint as found:
        return str(found)
    return ""


def _read_field(reader: _Reader, message: Any) -> None:
    tag = reader.varint()
    # The number is cut to 32 bits with a sign, as gogo/protobuf does.
    number, wire_type = ((tag >> 3) + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000, tag & 7
    if wire_type == _END_GROUP:
        raise _Complaint(f"proto: {message.name}: wiretype end group for non-group")
    if number <= 0:
        raise _Complaint(f"proto: {message.name}: illegal tag {number} (wire type {tag})")
    field = message.fields_by_number.get(number)
    if field is not None and wire_type != _BYTES:
        name = field.name.title().replace("_", "")
        raise _Complaint(f"proto: wrong wireType = {wire_type} for field {name}")
    reader.skip(wire_type)


def last_bytes(body: bytes, number: int) -> bytes:
    """The last value of a bytes field that is not empty: 2.8 skips the empty ones."""
    reader, found = _Reader(body), b""
    while reader.at < len(body):
        tag = reader.varint()
        start = reader.at
        reader.skip(tag & 7)
        if tag == number << 3 | _BYTES:
            value = _Reader(body[start : reader.at])
            length = value.varint()
            found = value.body[value.at : value.at + length] or found
    return found


def known_fields(body: bytes, message: Any) -> bytes:
    """What is left of a body without the fields that the message does not have.

    Of those 2.8 does not mind how deep groups nest, nor whether they end as they began.
    """
    reader, kept = _Reader(body), b""
    while reader.at < len(body):
        start = reader.at
        tag = reader.varint()
        reader.skip(tag & 7)
        if tag >> 3 in message.fields_by_number:
            kept += body[start : reader.at]
    return kept


def later_complaint(body: bytes, lenient: type[Message], release: Release) -> str:
    """What 3 and later say. `lenient` is the message with strings of any bytes."""
    try:
        lenient.FromString(body)
    except DecodeError:
        return f"proto:{UNPARSABLE_SPACE[release]}cannot parse invalid wire-format data"
    return "string field contains invalid UTF-8"
