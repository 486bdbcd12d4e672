"""Protobuf as 2.8 writes it: with gogo/protobuf, which sends payloads though they are empty.

(Fields of a custom type that may not be nil: client.pb.go of protocol 0.3.4.)
"""

from collections.abc import Iterator
from typing import Any

from reference_server.protocol.frames import delimited, varint
from reference_server.protocol.json_fields import Field, fields_of

_VARINT, _DELIMITED = 0, 2


def written(message: Any) -> bytes:
    """The message on the wire."""
    numbers = message.DESCRIPTOR.fields_by_name
    return b"".join(
        part
        for field in fields_of(message.DESCRIPTOR)
        for part in _parts(message, field, numbers[field.name].number)
    )


def _parts(message: Any, field: Field, number: int) -> Iterator[bytes]:
    if field.is_message and not field.is_repeated:
        if field.is_kept or message.HasField(field.name):
            yield _one(getattr(message, field.name), field, number)
        return
    value = getattr(message, field.name)
    if field.value is not None:
        for key in sorted(value):
            entry = _delimited(1, key.encode()) + _one(value[key], field.value, 2)
            yield _delimited(number, entry)
    elif field.is_repeated:
        for item in value:
            yield _one(item, field, number)
    elif value or field.is_payload:
        yield _one(value, field, number)


def _one(value: Any, field: Field, number: int) -> bytes:
    if field.is_message:
        return _delimited(number, written(value))
    if field.is_text or field.is_payload:
        return _delimited(number, value)
    return varint(number << 3 | _VARINT) + varint(int(value))


def _delimited(number: int, value: bytes) -> bytes:
    return varint(number << 3 | _DELIMITED) + delimited(value)
