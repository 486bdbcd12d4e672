"""How connections and subscriptions begin and end gone wrong: joins, leaves, the last push."""

import asyncio
from dataclasses import replace
from typing import Any

import grpc

from centrifugo_grpc.releases import Release
from reference_server.clients.failures import ReplyError
from reference_server.clients.pushes import Disconnected, Joined, Left, Push
from reference_server.clients.recovery import Recoverer
from reference_server.clients.session import Session
from reference_server.engine.presence import Presence
from reference_server.node import Node
from reference_server.transports.uni_stream import Streaming
from tests.mutants.declaring import EVERY, SINCE_4, V3, Area
from tests.mutants.patching import around, put
from tests.mutants.relaying import asked, relayed, told

ENDINGS = Area("clients")
_FORCED = {3012, 3503}
"""The codes of Disconnect where none is given."""
_LATE = 0.05


@ENDINGS.mutant("disconnect.stop.delivery", releases=EVERY)
def who_is_disconnected_hears_the_rest() -> None:
    """Who is disconnected is present no longer, and gets publications for a fifth of a second."""
    leaving: set[Session] = set()

    def close(original: Any, self: Any, disconnect: Any) -> None:
        if disconnect.code not in _FORCED or self in leaving:
            original(self, disconnect)
            return
        leaving.add(self)
        for channel in self.subscriptions:
            self.node.presence.remove(channel, self.client)
        asyncio.get_running_loop().call_later(0.2, original, self, disconnect)

    around(Session, "close", close)


@ENDINGS.mutant("disconnect.end.stream-ok", releases=V3)
def streams_end_with_a_failure() -> None:
    """The stream of a client that is disconnected ends with UNAVAILABLE."""
    original = Streaming.consume

    async def consume(self: Any, body: bytes, context: Any) -> Any:
        async for frame in original(self, body, context):
            yield frame
        await context.abort(grpc.StatusCode.UNAVAILABLE, "disconnected")

    put(Streaming, "consume", consume)


@ENDINGS.mutant("disconnect.omit.push-of-3000", releases=V3)
def code_3000_is_told() -> None:
    """Code 3000 is told to the client as any other."""

    def close(original: Any, self: Any, disconnect: Any) -> None:
        if disconnect.code == 3000 and self.closed is None and self.link.pushes_disconnect:
            self.push("", Disconnected(disconnect))
        original(self, disconnect)

    around(Session, "close", close)


@ENDINGS.mutant("disconnect.accept.any-code", "disconnect.accept.code-and-reason", releases=V3)
def disconnect_checks_codes() -> None:
    """Disconnect with a code outside of 3000 to 4999 is answered with error 107."""

    def change(request: Any, response: Any) -> None:
        if request.HasField("disconnect") and not 3000 <= request.disconnect.code < 5000:
            response.ClearField("result")
            response.error.code, response.error.message = 107, "bad request"

    told("Disconnect", change=change)


@ENDINGS.mutant("disconnect.echo.reconnect", releases=(Release.V3_2,))
def disconnect_loses_reconnect() -> None:
    """Disconnect loses its `reconnect`."""

    def change(request: Any) -> None:
        request.disconnect.ClearField("reconnect")

    asked("Disconnect", change=change)


@ENDINGS.mutant("join.omit.where-off", releases=EVERY)
def joins_are_told_where_they_are_off() -> None:
    """Joins are told to everybody where they are off, too."""

    def tell_join(original: Any, self: Any, channel: str) -> None:
        subscription = self.subscriptions.get(channel)
        if subscription is None or subscription.options.join_leave:
            original(self, channel)
            return
        push = Push(channel, Joined(self.channel_info(channel)))
        for other in self.node.hub.subscribers(channel):
            other._send_push(push)

    around(Session, "_tell_join", tell_join)


@ENDINGS.mutant("join.order.with-publications", releases=EVERY)
def leaves_are_told_late() -> None:
    """Leaves are told a twentieth of a second after they happened."""

    def leave(original: Any, self: Any, *rest: Any) -> None:
        asyncio.get_running_loop().call_later(_LATE, original, self, *rest)

    around(Node, "leave", leave)


@ENDINGS.mutant(
    *("leave.precede.own-unsubscribe", "leave.precede.own-disconnect"),
    releases=(Release.V2_8, Release.V3_2),
)
def own_leaves_are_not_told() -> None:
    """Who is unsubscribed is not told of its own leave."""

    def end(original: Any, self: Any, channel: str) -> None:
        self.node.hub.unsubscribe(self, channel)
        original(self, channel)

    around(Session, "end", end)


@ENDINGS.mutant("leave.precede.own-unsubscribe", "leave.precede.own-disconnect", releases=SINCE_4)
def own_leaves_are_told() -> None:
    """Who is unsubscribed is told of its own leave."""

    def end(original: Any, self: Any, channel: str) -> None:
        subscription = self.subscriptions.get(channel)
        if subscription is not None and subscription.options.join_leave:
            self._send_push(Push(channel, Left(self.channel_info(channel))))
        original(self, channel)

    around(Session, "end", end)


@ENDINGS.mutant("concurrent.connect.everybody", releases=EVERY, racy=True)
def who_comes_in_a_crowd_is_not_present() -> None:
    """Of those who come within a twentieth of a second of another one none is present."""
    last = [0.0]

    def present(original: Any, self: Any, channel: str, info: Any) -> None:
        before, last[0] = last[0], asyncio.get_running_loop().time()
        if last[0] - before > _LATE:
            original(self, channel, info)

    around(Presence, "put", present)


