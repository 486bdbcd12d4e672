"""Map channels and shared poll channels (6.9)."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.errors import Code
from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.v3_rules import payload, rules_of
from reference_server.engine.map_state import Entry
from reference_server.engine.maps import Change, MisusedMapError
from reference_server.engine.polls import Polled
from reference_server.engine.streams import Position, UnrecoverablePositionError, Version
from reference_server.node import Node
from reference_server.settings import ChannelOptions, MapOptions


class MapCalls:
    """Facts v3-v6.md 5 Map and SharedPollPublish."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def handlers(self) -> dict[str, Callable[[Any], Message | None]]:
        """The handlers by RPC."""
        return {
            "MapPublish": self._publish,
            "MapRemove": self._remove,
            "MapReadState": self._read_state,
            "MapReadStream": self._read_stream,
            "MapStats": self._stats,
            "MapClear": self._clear,
            "SharedPollPublish": self._shared_poll_publish,
        }

    def _publish(self, request: api.MapPublishRequest) -> api.MapPublishResult:
        rules = self._rules(request.channel, request.key)
        options = rules.map
        data = payload(request.data, request.b64data)
        if request.key_mode not in {"", "if_new", "if_exists"}:
            raise Refused(Code.BAD_REQUEST)
        entry = Entry(request.key, data, dict(request.tags))
        version = Version(request.version, request.version_epoch)

        try:
            change = self._node.maps.publish(
                request.channel,
                entry,
                options,
                key_mode=request.key_mode,
                version=version,
                idempotency_key=request.idempotency_key,
                delta=request.delta or rules.delta_publish,
            )
        except MisusedMapError:
            raise Refused(Code.INTERNAL) from None
        return api.MapPublishResult(**_told(change))

    def _remove(self, request: api.MapRemoveRequest) -> api.MapRemoveResult:
        options = self._options(request.channel, request.key)
        try:
            change = self._node.maps.remove(
                request.channel, request.key, options, idempotency_key=request.idempotency_key
            )
        except MisusedMapError:
            raise Refused(Code.INTERNAL) from None
        return api.MapRemoveResult(**_told(change))

    def _read_state(self, request: api.MapReadStateRequest) -> api.MapReadStateResult:
        options = self._options(request.channel)
        revision = None
        if request.revision_offset or request.revision_epoch:
            revision = Position(request.revision_offset, request.revision_epoch)
        try:
            entries, position, cursor = self._node.maps.state(
                request.channel,
                options,
                limit=request.limit,
                cursor=request.cursor,
                key=request.key,
                revision=revision,
            )
        except UnrecoverablePositionError:
            raise Refused(Code.UNRECOVERABLE_POSITION) from None
        except MisusedMapError:
            raise Refused(Code.INTERNAL) from None
        result = api.MapReadStateResult(offset=position.offset, epoch=position.epoch, cursor=cursor)
        result.entries.extend(map(_entry, entries))
        return result

    def _read_stream(self, request: api.MapReadStreamRequest) -> api.MapReadStreamResult:
        options = self._options(request.channel)
        since = None
        if request.since_offset or request.since_epoch:
            since = Position(request.since_offset, request.since_epoch)
        try:
            entries, position = self._node.maps.stream(
                request.channel,
                options,
                since=since,
                limit=request.limit,
                reverse=request.reverse,
            )
        except UnrecoverablePositionError:
            raise Refused(Code.UNRECOVERABLE_POSITION) from None
        result = api.MapReadStreamResult(offset=position.offset, epoch=position.epoch)
        result.entries.extend(map(_entry, entries))
        return result

    def _stats(self, request: api.MapStatsRequest) -> api.MapStatsResult:
        self._options(request.channel)
        return api.MapStatsResult(num_keys=self._node.maps.count(request.channel))

    def _clear(self, request: api.MapClearRequest) -> api.MapClearResult:
        self._options(request.channel)
        self._node.maps.clear(request.channel)
        return api.MapClearResult()

    def _shared_poll_publish(
        self, request: api.SharedPollPublishRequest
    ) -> api.SharedPollPublishResult:
        if not request.channel or not request.key or not request.version:
            raise Refused(Code.BAD_REQUEST)
        rules = rules_of(self._node, request.channel)
        if rules.subscription_type != "shared_poll":
            raise Refused(Code.BAD_REQUEST)
        if not rules.poll.publish_enabled:
            raise Refused(Code.NOT_AVAILABLE)
        data = payload(request.data, request.b64data)
        published = Polled(data, {}, key=request.key, version=request.version, epoch=request.epoch)
        self._node.publish_polled(request.channel, published)
        return api.SharedPollPublishResult()

    def _options(self, channel: str, key: str = "any") -> MapOptions:
        return self._rules(channel, key).map

    def _rules(self, channel: str, key: str) -> ChannelOptions:
        """The options of a map channel; a blank channel or key is a bad request."""
        if not channel or not key:
            raise Refused(Code.BAD_REQUEST)
        rules = rules_of(self._node, channel)
        if not rules.subscription_type.startswith("map"):
            raise Refused(Code.BAD_REQUEST)
        return rules


def _told(change: Change) -> dict[str, Any]:
    return {
        "offset": change.position.offset,
        "epoch": change.position.epoch,
        "suppressed": bool(change.suppressed),
        "suppress_reason": change.suppressed,
    }


def _entry(entry: Entry) -> api.MapEntry:
    return api.MapEntry(
        key=entry.key,
        data=entry.data,
        tags=entry.tags,
        offset=entry.offset,
        score=entry.score,
        removed=entry.removed,
        time=entry.time,
    )
