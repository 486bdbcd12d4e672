"""Protobuf of clients as Go's generated code reads it, which every release has for it.

A field that the message has must be of its wire type, or nothing of the message is taken; of
fields that it does not have, groups may end as they like. The protobuf library is the other way.
"""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from reference_server.api.wire_reader import (
    BYTES,
    END_GROUP,
    FIXED32,
    FIXED64,
    VARINT,
    WireError,
    WireReader,
)
from reference_server.protocol.frames import delimited, varint
from reference_server.protocol.json_values import MalformedError

_LARGEST_NUMBER = 2**29 - 1
_WIRE_TYPES = {
    **dict.fromkeys((FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FIXED64), FIXED64),
    **dict.fromkeys((FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_FIXED32), FIXED32),
    FieldDescriptor.TYPE_STRING: BYTES,
    FieldDescriptor.TYPE_BYTES: BYTES,
    FieldDescriptor.TYPE_MESSAGE: BYTES,
}
"""Those of other types are numbers of any length."""


def parsed(kind: Any, body: bytes) -> Any:
    """The message in `body`; raises `MalformedError` and `DecodeError`."""
    try:
        return kind.FromString(_known(body, kind.DESCRIPTOR))
    except WireError:
        raise MalformedError from None


def _known(body: bytes, message: Any) -> bytes:
    """The fields that the message has, as they stand in `body`."""
    reader, kept = WireReader(body), []
    while reader.at < len(body):
        start = reader.at
        tag = reader.varint()
        number, wire_type = tag >> 3, tag & 7
        if not 0 < number <= _LARGEST_NUMBER or wire_type == END_GROUP:
            raise WireError("proto: illegal tag")
        value = reader.at
        reader.skip(wire_type)
        field = message.fields_by_number.get(number)
        if field is None:
            continue
        if wire_type != _WIRE_TYPES.get(field.type, VARINT):
            raise WireError("proto: wrong wireType")
        inner = field.message_type
        if inner is None or inner.GetOptions().map_entry:
            kept.append(body[start : reader.at])
        else:
            held = WireReader(body[value : reader.at])
            held.varint()
            kept.append(varint(tag) + delimited(_known(held.body[held.at :], inner)))
    return b"".join(kept)
