"""The same messages with every string declared as bytes.

Centrifugo 2 takes any bytes where its definitions say `string`; Python's proto3 parser refuses
what is not UTF-8. On the wire the two types are the same, so a server that must accept what 2.8
accepts reads and writes these classes instead. Clients have no use for them.
"""

from functools import cache
from typing import TYPE_CHECKING

from google.protobuf.descriptor import FieldDescriptor, FileDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message

from protos._pool import message_classes

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto


@cache
def lenient_messages(file: FileDescriptor, *, keeps_maps: bool = True) -> dict[str, type[Message]]:
    """Classes for the messages of `file`, by name, whose string fields hold `bytes`.

    The keys of maps stay strings: protobuf allows no bytes there. Without `keeps_maps` a map is
    the list of entries that it is on the wire, and its keys are bytes, too.
    """
    # Loaded with the first: a server that reads well-formed requests of 3 and later needs none.
    from google.protobuf.descriptor_pb2 import FileDescriptorProto  # noqa: PLC0415

    proto = FileDescriptorProto.FromString(file.serialized_pb)
    for message in proto.message_type:
        _declare_bytes(message, keeps_maps=keeps_maps)
    pool = DescriptorPool()
    pool.AddSerializedFile(proto.SerializeToString())
    return message_classes(pool.FindFileByName(proto.name))


def _declare_bytes(message: "DescriptorProto", *, keeps_maps: bool) -> None:
    if not keeps_maps:
        message.options.ClearField("map_entry")
    is_map_entry = message.options.map_entry
    for field in message.field:
        is_map_key = is_map_entry and field.name == "key"
        if field.type == FieldDescriptor.TYPE_STRING and not is_map_key:
            field.type = FieldDescriptor.TYPE_BYTES  # type: ignore[assignment]
    for nested in message.nested_type:
        _declare_bytes(nested, keeps_maps=keeps_maps)
