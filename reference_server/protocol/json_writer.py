"""Messages to JSON: payloads embedded as they are, not as base64."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_server.protocol.go_json import Quote
from reference_server.protocol.json_fields import Field, fields_of


@dataclass(frozen=True)
class JsonWriter:
    """Writes as one library does. `embed` gives a payload's text, or raises."""

    quote: Quote
    embed: Callable[[bytes], bytes]

    def write(self, message: Any) -> bytes:
        """The JSON of a message; raises what `embed` raises."""
        parts = []
        for field in fields_of(message.DESCRIPTOR):
            written = self._member(message, field)
            if written is not None:
                parts.append(b'"%b":%b' % (field.name.encode(), written))
        return b"{%b}" % b",".join(parts)

    def _member(self, message: Any, field: Field) -> bytes | None:
        """The value of a field; None if it is left out."""
        if field.is_message and not field.is_repeated:
            is_set = field.is_kept or message.HasField(field.name)
            return self.write(getattr(message, field.name)) if is_set else None
        value = getattr(message, field.name)
        if not value and not field.is_kept:
            return None
        if field.value is not None:
            return self._map(value, field.value)
        if field.is_repeated:
            return b"[%b]" % b",".join(self._value(item, field) for item in value)
        return self._value(value, field)

    def _map(self, entries: Any, values: Field) -> bytes:
        written = (
            b"%b:%b" % (self.quote(key.encode()), self._value(entries[key], values))
            for key in sorted(entries)
        )
        return b"{%b}" % b",".join(written)

    def _value(self, value: Any, field: Field) -> bytes:
        if field.is_message:
            return self.write(value)
        if field.is_text:
            return self.quote(value)
        if field.is_payload:
            return self.embed(value) if value else b"null"
        if field.is_truth:
            return b"true" if value else b"false"
        return b"%d" % value
