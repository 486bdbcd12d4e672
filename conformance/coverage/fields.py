"""The fields of messages: their paths, and what a wrong server would make of one."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.releases import Dialect, Release
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3

Path = tuple[str, ...]
Descriptor = Any
FieldDescriptor = Any
"""protobuf has two implementations of each, which no common type describes."""

_SINCE = {
    Release.V4_1: {"SubscribeOptionOverride": {"force_push_join_leave"}},
    Release.V5_4: {
        "PublishRequest": {"idempotency_key", "delta"},
        "BroadcastRequest": {"idempotency_key", "delta"},
        "BatchRequest": {"parallel"},
    },
    Release.V6_9: {
        "PublishRequest": {"version", "version_epoch"},
        "BroadcastRequest": {"version", "version_epoch"},
        "SubscribeRequest": {"label_filter", "all_users"},
        "UnsubscribeRequest": {"label_filter", "all_users"},
        "DisconnectRequest": {"label_filter", "all_users"},
        "RefreshRequest": {"label_filter", "all_users"},
    },
}
"""The first release that knows a field (facts v3-v6.md 8)."""
_UNTIL = {Release.V4_1: {"Disconnect": {"reconnect"}}}
"""The last one."""
_MAP_COMMANDS = frozenset(
    {f"map_{name}" for name in ("publish", "remove", "read_state", "read_stream", "stats", "clear")}
    | {"shared_poll_publish"}
)
_OPEN_COMMANDS = _MAP_COMMANDS | {
    *("publish", "broadcast", "subscribe", "unsubscribe", "disconnect", "refresh"),
    *("history", "history_remove", "presence", "presence_stats", "info", "rpc", "channels"),
}
"""The fields of Command and Reply that the open-source server has something to do with."""


def messages_of(dialect: Dialect, method: str) -> tuple[type[Message], type[Message]]:
    """The classes of an RPC's request and response."""
    module: Any = v2 if dialect is Dialect.V2 else v3
    return getattr(module, f"{method}Request"), getattr(module, f"{method}Response")


def paths(descriptor: Descriptor, release: Release) -> Iterator[Path]:
    """The path of every field that a release knows, those of inner messages included.

    The commands and replies of a batch are not entered: their fields are those of the calls.
    """
    yield from _paths(descriptor, release, ())


def _paths(descriptor: Descriptor, release: Release, above: tuple[str, ...]) -> Iterator[Path]:
    for field in descriptor.fields:
        if not _known(descriptor, field, release):
            continue
        yield (field.name,)
        inner = _entered(descriptor, field)
        if inner is not None and inner.full_name not in above:
            for path in _paths(inner, release, (*above, descriptor.full_name)):
                yield (field.name, *path)


def _known(descriptor: Descriptor, field: FieldDescriptor, release: Release) -> bool:
    if descriptor.name in {"Command", "Reply"}:
        later_commands = _MAP_COMMANDS if release < Release.V6_9 else frozenset()
        return field.name in (_OPEN_COMMANDS | {"error"}) - later_commands
    later = any(
        field.name in fields.get(descriptor.name, ())
        for first, fields in _SINCE.items()
        if release < first
    )
    gone = any(
        field.name in fields.get(descriptor.name, ())
        for last, fields in _UNTIL.items()
        if last < release
    )
    return not later and not gone


def _entered(descriptor: Descriptor, field: FieldDescriptor) -> Descriptor | None:
    if descriptor.name in {"Command", "Reply"} and field.name != "error":
        return None
    if is_map(field):
        value: FieldDescriptor = field.message_type.fields_by_name["value"]
        return value.message_type
    inner: Descriptor | None = field.message_type
    return inner


def is_map(field: FieldDescriptor) -> bool:
    """Whether a field is a map."""
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def holders(message: Message, path: Path) -> Iterator[tuple[Message, FieldDescriptor]]:
    """Every message at the end of a path but its last step, with the field of that step."""
    field = message.DESCRIPTOR.fields_by_name.get(path[0])
    if field is None:
        return
    if len(path) == 1:
        yield message, field
        return
    for inner in _inner(message, field):
        yield from holders(inner, path[1:])


def _inner(message: Message, field: FieldDescriptor) -> list[Message]:
    value = getattr(message, field.name)
    if is_map(field):
        return list(value.values())
    if field.is_repeated:
        return list(value)
    return [value] if message.HasField(field.name) else []


def is_set(message: Message, field: FieldDescriptor) -> bool:
    """Whether a field stands on the wire."""
    return any(listed.name == field.name for listed, _ in message.ListFields())


def drop(message: Message, field: FieldDescriptor) -> bool:
    """Leave a field out; whether that changes anything."""
    if not is_set(message, field):
        return False
    message.ClearField(field.name)
    return True


def alter(message: Message, field: FieldDescriptor) -> bool:
    """Give a field another value, of its kind; whether that changes anything."""
    if is_map(field):
        return _alter_map(message, field)
    if field.is_repeated:
        return _alter_list(message, field)
    setattr(message, field.name, _another(getattr(message, field.name)))
    return True


def invent(message: Message, field: FieldDescriptor) -> bool:
    """Set a message that is not set; whether that changes anything."""
    if message.HasField(field.name):
        return False
    getattr(message, field.name).SetInParent()
    return True


def is_single_message(field: FieldDescriptor) -> bool:
    """Whether a field holds one message."""
    return field.message_type is not None and not field.is_repeated


def field_at(descriptor: Descriptor, path: Path) -> FieldDescriptor:
    """The field that a path ends at."""
    field = descriptor.fields_by_name[path[0]]
    for name in path[1:]:
        inner = field.message_type
        if is_map(field):
            inner = inner.fields_by_name["value"].message_type
        field = inner.fields_by_name[name]
    return field


def _alter_map(message: Message, field: FieldDescriptor) -> bool:
    """Another key for one entry, or, of text, another value."""
    entries = getattr(message, field.name)
    if not entries:
        return False
    key = min(entries)
    if field.message_type.fields_by_name["value"].message_type is None:
        entries[key] = _another(entries[key])
    else:
        entries[f"{key}x"].CopyFrom(entries[key])
        del entries[key]
    return True


def _alter_list(message: Message, field: FieldDescriptor) -> bool:
    """One item too few, or, of one, another one."""
    items = getattr(message, field.name)
    if not items:
        return False
    if len(items) > 1 or field.message_type is not None:
        del items[0]
    else:
        items[0] = _another(items[0])
    return True


def _another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case _:
            return bytes([*value, 0x78])
