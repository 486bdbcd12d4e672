"""Subscribe, Unsubscribe, Disconnect and Refresh gone wrong."""

import asyncio
from dataclasses import replace
from typing import Any

from reference_server.api import v3_clients
from reference_server.api.v3_clients import ClientCalls
from reference_server.clients import session
from reference_server.clients.failures import Disconnect
from reference_server.clients.pushes import Push, Refreshed, Unsubscribed
from reference_server.clients.session import Session
from reference_server.engine.hub import Hub
from tests.mutants.declaring import BOTH, V2, Area
from tests.mutants.patching import around, put

CLIENTS = Area("clients")


def _pushed(kind: type, change: Any) -> None:
    """Push another body of a kind to a client, or None."""

    def push(original: Any, self: Any, channel: str, body: Any) -> None:
        told = change(self, body) if isinstance(body, kind) else body
        if told is not None:
            original(self, channel, told)

    around(Session, "push", push)


def subscription_told(**wrong: Any) -> None:
    """Tell a new subscription otherwise than it is."""
    around(session, "Subscribed", lambda made, result: made(replace(result, **wrong)))


def _found(change: Any) -> None:
    """Find other connections than those meant."""

    def connections(original: Any, self: Any, user: str, *narrow: str) -> Any:
        return change(original, self, user, *narrow)

    around(Hub, "connections", connections)


@CLIENTS.mutant("subscribe.push.to-the-user")
def subscribe_is_not_told() -> None:
    """Subscribe does not tell the client."""
    silent: set[Session] = set()

    def subscribe(original: Any, self: Any, *rest: Any) -> None:
        silent.add(self)
        original(self, *rest)

    def send(original: Any, self: Any, frame: bytes) -> None:
        if self in silent:
            silent.remove(self)
        else:
            original(self, frame)

    around(Session, "subscribe", subscribe)
    around(Session, "send", send)


@CLIENTS.mutant("subscribe.push.data")
def subscribe_loses_data() -> None:
    """Subscribe does not tell the client its `data`."""
    subscription_told(data=b"")


@CLIENTS.mutant("subscribe.push.position")
def subscribe_tells_no_offset() -> None:
    """Subscribe tells the client no offset."""
    subscription_told(offset=0)


@CLIENTS.mutant("subscribe.push.position")
def subscribe_tells_no_epoch() -> None:
    """Subscribe tells the client no epoch."""
    subscription_told(epoch="")


@CLIENTS.mutant("subscribe.tell.info")
def subscribe_ignores_info() -> None:
    """Subscribe ignores `info`."""
    around(
        ClientCalls,
        "_options",
        lambda original, self, *rest: replace(original(self, *rest), chan_info=b""),
    )


@CLIENTS.mutant("subscribe.narrow.client", "subscribe.narrow.session")
def clients_are_not_narrowed() -> None:
    """Neither a client id nor a session narrows a user's connections."""
    _found(lambda original, self, user, *narrow: original(self, user))


@CLIENTS.mutant("disconnect.narrow", "unsubscribe.narrow", "refresh.narrow")
def clients_are_not_narrowed_by_session() -> None:
    """A session does not narrow a user's connections."""
    _found(lambda original, self, user, client="", session="": original(self, user, client))


@CLIENTS.mutant("unsubscribe.match.whole-user", releases=BOTH)
def users_are_matched_by_their_beginning() -> None:
    """Users are matched by the beginning of their ids."""

    def connections(original: Any, self: Any, user: str, *narrow: str) -> Any:
        found = [original(self, each, *narrow) for each in self._by_user if each.startswith(user)]
        return [each for one in found for each in one] if user else original(self, user, *narrow)

    _found(connections)


@CLIENTS.mutant("unsubscribe.match.whole-user", releases=BOTH)
def users_are_matched_without_capitals() -> None:
    """Users whose ids differ in capitals alone are one."""

    def connections(original: Any, self: Any, user: str, *narrow: str) -> Any:
        alike = [each for each in self._by_user if each.lower() == user.lower()]
        return [found for each in alike for found in original(self, each, *narrow)]

    _found(connections)


@CLIENTS.mutant("unsubscribe.reach.every-connection", "disconnect.close", releases=BOTH)
def one_connection_of_a_user_is_reached() -> None:
    """Of a user's connections only the first is reached."""
    _found(lambda original, self, *named: original(self, *named)[:1])


@CLIENTS.mutant("unsubscribe.push.code")
def unsubscribe_tells_another_code() -> None:
    """Unsubscribe tells the client code 2001."""
    put(session, "UNSUBSCRIBED_BY_SERVER", Unsubscribed(2001, "server unsubscribe"))


@CLIENTS.mutant("unsubscribe.stop.delivery", releases=BOTH)
def unsubscribe_is_only_told() -> None:
    """Unsubscribe tells the client and ends nothing."""

    def unsubscribe(original: Any, self: Any, channel: str) -> None:
        self.push(channel, session.UNSUBSCRIBED_BY_SERVER)

    around(Session, "unsubscribe", unsubscribe)


