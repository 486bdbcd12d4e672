"""What a node does to a connection: deliveries, and the commands of the server's API."""

from typing import TYPE_CHECKING, Protocol

from reference_server.engine.hub import Member

if TYPE_CHECKING:
    from reference_server.clients.commands import Recovery
    from reference_server.clients.failures import Disconnect
    from reference_server.clients.options import SubscribeOptions
    from reference_server.clients.pushes import Push
    from reference_server.engine.polls import Polled
    from reference_server.engine.streams import Position


class Tracker(Protocol):
    """A subscription to a shared poll as the node sees it."""

    @property
    def client(self) -> str:
        """The id of its connection."""

    def deliver(self, push: "Push", publication: "Polled") -> None:
        """Take a version of a key."""

    def lose(self) -> None:
        """End, since versions have begun anew."""


class Subscriber(Member, Protocol):
    """A connection as the node sees it."""

    def deliver(self, push: "Push", position: "Position") -> None:
        """Take a publication at a position of its stream (offset 0 where none is kept)."""

    def deliver_presence(self, push: "Push") -> None:
        """Take a join or a leave; raises `UnencodableError` where that ends the telling."""

    def subscribe(self, channel: str, options: "SubscribeOptions", since: "Recovery") -> None:
        """Subscribe the client; raises `ReplyError`."""

    def unsubscribe(self, channel: str) -> None:
        """End a subscription and tell the client."""

    def refresh(self, *, expired: bool, expire_at: int, info: bytes) -> None:
        """Move the connection's expiry (Unix seconds) and tell the client."""

    def close(self, disconnect: "Disconnect") -> None:
        """End the connection."""
