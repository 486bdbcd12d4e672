"""Publish, Broadcast, History, HistoryRemove, Presence, PresenceStats."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.errors import Code, api_error
from centrifugo_grpc.releases import (
    BROADCAST_EMPTY_DATA_PER_CHANNEL,
    DATA_CHECKED_BEFORE_NAMESPACE,
    DATA_FORMATS,
    EMPTY_RESULT,
    PUBLISH_B64_STORES_DATA_FIELD,
)
from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused, in_go_s_order
from reference_server.api.json_text import is_of_format
from reference_server.api.plain_publish import PlainPublish
from reference_server.api.positions import position_fields
from reference_server.api.v3_rules import payload, rules_of
from reference_server.clients.failures import UnencodableError
from reference_server.engine.streams import (
    NO_VERSION,
    ClientInfo,
    ImpossiblePositionError,
    Position,
    UnrecoverablePositionError,
    Version,
)
from reference_server.node import Node, PublishOptions
from reference_server.settings import ChannelOptions

_NO_TAGS: Mapping[str, str] = MappingProxyType({})
_NO_OPTIONS = PublishOptions(_NO_TAGS)


class ChannelCalls:
    """What is done with the content of channels (facts v3-v6.md 5)."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._release = node.release
        self._checks_data_first = DATA_CHECKED_BEFORE_NAMESPACE[node.release]
        self._checks_formats = DATA_FORMATS[node.release]
        self._stores_data_field = PUBLISH_B64_STORES_DATA_FIELD[node.release]

    def handlers(self) -> dict[str, Callable[[Any], Message | bytes | None]]:
        """The handlers by RPC; what they give as bytes is serialized already."""
        return {
            "Publish": self._publish,
            "Broadcast": self._broadcast,
            "History": self._history,
            "HistoryRemove": self._history_remove,
            "Presence": self._presence,
            "PresenceStats": self._presence_stats,
        }

    def _publish(self, request: api.PublishRequest | PlainPublish) -> bytes:
        if not request.channel:
            raise Refused(Code.BAD_REQUEST)
        channel, data = request.channel, request.data
        if request.b64data:
            data = payload(data, request.b64data)
        if self._checks_data_first and not data:
            raise Refused(Code.BAD_REQUEST)
        rules = rules_of(self._node, channel)
        if self._checks_formats:
            if rules.subscription_type != "stream":
                raise Refused(Code.BAD_REQUEST)
            if rules.publication_data_format or not data:
                _require_format(data, rules.publication_data_format)
        if self._stores_data_field:
            data = request.data
        position = self._stored(channel, data, _options(request), rules)
        return position_fields(position)

    def _broadcast(self, request: api.BroadcastRequest) -> api.BroadcastResult:
        if not request.channels:
            raise Refused(Code.BAD_REQUEST)
        data = payload(request.data, request.b64data)
        if not BROADCAST_EMPTY_DATA_PER_CHANNEL[self._release] and not data:
            raise Refused(Code.BAD_REQUEST)
        options = _options(request)
        result = api.BroadcastResult()
        responses = [result.responses.add() for _ in request.channels]
        for at, channel in in_go_s_order(request.channels):
            response = responses[at]
            try:
                offset, epoch = self._broadcast_one(channel, data, options)
                response.result.CopyFrom(api.PublishResult(offset=offset, epoch=epoch))
            except Refused as refused:
                error = api_error(refused.code, self._release)
                response.error.code, response.error.message = error.code, error.message
        return result

    def _broadcast_one(self, channel: str, data: bytes, options: PublishOptions) -> Position:
        rules = rules_of(self._node, channel)
        if self._checks_formats:
            _require_format(data, rules.publication_data_format)
        return self._stored(channel, data, options, rules)

    def _stored(
        self, channel: str, data: bytes, options: PublishOptions, rules: ChannelOptions
    ) -> Position:
        try:
            return self._node.publish(channel, data, options, rules)
        except UnencodableError:
            raise Refused(Code.INTERNAL) from None

    def _history(self, request: api.HistoryRequest) -> api.HistoryResult:
        rules = self._with_history(request.channel)
        since = None
        if request.HasField("since"):
            since = Position(request.since.offset, request.since.epoch)
        try:
            publications, position = self._node.streams.read(
                request.channel,
                limit=request.limit,
                since=since,
                reverse=request.reverse,
                meta_ttl=rules.history_meta_ttl,
            )
        except UnrecoverablePositionError:
            raise Refused(Code.UNRECOVERABLE_POSITION) from None
        except ImpossiblePositionError:
            raise Refused(Code.INTERNAL) from None
        result = api.HistoryResult(offset=position.offset, epoch=position.epoch)
        for item in publications:
            told = result.publications.add(data=item.data, offset=item.offset, tags=item.tags)
            if item.info is not None:
                told.info.CopyFrom(_client_info(item.info))
        return result

    def _history_remove(self, request: api.HistoryRemoveRequest) -> Message | None:
        self._with_history(request.channel)
        self._node.streams.remove(request.channel)
        return api.HistoryRemoveResult() if EMPTY_RESULT[self._release] else None

    def _presence(self, request: api.PresenceRequest) -> api.PresenceResult:
        self._require_presence(request.channel)
        result = api.PresenceResult()
        for client, told in self._node.presence.of(request.channel).items():
            result.presence[client].CopyFrom(_client_info(told))
        return result

    def _presence_stats(self, request: api.PresenceStatsRequest) -> api.PresenceStatsResult:
        self._require_presence(request.channel)
        clients, users = self._node.presence.counts(request.channel)
        return api.PresenceStatsResult(num_clients=clients, num_users=users)

    def _with_history(self, channel: str) -> ChannelOptions:
        rules = rules_of(self._node, channel)
        if not rules.keeps_history:
            raise Refused(Code.NOT_AVAILABLE)
        return rules

    def _require_presence(self, channel: str) -> None:
        if not rules_of(self._node, channel).presence:
            raise Refused(Code.NOT_AVAILABLE)


def _options(
    request: api.PublishRequest | PlainPublish | api.BroadcastRequest,
) -> PublishOptions:
    if isinstance(request, PlainPublish):
        return _NO_OPTIONS
    version = request.version
    return PublishOptions(
        dict(tags) if (tags := request.tags) else _NO_TAGS,
        request.skip_history,
        request.idempotency_key,
        Version(version, request.version_epoch) if version else NO_VERSION,
        delta=request.delta,
    )


def _client_info(told: ClientInfo) -> api.ClientInfo:
    return api.ClientInfo(
        user=told.user, client=told.client, conn_info=told.conn_info, chan_info=told.chan_info
    )


def _require_format(data: bytes, data_format: str) -> None:
    """Refuse what is not of a namespace's `publication_data_format`."""
    if not is_of_format(data, data_format):
        raise Refused(Code.BAD_REQUEST)
