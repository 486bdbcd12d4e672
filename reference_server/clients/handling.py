"""A client's commands, answered (library centrifuge, client.go of each release)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import (
    ANSWERS_CLIENT_PINGS,
    CHANNEL_LIMIT_BEFORE_DUPLICATE,
    CHANNEL_TOO_LONG,
    CLIENT_PING_CLOSES,
    DELTA_COMPRESSION,
    EMPTY_CLIENT_PUBLISH_CLOSES,
    HISTORY_READS_ALL,
    REFRESH_CHECKS_SUBS,
    REFUSED_CONNECT_ENDS_READING,
    REJECTS_UNRECOVERED,
    SEND_CLOSES,
    STRICT_COMMANDS,
    SUBSCRIPTION_KINDS,
    TAGS_FILTERS,
    UNENCODABLE_REPLY,
    UNLIMITED_HISTORY_IS_FORWARD,
    Unencodable,
)
from reference_server.clients import commands, failures, results
from reference_server.clients.commands import Command, Request
from reference_server.clients.failures import Disconnect, ReplyError, UnencodableError
from reference_server.clients.map_subscribing import MapSubscribing
from reference_server.clients.options import SubscribeOptions
from reference_server.clients.polling import TRACK, UNTRACK, Tracking, subscribing
from reference_server.clients.results import Result
from reference_server.clients.session import Session
from reference_server.clients.tokens import ExpiredTokenError
from reference_server.engine.map_state import Entry
from reference_server.engine.maps import MisusedMapError
from reference_server.engine.streams import (
    ImpossiblePositionError,
    UnrecoverablePositionError,
)
from reference_server.node import PublishOptions
from reference_server.settings import MapOptions

EVERYTHING = -1
UINT32 = 0xFFFF_FFFF
"""A type of subscriptions (6.9)."""


def handle(session: Session, command: Command) -> bool:
    """Carry a command out and answer it; False if nothing more is to be read from the client."""
    if session.closed is not None:
        return False
    if session.is_unusable:
        session.close(session.known.bad_request)
        return False
    try:
        _Handling(session, command).run()
    except Disconnect as disconnect:
        session.close(disconnect)
    return session.closed is None and not session.is_unusable


class _Handling:
    """One command of one session."""

    def __init__(self, session: Session, command: Command) -> None:
        self._session = session
        self._command = command
        self._node = session.node
        self._release: Release = session.node.release
        self._is_v1 = session.link.protocol_version == 1

    def run(self) -> None:
        """Do it; raises `Disconnect`."""
        session, request = self._session, self._command.request
        is_strict = self._is_v1 or STRICT_COMMANDS[self._release]
        session.upkeep.seen()
        if not session.is_connected and not isinstance(request, commands.Connect):
            if is_strict:
                raise session.known.bad_request
            return
        if request is None:
            if self._is_v1 or (is_strict and not session.upkeep.ponged()):
                raise session.known.bad_request
            session.upkeep.ponged()
            return
        if self._command.id == 0 and not isinstance(request, commands.Send):
            if is_strict:
                raise session.known.bad_request
            return
        try:
            _HANDLERS[type(request)](self, request)
        except ReplyError as error:
            self._refuse(request, error)

    def connect(self, request: commands.Connect) -> None:
        self._session.connect(request, lambda result: self._answer(request, result))

    def subscribe(self, request: commands.Subscribe) -> None:
        session, channel = self._session, request.channel
        if not channel:
            raise session.known.bad_request
        self._require_kind(request)
        if SUBSCRIPTION_KINDS[self._release] and request.kind in _OTHER_KINDS:
            _OTHER_KINDS[request.kind](self, request)
            return
        delta = request.delta if DELTA_COMPRESSION[self._release] else ""
        if delta not in {"", "fossil"}:
            raise session.known.bad_request
        limits = self._node.settings.clients
        self._require_length(channel)
        is_full = 0 < limits.channel_limit <= session.channels
        if is_full and CHANNEL_LIMIT_BEFORE_DUPLICATE[self._release]:
            raise failures.LIMIT_EXCEEDED
        if session.is_subscribed(channel):
            raise failures.ALREADY_SUBSCRIBED
        if is_full:
            raise failures.LIMIT_EXCEEDED
        options = self._node.permissions.subscribe(session, request, self._node.wall())
        if SUBSCRIPTION_KINDS[self._release] and request.kind > commands.SHARED_POLL:
            raise session.known.server_error
        result, subscription = session.begin(
            channel,
            options,
            self._recovery(request),
            is_server_side=False,
            delta=delta,
            tags_filter=request.tags_filter if TAGS_FILTERS[self._release] else None,
        )
        try:
            self._answer(request, result)
        except (ReplyError, Disconnect):
            session.forget(channel)
            raise
        if session.closed is None:
            session.settle(channel, subscription)
        else:
            session.forget(channel)

    def _require_length(self, channel: str) -> None:
        size = len(channel.encode("utf-8", "surrogateescape"))
        if 0 < self._node.settings.clients.channel_max_length < size:
            is_limit = CHANNEL_TOO_LONG[self._release] == failures.LIMIT_EXCEEDED.code
            raise failures.LIMIT_EXCEEDED if is_limit else failures.BAD_REQUEST

    def _subscribe_to_map(self, request: commands.Subscribe) -> None:
        session, channel = self._session, request.channel
        self._require_length(channel)
        rules = self._node.settings.channel_options(channel)
        subscribing = MapSubscribing(session, request, MapOptions() if rules is None else rules.map)
        subscribing.require_room()
        subscribing.sweep()
        options = None
        if not subscribing.is_continued:
            plain = replace(request, positioned=False, recoverable=False, join_leave=False)
            options = self._node.permissions.subscribe(session, plain, self._node.wall())
        result, subscription = subscribing.run(options)
        if subscription is not None:
            self._node.hub.subscribe(session, channel)
            session.subscriptions[channel] = subscription
        self._answer(request, result)
        if subscription is not None and session.closed is None:
            session.settle(channel, subscription)

    def _subscribe_to_poll(self, request: commands.Subscribe) -> None:
        session, node, channel = self._session, self._node, request.channel
        if session.is_subscribed(channel):
            raise failures.ALREADY_SUBSCRIBED
        if 0 < node.settings.clients.channel_limit <= session.channels:
            raise failures.LIMIT_EXCEEDED
        plain = replace(request, positioned=False, recoverable=False, join_leave=False)
        options = node.permissions.subscribe(session, plain, node.wall())
        rules = node.settings.channel_options(channel)
        assert rules is not None, "permissions know it"
        result, subscription = subscribing(session, request, rules, options)
        self._answer(request, result)
        if session.closed is None:
            session.settle(channel, subscription)

    def _require_kind(self, request: commands.Subscribe) -> None:
        """Refuse a subscription to shared polls where there are none, and any other to those."""
        if not SUBSCRIPTION_KINDS[self._release]:
            return
        rules = self._node.settings.channel_options(request.channel)
        is_polled = rules is not None and rules.subscription_type == "shared_poll"
        if is_polled != (request.kind == commands.SHARED_POLL):
            raise failures.BAD_REQUEST if is_polled else failures.NOT_AVAILABLE

    def _recovery(self, request: commands.Subscribe) -> commands.Recovery:
        rejects = request.recovery.or_not_at_all and REJECTS_UNRECOVERED[self._release]
        return replace(request.recovery, or_not_at_all=rejects)

    def unsubscribe(self, request: commands.Unsubscribe) -> None:
        self._require_channel(request.channel)
        self._session.end(request.channel)
        self._answer(request, results.Done())

    def publish(self, request: commands.Publish) -> None:
        if request.is_map and SUBSCRIPTION_KINDS[self._release]:
            self._change_map(request)
            return
        closes = EMPTY_CLIENT_PUBLISH_CLOSES[self._release]
        if not request.channel or (closes and not request.data):
            raise self._session.known.bad_request
        rules = self._node.permissions.publish(self._session, request.channel, request.data)
        info = self._session.channel_info(request.channel)
        options = PublishOptions(tags={}, info=info)
        try:
            self._node.publish(request.channel, request.data, options, rules)
        except UnencodableError:
            raise failures.INTERNAL from None
        self._answer(request, results.Done())

    def _change_map(self, request: commands.Publish) -> None:
        self._require_channel(request.channel)
        session, maps = self._session, self._node.maps
        rules, key = self._node.permissions.change_map(
            session, request.channel, request.key, removes=request.removed
        )
        try:
            if not rules.subscription_type.startswith("map"):
                raise MisusedMapError
            if request.removed:
                maps.remove(request.channel, key, rules.map)
            else:
                info = session.channel_info(request.channel)
                entry = Entry(key, request.data, info=info)
                maps.publish(request.channel, entry, rules.map, delta=rules.delta_publish)
        except MisusedMapError:
            raise failures.INTERNAL from None
        self._answer(request, results.Done())

    def presence(self, request: commands.Presence) -> None:
        self._require_channel(request.channel)
        self._node.permissions.presence(self._session, request.channel)
        presence = self._node.presence.of(request.channel)
        self._answer(request, results.PresenceResult(presence))

    def presence_stats(self, request: commands.PresenceStats) -> None:
        self._require_channel(request.channel)
        self._node.permissions.presence(self._session, request.channel)
        clients, users = self._node.presence.counts(request.channel)
        self._answer(request, results.PresenceStatsResult(clients, users))

    def history(self, request: commands.History) -> None:
        self._require_channel(request.channel)
        rules = self._node.permissions.history(self._session, request.channel)
        reads_all = HISTORY_READS_ALL[self._release]
        limit = EVERYTHING if reads_all else self._limit(request.limit)
        is_unlimited = request.limit == 0 and limit == EVERYTHING
        ignores_reverse = is_unlimited and UNLIMITED_HISTORY_IS_FORWARD[self._release]
        try:
            publications, top = self._node.streams.read(
                request.channel,
                limit=limit,
                since=None if reads_all else request.since,
                reverse=request.reverse and not ignores_reverse,
                meta_ttl=rules.history_meta_ttl,
            )
        except UnrecoverablePositionError:
            raise failures.UNRECOVERABLE_POSITION from None
        except ImpossiblePositionError:
            raise failures.BAD_REQUEST from None
        self._answer(request, results.HistoryResult(publications, top))

    def ping(self, request: commands.Ping) -> None:
        if CLIENT_PING_CLOSES[self._release]:
            raise self._session.known.bad_request
        if not self._is_v1 and not ANSWERS_CLIENT_PINGS[self._release]:
            raise failures.NOT_AVAILABLE
        self._answer(request, results.Done())

    def send(self, _request: commands.Send) -> None:
        if SEND_CLOSES[self._release]:
            raise self._session.known.not_available

    def rpc(self, request: commands.Rpc) -> None:
        options = self._node.settings.clients
        if not options.rpc_ping:
            raise failures.NOT_AVAILABLE
        if request.method != options.rpc_ping_method:
            raise failures.METHOD_NOT_FOUND
        self._answer(request, results.Done())

    def refresh(self, request: commands.Refresh) -> None:
        session, now = self._session, int(self._node.wall())
        if not request.token:
            raise session.known.bad_request
        try:
            identity = self._node.permissions.refresh(session, request.token, self._node.wall())
        except ExpiredTokenError:
            raise session.known.expired from None
        if REFRESH_CHECKS_SUBS[self._release] and self._has_other_subs(identity.subscriptions):
            raise session.known.insufficient_state
        expire_at = session.capped(identity.expire_at)
        ttl = expire_at - now
        if expire_at > 0:
            if ttl <= 0:
                raise failures.EXPIRED
            session.renew(expire_at, identity.conn_info)
        named = (session.client, self._node.version) if self._is_v1 else ("", "")
        result = results.RefreshResult(*named, expire_at > 0, max(ttl, 0) & UINT32)
        self._answer(request, result)

    def sub_refresh(self, request: commands.SubRefresh) -> None:
        session, channel = self._session, request.channel
        self._require_channel(channel)
        subscription = session.subscriptions.get(channel)
        if subscription is None:
            raise failures.PERMISSION_DENIED
        if subscription.poll is not None and request.kind in {TRACK, UNTRACK}:
            tracking = Tracking(session, channel, subscription.poll)
            follow = tracking.track if request.kind == TRACK else tracking.untrack
            self._answer(request, follow(request))
            return
        if subscription.is_server_side:
            raise session.known.bad_request
        if not request.token:
            raise failures.BAD_REQUEST
        now = self._node.wall()
        try:
            options = self._node.permissions.sub_refresh(session, channel, request.token, now)
        except ExpiredTokenError:
            # An expired token is taken for one that never expires, by every release.
            options = SubscribeOptions()
        expire_at = session.capped(options.expire_at)
        ttl = expire_at - int(now)
        if expire_at > 0 and ttl < 0:
            raise failures.EXPIRED
        subscription.chan_info = options.chan_info
        subscription.expire_at = expire_at
        expires = expire_at > 0
        self._answer(request, results.SubRefreshResult(expires, ttl & UINT32 if expires else 0))

    def unknown(self, _request: commands.UnknownMethod) -> None:
        raise failures.METHOD_NOT_FOUND

    def _has_other_subs(self, told: dict[str, Any]) -> bool:
        held = self._session.subscriptions
        is_new = any(channel not in held for channel in told)
        return is_new or any(
            subscription.options.by_token and channel not in told
            for channel, subscription in held.items()
        )

    def _limit(self, asked: int) -> int:
        options = self._node.settings.clients
        most = options.history_max_publications
        if asked == 0 and options.unlimited_history_by_default:
            return EVERYTHING
        return most if most > 0 and not 0 <= asked <= most else asked

    def _require_channel(self, channel: str) -> None:
        if not channel:
            raise self._session.known.bad_request

    def _answer(self, request: Request, result: Result) -> None:
        session = self._session
        try:
            frame = session.link.codec.reply(self._command.id, request, result)
        except UnencodableError:
            self._fail_unencodable(request)
        else:
            session.send(frame)

    def _fail_unencodable(self, request: Request) -> None:
        way, known = UNENCODABLE_REPLY[self._release], self._session.known
        if way is Unencodable.CLOSES:
            self._session.close(known.inappropriate_protocol)
        if way is Unencodable.FAILS:
            is_start = isinstance(request, commands.Connect | commands.Subscribe)
            raise (known.server_error if is_start else failures.INTERNAL) from None

    def _refuse(self, request: Request, error: ReplyError) -> None:
        session = self._session
        session.send(session.link.codec.error(self._command.id, request, error))
        is_connect = isinstance(request, commands.Connect)
        if is_connect and not self._is_v1 and REFUSED_CONNECT_ENDS_READING[self._release]:
            session.is_unusable = True
            session.upkeep.unusable()


_OTHER_KINDS: dict[int, Callable[[_Handling, commands.Subscribe], None]] = {
    **dict.fromkeys(commands.MAP_KINDS, _Handling._subscribe_to_map),
    commands.SHARED_POLL: _Handling._subscribe_to_poll,
}
_HANDLERS: dict[type[Any], Callable[[_Handling, Any], None]] = {
    commands.Connect: _Handling.connect,
    commands.Subscribe: _Handling.subscribe,
    commands.Unsubscribe: _Handling.unsubscribe,
    commands.Publish: _Handling.publish,
    commands.Presence: _Handling.presence,
    commands.PresenceStats: _Handling.presence_stats,
    commands.History: _Handling.history,
    commands.Ping: _Handling.ping,
    commands.Send: _Handling.send,
    commands.Rpc: _Handling.rpc,
    commands.Refresh: _Handling.refresh,
    commands.SubRefresh: _Handling.sub_refresh,
    commands.UnknownMethod: _Handling.unknown,
}
