"""Subscribe, Unsubscribe, Disconnect, Refresh: what is done to connections.

What subscriptions are made of is loaded with the first: a start is to be quick.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import EMPTY_RESULT, SUBSCRIBE_B64
from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.v3_rules import payload, rules_of
from reference_server.clients.failures import Disconnect, ReplyError, disconnects_of
from reference_server.clients.subscriber import Subscriber
from reference_server.node import Node
from reference_server.settings import ChannelOptions

if TYPE_CHECKING:
    from reference_server.clients.options import SubscribeOptions

_OVERRIDES = (
    *("presence", "join_leave", "force_push_join_leave"),
    *("force_recovery", "force_positioning"),
)


class ClientCalls:
    """Connections are found by user, then narrowed by client and session (facts v3-v6.md 5)."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def handlers(self) -> dict[str, Callable[[Any], Message | None]]:
        """The handlers by RPC."""
        return {
            "Subscribe": self._subscribe,
            "Unsubscribe": self._unsubscribe,
            "Disconnect": self._disconnect,
            "Refresh": self._refresh,
        }

    def _subscribe(self, request: api.SubscribeRequest) -> Message | None:
        from reference_server.clients.commands import Recovery  # noqa: PLC0415

        options = self._options(request, rules_of(self._node, request.channel))
        since = Recovery()
        if request.HasField("recover_since"):
            position = request.recover_since
            since = Recovery(recover=True, epoch=position.epoch, offset=position.offset)
        is_refused = False
        for connection in self._connections(request):
            try:
                connection.subscribe(request.channel, options, since)
            except ReplyError:
                is_refused = True
        if is_refused:
            raise Refused(Code.INTERNAL)
        return self._success(api.SubscribeResult())

    def _options(self, request: api.SubscribeRequest, rules: ChannelOptions) -> "SubscribeOptions":
        from reference_server.clients.options import options_of, overridden  # noqa: PLC0415

        info, data = request.info, request.data
        if SUBSCRIBE_B64[self._node.release]:
            data = payload(data, request.b64data)
            info = payload(info, request.b64info)
        override = {
            name: getattr(request.override, name).value
            for name in _OVERRIDES
            if request.override.HasField(name)
        }
        # The mode of recovery is the one thing that the namespace has no say in here.
        options = replace(options_of(rules, self._node.release), cache=False)
        return replace(
            overridden(options, override),
            expire_at=request.expire_at,
            chan_info=info,
            data=data,
        )

    def _unsubscribe(self, request: api.UnsubscribeRequest) -> Message | None:
        if request.channel:
            rules_of(self._node, request.channel)
        for connection in self._connections(request):
            connection.unsubscribe(request.channel)
        return self._success(api.UnsubscribeResult())

    def _disconnect(self, request: api.DisconnectRequest) -> Message | None:
        disconnect = disconnects_of(self._node.release).force_disconnect
        if request.HasField("disconnect"):
            told = request.disconnect
            disconnect = Disconnect(told.code, told.reason, told.reconnect)
        for connection in self._connections(request):
            if connection.client not in request.whitelist:
                connection.close(disconnect)
        return self._success(api.DisconnectResult())

    def _refresh(self, request: api.RefreshRequest) -> Message | None:
        for connection in self._connections(request):
            connection.refresh(
                expired=request.expired, expire_at=request.expire_at, info=request.info
            )
        return self._success(api.RefreshResult())

    def _connections(self, request: Any) -> list[Subscriber]:
        return self._node.hub.connections(request.user, request.client, request.session)

    def _success(self, result: Message) -> Message | None:
        return result if EMPTY_RESULT[self._node.release] else None
