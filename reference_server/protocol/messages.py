"""The classes of the protocols' messages: strings are bytes in them, as the real servers take them.

No release checks that a string of a client is UTF-8 (generated code without that check).
"""

from typing import Any

from google.protobuf.descriptor import FileDescriptor

from protos.client import v1_pb2, v2_pb2
from protos.lenient import lenient_messages

V1_FILE: FileDescriptor = v1_pb2.DESCRIPTOR
V2_FILE: FileDescriptor = v2_pb2.DESCRIPTOR

V1: dict[str, Any] = dict(lenient_messages(V1_FILE))
"""Of 2.8."""
V2: dict[str, Any] = dict(lenient_messages(V2_FILE))
"""Of 3.2 to 6.9, whichever version of the protocol they speak."""


def text(raw: bytes) -> str:
    """Any bytes as text; what is not UTF-8 comes back from `raw` unharmed."""
    return raw.decode("utf-8", "surrogateescape")


def raw(text: str) -> bytes:
    """The bytes of a text."""
    return text.encode("utf-8", "surrogateescape")
