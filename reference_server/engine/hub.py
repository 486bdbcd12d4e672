"""Who is connected, and subscribed to what, now."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Member(Protocol):
    """What the hub needs to know of a connection. All three are fixed once it is taken in."""

    @property
    def client(self) -> str:
        """The connection's own id."""

    @property
    def user(self) -> str:
        """Whose it is; blank is anonymous."""

    @property
    def session(self) -> str:
        """A secret id of a one-way connection; blank for others."""


Connection = TypeVar("Connection", bound=Member)


class Hub(Generic[Connection]):
    """The connections of a node and their subscriptions, in the order in which they came."""

    def __init__(self) -> None:
        self._by_user: dict[str, dict[str, Connection]] = {}
        self._by_channel: dict[str, dict[str, Connection]] = {}

    def connect(self, connection: Connection) -> None:
        """Take a connection in."""
        self._by_user.setdefault(connection.user, {})[connection.client] = connection

    def disconnect(self, connection: Connection) -> None:
        """Let a connection go; its subscriptions have been ended before."""
        _discard(self._by_user, connection.user, connection.client)

    def subscribe(self, connection: Connection, channel: str) -> None:
        """Subscribe a connection; nothing changes if it is subscribed already."""
        self._by_channel.setdefault(channel, {})[connection.client] = connection

    def unsubscribe(self, connection: Connection, channel: str) -> None:
        """End a subscription; nothing happens if there is none."""
        _discard(self._by_channel, channel, connection.client)

    def connections(self, user: str, client: str = "", session: str = "") -> list[Connection]:
        """The connections of a user, narrowed by client id and session where these are given."""
        return [
            connection
            for connection in self._by_user.get(user, {}).values()
            if client in ("", connection.client) and session in ("", connection.session)
        ]

    def all_connections(self) -> list[Connection]:
        """Every connection."""
        return [each for held in self._by_user.values() for each in held.values()]

    def subscribers(self, channel: str) -> list[Connection]:
        """The connections subscribed to a channel: a copy, since telling one may end it."""
        held = self._by_channel.get(channel)
        return list(held.values()) if held else []

    def channels(self) -> Iterator[tuple[str, int]]:
        """Each channel that has subscribers, and how many."""
        return ((channel, len(who)) for channel, who in self._by_channel.items())

    def counts(self) -> tuple[int, int, int, int]:
        """Clients, users, channels, subscriptions. Anonymous connections are one user."""
        clients = sum(map(len, self._by_user.values()))
        subscriptions = sum(map(len, self._by_channel.values()))
        return clients, len(self._by_user), len(self._by_channel), subscriptions


def _discard(index: dict[str, dict[str, Connection]], key: str, client: str) -> None:
    held = index.get(key)
    if held is not None:
        held.pop(client, None)
        if not held:
            del index[key]