@ENDINGS.mutant("subscribe.list.nobody", releases=V3)
def subscribe_lists_a_channel_of_nobody() -> None:
    """Subscribe of who is not connected makes the channel active."""
    named: set[str] = set()

    def remember(forward: Any, request: Any) -> Any:
        response = forward(request)
        if not response.HasField("error"):
            named.add(request.channel)
        return response

    def change(request: Any, response: Any) -> None:
        if request.pattern in named and request.pattern not in response.result.channels:
            response.result.channels[request.pattern].num_clients = 1

    relayed("Subscribe", relay=remember)
    told("Channels", change=change)


@ENDINGS.mutant("subscribe.position.recover-since", releases=V3)
def subscribe_ignores_recover_since() -> None:
    """Subscribe ignores `recover_since`."""
    asked("Subscribe", change=lambda request: request.ClearField("recover_since"))


@ENDINGS.mutant("subscribe.limit.channels", releases=V3)
def subscribe_has_no_limit() -> None:
    """Subscribe is not held to the limit of a client's channels."""

    def subscribe(original: Any, self: Any, *rest: Any) -> None:
        settings = self.node.settings
        clients = replace(settings.clients, channel_limit=0)
        self.node.settings = replace(settings, clients=clients)
        try:
            original(self, *rest)
        finally:
            self.node.settings = settings

    around(Session, "subscribe", subscribe)


@ENDINGS.mutant("subscribe.end.past-expiry", releases=V3)
def a_past_expiry_ends_nothing() -> None:
    """Subscribe with an expiry in the past leaves who is subscribed as it was."""

    def subscribe(original: Any, self: Any, channel: str, *rest: Any) -> None:
        before = self.subscriptions.get(channel)
        try:
            original(self, channel, *rest)
        except ReplyError:
            if before is not None:
                self.node.hub.subscribe(self, channel)
                self.subscriptions[channel] = before
            raise

    around(Session, "subscribe", subscribe)


@ENDINGS.mutant("subscribe.override.presence-alone", releases=V3)
def overrides_make_presence_available() -> None:
    """Where Subscribe overrides presence Presence is available."""
    overridden: set[str] = set()

    def remember(forward: Any, request: Any) -> Any:
        if request.override.presence.value:
            overridden.add(request.channel)
        return forward(request)

    def change(request: Any, response: Any) -> None:
        if request.channel in overridden and response.error.code == 108:
            response.ClearField("error")
            response.result.SetInParent()

    relayed("Subscribe", relay=remember)
    told("Presence", change=change)


@ENDINGS.mutant("unsubscribe.push.to-the-unsubscribed", releases=EVERY)
def the_unsubscribed_are_not_told() -> None:
    """Unsubscribe does not tell who was not subscribed."""

    def unsubscribe(original: Any, self: Any, channel: str) -> None:
        if not channel or self.is_subscribed(channel):
            original(self, channel)

    around(Session, "unsubscribe", unsubscribe)


@ENDINGS.mutant("unsubscribe.allow.another-subscription", releases=EVERY)
def the_unsubscribed_get_nothing_more() -> None:
    """Who was unsubscribed gets nothing when it has subscribed again."""
    gone: set[tuple[str, str]] = set()

    def unsubscribe(original: Any, self: Any, channel: str) -> None:
        gone.add((self.user, channel))
        original(self, channel)

    def deliver(original: Any, self: Any, push: Push, *rest: Any) -> None:
        if (self.user, push.channel) not in gone:
            original(self, push, *rest)

    around(Session, "unsubscribe", unsubscribe)
    around(Session, "deliver", deliver)


@ENDINGS.mutant("unsubscribe.return.result-shape", releases=EVERY)
def unsubscribe_has_the_other_shape() -> None:
    """Unsubscribe sets a result where it is to set none, and none where it is to set one."""

    def change(_: Any, response: Any) -> None:
        if response.HasField("result"):
            response.ClearField("result")
        elif not response.HasField("error"):
            response.result.SetInParent()

    told("Unsubscribe", change=change)


def _recovered(change: Any) -> None:
    """Find otherwise whether all was recovered: `change` is given what was asked and was found."""

    def missed(original: Any, self: Any, channel: str, options: Any, wish: Any) -> Any:
        top, found, is_recovered = original(self, channel, options, wish)
        return top, found, is_recovered or change(wish, top, found)

    around(Recoverer, "_missed", missed)


@ENDINGS.mutant("recovery.refuse.after-remove", releases=EVERY)
def a_removed_history_is_recovered() -> None:
    """Who finds nothing kept that it could have missed is told that it has recovered."""
    _recovered(lambda wish, top, found: not found and wish.offset <= top.offset)


@ENDINGS.mutant("recovery.refuse.beyond-top", releases=V3)
def what_is_beyond_the_top_is_recovered() -> None:
    """Who comes back with an offset beyond the top is told that it has recovered."""
    _recovered(lambda wish, top, _: wish.offset > top.offset)


@ENDINGS.mutant("recovery.tell.positioned", releases=SINCE_4)
def positions_are_not_told() -> None:
    """Who subscribes is not told that its position is kept."""

    def begin(original: Any, self: Any, *rest: Any, **options: Any) -> Any:
        result, subscription = original(self, *rest, **options)
        return replace(result, positioned=False), subscription

    around(Session, "begin", begin)
