"""Subscribe, Unsubscribe, Disconnect, Refresh: what is done to connections."""

import time
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import EMPTY_RESULT, SUBSCRIBE_B64
from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.v3_rules import known_rules_of, payload, rules_of
from reference_server.node import Node


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
        rules_of(self._node, request.channel)
        info = request.info
        if SUBSCRIBE_B64[self._node.release]:
            payload(request.data, request.b64data)
            info = payload(request.info, request.b64info)
        connections = self._node.hub.connections(request.user, request.client, request.session)
        if connections and 0 < request.expire_at <= time.time():
            raise Refused(Code.INTERNAL)
        for connection in connections:
            self._node.hub.subscribe(connection, request.channel, info)
        return self._success(api.SubscribeResult())

    def _unsubscribe(self, request: api.UnsubscribeRequest) -> Message | None:
        if request.channel:
            known_rules_of(self._node, request.channel)
        hub = self._node.hub
        for connection in hub.connections(request.user, request.client, request.session):
            hub.unsubscribe(connection, request.channel)
        return self._success(api.UnsubscribeResult())

    def _disconnect(self, request: api.DisconnectRequest) -> Message | None:
        hub = self._node.hub
        for connection in hub.connections(request.user, request.client, request.session):
            if connection.client not in request.whitelist:
                hub.disconnect(connection)
        return self._success(api.DisconnectResult())

    def _refresh(self, request: api.RefreshRequest) -> Message | None:
        hub = self._node.hub
        is_over = request.expired or 0 < request.expire_at <= time.time()
        for connection in hub.connections(request.user, request.client, request.session):
            if is_over:
                hub.disconnect(connection)
            elif request.expire_at > 0 and request.info:
                connection.conn_info = request.info
        return self._success(api.RefreshResult())

    def _success(self, result: Message) -> Message | None:
        return result if EMPTY_RESULT[self._node.release] else None
