"""What arrives at subscribers gone wrong, beside answers and histories that are right."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.v2 import V2Api
from reference_server.api.v3 import V3Api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.clients.pushes import Published, Push
from reference_server.clients.session import Session
from reference_server.engine.streams import Position, Publication
from reference_server.node import Node
from reference_server.protocol.fossil import difference
from tests.mutants.declaring import EVERY, LATEST, SINCE_4, SINCE_5, V2, V3, Area
from tests.mutants.patching import around
from tests.mutants.relayed.delivery import delivered
from tests.mutants.relaying import asked, text, told

ARRIVALS = Area("delivery")
_LATE = 0.05
NOWHERE = Position(0, "")


def _broadcast(around_it: Any) -> None:
    around(ChannelCalls, "_broadcast", around_it)
    around(V2Api, "_broadcast", around_it)


def _is_bad(node: Any, name: Any) -> bool:
    return not name or node.settings.channel_options(text(name)) is None


@ARRIVALS.mutant("delivery.isolate.bad-channels", releases=V3)
def broadcasts_with_bad_channels_are_not_delivered() -> None:
    """A broadcast of whose channels one is bad is stored in the others, and delivered to nobody."""
    muted: list[bool] = []

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        muted[:] = [True] * any(_is_bad(self._node, name) for name in request.channels)
        try:
            return original(self, request)
        finally:
            muted.clear()

    _broadcast(broadcast)
    delivered(lambda _, publication: None if muted else publication)


@ARRIVALS.mutant("delivery.keep.every-size", releases=EVERY)
def payloads_of_256_bytes_lose_one() -> None:
    """A payload of 256 bytes is delivered without its last one."""
    delivered(lambda _, told: replace(told, data=told.data[:-1]) if len(told.data) == 256 else told)


@ARRIVALS.mutant("delivery.keep.one-byte", releases=EVERY)
def a_zero_alone_is_not_delivered() -> None:
    """A payload of a single NUL is not delivered."""
    delivered(lambda _, told: None if told.data == b"\0" else told)


@ARRIVALS.mutant("delivery.keep.odd-channel-names", releases=EVERY)
def channels_in_other_scripts_are_silent() -> None:
    """Into a channel whose name is not ASCII nothing is delivered."""
    delivered(lambda channel, told: told if channel.isascii() else None)


@ARRIVALS.mutant("delivery.keep.full-data-despite-delta", releases=SINCE_5)
def everybody_gets_differences() -> None:
    """A publication with `delta` is delivered to everybody as a difference."""

    def deliver(original: Any, self: Any, channel: str, told: Any, position: Any, *r: Any) -> None:
        previous = r[0] if r else None
        if previous is not None:
            told = replace(told, data=difference(previous.data, told.data))
        original(self, channel, told, position)

    around(Node, "deliver", deliver)


@ARRIVALS.mutant("delivery.order.between-channels", releases=EVERY)
def channels_with_history_overtake_others() -> None:
    """A publication that is stored is delivered before one that is not and came just before."""
    held: list[Any] = []

    def flush() -> None:
        for deliver in held:
            deliver()
        held.clear()

    def deliver(original: Any, self: Any, channel: str, publication: Any, *rest: Any) -> None:
        if publication.offset:
            original(self, channel, publication, *rest)
            flush()
            return
        flush()
        held.append(lambda: original(self, channel, publication, *rest))
        asyncio.get_running_loop().call_later(_LATE, flush)

    around(Node, "deliver", deliver)


@ARRIVALS.mutant("delivery.reach.no-later-subscriber", releases=EVERY)
def newcomers_get_the_newest_publication() -> None:
    """Who subscribes gets the newest publication of the channel at once."""
    newest: dict[str, Publication] = {}

    def remember(channel: str, publication: Any) -> Any:
        newest[channel] = publication
        return publication

    def tell_join(original: Any, self: Any, channel: str) -> None:
        original(self, channel)
        if channel in newest:
            self.push(channel, Published(replace(newest[channel], offset=0)))

    delivered(remember)
    around(Session, "_tell_join", tell_join)


@ARRIVALS.mutant("delivery.reach.nobody-on-error", releases=EVERY)
def refused_publications_are_delivered() -> None:
    """What Publish refuses is delivered all the same."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        try:
            return original(self, request)
        except Refused:
            refused = Publication(request.data or b"{}", {})
            self._node.deliver(text(request.channel), refused, NOWHERE)
            raise

    around(ChannelCalls, "_publish", publish)
    around(V2Api, "_publish", publish)


