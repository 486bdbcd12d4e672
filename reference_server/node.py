"""A node: settings and the engine that runs by them."""

import contextlib
import platform
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from centrifugo_grpc.releases import (
    EDITION_IN_VERSION,
    EPOCH_LENGTH,
    IDEMPOTENCY_KEY,
    PUBLICATION_VERSION,
    Release,
)
from centrifugo_grpc.releases.clients import CLOSE_TEXT_KEPT, UNENCODABLE_FAILS_PUBLISH
from reference_server.clients.failures import UnencodableError, disconnects_of
from reference_server.clients.subscriber import Subscriber, Tracker
from reference_server.clients.timers import Timers
from reference_server.counters import Counters
from reference_server.engine.hub import Hub
from reference_server.engine.map_state import Entry
from reference_server.engine.maps import Maps, MisusedMapError
from reference_server.engine.polls import Polled, Polls
from reference_server.engine.presence import Presence
from reference_server.engine.replay import Replay
from reference_server.engine.streams import (
    NO_VERSION,
    ClientInfo,
    Clock,
    Position,
    Publication,
    Streams,
    Version,
)
from reference_server.reloading import reloaded
from reference_server.settings import ChannelOptions, Settings

if TYPE_CHECKING:
    from reference_server.clients.admission import Admission
    from reference_server.clients.permissions import Permissions
    from reference_server.clients.pushes import Push
    from reference_server.clients.recovery import Recoverer

SNAPSHOT_SECONDS = 3.0
"""How often the numbers of Info are renewed (facts v2.md 3 Info)."""

NOWHERE = Position(0, "")


class PublishOptions(NamedTuple):
    """What a publication may ask for besides its payload."""

    tags: Mapping[str, str]
    skip_history: bool = False
    idempotency_key: str = ""
    version: Version = NO_VERSION
    info: ClientInfo | None = None
    delta: bool = False
    """Whether those subscribers who want differences get one."""


@dataclass(frozen=True)
class Snapshot:
    """The numbers of Info, as they were when last renewed."""

    clients: int = 0
    users: int = 0
    channels: int = 0
    subscriptions: int = 0
    uptime: int = 0


class _ForClients(NamedTuple):
    admission: "Admission"
    permissions: "Permissions"
    recoverer: "Recoverer"


