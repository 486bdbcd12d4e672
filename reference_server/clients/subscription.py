"""A connection's subscription to one channel, and where in the channel's stream it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import LATE_PUBLICATIONS_SKIPPED, POSITIONS_HAVE_EPOCHS
from reference_server.clients.options import SubscribeOptions
from reference_server.clients.tag_filters import TagsFilter
from reference_server.engine.streams import Position

if TYPE_CHECKING:
    from reference_server.clients.poll_subscription import PollSubscription


class Verdict(Enum):
    """What becomes of a publication that comes to a subscription."""

    DELIVER = "deliver"
    SKIP = "skip"
    LOST = "lost"


@dataclass(slots=True)
class Loading:
    """A subscription to a map that is not live yet, since when it `started` (Unix seconds).

    `position` is that of the first page of its state.
    """

    options: SubscribeOptions
    started: float
    tags_filter: TagsFilter | None
    position: Position | None = None
    epoch: str = ""
    stream_top: int | None = None


@dataclass(slots=True)
class Subscription:
    """`position` is that of the last publication delivered; `checked` when it was last found right.

    `chan_info` and `expire_at` (Unix seconds, 0 is never) may be refreshed. `compresses`: it gets
    differences, once it has a publication that they are to (`has_base`). `tags_filter`: it gets
    what passes that only. `is_map`: its positions are those of a map. `poll`: its part of a
    shared poll.
    """

    options: SubscribeOptions
    is_server_side: bool
    position: Position
    checked: float
    chan_info: bytes
    expire_at: int
    failed_checks: int = 0
    compresses: bool = False
    has_base: bool = False
    tags_filter: TagsFilter | None = None
    is_map: bool = False
    poll: "PollSubscription | None" = None

    @property
    def is_positioned(self) -> bool:
        """Whether it has to see every publication, or to end."""
        return self.options.positioned or self.options.recovered

    def wants(self, tags: Mapping[str, str]) -> bool:
        """Whether a publication with these tags is sent to it.

        Who gets differences gets all, since a filtered one could not be built upon.
        """
        if self.tags_filter is None or self.compresses:
            return True
        return self.tags_filter.matches(tags)

    def judge(self, offset: int, epoch: str, now: float, release: Release) -> Verdict:
        """Judge a publication of a stream and, if it is to be delivered, move on to it."""
        if offset == 0 or not self.is_positioned:
            return Verdict.DELIVER
        if POSITIONS_HAVE_EPOCHS[release] and epoch != self.position.epoch:
            return Verdict.LOST
        expected = self.position.offset + 1
        if offset < expected and LATE_PUBLICATIONS_SKIPPED[release]:
            return Verdict.SKIP
        if offset != expected:
            return Verdict.LOST
        self.position = Position(offset, self.position.epoch)
        self.checked = now
        self.failed_checks = 0
        return Verdict.DELIVER
