"""Presence, PresenceStats, Channels and Info behind a relay that alters one thing."""

import itertools
import time
from typing import Any

from reference_server.engine.presence import Presence
from tests.mutants.declaring import EVERY, SINCE_4, V3, Area
from tests.mutants.patching import around
from tests.mutants.relaying import asked, relayed, told

PRESENCE = Area("presence")


def _present(change: Any) -> None:
    def alter(_: Any, response: Any) -> None:
        change(response.result.presence)

    told("Presence", change=alter)


def _counted(change: Any) -> None:
    def alter(_: Any, response: Any) -> None:
        if response.HasField("result"):
            change(response.result)

    told("PresenceStats", change=alter)


@PRESENCE.mutant("presence.return.subscribers", releases=EVERY)
def presence_tells_a_user_once() -> None:
    """Presence tells of one connection of each user."""

    def change(presence: Any) -> None:
        seen = set()
        for client in sorted(presence):
            user = presence[client].user
            if user in seen:
                del presence[client]
            seen.add(user)

    _present(change)


@PRESENCE.mutant("presence.return.everybody", releases=EVERY)
def presence_tells_of_ten() -> None:
    """Presence tells of ten clients at most."""

    def change(presence: Any) -> None:
        for client in sorted(presence)[10:]:
            del presence[client]

    _present(change)


@PRESENCE.mutant("presence.return.subscribers", releases=EVERY)
def presence_without_users() -> None:
    """Presence tells no users."""

    def change(presence: Any) -> None:
        for client in presence:
            presence[client].ClearField("user")

    _present(change)


@PRESENCE.mutant("presence.return.subscribers", releases=EVERY)
def presence_with_keys_alone() -> None:
    """Presence tells the client's id as the key alone, not in its information."""

    def change(presence: Any) -> None:
        for client in presence:
            presence[client].ClearField("client")

    _present(change)


@PRESENCE.mutant("presence.return.subscribers", releases=EVERY)
def presence_leaves_anonymous_out() -> None:
    """Presence leaves connections without a user out."""

    def change(presence: Any) -> None:
        for client in [client for client in presence if not presence[client].user]:
            del presence[client]

    _present(change)


@PRESENCE.mutant("presence-stats.count.clients-and-users", releases=EVERY)
def presence_stats_ignore_anonymous_users() -> None:
    """PresenceStats counts no user for connections without one."""

    def counts(original: Any, self: Any, channel: str) -> Any:
        held = self.of(channel)
        return len(held), len({info.user for info in held.values() if info.user})

    around(Presence, "counts", counts)


@PRESENCE.mutant(
    "presence-stats.count.clients-and-users", "presence.return.everybody", releases=EVERY
)
def presence_stats_count_two_at_most() -> None:
    """PresenceStats counts two clients at most."""

    def change(result: Any) -> None:
        result.num_clients = min(result.num_clients, 2)

    _counted(change)


@PRESENCE.mutant(
    "presence-stats.count.clients-and-users",
    "concurrent.show.effect-on-clients-at-once",
    releases=EVERY,
)
def presence_stats_are_remembered() -> None:
    """PresenceStats are as they were up to a second ago."""
    _remembered("PresenceStats", 1.0)


@PRESENCE.mutant("concurrent.show.effect-on-clients-at-once", releases=EVERY)
def presence_is_remembered() -> None:
    """Presence is as it was up to 50 ms ago."""
    _remembered("Presence", 0.05)


@PRESENCE.mutant("unsubscribe.list.no-channel", "channels.list.subscribed", releases=EVERY)
def channels_are_remembered() -> None:
    """Channels are as they were up to 50 ms ago."""
    _remembered("Channels", 0.05)


def _remembered(method: str, seconds: float) -> None:
    known: dict[bytes, tuple[float, Any]] = {}

    def relay(forward: Any, request: Any) -> Any:
        key, now = request.SerializeToString(), time.monotonic()
        at, response = known.get(key, (0.0, None))
        if response is None or now - at > seconds:
            response = forward(request)
            known[key] = (now, response)
        return response

    relayed(method, relay=relay)


