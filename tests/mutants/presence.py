"""Presence, PresenceStats and Channels gone wrong."""

from dataclasses import replace
from typing import Any

from reference_server.api import v3_node
from reference_server.api.answers import Refused
from reference_server.api.v2 import V2Api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.api.v3_node import NodeCalls
from reference_server.clients.session import Session
from reference_server.engine.hub import Hub
from reference_server.engine.presence import Presence
from reference_server.engine.streams import ClientInfo
from reference_server.node import Node
from tests.mutants.declaring import BOTH, Area
from tests.mutants.patching import around

PRESENCE = Area("presence")


def _told(change: Any) -> None:
    around(
        Presence,
        "of",
        lambda original, self, channel: {
            client: change(info) for client, info in original(self, channel).items()
        },
    )


def _counted(change: Any) -> None:
    around(Presence, "counts", lambda original, self, channel: change(*original(self, channel)))


@PRESENCE.mutant("presence.forget.leavers", releases=BOTH)
def presence_keeps_leavers() -> None:
    """Who leaves stays present."""
    around(Presence, "remove", lambda original, self, channel, client: None)


@PRESENCE.mutant("presence-stats.count.clients-and-users", releases=BOTH)
def presence_counts_clients_as_users() -> None:
    """PresenceStats counts each connection as a user."""
    _counted(lambda clients, users: (clients, clients))


@PRESENCE.mutant("presence-stats.count.clients-and-users", releases=BOTH)
def presence_counts_users_as_clients() -> None:
    """PresenceStats counts a user's connections as one client."""
    _counted(lambda clients, users: (users, users))


@PRESENCE.mutant("presence-stats.count.clients-and-users", releases=BOTH)
def presence_swaps_its_counts() -> None:
    """PresenceStats takes users for clients and clients for users."""
    _counted(lambda clients, users: (users, clients))


@PRESENCE.mutant("presence-stats.equal.presence", releases=BOTH)
def presence_counts_one_too_many() -> None:
    """PresenceStats counts somebody more where somebody is present."""
    _counted(lambda clients, users: (clients + bool(clients), users))


def _available(api_class: type, method: str) -> None:
    def require(original: Any, self: Any, channel: Any) -> Any:
        try:
            return original(self, channel)
        except Refused as refused:
            if refused.code != 108:
                raise
            return channel.decode() if isinstance(channel, bytes) else None

    around(api_class, method, require)


@PRESENCE.mutant("presence.refuse.not-on", releases=BOTH)
def presence_of_none_is_empty() -> None:
    """Presence where it is off is empty instead of refused."""
    _available(ChannelCalls, "_require_presence")
    _available(V2Api, "_with_presence")


@PRESENCE.mutant("presence.return.subscribers", releases=BOTH)
def presence_without_connection_info() -> None:
    """Presence tells no connection information."""
    _told(lambda info: replace(info, conn_info=b""))


@PRESENCE.mutant("presence.return.channel-info", releases=BOTH)
def presence_without_channel_info() -> None:
    """Presence tells no channel information."""
    _told(lambda info: replace(info, chan_info=b""))


@PRESENCE.mutant("presence.return.subscribers", releases=BOTH)
def presence_swaps_user_and_client() -> None:
    """Presence tells the client's id as the user and the user as the client's id."""
    _told(lambda info: replace(info, user=info.client, client=info.user))


@PRESENCE.mutant("presence.return.subscribers", releases=BOTH)
def presence_rewrites_connection_info() -> None:
    """Presence tells connection information with a space behind it."""
    _told(lambda info: replace(info, conn_info=info.conn_info + b" "))


@PRESENCE.mutant("presence.separate.channels", releases=BOTH)
def presence_of_all_channels() -> None:
    """Presence tells who is present in any channel."""

    def of(original: Any, self: Any, channel: str) -> dict[str, ClientInfo]:
        return {name: info for held in self._channels.values() for name, info in held.items()}

    around(Presence, "of", of)


@PRESENCE.mutant("presence.keep.other-connections", releases=BOTH)
def presence_forgets_the_whole_user() -> None:
    """Who leaves takes the user's other connections out of presence."""

    def remove(original: Any, self: Any, channel: str, client: str) -> None:
        gone = self._channels.get(channel, {}).get(client)
        for name, info in list(self._channels.get(channel, {}).items()):
            if gone is not None and info.user == gone.user:
                original(self, channel, name)

    around(Presence, "remove", remove)


@PRESENCE.mutant("presence.count.publications-are-nobody", releases=BOTH)
def presence_counts_publishers() -> None:
    """Whoever publishes by the API is present from then on."""

    def publish(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        self.presence.put(channel, ClientInfo("", "api"))
        return original(self, channel, *rest)

    around(Node, "publish", publish)


@PRESENCE.mutant("unsubscribe.leave.presence", releases=BOTH)
def presence_keeps_the_unsubscribed() -> None:
    """Whom Unsubscribe takes out of a channel stays present there."""

    def unsubscribe(original: Any, self: Any, channel: str) -> None:
        info = self.node.presence.of(channel).get(self.client)
        original(self, channel)
        if info is not None:
            self.node.presence.put(channel, info)

    around(Session, "unsubscribe", unsubscribe)


@PRESENCE.mutant("channels.omit.unsubscribed", releases=BOTH)
def channels_lists_histories() -> None:
    """Channels lists channels with a history and no subscribers."""

    def make(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        self.hub.streams = self.streams

    def channels(original: Any, self: Any) -> Any:
        return iter({**dict.fromkeys(self.streams._streams, 0), **dict(original(self))}.items())

    around(Node, "__init__", make)
    around(Hub, "channels", channels)


@PRESENCE.mutant("channels.count.clients")
def channels_counts_users() -> None:
    """Channels counts users instead of clients."""

    def channels(original: Any, self: Any) -> Any:
        held = self._by_channel.items()
        return ((channel, len({each.user for each in who.values()})) for channel, who in held)

    around(Hub, "channels", channels)


@PRESENCE.mutant("channels.match.pattern")
def channels_matches_the_beginning() -> None:
    """Channels takes a pattern for what names begin with."""
    around(v3_node, "compiled", lambda original, pattern: original(pattern + "*"))


@PRESENCE.mutant("channels.match")
def channels_ignores_the_pattern() -> None:
    """Channels ignores the pattern."""
    around(v3_node, "compiled", lambda original, pattern: original("*"))


@PRESENCE.mutant("channels.refuse.bad-pattern")
def channels_matches_nothing_by_a_bad_pattern() -> None:
    """A bad pattern matches no channel instead of being refused."""

    def channels(original: Any, self: Any, request: Any) -> Any:
        try:
            return original(self, request)
        except Refused:
            request.pattern = "no-such-channel"
            return original(self, request)

    around(NodeCalls, "_channels", channels)
