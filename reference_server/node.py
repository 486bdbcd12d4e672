"""A node: settings and the engine that runs by them."""

import dataclasses
import platform
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from centrifugo_grpc.releases import EPOCH_LENGTH, IDEMPOTENCY_KEY, PUBLICATION_VERSION, Release
from reference_server.engine.hub import Hub
from reference_server.engine.maps import Maps
from reference_server.engine.replay import Replay
from reference_server.engine.streams import (
    NO_VERSION,
    Clock,
    Position,
    Retention,
    Streams,
    Version,
)
from reference_server.settings import ChannelOptions, Settings

SNAPSHOT_SECONDS = 3.0
"""How often the numbers of Info are renewed (facts v2.md 3 Info)."""

NOWHERE = Position(0, "")


@dataclass(frozen=True)
class PublishOptions:
    """What a publication may ask for besides its payload."""

    tags: Mapping[str, str]
    skip_history: bool = False
    idempotency_key: str = ""
    version: Version = NO_VERSION


@dataclass(frozen=True)
class Snapshot:
    """The numbers of Info, as they were when last renewed."""

    clients: int = 0
    users: int = 0
    channels: int = 0
    subscriptions: int = 0
    uptime: int = 0


class Node:
    """One Centrifugo node with the memory engine. `clock` in seconds, never going back."""

    def __init__(self, settings: Settings, clock: Clock = time.monotonic) -> None:
        self.settings = settings
        self.release: Release = settings.release
        self.uid = str(uuid.uuid4())
        self.name = settings.node_name or f"{platform.node()}_8000"
        self.hub = Hub()
        self.streams = Streams(clock, EPOCH_LENGTH[self.release])
        ttl = settings.idempotent_result_ttl
        self.maps = Maps(clock, time.time, EPOCH_LENGTH[self.release], ttl)
        self._answers: Replay[str, Position] = Replay(clock, ttl)
        self._clock = clock
        self._started = self._renewed = clock()
        self._snapshot = Snapshot()

    def publish(
        self, channel: str, data: bytes, options: PublishOptions, rules: ChannelOptions
    ) -> Position:
        """Store a publication where its channel keeps history; gives the position after it."""
        key = options.idempotency_key if IDEMPOTENCY_KEY[self.release] else ""
        # The real server joins the two just so: ("a", "b_c") and ("a_b", "c") are one key.
        replay_key = f"{channel}_{key}" if key else ""
        if replay_key:
            answered = self._answers.get(replay_key)
            if answered is not None:
                return answered
        position, is_stored = self._store(channel, data, options, rules)
        if replay_key and is_stored:
            self._answers.put(replay_key, position)
        return position

    def _store(
        self, channel: str, data: bytes, options: PublishOptions, rules: ChannelOptions
    ) -> tuple[Position, bool]:
        if options.skip_history or not rules.keeps_history:
            return NOWHERE, True
        version = options.version if PUBLICATION_VERSION[self.release] else NO_VERSION
        publication, position = self.streams.add(
            channel, data, options.tags, retention(rules), version
        )
        return position, publication is not None

    def reload(self, settings: Settings) -> None:
        """Go by other rules of channels from now on (facts v2.md 4 Start-up, SIGHUP)."""
        self.settings = dataclasses.replace(
            self.settings,
            without_namespace=settings.without_namespace,
            namespaces=settings.namespaces,
        )

    def sweep(self) -> None:
        """Free what has expired; no answer depends on when."""
        self.streams.sweep()
        self.maps.sweep()
        self._answers.sweep()

    def snapshot(self) -> Snapshot:
        """The numbers of Info: all 0 at first, then renewed every three seconds."""
        now = self._clock()
        if now - self._renewed >= SNAPSHOT_SECONDS:
            self._renewed = now
            self._snapshot = Snapshot(*self.hub.counts(), int(now - self._started))
        return self._snapshot


def retention(rules: ChannelOptions) -> Retention:
    """What a namespace keeps of each channel."""
    return Retention(rules.history_size, rules.history_ttl, rules.history_meta_ttl)
