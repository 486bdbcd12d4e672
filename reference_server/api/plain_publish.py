"""The publish that nearly all publishers send, read without a message object.

It has a channel and data and nothing else. To make protobuf's object and to ask it for each
option in turn costs more than all the rest of the server's own code does for a publish
(`python -m tools.serving_cost`).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

_CHANNEL, _DATA = 0x0A, 0x12
"""The tags of `PublishRequest`: field 1 and field 2, both with a length before them."""
_MORE = 0x80
_LONGEST_LENGTH = 21
"""Bits to shift the last byte of a length by: messages of more than 256 MiB are not taken."""


class PlainPublish:
    """What a `PublishRequest` is to those who read it, if only these two fields are set."""

    __slots__ = ("channel", "data")
    b64data: ClassVar = ""
    tags: ClassVar[Mapping[str, str]] = MappingProxyType({})
    skip_history: ClassVar = False
    idempotency_key: ClassVar = ""
    delta: ClassVar = False
    version: ClassVar = 0
    version_epoch: ClassVar = ""

    def __init__(self, channel: str, data: bytes) -> None:
        self.channel = channel
        self.data = data


Parse = Callable[[bytes], Any]


def parsed_publish(body: bytes, parse: Parse) -> Any:
    """The request in a body, by `parse` if it is not plain.

    Plain is a channel of 1 to 127 bytes, then data that is not blank and ends where the body does.
    """
    size = len(body)
    if size < 2 or body[0] != _CHANNEL or body[1] & _MORE:
        return parse(body)
    end = 2 + body[1]
    if end >= size or body[end] != _DATA:
        return parse(body)
    at, length, shift, part = end + 1, 0, 0, _MORE
    while part & _MORE and at < size and shift <= _LONGEST_LENGTH:
        part = body[at]
        at += 1
        length |= (part & 0x7F) << shift
        shift += 7
    if part & _MORE or not length or at + length != size:
        return parse(body)
    try:
        return PlainPublish(body[2:end].decode(), body[at:])
    except UnicodeDecodeError:
        return parse(body)
