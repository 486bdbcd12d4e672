"""A client's connection, from its first command to its end.

Everything is done at once and in order: a reply is in the outbox before the first push that it
leads to, and what the node does to a connection is done when the call returns.
"""

import uuid
from collections.abc import Callable, Mapping

from centrifugo_grpc.releases.clients import (
    CHANNEL_LIMIT_CLOSES,
    CONNECT_DELTA,
    JOIN_LEAVE_TO_ALL,
    SINGLE_CONNECTION_BEFORE,
    SLOW_CLIENT_FLUSHED,
    TTL_CAPPED,
    UNENCODABLE_FAILS_PUBLISH,
)
from reference_server.clients import failures, names
from reference_server.clients.commands import Connect, Recovery
from reference_server.clients.failures import Disconnect, ReplyError, UnencodableError
from reference_server.clients.link import Link
from reference_server.clients.options import SubscribeOptions
from reference_server.clients.outbox import Outbox
from reference_server.clients.pushes import (
    Body,
    Connected,
    Disconnected,
    Push,
    Refreshed,
    Subscribed,
    Unsubscribed,
)
from reference_server.clients.results import ConnectResult, SubscribeResult
from reference_server.clients.subscription import Loading, Subscription, Verdict
from reference_server.clients.tag_filters import TagsFilter
from reference_server.clients.upkeep import Upkeep
from reference_server.engine.streams import ClientInfo, Position
from reference_server.node import Node

YEAR = 365 * 24 * 3600
UNSUBSCRIBED_BY_SERVER = Unsubscribed(2000, "server unsubscribe")
INSUFFICIENT_STATE = Unsubscribed(2500, "insufficient state")


