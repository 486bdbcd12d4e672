"""From the request that a row shows to the bytes that go over the wire."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.recordings.values import bytes_of, is_digest, list_of, map_of, stand_in
from centrifugo_grpc.releases import Dialect
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3

_OLD_NAMES = {"recover": "force_recovery", "position": "force_positioning"}
"""Fields of `override` in 3.2, by their names since: the numbers are the same."""
_RECONNECT = b"\x18\x01"
"""`Disconnect.reconnect = true`, which the messages of 6.9 do not declare any more."""


class NotGivenError(Exception):
    """The row leaves its request out, or tells it in words."""


def bodies_of(row: Row, dialect: Dialect) -> list[bytes]:
    """The serialized requests of an API call: nearly always one."""
    if "messages" in row["request"]:
        return [bytes.fromhex(message) for message in row["request"]["messages"]]
    return [_body_of(row, dialect)]


def _body_of(row: Row, dialect: Dialect) -> bytes:
    request = row["request"]
    for raw in ("<raw>", "raw_hex"):
        if isinstance(request.get(raw), str):
            return _from_hex(request[raw])
    size = request.get("<serialized size>", request.get("serialized_size"))
    fields = {key: value for key, value in request.items() if not _is_remark(key)}
    name = row["rpc"].rpartition("/")[2]
    body = _serialized(name, completed(fields), dialect)
    return _padded(body, size) if size else body


def message_class(name: str, dialect: Dialect) -> type[Message] | None:
    """The class of a message of the API, None if 6.9 (or 2.8) does not declare it."""
    found: type[Message] | None = getattr(v2 if dialect is Dialect.V2 else v3, name, None)
    return found


def _serialized(name: str, fields: dict[str, Any], dialect: Dialect) -> bytes:
    found = message_class(f"{name}Request", dialect)
    if found is None:
        # No server looks at the request of a method that it does not know.
        return b""
    message = found()
    reconnect = bool(_taken(fields, "disconnect", "reconnect"))
    override = fields.get("override")
    if isinstance(override, dict):
        fields["override"] = {_OLD_NAMES.get(key, key): item for key, item in override.items()}
    json_format.ParseDict(fields, message, ignore_unknown_fields=False)
    if reconnect:
        message.disconnect.MergeFromString(_RECONNECT)  # type: ignore[attr-defined]
    return message.SerializeToString()


def _taken(fields: dict[str, Any], parent: str, child: str) -> Any:
    held = fields.get(parent)
    return held.pop(child, None) if isinstance(held, dict) else None


def completed(value: Any, key: str = "") -> Any:
    """A JSON value with its long parts in full."""
    if is_digest(value):
        return _long(value, as_text=key in _TEXTS)
    if isinstance(value, Mapping):
        if "count" in value and "first" in value:
            is_map = isinstance(value["first"], Mapping)
            return map_of(value) if is_map else list_of(value)
        return {name: completed(item, name) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [completed(item, key) for item in value]
    return value


_TEXTS = {"channel", "user", "idempotency_key", "key", "client", "session"}


def _long(digest: Mapping[str, Any], *, as_text: bool) -> str:
    try:
        value = bytes_of(digest["size"], digest["sha256"])
    except Problem:
        if as_text:
            raise
        value = stand_in(digest["size"], digest["sha256"])
    return value.decode() if as_text else base64.b64encode(value).decode()


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotGivenError(f"told in words: {text}") from None


def _padded(body: bytes, size: int) -> bytes:
    """A request of exactly `size` bytes, with a field that no message has, of the rest."""
    missing = size - len(body)
    if missing <= 0:
        return body
    for length_bytes in range(1, 6):
        rest = missing - 2 - length_bytes
        varint = _varint(rest) if rest >= 0 else b""
        if len(varint) == length_bytes:
            return body + _varint(1000 << 3 | 2) + varint + b"\0" * rest
    raise Problem(f"no field is as short as {missing} bytes")


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _is_remark(key: str) -> bool:
    return key.startswith("<") or key in {"serialized_size", "list_services", "raw"}
