"""The dialect of 2.8. Its strings are any bytes, UTF-8 or not."""

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.errors import Code, api_error
from protos.lenient import lenient_messages
from protos.v2 import api_pb2
from reference_server.api.answers import GrpcFailure, Metadata, Refused, in_go_s_order, snake_case
from reference_server.api.unparsable import complaint, known_fields, last_bytes
from reference_server.clients.failures import UnencodableError, disconnects_of
from reference_server.counters import now
from reference_server.engine.streams import ClientInfo
from reference_server.node import Node, PublishOptions
from reference_server.settings import ChannelOptions

_MESSAGES = lenient_messages(api_pb2.DESCRIPTOR)
_DATA = 2
_COUNTED_AS = {"RPC": "history_remove"}
"""As 2.8 counts it (facts v2.md 3 RPC)."""
_NO_OPTIONS = PublishOptions(tags={})
_TELL_OF_CLIENTS = frozenset({"Presence", "History"})
"""What these tell of clients has payloads that are sent though they are empty."""
_RESULT = b"\x12"


class V2Api:
    """The eleven RPCs of `api.Centrifugo`, answered by a node (facts v2.md 3)."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._handlers: dict[str, Callable[[Any], Message | None]] = {
            "Publish": self._publish,
            "Broadcast": self._broadcast,
            "History": self._history,
            "HistoryRemove": self._history_remove,
            "Presence": self._presence,
            "PresenceStats": self._presence_stats,
            "Unsubscribe": self._unsubscribe,
            "Disconnect": self._disconnect,
            "Channels": self._channels,
            "Info": self._info,
            "RPC": self._rpc,
        }

    def parser(self, method: str) -> Callable[[bytes], Message]:
        """What gives a request, its strings as bytes."""
        kind = _MESSAGES[f"{method}Request"]
        has_data = "data" in kind.DESCRIPTOR.fields_by_name

        def parse(body: bytes) -> Message:
            wrong = complaint(body, kind.DESCRIPTOR)
            if wrong:
                details = f"grpc: error unmarshalling request: {wrong}"
                raise GrpcFailure(grpc.StatusCode.INTERNAL, details)
            try:
                request: Any = kind.FromString(body)
            except DecodeError:
                request = kind.FromString(known_fields(body, kind.DESCRIPTOR))
            if has_data and not request.data:
                request.data = last_bytes(body, _DATA)
            return request  # type: ignore[no-any-return]

        return parse

    def answerer(self, method: str) -> Callable[[Message, Metadata], bytes]:
        """What gives the serialized response: a result, an error, or nothing for success."""
        handler, kind = self._handlers[method], _MESSAGES[f"{method}Response"]
        timed = self._node.counters.timing(_COUNTED_AS.get(method, snake_case(method)))

        def answer(request: Message, _metadata: Metadata) -> bytes:
            started = now()
            try:
                result = handler(request)
            except Refused as refused:
                error = api_error(refused.code, self._node.release)
                sent = {"code": error.code, "message": error.message.encode()}
                return kind(error=sent).SerializeToString()
            finally:
                timed(now() - started)
            if result is None:
                return b""
            if method in _TELL_OF_CLIENTS:
                return _RESULT + _telling_of_clients(result)
            return kind(result=result).SerializeToString()

        return answer

    def _publish(self, request: Any) -> None:
        channel = _text(request.channel)
        if not channel or not request.data:
            raise Refused(Code.BAD_REQUEST)
        try:
            self._node.publish(channel, request.data, _NO_OPTIONS, self._rules(channel))
        except UnencodableError:
            raise Refused(Code.INTERNAL) from None

    def _broadcast(self, request: Any) -> None:
        if not request.channels or not request.data:
            raise Refused(Code.BAD_REQUEST)
        # Channels before a bad one are published all the same; an unencodable payload stops none.
        is_delivered, refused, begun = True, None, []
        for channel in map(_text, request.channels):
            try:
                begun.append((channel, self._rules(channel)))
            except Refused as found:
                refused = found
                break
        for _, (channel, rules) in in_go_s_order(begun):
            try:
                self._node.publish(channel, request.data, _NO_OPTIONS, rules)
            except UnencodableError:
                is_delivered = False
        if refused is not None:
            raise refused
        if not is_delivered:
            raise Refused(Code.INTERNAL)

    def _history(self, request: Any) -> Any:
        channel = self._with_history(request.channel)
        meta_ttl = self._rules(channel).history_meta_ttl
        publications, _ = self._node.streams.read(channel, limit=-1, meta_ttl=meta_ttl)
        result: Any = _MESSAGES["HistoryResult"]()
        for publication in publications:
            told = result.publications.add(data=publication.data)
            if publication.info is not None:
                _tell(told.info, publication.info)
        return result

    def _history_remove(self, request: Any) -> None:
        self._node.streams.remove(self._with_history(request.channel))

    def _presence(self, request: Any) -> Any:
        channel = self._with_presence(request.channel)
        result: Any = _MESSAGES["PresenceResult"]()
        for client, told in self._node.presence.of(channel).items():
            _tell(result.presence[client.encode()], told)
        return result

    def _presence_stats(self, request: Any) -> Any:
        clients, users = self._node.presence.counts(self._with_presence(request.channel))
        result: Any = _MESSAGES["PresenceStatsResult"]()
        result.num_clients, result.num_users = clients, users
        return result

    def _unsubscribe(self, request: Any) -> None:
        if not request.user:
            raise Refused(Code.BAD_REQUEST)
        channel = _text(request.channel)
        if channel:
            self._rules(channel)
        # Without a channel the clients are told so, and nothing ends (facts v2.md 3).
        for connection in self._node.hub.connections(_text(request.user)):
            connection.unsubscribe(channel)

    def _disconnect(self, request: Any) -> None:
        if not request.user:
            raise Refused(Code.BAD_REQUEST)
        for connection in self._node.hub.connections(_text(request.user)):
            connection.close(disconnects_of(self._node.release).force_disconnect)

    def _channels(self, _request: Any) -> Any:
        result: Any = _MESSAGES["ChannelsResult"]()
        result.channels.extend(_raw(channel) for channel, _ in self._node.hub.channels())
        return result

    def _info(self, _request: Any) -> Any:
        result: Any = _MESSAGES["InfoResult"]()
        numbers = self._node.snapshot()
        node = result.nodes.add(uid=self._node.uid.encode(), name=self._node.name.encode())
        node.version = self._node.version.encode()
        node.num_clients, node.num_users = numbers.clients, numbers.users
        node.num_channels, node.uptime = numbers.channels, numbers.uptime
        if self._node.settings.metrics_interval:
            node.metrics.interval = self._node.settings.metrics_interval
            for name, value in self._node.metrics().items():
                node.metrics.items[name.encode()] = value
        return result

    def _rpc(self, request: Any) -> None:
        raise Refused(Code.METHOD_NOT_FOUND if request.method else Code.BAD_REQUEST)

    def _rules(self, channel: str) -> ChannelOptions:
        if not channel:
            raise Refused(Code.BAD_REQUEST)
        rules = self._node.settings.channel_options(channel)
        if rules is None:
            raise Refused(Code.UNKNOWN_CHANNEL)
        return rules

    def _with_history(self, channel: bytes) -> str:
        name = _text(channel)
        if not self._rules(name).keeps_history:
            raise Refused(Code.NOT_AVAILABLE)
        return name

    def _with_presence(self, channel: bytes) -> str:
        name = _text(channel)
        if not self._rules(name).presence:
            raise Refused(Code.NOT_AVAILABLE)
        return name


def _telling_of_clients(result: Message) -> bytes:
    # With the first: what clients are told with is loaded by it.
    from reference_server.protocol import gogo  # noqa: PLC0415
    from reference_server.protocol.frames import delimited  # noqa: PLC0415

    return delimited(gogo.written(result))


def _tell(info: Any, told: ClientInfo) -> None:
    info.user, info.client = _raw(told.user), told.client.encode()
    info.conn_info, info.chan_info = told.conn_info, told.chan_info


def _text(raw: bytes) -> str:
    """Any bytes as text; `surrogateescape` keeps what is not UTF-8."""
    return raw.decode("utf-8", "surrogateescape")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