class Node:
    """One Centrifugo node with the memory engine.

    `clock` in seconds, never going back; `wall` in Unix seconds, which tokens and expiry go by.
    """

    def __init__(
        self, settings: Settings, clock: Clock = time.monotonic, wall: Clock = time.time
    ) -> None:
        self.settings = settings
        self.release: Release = settings.release
        self.uid = str(uuid.uuid4())
        self.name = settings.node_name or f"{platform.node()}_8000"
        self.wall = wall
        self.hub: Hub[Subscriber] = Hub()
        self.presence = Presence()
        self.timers = Timers(clock)
        self._for_clients: _ForClients | None = None
        self.streams = Streams(clock, EPOCH_LENGTH[self.release])
        ttl = settings.idempotent_result_ttl
        self.maps = Maps(clock, wall, EPOCH_LENGTH[self.release], ttl, self._deliver_change)
        self.polls: Polls[Tracker] = Polls(clock, EPOCH_LENGTH[self.release])
        self._answers: Replay[str, Position] = Replay(clock, ttl)
        self._knows_keys = IDEMPOTENCY_KEY[self.release]
        self._knows_versions = PUBLICATION_VERSION[self.release]
        self._clock = clock
        self._close_texts: dict[int, str] = {}
        self.counters = Counters(
            clock, settings.metrics_interval, self.release, polls=settings.has_shared_polls
        )
        self._sent = self.counters.sending("publication")
        self._joined, self._left = map(self.counters.sending, ("join", "leave"))
        self._started = self._renewed = clock()
        self._snapshot, self._metrics = Snapshot(), self.counters.told()

    @property
    def admission(self) -> "Admission":
        """Who is let in."""
        return self._told_to_clients().admission

    @property
    def permissions(self) -> "Permissions":
        """What those who are in may do."""
        return self._told_to_clients().permissions

    @property
    def recoverer(self) -> "Recoverer":
        """Where subscriptions begin."""
        return self._told_to_clients().recoverer

    def _told_to_clients(self) -> _ForClients:
        # With the first client: a node that has none starts the more quickly.
        if self._for_clients is None:
            from reference_server.clients.admission import Admission  # noqa: PLC0415
            from reference_server.clients.permissions import Permissions  # noqa: PLC0415
            from reference_server.clients.recovery import Recoverer  # noqa: PLC0415

            admission = Admission(self.settings)
            most = self.settings.clients.recovery_max_publications
            self._for_clients = _ForClients(
                admission,
                Permissions(self.settings, admission),
                Recoverer(self.streams, self.release, most),
            )
        return self._for_clients

    def publish(
        self, channel: str, data: bytes, options: PublishOptions, rules: ChannelOptions
    ) -> Position:
        """Store a publication where its channel keeps history, and deliver it to subscribers.

        Gives the position after it. All subscribers have it in their outboxes then. Raises
        `UnencodableError` where a subscriber's protocol that cannot carry it fails all.
        """
        key = options.idempotency_key if self._knows_keys else ""
        # The real server joins the two just so: ("a", "b_c") and ("a_b", "c") are one key.
        replay_key = f"{channel}_{key}" if key else ""
        if replay_key:
            answered = self._answers.get(replay_key)
            if answered is not None:
                return answered
        previous = None
        if options.delta or rules.delta_publish:
            previous = self._previous(channel, options, rules)
        publication, position = self._store(channel, data, options, rules)
        if publication is None:
            return position
        self._sent()
        if replay_key:
            self._answers.put(replay_key, position)
        self.deliver(channel, publication, position, previous)
        return position

    def _previous(
        self, channel: str, options: PublishOptions, rules: ChannelOptions
    ) -> Publication | None:
        """What a publication may be told as a difference to."""
        if options.skip_history or not rules.keeps_history:
            return None
        found, _ = self.streams.read(
            channel, limit=1, reverse=True, meta_ttl=rules.history_meta_ttl
        )
        return found[0] if found else None

    def _store(
        self, channel: str, data: bytes, options: PublishOptions, rules: ChannelOptions
    ) -> tuple[Publication | None, Position]:
        version = options.version if self._knows_versions else NO_VERSION
        if options.skip_history or not rules.keeps_history:
            publication = Publication(data, options.tags, 0, options.info, version.number)
            return publication, NOWHERE
        return self.streams.add(
            channel, data, options.tags, rules.retention, version, info=options.info
        )

    def deliver(
        self,
        channel: str,
        publication: Publication,
        position: Position,
        previous: Publication | None = None,
    ) -> None:
        """Put a publication into the outboxes of a channel's subscribers."""
        subscribers = self.hub.subscribers(channel)
        if subscribers:
            from reference_server.clients.pushes import Published, Push  # noqa: PLC0415

            push = Push(channel, Published(publication, position.epoch, previous))
            if UNENCODABLE_FAILS_PUBLISH[self.release]:
                subscribers = _from_anywhere(subscribers)
            for subscriber in subscribers:
                subscriber.deliver(push, Position(publication.offset, position.epoch))

    def _deliver_change(
        self, channel: str, entry: Entry, position: Position, previous: Entry | None
    ) -> None:
        before = None if previous is None else publication_of(previous)
        self.deliver(channel, publication_of(entry), position, before)

    def publish_polled(self, channel: str, publication: Polled) -> None:
        """Deliver a version of a key to those who track it, and to whom it is new."""
        for tracker in self.polls.turn(channel, publication.epoch):
            tracker.lose()
        from reference_server.clients.pushes import Published, Push  # noqa: PLC0415

        push = Push(channel, Published(publication))
        for tracker in self.polls.publish(channel, publication.key, publication.version):
            tracker.deliver(push, publication)

    def join(self, channel: str, info: ClientInfo) -> None:
        """Tell a channel's subscribers that somebody has come."""
        from reference_server.clients.pushes import Joined, Push  # noqa: PLC0415

        self._joined()
        self._tell(Push(channel, Joined(info)))

    def leave(self, channel: str, info: ClientInfo) -> None:
        """Tell a channel's subscribers that somebody has gone."""
        from reference_server.clients.pushes import Left, Push  # noqa: PLC0415

        self._left()
        self._tell(Push(channel, Left(info)))

    def _tell(self, push: "Push") -> None:
        subscribers = self.hub.subscribers(push.channel)
        if UNENCODABLE_FAILS_PUBLISH[self.release]:
            subscribers = _from_anywhere(subscribers)
        with contextlib.suppress(UnencodableError):
            for subscriber in subscribers:
                subscriber.deliver_presence(push)

    def close_text(self, code: int, text: str) -> str:
        """What a client of protocol v1 is told as its connection ends with `code`."""
        if not CLOSE_TEXT_KEPT[self.release]:
            return text
        return self._close_texts.setdefault(code, text)

    def keep_in_map(self, channel: str, key: str, info: ClientInfo | None) -> None:
        """Have a key in a map for as long as this is called again, which changes it only once."""
        rules = self.settings.channel_options(channel)
        if rules is not None and key:
            with contextlib.suppress(MisusedMapError):
                self.maps.publish(
                    channel, Entry(key, info=info), rules.map, key_mode="if_new", keeps_alive=True
                )

    def drop_from_map(self, channel: str, key: str) -> None:
        """Have a key in a map no longer."""
        rules = self.settings.channel_options(channel)
        if rules is not None:
            with contextlib.suppress(MisusedMapError):
                self.maps.remove(channel, key, rules.map)

    def top_of(self, channel: str, meta_ttl: float, *, is_map: bool) -> Position:
        """The newest position of a channel, or of its map."""
        rules = self.settings.channel_options(channel)
        if is_map and rules is not None:
            return self.maps.stream(channel, rules.map, since=None, limit=0, reverse=False)[1]
        return self.streams.read(channel, limit=0, meta_ttl=meta_ttl)[1]

    def shut_down(self) -> None:
        """End every connection, as a node does that stops."""
        for connection in self.hub.all_connections():
            connection.close(disconnects_of(self.release).shutdown)

    def reload(self, settings: Settings) -> None:
        """Go by the settings read anew from now on, as far as the release renews them."""
        self.settings = reloaded(self.settings, settings)
        self._for_clients = None

    def sweep(self) -> None:
        """Free what has expired, on which no answer depends, and count by the clock."""
        self.streams.sweep()
        self.maps.sweep()
        self.polls.sweep()
        self._answers.sweep()
        self._tick()

    @property
    def version(self) -> str:
        """What the node says it is: a release build's version, and its edition where told."""
        version = self.release.full_version
        return f"{version} OSS" if EDITION_IN_VERSION[self.release] else version

    def snapshot(self) -> Snapshot:
        """The numbers of Info: all 0 at first, then renewed every three seconds."""
        now = self._clock()
        if now - self._renewed >= SNAPSHOT_SECONDS:
            self._renewed = now
            self._snapshot = Snapshot(*self.hub.counts(), int(now - self._started))
            self._tick()
            self._metrics = self.counters.told()
        return self._snapshot

    def metrics(self) -> Mapping[str, float]:
        """The metrics of Info, renewed with its numbers."""
        self.snapshot()
        return self._metrics

    def _tick(self) -> None:
        if not self.settings.metrics_interval:
            return
        numbers = self._snapshot
        self.counters.tick(
            {
                "nodes": 1,
                "clients": numbers.clients,
                "users": numbers.users,
                "channels": numbers.channels,
                "subscriptions": numbers.subscriptions,
            },
            self.version,
        )


def publication_of(entry: Entry) -> Publication:
    """An entry of a map as subscribers are told it."""
    return Publication(
        entry.data, entry.tags, entry.offset, entry.info, key=entry.key, removed=entry.removed
    )


def _from_anywhere(subscribers: list[Subscriber]) -> list[Subscriber]:
    """The subscribers in the order in which Go goes through a map: from any of its places on.

    So it is by chance who gets a publication that fails at one of them. Small maps have eight
    places; 2 subscribers went out of their order in 9 of 64 tries (facts v2.md 5).
    """
    start = random.randrange(max(len(subscribers), 8))
    return subscribers[start:] + subscribers[:start]
