"""The checks that many calls of the v3 dialect share."""

import base64
import binascii

from centrifugo_grpc.errors import Code
from reference_server.api.answers import Refused
from reference_server.node import Node
from reference_server.settings import ChannelOptions


def rules_of(node: Node, channel: str) -> ChannelOptions:
    """The options of a channel; blank is a bad request, no such namespace an unknown channel."""
    if not channel:
        raise Refused(Code.BAD_REQUEST)
    rules = node.settings.channel_options(channel)
    if rules is None:
        raise Refused(Code.UNKNOWN_CHANNEL)
    return rules


def payload(data: bytes, b64data: str) -> bytes:
    """The payload of a request: `b64data` wins if it is set."""
    if not b64data:
        return data
    try:
        # Standard alphabet with padding; line breaks are allowed, as Go's decoder allows them.
        return base64.b64decode(b64data.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Code.BAD_REQUEST) from None
