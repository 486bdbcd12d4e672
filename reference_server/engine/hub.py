"""Who is connected, and subscribed to what, now. Presence is read off it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Connection:
    """A client's connection. `channels` are its subscriptions: channel to chan_info."""

    client: str
    user: str
    session: str = ""
    conn_info: bytes = b""
    channels: dict[str, bytes] = field(default_factory=dict)


class Hub:
    """The connections of a node and their subscriptions."""

    def __init__(self) -> None:
        self._by_user: dict[str, set[Connection]] = {}
        self._by_channel: dict[str, set[Connection]] = {}

    def connect(self, connection: Connection) -> None:
        """Take a connection in."""
        self._by_user.setdefault(connection.user, set()).add(connection)

    def disconnect(self, connection: Connection) -> None:
        """Let a connection go, and its subscriptions with it."""
        for channel in list(connection.channels):
            self.unsubscribe(connection, channel)
        _discard(self._by_user, connection.user, connection)

    def subscribe(self, connection: Connection, channel: str, chan_info: bytes = b"") -> None:
        """Subscribe a connection, or replace the chan_info of its subscription."""
        connection.channels[channel] = chan_info
        self._by_channel.setdefault(channel, set()).add(connection)

    def unsubscribe(self, connection: Connection, channel: str) -> None:
        """End a subscription; nothing happens if there is none."""
        connection.channels.pop(channel, None)
        _discard(self._by_channel, channel, connection)

    def connections(self, user: str, client: str = "", session: str = "") -> list[Connection]:
        """The connections of a user, narrowed by client id and session where these are given."""
        return [
            connection
            for connection in self._by_user.get(user, ())
            if client in ("", connection.client) and session in ("", connection.session)
        ]

    def subscribers(self, channel: str) -> Iterable[Connection]:
        """The connections that are subscribed to a channel."""
        return self._by_channel.get(channel, ())

    def channels(self) -> Iterator[tuple[str, int]]:
        """Each channel that has subscribers, and how many."""
        return ((channel, len(who)) for channel, who in self._by_channel.items())

    def counts(self) -> tuple[int, int, int, int]:
        """Clients, users, channels, subscriptions. Anonymous connections are one user."""
        clients = sum(map(len, self._by_user.values()))
        subscriptions = sum(map(len, self._by_channel.values()))
        return clients, len(self._by_user), len(self._by_channel), subscriptions


def _discard(index: dict[str, set[Connection]], key: str, connection: Connection) -> None:
    held = index.get(key)
    if held is not None:
        held.discard(connection)
        if not held:
            del index[key]
