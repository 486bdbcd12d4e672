"""What is said of a body that does not parse: by 2.8 in many words, by others in two texts.

Sources: facts v2.md 4, v3-v6.md 3 Bodies.
"""

from typing import Any

from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.releases import UNPARSABLE_SPACE, Release
from reference_server.api.wire_reader import BYTES, END_GROUP, WireError, WireReader


def complaint(body: bytes, message: Any) -> str:
    """What is wrong with a body of the message with this descriptor. Blank if nothing is.

    All fields of the requests of 2.8 are strings or bytes.
    """
    reader = WireReader(body)
    try:
        while reader.at < len(body):
            _read_field(reader, message)
    except WireError as found:
        return str(found)
    return ""


def _read_field(reader: WireReader, message: Any) -> None:
    tag = reader.varint()
    # The number is cut to 32 bits with a sign, as gogo/protobuf does.
    number, wire_type = ((tag >> 3) + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000, tag & 7
    if wire_type == END_GROUP:
        raise WireError(f"proto: {message.name}: wiretype end group for non-group")
    if number <= 0:
        raise WireError(f"proto: {message.name}: illegal tag {number} (wire type {tag})")
    field = message.fields_by_number.get(number)
    if field is not None and wire_type != BYTES:
        name = field.name.title().replace("_", "")
        raise WireError(f"proto: wrong wireType = {wire_type} for field {name}")
    reader.skip(wire_type)


def last_bytes(body: bytes, number: int) -> bytes:
    """The last value of a bytes field that is not empty: 2.8 skips the empty ones."""
    reader, found = WireReader(body), b""
    while reader.at < len(body):
        tag = reader.varint()
        start = reader.at
        reader.skip(tag & 7)
        if tag == number << 3 | BYTES:
            value = WireReader(body[start : reader.at])
            length = value.varint()
            found = value.body[value.at : value.at + length] or found
    return found


def known_fields(body: bytes, message: Any) -> bytes:
    """What is left of a body without the fields that the message does not have.

    Of those 2.8 does not mind how deep groups nest, nor whether they end as they began.
    """
    reader, kept = WireReader(body), b""
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
