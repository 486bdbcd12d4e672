"""What happens to a connection as time goes by: pings, expiry, presence, positions."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from centrifugo_grpc.releases.clients import (
    ANY_COMMAND_IS_PONG,
    FIRST_PING_FROM,
    FIRST_PRESENCE_UPDATE_SPREAD,
    POSITION_CHECK_FAILURES,
)
from reference_server.clients.pushes import Unsubscribed
from reference_server.clients.timers import Timer

if TYPE_CHECKING:
    from reference_server.clients.session import Session
    from reference_server.clients.subscription import Subscription

SUBSCRIPTION_EXPIRED = Unsubscribed(2501, "subscription expired")
INSUFFICIENT_STATE = Unsubscribed(2500, "insufficient state")


class Upkeep:
    """The timers of one session, one of each kind (library centrifuge, client.go, onTimerOp)."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._options = session.node.settings.clients
        self._timers: dict[str, Timer] = {}
        self._pinged_at = 0
        self._seen_at = 0
        self.is_pong_due = False
        if self._options.stale_close_delay > 0:
            self._after("stale", self._options.stale_close_delay, self._close_stale)

    def connected(self) -> None:
        """The client has connected: from now on there is something to look after."""
        session, release = self._session, self._session.node.release
        if session.closed is not None:
            return
        self._cancel("stale")
        interval = self._options.presence_update_interval
        is_spread = FIRST_PRESENCE_UPDATE_SPREAD[release]
        first = _spread(interval, 0.5) if is_spread else interval
        if interval > 0:
            self._after("presence", first, self._update_presence)
        if session.expire_at > 0:
            self.renewed()
        interval = session.link.ping_interval
        if session.link.protocol_version > 1 and interval > 0:
            self._after("ping", _spread(interval, FIRST_PING_FROM[release]), self._ping)

    def renewed(self) -> None:
        """The connection expires later, or again."""
        left = self._session.expire_at - int(self._session.node.wall())
        self._after("expiry", left + self._options.expired_close_delay, self._expire)

    def seen(self) -> None:
        """The client has sent a command."""
        self._seen_at = int(self._session.node.wall())

    def ponged(self) -> bool:
        """The client has answered a ping; False if there was none to answer."""
        was_due, self.is_pong_due = self.is_pong_due, False
        if was_due:
            self._cancel("pong")
        return was_due

    def unusable(self) -> None:
        """The client was refused, but not closed: it will be, as a stale one."""
        if "stale" not in self._timers and self._options.stale_close_delay > 0:
            self._after("stale", self._options.stale_close_delay, self._close_stale)

    def stop(self) -> None:
        """The connection has ended."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def keep_present(self, channel: str, *, is_first: bool = False) -> None:
        """Have the client told as present for a while; at first it is in the presence already."""
        session = self._session
        subscription = session.subscriptions.get(channel)
        if subscription is None:
            return
        options, info = subscription.options, session.channel_info(channel)
        if options.presence and not is_first:
            session.node.presence.put(channel, info)
        if options.clients_map:
            session.node.keep_in_map(options.clients_map, session.client, info)
        if options.users_map:
            session.node.keep_in_map(options.users_map, session.user, None)

    def _after(self, kind: str, seconds: float, action: Callable[[], None]) -> None:
        self._cancel(kind)
        self._timers[kind] = self._session.node.timers.after(seconds, action)

    def _cancel(self, kind: str) -> None:
        timer = self._timers.pop(kind, None)
        if timer is not None:
            timer.cancel()

    def _close_stale(self) -> None:
        session = self._session
        if not session.is_connected or session.is_unusable:
            session.close(session.known.stale)

    def _ping(self) -> None:
        session = self._session
        session.send(session.link.codec.ping())
        if session.closed is not None:
            return
        self.is_pong_due, self._pinged_at = True, int(session.node.wall())
        if session.link.pong_timeout > 0 and not session.link.unidirectional:
            self._after("pong", session.link.pong_timeout, self._miss_pong)
        self._after("ping", session.link.ping_interval, self._ping)

    def _miss_pong(self) -> None:
        is_there = ANY_COMMAND_IS_PONG[self._session.node.release]
        if not is_there or self._seen_at < self._pinged_at:
            self._session.close(self._session.known.no_pong)

    def _expire(self) -> None:
        session = self._session
        if session.expire_at == 0:
            return
        if session.expire_at <= int(session.node.wall()):
            session.close(session.known.expired)

    def _update_presence(self) -> None:
        """Everything that is looked after now and then, presence among it."""
        session = self._session
        for channel, subscription in list(session.subscriptions.items()):
            self.keep_present(channel)
            if self._is_expired(subscription):
                session.end_for(channel, SUBSCRIPTION_EXPIRED, session.known.sub_expired)
            elif not self._is_in_position(channel, subscription):
                session.end_for(channel, INSUFFICIENT_STATE, session.known.insufficient_state)
            if session.closed is not None:
                return
            if subscription.poll is not None:
                subscription.poll.drop_expired()
        self._after("presence", self._options.presence_update_interval, self._update_presence)

    def _is_expired(self, subscription: "Subscription") -> bool:
        if subscription.expire_at <= 0:
            return False
        end = subscription.expire_at + int(self._options.expired_sub_close_delay)
        return int(self._session.node.wall()) > end

    def _is_in_position(self, channel: str, subscription: "Subscription") -> bool:
        delay, now = self._options.position_check_delay, self._session.node.wall()
        if delay <= 0 or not subscription.is_positioned:
            return True
        if int(now) - int(subscription.checked) <= int(delay):
            return True
        node, meta_ttl = self._session.node, subscription.options.meta_ttl
        top = node.top_of(channel, meta_ttl, is_map=subscription.is_map)
        subscription.checked = now
        position = subscription.position
        if top.epoch == position.epoch and position.offset >= top.offset:
            subscription.failed_checks = 0
            return True
        subscription.failed_checks += 1
        return subscription.failed_checks < POSITION_CHECK_FAILURES[node.release]


def _spread(interval: float, part: float) -> float:
    """A random time between that part of the interval and the whole."""
    return interval * random.uniform(part, 1.0)
