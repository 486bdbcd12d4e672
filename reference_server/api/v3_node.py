"""Channels, Info, RPC."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.errors import Code
from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.glob import BadPatternError, compiled
from reference_server.node import Node


class NodeCalls:
    """What is asked of the node itself (facts v3-v6.md 5)."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def handlers(self) -> dict[str, Callable[[Any], Message | None]]:
        """The handlers by RPC."""
        return {"Channels": self._channels, "Info": self._info, "RPC": self._rpc}

    def _channels(self, request: api.ChannelsRequest) -> api.ChannelsResult:
        try:
            pattern = compiled(request.pattern or "*")
        except BadPatternError:
            raise Refused(Code.INTERNAL) from None
        result = api.ChannelsResult()
        for channel, clients in self._node.hub.channels():
            if pattern.fullmatch(channel):
                if not _is_utf8(channel):
                    raise Refused(Code.INTERNAL)
                result.channels[channel].num_clients = clients
        return result

    def _info(self, _request: api.InfoRequest) -> api.InfoResult:
        numbers = self._node.snapshot()
        node = api.NodeResult(
            uid=self._node.uid,
            name=self._node.name,
            version=self._node.version,
            num_clients=numbers.clients,
            num_users=numbers.users,
            num_channels=numbers.channels,
            num_subs=numbers.subscriptions,
            uptime=numbers.uptime,
        )
        if self._node.settings.metrics_interval:
            node.metrics.interval = self._node.settings.metrics_interval
            node.metrics.items.update(self._node.metrics())
        return api.InfoResult(nodes=[node])

    def _rpc(self, request: api.RPCRequest) -> None:
        raise Refused(Code.METHOD_NOT_FOUND if request.method else Code.BAD_REQUEST)


def _is_utf8(channel: str) -> bool:
    """Whether a name is text: clients may subscribe to any bytes, which no answer can carry."""
    try:
        channel.encode()
    except UnicodeEncodeError:
        return False
    return True