@CLIENTS.mutant("unsubscribe.stop.delivery", releases=BOTH)
def unsubscribe_is_not_told() -> None:
    """Unsubscribe ends the subscription and does not tell the client."""
    around(Session, "unsubscribe", lambda original, self, channel: self.end(channel))


@CLIENTS.mutant("unsubscribe.keep.everything-when-blank", releases=BOTH)
def unsubscribe_of_nothing_is_of_everything() -> None:
    """Unsubscribe without a channel ends all subscriptions."""

    def unsubscribe(original: Any, self: Any, channel: str) -> None:
        for each in [channel] if channel else list(self.subscriptions):
            self.end(each)
        self.push(channel, session.UNSUBSCRIBED_BY_SERVER)

    around(Session, "unsubscribe", unsubscribe)


@CLIENTS.mutant("disconnect.push.custom-code")
def disconnect_ignores_the_code() -> None:
    """Disconnect closes with its own code whatever code is given."""

    def made(original: Any, *_: Any) -> Disconnect:
        return Disconnect(3503, "force disconnect", reconnect=False)

    around(v3_clients, "Disconnect", made)


@CLIENTS.mutant("disconnect.push.custom-code")
def disconnect_loses_the_reason() -> None:
    """Disconnect does not tell the client the reason that is given."""
    around(
        v3_clients,
        "Disconnect",
        lambda original, code, _, reconnect: original(code, "", reconnect),
    )


@CLIENTS.mutant("disconnect.close.after-what-was-sent", racy=True)
def disconnect_drops_what_was_sent() -> None:
    """Disconnect drops what waits to be sent."""
    # Of 2.8 nothing waits here that the test could know of: a WebSocket takes all there is at once.
    around(Session, "_is_flushed", lambda original, self, disconnect: False)


@CLIENTS.mutant("disconnect.close.after-what-was-sent", releases=BOTH)
def disconnect_drops_what_is_collected() -> None:
    """What a client is sent is collected for a while, and Disconnect drops it."""

    def send(original: Any, self: Any, frame: bytes) -> None:
        held = self.__dict__.setdefault("held", [])
        held.append(frame)
        if len(held) == 1:
            asyncio.get_running_loop().call_later(0.02, flush, original, self)

    def flush(original: Any, self: Any) -> None:
        frames, self.held = self.held, []
        for frame in frames:
            original(self, frame)

    def close(original: Any, self: Any, disconnect: Disconnect) -> None:
        if disconnect.code in {3012, 3503}:
            self.held = []
        original(self, disconnect)

    around(Session, "send", send)
    around(Session, "close", close)


@CLIENTS.mutant("disconnect.close.with-3012", releases=V2)
def disconnect_with_another_code() -> None:
    """Disconnect closes with 3013."""

    def close(original: Any, self: Any, disconnect: Disconnect) -> None:
        code = 3013 if disconnect.code == 3012 else disconnect.code
        original(self, replace(disconnect, code=code))

    around(Session, "close", close)


@CLIENTS.mutant("disconnect.leave.channels", releases=BOTH)
def disconnect_leaves_presence() -> None:
    """Whom Disconnect closes stays present."""

    def close(original: Any, self: Any, disconnect: Disconnect) -> None:
        held = {name: self.node.presence.of(name).get(self.client) for name in self.subscriptions}
        original(self, disconnect)
        for name, info in held.items():
            if info is not None and disconnect.code in {3012, 3503}:
                self.node.presence.put(name, info)

    around(Session, "close", close)


@CLIENTS.mutant("refresh.push.ttl", "refresh.push.no-expiry")
def refresh_is_not_told() -> None:
    """Refresh does not tell the client."""
    _pushed(Refreshed, lambda self, body: None)


@CLIENTS.mutant("refresh.push.ttl")
def refresh_tells_no_ttl() -> None:
    """Refresh tells the client a ttl of 0."""
    _pushed(Refreshed, lambda self, body: replace(body, ttl=0))


@CLIENTS.mutant("refresh.close.expired")
def refresh_ignores_expired() -> None:
    """Refresh ignores `expired`."""

    def refresh(original: Any, self: Any, **options: Any) -> None:
        original(self, **{**options, "expired": False})

    around(Session, "refresh", refresh)


@CLIENTS.mutant("refresh.replace.info")
def refresh_ignores_info() -> None:
    """Refresh ignores `info`."""
    around(
        Session,
        "renew",
        lambda original, self, expire_at, info: original(self, expire_at, b""),
    )


@CLIENTS.mutant("subscribe.repeat.push-alone")
def subscribe_again_delivers_twice() -> None:
    """Who is subscribed twice gets each publication twice."""
    again: set[tuple[str, str]] = set()

    def subscribe(original: Any, self: Any, channel: str, *rest: Any) -> None:
        if self.is_subscribed(channel):
            again.add((self.client, channel))
        original(self, channel, *rest)

    def deliver(original: Any, self: Any, push: Push, *rest: Any) -> None:
        original(self, push, *rest)
        if (self.client, push.channel) in again:
            original(self, push, *rest)

    around(Session, "subscribe", subscribe)
    around(Session, "deliver", deliver)