class Session:
    """One connection. `closed` is None while it lasts, then how it ended."""

    def __init__(self, node: Node, link: Link) -> None:
        self.node = node
        self.link = link
        self.client = str(uuid.uuid4())
        self.session = str(uuid.uuid4()) if link.unidirectional else ""
        self.user = ""
        self.conn_info = b""
        self.expire_at = 0
        self.is_connected = False
        self.is_unusable = False
        self.closed: Disconnect | None = None
        self.subscriptions: dict[str, Subscription] = {}
        self.loading: dict[str, Loading] = {}
        self.known = failures.disconnects_of(node.release)
        self.outbox = Outbox(node.settings.clients.queue_max_size, link.wake)
        self.upkeep = Upkeep(self)

    # ---- Connecting ----------------------------------------------------------------------------

    def connect_one_way(self, request: Connect) -> None:
        """Connect a client that is pushed to only: a refusal is a disconnect."""
        try:
            self.connect(request, lambda result: self.push("", Connected(result)))
        except ReplyError as error:
            self.close(failures.disconnect_of_one_way(error, self.node.release))
        except Disconnect as disconnect:
            self.close(disconnect)

    def connect(self, request: Connect, answer: Callable[[ConnectResult], None]) -> None:
        """Let a client in, `answer` it and go on from there; raises `Disconnect`, `ReplyError`."""
        if self.is_connected:
            raise self.known.bad_request
        now = int(self.node.wall())
        identity = self.node.admission.admit(request, self.node.wall())
        self._require_room(identity.user, len(identity.subscriptions))
        self.user, self.conn_info = identity.user, identity.conn_info
        self.expire_at = self.capped(identity.expire_at)
        if 0 < self.expire_at < now:
            raise failures.EXPIRED
        if SINGLE_CONNECTION_BEFORE[self.node.release]:
            self._keep_single(others=1)
        self.is_connected = True
        self.node.hub.connect(self)
        begun = self._begin_all(identity.subscriptions, request.subs)
        answer(self._connect_result(now, {channel: told for channel, (told, _) in begun.items()}))
        for channel, (_, subscription) in begun.items():
            self.subscriptions[channel] = subscription
        for channel in begun:
            self._tell_join(channel)
        if self.closed is not None:
            self._end_all()
            return
        if not SINGLE_CONNECTION_BEFORE[self.node.release]:
            self._keep_single(others=2)
        self.upkeep.connected()

    def _require_room(self, user: str, subscriptions: int) -> None:
        options = self.node.settings.clients
        is_limited = options.channel_limit > 0 and CHANNEL_LIMIT_CLOSES[self.node.release]
        if is_limited and subscriptions > options.channel_limit:
            raise self.known.channel_limit
        limit = options.user_connection_limit
        if limit > 0 and user and len(self.node.hub.connections(user)) >= limit:
            raise self.known.connection_limit

    def _keep_single(self, others: int) -> None:
        """End the user's other connections, if that many are in their personal channel."""
        personal = self.node.settings.clients.personal_channel
        if not (personal.enabled and personal.single_connection and self.user):
            return
        channel = names.personal_channel(self.node.settings, self.user)
        if self.node.presence.counts(channel)[0] >= others:
            for connection in self.node.hub.connections(self.user):
                if connection.client != self.client:
                    connection.close(self.known.connection_limit)

    def _begin_all(
        self, wanted: Mapping[str, SubscribeOptions], asked: Mapping[str, Recovery]
    ) -> dict[str, tuple[SubscribeResult, Subscription]]:
        begun = {}
        try:
            for channel, options in wanted.items():
                wish = asked.get(channel, Recovery())
                delta = wish.delta if CONNECT_DELTA[self.node.release] else ""
                begun[channel] = self.begin(
                    channel, options, wish, is_server_side=True, delta=delta
                )
        except ReplyError:
            for channel in wanted:
                self.forget(channel)
            raise
        return begun

    def _connect_result(self, now: int, subs: dict[str, SubscribeResult]) -> ConnectResult:
        link = self.link
        tells_time = self.node.settings.clients.connect_includes_server_time
        return ConnectResult(
            client=self.client,
            version=self.node.version,
            expires=self.expire_at > 0,
            ttl=_uint32(self.expire_at - now) if self.expire_at else 0,
            subs=subs,
            time=int(self.node.wall() * 1000) if tells_time else 0,
            ping=int(max(link.ping_interval, 0)),
            pong=not link.unidirectional and link.pong_timeout > 0,
            session=self.session,
        )

    # ---- Subscriptions -------------------------------------------------------------------------

    def is_subscribed(self, channel: str) -> bool:
        """Whether the client is subscribed to a channel."""
        return channel in self.subscriptions

    def begin(
        self,
        channel: str,
        options: SubscribeOptions,
        asked: Recovery,
        *,
        is_server_side: bool,
        delta: str = "",
        tags_filter: TagsFilter | None = None,
    ) -> tuple[SubscribeResult, Subscription]:
        """Begin a subscription, which counts once `settle` is called; raises `ReplyError`."""
        ttl = options.expire_at - int(self.node.wall())
        if options.expire_at > 0 and ttl <= 0:
            raise failures.EXPIRED
        if tags_filter is not None and not (options.may_filter and tags_filter.is_valid):
            raise failures.BAD_REQUEST
        self.node.hub.subscribe(self, channel)
        if options.presence:
            self.node.presence.put(channel, self._info(options.chan_info))
        start = self.node.recoverer.start(
            channel, options, asked, self.link.protocol_version, tags_filter
        )
        if asked.or_not_at_all and not is_server_side and start.is_lost:
            # The presence stays behind, as it does there.
            self.node.hub.unsubscribe(self, channel)
            raise failures.UNRECOVERABLE_POSITION
        expires = options.expire_at > 0 and options.client_refreshes
        result = SubscribeResult(
            expires=expires,
            ttl=_uint32(ttl) if expires else 0,
            recoverable=options.recovered,
            positioned=options.positioned or options.recovered,
            epoch=start.shown.epoch,
            offset=start.shown.offset,
            publications=start.publications,
            recovered=start.recovered,
            was_recovering=start.was_recovering,
            data=options.data,
            delta=delta in options.delta_types,
        )
        checked = self.node.wall()
        subscription = Subscription(
            options, is_server_side, start.top, checked, options.chan_info, options.expire_at
        )
        subscription.compresses = result.delta
        subscription.has_base = start.recovered
        subscription.tags_filter = tags_filter
        return result, subscription

    @property
    def channels(self) -> int:
        """How many channels it is subscribed to, or about to be."""
        return len(self.subscriptions) + len(self.loading)

    def settle(self, channel: str, subscription: Subscription) -> None:
        """Count a subscription that has begun and was answered."""
        self.subscriptions[channel] = subscription
        self._tell_join(channel)
        is_present = not subscription.is_map and subscription.poll is None
        self.upkeep.keep_present(channel, is_first=is_present)

    def forget(self, channel: str) -> None:
        """Undo the beginning of a subscription that failed."""
        self.node.hub.unsubscribe(self, channel)
        self.node.presence.remove(channel, self.client)

    def end(self, channel: str) -> None:
        """End a subscription, if there is one: presence, leave, deliveries."""
        subscription = self.subscriptions.pop(channel, None)
        if subscription is None:
            return
        if subscription.options.presence:
            self.node.presence.remove(channel, self.client)
        if subscription.poll is not None:
            subscription.poll.end()
        if subscription.options.clients_map:
            # The user's key is left to its time: another connection may be there.
            self.node.drop_from_map(subscription.options.clients_map, self.client)
        if subscription.options.removes_own_key and subscription.is_map:
            self.node.drop_from_map(channel, self.client)
        if subscription.options.join_leave:
            self.node.leave(channel, self._info(subscription.chan_info))
        self.node.hub.unsubscribe(self, channel)

    def _end_all(self) -> None:
        for channel in list(self.subscriptions):
            self.end(channel)

    def end_for(self, channel: str, why: Unsubscribed, otherwise: Disconnect) -> None:
        """End a subscription that cannot go on, or with it the connection where that is the way."""
        subscription = self.subscriptions[channel]
        if self.link.protocol_version == 1 or subscription.is_server_side:
            self.close(otherwise)
        else:
            self.end(channel)
            self.push(channel, why)

    def channel_info(self, channel: str) -> ClientInfo:
        """What is told about the client in a channel."""
        subscription = self.subscriptions.get(channel)
        return self._info(subscription.chan_info if subscription else b"")

    def _info(self, chan_info: bytes) -> ClientInfo:
        return ClientInfo(self.user, self.client, self.conn_info, chan_info)

    def _tell_join(self, channel: str) -> None:
        subscription = self.subscriptions.get(channel)
        if subscription is not None and subscription.options.join_leave:
            self.node.join(channel, self._info(subscription.chan_info))

    # ---- What the node does to a connection ----------------------------------------------------

    def deliver(self, push: Push, position: Position) -> None:
        """Take a publication; raises `UnencodableError` where that fails the publication."""
        subscription = self.subscriptions.get(push.channel)
        try:
            if subscription is None or not subscription.compresses:
                frame = push.encoded(self.link.codec)
            else:
                frame = self._compressed(push, subscription)
        except UnencodableError:
            if UNENCODABLE_FAILS_PUBLISH[self.node.release]:
                raise
            self.close(self.known.inappropriate_protocol)
            return
        if subscription is None:
            return
        now, release = self.node.wall(), self.node.release
        verdict = subscription.judge(position.offset, position.epoch, now, release)
        if verdict is Verdict.DELIVER:
            if subscription.wants(push.tags):
                subscription.has_base = True
                self.send(frame)
        elif verdict is Verdict.LOST:
            self.end_for(push.channel, INSUFFICIENT_STATE, self.known.insufficient_state)

    def _compressed(self, push: Push, subscription: Subscription) -> bytes:
        # Who may miss a publication cannot tell what a difference is to, so has it whole.
        has_base = subscription.has_base and subscription.is_positioned
        return push.compressed(self.link.codec, has_base=has_base)

    def deliver_presence(self, push: Push) -> None:
        """Take a join or a leave, if they are pushed to this subscription.

        Raises `UnencodableError` where nobody is told any further.
        """
        subscription = self.subscriptions.get(push.channel)
        is_told = subscription is not None and subscription.options.pushes_join_leave
        if UNENCODABLE_FAILS_PUBLISH[self.node.release]:
            push.encoded(self.link.codec)
        if is_told or JOIN_LEAVE_TO_ALL[self.node.release]:
            self._send_push(push)

    def subscribe(self, channel: str, options: SubscribeOptions, since: Recovery) -> None:
        """Subscribe the client and tell it; raises `ReplyError`."""
        limit = self.node.settings.clients.channel_limit
        if 0 < limit <= len(self.subscriptions):
            self.close(self.known.channel_limit)
            return
        try:
            result, subscription = self.begin(channel, options, since, is_server_side=True)
        except ReplyError:
            # Who was subscribed is no longer, without a word; its presence stays.
            if self.subscriptions.pop(channel, None) is not None:
                self.node.hub.unsubscribe(self, channel)
            raise
        self.subscriptions[channel] = subscription
        try:
            frame = Push(channel, Subscribed(result)).encoded(self.link.codec)
        except UnencodableError:
            raise failures.INTERNAL from None
        self.send(frame)
        self._tell_join(channel)

    def unsubscribe(self, channel: str) -> None:
        """End a subscription and tell the client, also if there was none."""
        self.end(channel)
        self.push(channel, UNSUBSCRIBED_BY_SERVER)

    def refresh(self, *, expired: bool, expire_at: int, info: bytes) -> None:
        """Move the connection's expiry (Unix seconds; 0 and before: never) and tell the client."""
        now = int(self.node.wall())
        expire_at = self.capped(expire_at)
        if expired or 0 < expire_at <= now:
            self.close(self.known.expired)
            return
        if expire_at > 0:
            self.renew(expire_at, info)
        else:
            self.expire_at = 0
        self.push("", Refreshed(expire_at > 0, _uint32(max(expire_at - now, 0))))

    def renew(self, expire_at: int, info: bytes) -> None:
        """Put the connection's expiry off, with new info if there is any."""
        self.expire_at = expire_at
        if info:
            self.conn_info = info
        self.upkeep.renewed()

    def close(self, disconnect: Disconnect) -> None:
        """End the connection; nothing happens if it has ended. What waits is flushed, mostly."""
        if self.closed is not None:
            return
        self.closed = disconnect
        self.upkeep.stop()
        self.loading.clear()
        self._end_all()
        if self.is_connected:
            self.node.hub.disconnect(self)
        if disconnect.code != failures.CONNECTION_CLOSED.code and self.link.pushes_disconnect:
            self.push("", Disconnected(disconnect))
        self.outbox.close(drop=not self._is_flushed(disconnect))

    def _is_flushed(self, disconnect: Disconnect) -> bool:
        if disconnect == failures.CONNECTION_CLOSED:
            return False
        is_slow = disconnect.code == self.known.slow.code
        return not is_slow or SLOW_CLIENT_FLUSHED[self.node.release]

    # ---- Sending -------------------------------------------------------------------------------

    def push(self, channel: str, body: Body) -> None:
        """Tell the client something."""
        self._send_push(Push(channel, body))

    def _send_push(self, push: Push) -> None:
        try:
            frame = push.encoded(self.link.codec)
        except UnencodableError:
            self.close(self.known.inappropriate_protocol)
        else:
            self.send(frame)

    def send(self, frame: bytes) -> None:
        """Queue a frame; too many bytes in the queue end the connection."""
        if not self.outbox.put(frame):
            self.close(self.known.slow)

    def capped(self, expire_at: int) -> int:
        """An expiry (Unix seconds) as near as it may be farthest."""
        now = int(self.node.wall())
        return min(expire_at, now + YEAR) if TTL_CAPPED[self.node.release] else expire_at


def _uint32(seconds: int) -> int:
    return seconds & 0xFFFFFFFF
