"""The fields of a message as JSON knows them: which are text, which are payloads, which stay."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto

from protos.v2 import api_pb2
from reference_server.protocol.messages import V1_FILE, V2_FILE

_FILES = {file.package: file for file in (V1_FILE, V2_FILE, api_pb2.DESCRIPTOR)}
_NUMBERS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SINT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_ENUM: (-(2**31), 2**31 - 1),
}

# Written though they are empty (the `json` tags without `omitempty` of each client.pb.go).
_KEPT_BY_ALL = {
    "ClientInfo": {"user", "client"},
    "PresenceResult": {"presence"},
    "PresenceStatsResult": {"num_clients", "num_users"},
}
_KEPT: dict[str, dict[str, set[str]]] = {
    V1_FILE.package: _KEPT_BY_ALL
    | {
        "Error": {"code", "message"},
        "Push": {"data"},
        "Publication": {"data"},
        "Join": {"info"},
        "Leave": {"info"},
        "Message": {"data"},
        "ConnectResult": {"client", "version"},
        "RefreshResult": {"client", "version"},
        "HistoryResult": {"publications"},
    },
    V2_FILE.package: _KEPT_BY_ALL | {"HistoryResult": {"publications", "epoch", "offset"}},
    api_pb2.DESCRIPTOR.package: {},
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `range` is set for numbers, `keyed` for maps (`value` is then their values)."""

    name: str
    is_text: bool = False
    is_payload: bool = False
    is_truth: bool = False
    is_enum: bool = False
    range: tuple[int, int] | None = None
    is_repeated: bool = False
    is_message: bool = False
    value: "Field | None" = None
    is_kept: bool = False


@cache
def fields_of(descriptor: Descriptor) -> tuple[Field, ...]:
    """The fields of a message, strict or lenient, in the order in which they are written."""
    package = descriptor.file.package
    strict = _FILES[package].message_types_by_name[descriptor.name]
    kept = _KEPT[package].get(descriptor.name, set())
    # Asked in the one way that every version of protobuf answers.
    declared = DescriptorProto()
    strict.CopyToProto(declared)
    repeated = {
        field.name for field in declared.field if field.label == FieldDescriptorProto.LABEL_REPEATED
    }
    return tuple(
        _field(field, is_repeated=field.name in repeated, is_kept=field.name in kept)
        for field in strict.fields
    )


def _field(field: Any, *, is_repeated: bool = False, is_kept: bool = False) -> Field:
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        value = _field(entry.fields_by_name["value"])
        return Field(field.name, value=value, is_kept=is_kept)
    return Field(
        name=field.name,
        is_text=field.type == FieldDescriptor.TYPE_STRING,
        is_payload=field.type == FieldDescriptor.TYPE_BYTES,
        is_truth=field.type == FieldDescriptor.TYPE_BOOL,
        is_enum=field.type == FieldDescriptor.TYPE_ENUM,
        range=_NUMBERS.get(field.type),
        is_repeated=is_repeated,
        is_message=entry is not None,
        is_kept=is_kept,
    )