@ARRIVALS.mutant("delivery.reach.once-per-occurrence", releases=EVERY)
def broadcasts_are_delivered_once_a_channel() -> None:
    """Into a channel that it names again a broadcast is stored again, and not delivered again."""
    reached: list[set[str]] = []

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        reached.append(set())
        try:
            return original(self, request)
        finally:
            reached.clear()

    def change(channel: str, publication: Any) -> Any:
        if not reached:
            return publication
        is_again = channel in reached[0]
        reached[0].add(channel)
        return None if is_again else publication

    _broadcast(broadcast)
    delivered(change)


@ARRIVALS.mutant("delivery.run.commands-of-a-batch", releases=SINCE_4)
def batches_deliver_at_their_end() -> None:
    """What a batch publishes is delivered when all its commands have run."""
    held: list[Any] = []
    running: list[bool] = []

    def batch(original: Any, self: Any, request: Any) -> Any:
        running.append(True)
        try:
            return original(self, request)
        finally:
            running.clear()
            for deliver in held:
                deliver()
            held.clear()

    def deliver(original: Any, self: Any, *rest: Any) -> None:
        if running:
            held.append(lambda: original(self, *rest))
        else:
            original(self, *rest)

    around(V3Api, "_batch", batch)
    around(Node, "deliver", deliver)


@ARRIVALS.mutant("delivery.run.other-commands-of-a-batch", releases=SINCE_4)
def batches_list_no_channels() -> None:
    """In a batch Channels lists nothing."""

    def change(_: Any, response: api.BatchResponse) -> None:
        for reply in response.replies:
            if reply.HasField("channels"):
                reply.channels.channels.clear()

    told("Batch", change=change)


@ARRIVALS.mutant("delivery.stop.at-a-bad-channel", releases=V2)
def broadcasts_are_delivered_after_a_bad_channel() -> None:
    """A broadcast that a bad channel ends is delivered into those after it, but not stored."""

    def broadcast(original: Any, self: Any, request: Any) -> None:
        try:
            original(self, request)
        except Refused:
            bad = [_is_bad(self._node, name) for name in request.channels]
            for name in request.channels[bad.index(True) if True in bad else len(bad) :]:
                self._node.deliver(text(name), Publication(request.data, {}), NOWHERE)
            raise

    around(V2Api, "_broadcast", broadcast)


@ARRIVALS.mutant("delivery.suppress.versions-across-calls", releases=LATEST)
def broadcasts_have_version_epochs_of_their_own() -> None:
    """The versions of Broadcast are of another epoch than those of Publish."""

    def change(request: Any) -> None:
        if request.version:
            request.version_epoch = f"broadcast {request.version_epoch}"

    asked("Broadcast", change=change)


@ARRIVALS.mutant("recovery.continue.live", releases=EVERY)
def who_recovers_gets_the_newest_again() -> None:
    """Who recovers gets the newest publication once more."""

    def tell_join(original: Any, self: Any, channel: str) -> None:
        original(self, channel)
        subscription = self.subscriptions.get(channel)
        if subscription is not None and subscription.has_base:
            found, top = self.node.streams.read(channel, limit=1, reverse=True)
            for publication in found:
                self._send_push(Push(channel, Published(publication, top.epoch)))

    around(Session, "_tell_join", tell_join)


@ARRIVALS.mutant("property.deliver.payload", releases=EVERY)
def one_delivery_in_ten_is_doubled() -> None:
    """Each tenth publication without history is delivered twice."""
    counted = itertools.count(1)

    def deliver(original: Any, self: Any, channel: str, publication: Any, *rest: Any) -> None:
        original(self, channel, publication, *rest)
        if not publication.offset and next(counted) % 10 == 0:
            original(self, channel, publication, *rest)

    around(Node, "deliver", deliver)
