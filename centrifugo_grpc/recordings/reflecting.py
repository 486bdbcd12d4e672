"""The question that rows ask of server reflection: which services are there."""

import grpc

from centrifugo_grpc.recordings.calling import DEADLINE, Metadata, failure_of
from centrifugo_grpc.recordings.rows import Row

METHOD = "ServerReflection/ServerReflectionInfo"
_LIST_SERVICES = b"\x3a\x00"
"""`ServerReflectionRequest` with `list_services` (7) set, to a blank text."""
_LIST_RESPONSE = b"\x32"
"""Tag of `list_services_response` (6), which has `service` (1) with `name` (1)."""


def ask(channel: grpc.Channel, path: str, metadata: Metadata) -> Row:
    """Ask for the list of services; the answer as a row shows it."""
    method = channel.stream_stream(path, request_serializer=None, response_deserializer=None)
    try:
        body = next(iter(method(iter([_LIST_SERVICES]), timeout=DEADLINE, metadata=metadata)))
    except grpc.RpcError as error:
        return failure_of(error)
    _, _, listed = body.partition(_LIST_RESPONSE)
    names = []
    rest = listed[1:] if listed[0] < 0x80 else listed[2:]
    while rest:
        # A service is tag, length, and in it tag, length, name; all lengths are below 128.
        length = rest[3]
        names.append(rest[4 : 4 + length].decode())
        rest = rest[4 + length :]
    return {"response": {"services": sorted(names)}, "set": ["list_services_response"]}
