"""The definitions that a release tells of itself: files in protobuf's own form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
)

from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, UNDECLARED_FIELDS, Release
from protos.reflection import v1_pb2
from protos.v3 import api_pb2, unistream_pb2
from reference_server.reflection.names import V1, V1ALPHA


@dataclass
class Files:
    """Files by name and by what they declare: services, methods, messages, fields."""

    by_name: dict[str, bytes] = field(default_factory=dict)
    by_symbol: dict[str, bytes] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)

    def add(self, file: FileDescriptorProto) -> None:
        """Take a file in."""
        serialized = file.SerializeToString(deterministic=True)
        self.by_name[file.name] = serialized
        for service in file.service:
            name = f"{file.package}.{service.name}"
            methods = (f"{name}.{method.name}" for method in service.method)
            self.by_symbol |= dict.fromkeys((name, *methods), serialized)
        for name, message in _messages(file.package, file.message_type):
            self.messages.add(name)
            fields = (f"{name}.{item.name}" for item in message.field)
            self.by_symbol |= dict.fromkeys((name, *fields), serialized)


def files_of(release: Release) -> Files:
    """What a release tells: its server API, its client stream, and reflection itself."""
    files = Files()
    files.add(_api(release))
    files.add(_named("unistream.proto", unistream_pb2.DESCRIPTOR, release))
    v1 = _named("grpc/reflection/v1/reflection.proto", v1_pb2.DESCRIPTOR, release)
    files.add(v1)
    files.add(_v1alpha(v1))
    return files


def _named(name: str, file: FileDescriptor, release: Release) -> FileDescriptorProto:
    """A file under the name by which Go knows it, without the fields that a release lacks."""
    proto = FileDescriptorProto.FromString(file.serialized_pb)
    proto.name = name
    undeclared = UNDECLARED_FIELDS[release]
    package = proto.package.rpartition(".")[2]
    for message in proto.message_type:
        prefix = f"{package}.{message.name}"
        fields = [item for item in message.field if f"{prefix}.{item.name}" not in undeclared]
        del message.field[:]
        message.field.extend(fields)
    return proto


def _v1alpha(v1: FileDescriptorProto) -> FileDescriptorProto:
    text = FileDescriptorProto.FromString(v1.SerializeToString())
    text.package = V1ALPHA
    text.name = text.name.replace("v1", "v1alpha")
    text.options.java_package = f"io.{V1ALPHA}"
    text.options.go_package = text.options.go_package.replace("_v1", "_v1alpha")
    text.options.deprecated = True
    for method in (method for service in text.service for method in service.method):
        method.input_type = method.input_type.replace(V1, V1ALPHA)
        method.output_type = method.output_type.replace(V1, V1ALPHA)
    fields = (item for message in text.message_type for item in message.field)
    for item in (item for item in fields if item.type_name):
        item.type_name = item.type_name.replace(V1, V1ALPHA)
    return text


def _api(release: Release) -> FileDescriptorProto:
    """One set of definitions serves all releases; this is a release's own part of it."""
    file = _named("api.proto", api_pb2.DESCRIPTOR, release)
    (service,) = file.service
    kept = [m for m in service.method if m.name in OPEN_RPCS[release] | PRO_RPCS[release]]
    whole = FileDescriptorProto.FromString(api_pb2.DESCRIPTOR.serialized_pb)
    unused = _used(whole, service.method) - _used(file, kept)
    messages = [message for message in file.message_type if message.name not in unused]
    del service.method[:], file.message_type[:]
    service.method.extend(kept)
    file.message_type.extend(messages)
    return file


def _used(file: FileDescriptorProto, methods: Iterable[MethodDescriptorProto]) -> set[str]:
    """The names of the messages that these methods take and give, and of those inside them."""
    by_name = {f".{file.package}.{message.name}": message for message in file.message_type}
    found: set[str] = set()
    waiting = [name for method in methods for name in (method.input_type, method.output_type)]
    while waiting:
        message = by_name.get(waiting.pop())
        if message is not None and message.name not in found:
            found.add(message.name)
            for _, part in _messages("", [message]):
                waiting += [item.type_name for item in part.field]
    return found


def _messages(
    scope: str, messages: Iterable[DescriptorProto]
) -> Iterator[tuple[str, DescriptorProto]]:
    for message in messages:
        name = f"{scope}.{message.name}"
        yield name, message
        yield from _messages(name, message.nested_type)
