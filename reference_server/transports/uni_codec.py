"""Pushes as the one-way GRPC stream sends them."""

from dataclasses import replace
from functools import cache
from typing import Any

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import PUBLICATION_EPOCH_AND_VERSION
from reference_server.clients.commands import Request
from reference_server.clients.failures import Disconnect, ReplyError
from reference_server.clients.pushes import Body, Disconnected
from reference_server.clients.results import Result
from reference_server.protocol.bodies import push_message
from reference_server.protocol.codecs import PUSHES
from reference_server.protocol.messages import V2, raw


class UniCodec:
    """Protocol v1 puts the message that `type` names into `data`, v2 has a field for each."""

    def __init__(self, protocol_version: int, *, tells_epoch: bool) -> None:
        self._is_v1 = protocol_version == 1
        self._tells_epoch = tells_epoch

    def push(self, channel: str, body: Body) -> bytes:
        """Encode a push."""
        number, name, field = PUSHES[type(body)]
        if self._is_v1:
            inner = push_message(V2, name, body).SerializeToString()
            return _serialized(V2["Push"](type=number, channel=raw(channel), data=inner))
        if isinstance(body, Disconnected):
            body = Disconnected(_without_reconnect(body.disconnect))
        push = V2["Push"](channel=raw(channel))
        inner = push_message(V2, name, body, tells_epoch=self._tells_epoch)
        getattr(push, field).CopyFrom(inner)
        return _serialized(push)

    def reply(self, command_id: int, request: Request, result: Result) -> bytes:
        """Not on a one-way stream."""
        raise NotImplementedError

    def error(self, command_id: int, request: Request, error: ReplyError) -> bytes:
        """Not on a one-way stream."""
        raise NotImplementedError

    def ping(self) -> bytes:
        """An empty push."""
        return b""


@cache
def uni_codec(protocol_version: int, release: Release) -> UniCodec:
    """The codec that all streams of this protocol share."""
    return UniCodec(protocol_version, tells_epoch=PUBLICATION_EPOCH_AND_VERSION[release])


def _without_reconnect(disconnect: Disconnect) -> Disconnect:
    """Protocol v2 tells by the code alone whether to come back."""
    return replace(disconnect, reconnect=False)


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializeToString())