def _matched(change: Any) -> None:
    def alter(request: Any) -> None:
        request.pattern = change(request.pattern)

    asked("Channels", change=alter)


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_match_without_capitals() -> None:
    """Channels matches names whatever their capitals."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if response.HasField("error") or not request.pattern:
            return response
        folded = forward(type(request)(pattern=request.pattern.swapcase()))
        for channel, told_of in folded.result.channels.items():
            response.result.channels[channel].CopyFrom(told_of)
        return response

    relayed("Channels", relay=relay)


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_stars_stop_at_colons() -> None:
    """In a pattern of Channels `*` matches no colon."""

    def change(request: Any, response: Any) -> None:
        if request.pattern.startswith("*") and len(request.pattern) > 1:
            for channel in [each for each in response.result.channels if ":" in each]:
                del response.result.channels[channel]

    told("Channels", change=change)


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_match_question_marks_with_nothing() -> None:
    """In a pattern of Channels `?` stands for any text."""
    _matched(lambda pattern: pattern.replace("?", "*"))


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_take_braces_as_they_are() -> None:
    """In a pattern of Channels `{` and `}` stand for themselves."""
    _matched(lambda pattern: pattern.replace("{", "\\{").replace("}", "\\}"))


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_take_brackets_as_they_are() -> None:
    """In a pattern of Channels `[` and `]` stand for themselves."""
    _matched(lambda pattern: pattern.replace("[", "\\[").replace("]", "\\]"))


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_negate_no_classes() -> None:
    """In a pattern of Channels `[!` begins a class as `[` does."""
    _matched(lambda pattern: pattern.replace("[!", "["))


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_match_within_names() -> None:
    """Channels matches parts of names."""
    _matched(lambda pattern: f"*{pattern}*" if pattern else pattern)


@PRESENCE.mutant("channels.match.pattern", releases=V3)
def channels_match_ends_of_names() -> None:
    """Channels matches what names end with."""
    _matched(lambda pattern: f"*{pattern}" if pattern else pattern)


@PRESENCE.mutant("channels.count.clients", releases=V3)
def channels_count_one_client() -> None:
    """Channels tells one client in each channel."""

    def change(_: Any, response: Any) -> None:
        for channel in response.result.channels:
            response.result.channels[channel].num_clients = 1

    told("Channels", change=change)


@PRESENCE.mutant("channels.list.many", releases=EVERY)
def channels_lists_fifty() -> None:
    """Channels lists fifty channels at most."""

    def change(_: Any, response: Any) -> None:
        channels = response.result.channels
        if hasattr(channels, "keys"):
            for channel in sorted(channels)[50:]:
                del channels[channel]
        else:
            del channels[50:]

    told("Channels", change=change)


def _node(change: Any) -> None:
    def alter(_: Any, response: Any) -> None:
        for node in response.result.nodes:
            change(node)

    told("Info", change=alter)


@PRESENCE.mutant("info.count.clients", releases=EVERY)
def info_swaps_clients_and_users() -> None:
    """Info takes clients for users and users for clients."""

    def change(node: Any) -> None:
        node.num_clients, node.num_users = node.num_users, node.num_clients

    _node(change)


@PRESENCE.mutant("info.count.clients", releases=EVERY)
def info_counts_no_channels() -> None:
    """Info counts no channels."""
    _node(lambda node: setattr(node, "num_channels", 0))


@PRESENCE.mutant("info.count.clients", releases=V3)
def info_counts_no_subscriptions() -> None:
    """Info counts no subscriptions."""
    _node(lambda node: setattr(node, "num_subs", 0))


@PRESENCE.mutant("info.count.clients", releases=V3)
def info_takes_channels_for_subscriptions() -> None:
    """Info counts channels as subscriptions."""
    _node(lambda node: setattr(node, "num_subs", node.num_channels))


@PRESENCE.mutant("info.count.uptime", releases=EVERY)
def info_stands_still() -> None:
    """The uptime of Info stands still."""
    _node(lambda node: setattr(node, "uptime", 7))


@PRESENCE.mutant("info.count.uptime", releases=EVERY)
def info_tells_uptime_in_milliseconds() -> None:
    """Info tells its uptime in milliseconds."""
    _node(lambda node: setattr(node, "uptime", node.uptime * 1000))


@PRESENCE.mutant("info.keep.uid", releases=EVERY)
def info_tells_another_node_each_time() -> None:
    """The uid of Info's node is another one each time."""
    counted = itertools.count()

    def change(node: Any) -> None:
        uid = f"node-{next(counted)}"
        node.uid = uid.encode() if isinstance(node.uid, bytes) else uid

    _node(change)


@PRESENCE.mutant("info.keep.uid", releases=EVERY)
def info_tells_a_node_twice() -> None:
    """Info tells its node twice."""

    def change(_: Any, response: Any) -> None:
        response.result.nodes.add().CopyFrom(response.result.nodes[0])

    told("Info", change=change)


@PRESENCE.mutant("info.return.metrics", releases=EVERY)
def info_loses_its_metrics() -> None:
    """Info tells no metrics."""
    _node(lambda node: node.ClearField("metrics"))


@PRESENCE.mutant("info.tell.version-of-clients", releases=EVERY)
def info_tells_another_version() -> None:
    """Info tells a version that is not the one that clients are told."""

    def change(node: Any) -> None:
        node.version = b"0.0.1" if isinstance(node.version, bytes) else "0.0.1"

    _node(change)


@PRESENCE.mutant("info.omit.process", releases=SINCE_4)
def info_tells_the_process() -> None:
    """Info tells of its process."""
    _node(lambda node: setattr(node.process, "cpu", 0.5))
