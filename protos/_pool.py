"""The private descriptor pool that all generated modules share.

Plain generated code registers its file in protobuf's default pool, where a second file that
declares `centrifugal.centrifugo.api.PublishRequest` is an error. Nothing here touches that pool.
"""

from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

POOL = DescriptorPool()


def load(serialized: bytes, namespace: dict[str, Any]) -> None:
    """Add a file to the pool; its messages and enums to `namespace`, a module's globals."""
    POOL.AddSerializedFile(serialized)
    file: FileDescriptor = POOL.FindFileByName(_name_of(serialized))
    namespace["DESCRIPTOR"] = file
    namespace.update(message_classes(file))
    for name, enum in file.enum_types_by_name.items():
        namespace[name] = EnumTypeWrapper(enum)
        namespace.update((value.name, value.number) for value in enum.values)


def _name_of(serialized: bytes) -> str:
    """The name of a file, which stands first in it.

    protobuf's own message for that takes longer to load than all the files here.
    """
    assert serialized[0] == 0x0A
    assert serialized[1] < 0x80, "the length is one byte"
    return serialized[2 : 2 + serialized[1]].decode()


def message_classes(file: FileDescriptor) -> dict[str, type[Message]]:
    """The classes of all top-level messages of a file, by name."""
    return {
        name: message_factory.GetMessageClass(descriptor)
        for name, descriptor in file.message_types_by_name.items()
    }
