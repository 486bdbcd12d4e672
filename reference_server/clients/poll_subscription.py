"""A client's subscription to a shared poll: the keys it tracks, and what it is told of them (6.9).

Source: client_keyed.go of the library centrifuge.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference_server.clients.failures import UnencodableError
from reference_server.clients.pushes import Push, Unsubscribed
from reference_server.engine.polls import Polled

if TYPE_CHECKING:
    from reference_server.clients.session import Session
    from reference_server.settings import PollOptions

_EXPIRED_SECONDS = 25
_LOST = Unsubscribed(2500, "insufficient state")


@dataclass(slots=True)
class Tracked:
    """A key: the version that the client has, and until when (Unix seconds, 0 is for ever)."""

    version: int
    expire_at: int


class PollSubscription:
    """The keys of one connection in one channel. `compresses`: JSON tells data as a text."""

    def __init__(
        self, session: "Session", channel: str, rules: "PollOptions", *, compresses: bool
    ) -> None:
        self._session = session
        self._channel = channel
        self._rules = rules
        self._compresses = compresses
        self.keys: dict[str, Tracked] = {}

    @property
    def client(self) -> str:
        """The id of the connection."""
        return self._session.client

    def track(self, keys: Mapping[str, Tracked]) -> None:
        """Be told of these keys, too."""
        self.keys.update(keys)
        self._session.node.polls.track(
            self._channel, keys, self, is_versioned=self._rules.versioned
        )

    def untrack(self, keys: Iterable[str]) -> None:
        """Be told of these keys no longer."""
        gone = [key for key in keys if self.keys.pop(key, None)]
        if gone:
            delay = self._rules.shutdown_delay
            self._session.node.polls.untrack(self._channel, gone, self, delay)

    def drop_expired(self) -> None:
        """Be told no longer of what was allowed until some time ago; the client is not told."""
        delay = int(self._rules.expired_delay) if self._rules.expired_delay > 0 else 0
        ended = int(self._session.node.wall()) - (delay or _EXPIRED_SECONDS)
        self.untrack([key for key, held in self.keys.items() if 0 < held.expire_at < ended])

    def end(self) -> None:
        """Be told nothing any more."""
        self.untrack(list(self.keys))

    def deliver(self, push: Push, publication: Polled) -> None:
        """Take a version of a key, if it is newer than the one that the client has."""
        held, codec = self.keys.get(publication.key), self._session.link.codec
        if held is None or publication.version <= held.version:
            return
        try:
            frame = (
                push.compressed(codec, has_base=False) if self._compresses else push.encoded(codec)
            )
        except UnencodableError:
            return  # The client goes on with the version that it has.
        held.version = publication.version
        self._session.send(frame)

    def lose(self) -> None:
        """End the subscription, since versions have begun anew."""
        if self._channel in self._session.subscriptions:
            self._session.end(self._channel)
            self._session.push(self._channel, _LOST)
