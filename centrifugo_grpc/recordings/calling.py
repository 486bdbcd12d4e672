"""One API call, and its answer as a row shows it."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.recordings.requests import bodies_of, message_class
from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.recordings.values import bytes_of, is_digest, shown
from centrifugo_grpc.releases import Dialect

DEADLINE = 30.0
DEFAULT_KEY = "secret-key"
_DETAILS = "grpc-status-details-bin"
_NO_LIMITS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", 1 << 20),
)
_V2_LONGEST, _V2_MOST, _V2_WIRE = 200, 50, 2000

Metadata = tuple[tuple[str, str | bytes], ...]


def channel_to(address: str) -> grpc.Channel:
    """A connection without limits of its own, apart from those of other connections."""
    return grpc.insecure_channel(address, (*_NO_LIMITS, ("grpc.use_local_subchannel_pool", 1)))


def path_of(row: Row, dialect: Dialect) -> str:
    """The path of an API call: a row names a method of the API, or a whole path."""
    if "method" in row:
        return str(row["method"])
    rpc: str = row["rpc"]
    return f"/{rpc}" if "/" in rpc else f"/{dialect.service}/{rpc}"


def call(channel: grpc.Channel, row: Row, path: str, dialect: Dialect) -> Row:
    """Repeat the API call of a row; the answer in the row's form."""
    try:
        body = response_to(channel, row, path, dialect)
    except grpc.RpcError as error:
        return failure_of(error)
    return answer(row["rpc"], body, dialect)


def response_to(channel: grpc.Channel, row: Row, path: str, dialect: Dialect) -> bytes:
    """Repeat the API call of a row; the serialized response. Raises `grpc.RpcError`."""
    # Sent as a stream: some rows have no message, or two.
    method: Any = channel.stream_unary(path, request_serializer=None, response_deserializer=None)
    body: bytes = method(
        iter(bodies_of(row, dialect)),
        timeout=row.get("deadline_s") or DEADLINE,
        metadata=metadata_of(row, dialect),
        compression=_compression(row),
    )
    return body


def cancelled(channel: grpc.Channel, row: Row, path: str, dialect: Dialect) -> Row:
    """A call that the client takes back."""
    method = channel.stream_unary(path, request_serializer=None, response_deserializer=None)
    pending: Any = method.future(iter(bodies_of(row, dialect)), metadata=metadata_of(row, dialect))
    pending.cancel()
    return failure_of(pending)


def failure_of(error: Any) -> Row:
    """How a row shows a gRPC error."""
    failed: Row = {"grpc_error": {"code": error.code().name, "details": error.details()}}
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS:
            failed["trailing_metadata"] = {_DETAILS: base64.b64encode(value).decode()}
    return failed


def answer(rpc: str, body: bytes, dialect: Dialect) -> Row:
    """How a row shows a response."""
    found = message_class(f"{rpc}Response", dialect)
    assert found is not None, f"a response to the unknown {rpc}"
    try:
        message = found.FromString(body)
    except DecodeError as error:
        told = f"{type(error).__name__}: {error}"
        return {"response": {"client_parse_error": told, "wire_hex": body.hex()}}
    row: Row = {
        "response": decoded(message, dialect),
        "set": sorted(field.name for field, _ in message.ListFields()),
    }
    if dialect is Dialect.V2 and len(body) <= _V2_WIRE and rpc != "Info":
        row["wire_hex"] = body.hex()
    return row


def decoded(message: Message, dialect: Dialect) -> Any:
    """A message as JSON with the names of its fields."""
    fields = json_format.MessageToDict(message, preserving_proto_field_name=True)
    if dialect is Dialect.V2:
        return shown(fields, longest=_V2_LONGEST, most=_V2_MOST)
    return shown(fields)


def metadata_of(row: Row, dialect: Dialect) -> Metadata:
    """The metadata that a row's call sent: what it says, and the key of the configuration."""
    told = row.get("metadata") or {}
    pairs: Sequence[Sequence[Any]] = list(told.items()) if isinstance(told, Mapping) else told
    sent: list[tuple[str, str | bytes]] = []
    for key, value in pairs:
        sent += [(key, _value(item)) for item in (value if isinstance(value, list) else [value])]
    is_silent = "auth" in row or any(key == "authorization" for key, _ in sent)
    if dialect is Dialect.V3 and not is_silent and row["config"].get("profile") != "nokey":
        sent.append(("authorization", f"apikey {DEFAULT_KEY}"))
    return tuple(sent)


def _value(told: Any) -> str | bytes:
    if is_digest(told):
        return bytes_of(told["size"], told["sha256"]).decode()
    return bytes.fromhex(told["bytes_hex"]) if isinstance(told, Mapping) else str(told)


def _compression(row: Row) -> grpc.Compression | None:
    name = row.get("compression")
    return None if name is None else grpc.Compression[name[0].upper() + name[1:]]
