"""JSON to messages, by the rules of Go's decoders.

Unknown names are passed over, null is nothing, a value of the wrong kind is an error.
"""

import json
import re
from typing import Any

from reference_server.protocol.json_fields import Field, fields_of
from reference_server.protocol.json_values import MalformedError, elements, members

_WHOLE = re.compile(rb"-?[0-9]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def read(value: bytes, message: Any) -> Any:
    """Fill `message` with a JSON object, valid already; raises `MalformedError`."""
    if value.strip() == b"null":
        return message
    fields = {field.name: field for field in fields_of(message.DESCRIPTOR)}
    for name, given in members(value):
        # Go matches names whatever their case, if none matches exactly.
        field = fields.get(key := text_of(name).decode()) or fields.get(key.lower())
        if field is not None and (field.is_payload or given != b"null"):
            _set(message, field, given)
    return message


def text_of(value: bytes) -> bytes:
    """What a JSON string says, as UTF-8; raises `MalformedError` for other values."""
    if not value.startswith(b'"'):
        raise MalformedError
    said = json.loads(value.decode("utf-8", "replace"))
    return _SURROGATES.sub("\ufffd", said).encode()


def _set(message: Any, field: Field, given: bytes) -> None:
    if field.value is not None:
        for key, value in members(given):
            _put(getattr(message, field.name), text_of(key).decode(), field.value, value)
    elif field.is_repeated:
        held = getattr(message, field.name)
        for value in elements(given):
            if field.is_message:
                read(value, held.add())
            else:
                held.append(_scalar(field, value))
    elif field.is_message:
        inner = getattr(message, field.name)
        inner.SetInParent()
        read(given, inner)
    else:
        setattr(message, field.name, _scalar(field, given))


def _put(entries: Any, key: str, field: Field, value: bytes) -> None:
    if field.is_message:
        read(value, entries[key])
    else:
        entries[key] = _scalar(field, value)


def _scalar(field: Field, given: bytes) -> Any:
    if field.is_payload:
        return given
    if field.is_text:
        return text_of(given)
    if field.is_truth:
        if given not in {b"true", b"false"}:
            raise MalformedError
        return given == b"true"
    return _number(field, given)


def _number(field: Field, given: bytes) -> int:
    assert field.range is not None
    if not _WHOLE.fullmatch(given):
        raise MalformedError
    number = int(given) if len(given) < 30 else field.range[1] + 1
    if not field.range[0] <= number <= field.range[1]:
        raise MalformedError
    return number
