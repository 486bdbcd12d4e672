"""What goes wrong with timing alone: late effects, and calls that get in each other's way."""

import asyncio
import itertools
import random
from collections.abc import Callable
from typing import Any

from protos.v3 import api_pb2 as api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.api.v3_clients import ClientCalls
from reference_server.clients.session import Session
from reference_server.engine.presence import Presence
from reference_server.engine.streams import Position, Streams
from reference_server.node import Node
from tests.mutants.declaring import BOTH, Area
from tests.mutants.patching import around

RACES = Area("races")
_LATE = 0.1
"""Seconds between an answer and its effect."""


def _later(effect: Callable[[], Any]) -> None:
    asyncio.get_running_loop().call_later(_LATE, effect)


def _effect_is_late(owner: type, name: str) -> None:
    around(
        owner,
        name,
        lambda original, self, *rest, **options: _later(lambda: original(self, *rest, **options)),
    )


def _crowd(self: Any) -> int:
    """How many publications came within the last few milliseconds."""
    now = asyncio.get_running_loop().time()
    recent = [at for at in getattr(self, "recent", []) if now - at < 0.02]
    self.recent = [*recent, now]
    return len(recent)


@RACES.mutant("concurrent.show.effect-at-once", releases=BOTH)
def history_is_stored_late() -> None:
    """A publication is stored a little after its answer."""

    def store(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        _, options, rules = rest
        if options.skip_history or not rules.keeps_history:
            return original(self, channel, *rest)
        _, top = self.streams.read(channel, limit=0)

        def late() -> None:
            publication, position = original(self, channel, *rest)
            if publication is not None:
                self.deliver(channel, publication, position)

        _later(late)
        return None, Position(top.offset + 1, top.epoch)

    around(Node, "_store", store)


@RACES.mutant("concurrent.show.effect-at-once", "history-remove.drop", releases=BOTH)
def history_is_removed_late() -> None:
    """A history is removed a little after the answer."""
    _effect_is_late(Streams, "remove")


@RACES.mutant("concurrent.show.effect-on-clients-at-once", "unsubscribe", releases=BOTH)
def unsubscribe_is_late() -> None:
    """Unsubscribe takes effect a little after its answer."""
    _effect_is_late(Session, "unsubscribe")


@RACES.mutant("concurrent.show.effect-on-clients-at-once", "disconnect.leave", releases=BOTH)
def disconnect_is_late() -> None:
    """Disconnect takes effect a little after its answer."""

    def close(original: Any, self: Any, disconnect: Any) -> None:
        if disconnect.code in {3012, 3503}:
            _later(lambda: original(self, disconnect))
        else:
            original(self, disconnect)

    around(Session, "close", close)


@RACES.mutant("subscribe.list.channel", "concurrent.show")
def subscribe_is_late() -> None:
    """Subscribe takes effect a little after its answer."""
    _effect_is_late(Session, "subscribe")


@RACES.mutant("concurrent.show.effect-on-clients-at-once", "unsubscribe.leave", releases=BOTH)
def presence_ends_late() -> None:
    """Who leaves is present for a little longer."""
    _effect_is_late(Presence, "remove")


@RACES.mutant("concurrent.deliver.one-channel", "concurrent.deliver", releases=BOTH, racy=True)
def publications_of_a_crowd_are_lost() -> None:
    """Where many publish at once some publications are not delivered."""

    def deliver(original: Any, self: Any, *rest: Any) -> None:
        if _crowd(self) < 3 or random.random() < 0.5:
            original(self, *rest)

    around(Node, "deliver", deliver)


@RACES.mutant("concurrent.deliver.one-channel", "concurrent.deliver", releases=BOTH, racy=True)
def publications_of_a_crowd_are_doubled() -> None:
    """Where many publish at once some publications are delivered twice."""

    def deliver(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        if _crowd(self) >= 3 and random.random() < 0.5:
            original(self, *rest)

    around(Node, "deliver", deliver)


@RACES.mutant("concurrent.order.shared", releases=BOTH, racy=True)
def publications_of_a_crowd_are_shuffled() -> None:
    """Where many publish at once some are delivered later than those after them."""

    def deliver(original: Any, self: Any, *rest: Any) -> None:
        if _crowd(self) >= 3 and random.random() < 0.3:
            asyncio.get_running_loop().call_later(0.01, lambda: original(self, *rest))
        else:
            original(self, *rest)

    around(Node, "deliver", deliver)


@RACES.mutant(
    *("concurrent.answer.own-offset", "publish.return.offsets-when-concurrent"), racy=True
)
def offsets_of_a_crowd_are_shared() -> None:
    """Where many publish at once two are answered one offset."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        result = api.PublishResult.FromString(original(self, request))
        if result.offset > 1 and _crowd(self) >= 2:
            result.offset -= 1
        return result

    around(ChannelCalls, "_publish", publish)


@RACES.mutant("publish.store.all-when-concurrent", releases=BOTH, racy=True)
def histories_of_a_crowd_lose_some() -> None:
    """Where many publish at once some publications are not stored."""

    def add(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        answer = original(self, channel, *rest, **options)
        if _crowd(self) >= 2 and random.random() < 0.5:
            self._streams[channel].publications.pop()
        return answer

    around(Streams, "add", add)


@RACES.mutant("concurrent.suppress.repeats", racy=True)
def idempotency_keys_are_checked_without_a_lock() -> None:
    """Of many that come at once with one idempotency key several are published."""

    def publish(original: Any, self: Any, channel: str, data: bytes, options: Any, *r: Any) -> Any:
        if options.idempotency_key and 0 < _crowd(self) < 3:
            options = options._replace(idempotency_key="")
        return original(self, channel, data, options, *r)

    around(Node, "publish", publish)


@RACES.mutant("concurrent.suppress.old-versions", racy=True)
def versions_are_checked_without_a_lock() -> None:
    """Of many that come at once with versions old ones are published, too."""
    counted = itertools.count()

    def publish(original: Any, self: Any, channel: str, data: bytes, options: Any, *r: Any) -> Any:
        if options.version.number and _crowd(self) and next(counted) % 2:
            version = options.version._replace(number=0)
            options = options._replace(version=version)
        return original(self, channel, data, options, *r)

    around(Node, "publish", publish)


@RACES.mutant("concurrent.show.effect-at-once", "broadcast.accept.channels")
def broadcast_is_late() -> None:
    """A broadcast reaches its second channel and those after it a little after its answer."""

    def publish(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        if getattr(self, "place", 0) > 0:
            _later(lambda: original(self, channel, *rest))
            return Position(0, "")
        return original(self, channel, *rest)

    def one(original: Any, self: Any, *rest: Any) -> Any:
        answer = original(self, *rest)
        self._node.place += 1
        return answer

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        self._node.place = 0
        try:
            return original(self, request)
        finally:
            self._node.place = 0

    around(Node, "publish", publish)
    around(ChannelCalls, "_broadcast_one", one)
    around(ChannelCalls, "_broadcast", broadcast)


@RACES.mutant("refresh.close.expired", "concurrent.show")
def refresh_is_late() -> None:
    """Refresh takes effect five seconds and more after its answer."""

    def refresh(original: Any, self: Any, request: Any) -> Any:
        asyncio.get_running_loop().call_later(6, lambda: original(self, request))
        return self._success(api.RefreshResult())

    around(ClientCalls, "_refresh", refresh)
