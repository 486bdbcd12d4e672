"""Where a subscription begins in its channel's stream, and what it has missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import (
    RECOVERED_EPOCH_AS_ASKED,
    RECOVERS_BLANK_EPOCH,
    RECOVERS_OTHER_EPOCHS,
)
from reference_server.clients.commands import Recovery
from reference_server.clients.options import SubscribeOptions
from reference_server.clients.tag_filters import TagsFilter
from reference_server.engine.streams import (
    Position,
    Publication,
    Streams,
    UnrecoverablePositionError,
)

EVERYTHING = -1
NOWHERE = Position(0, "")


@dataclass(frozen=True, slots=True)
class Start:
    """How a subscription begins. `shown` is the position that the client is told, `top` the last.

    `was_recovering` and `recovered` are what the client is told, `publications` what it missed.
    `is_lost`: a stream could not be recovered.
    """

    top: Position = NOWHERE
    shown: Position = NOWHERE
    publications: Sequence[Publication] = ()
    recovered: bool = False
    was_recovering: bool = False
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Recoverer:
    """Begins subscriptions. `limit` is how many publications a recovery gives at most, 0 any."""

    streams: Streams
    release: Release
    limit: int

    def start(
        self,
        channel: str,
        options: SubscribeOptions,
        asked: Recovery,
        protocol_version: int,
        tags_filter: TagsFilter | None = None,
    ) -> Start:
        """Begin a subscription where its client says it was, or at the top."""
        is_automatic = options.auto_cache_recover and options.recovered
        is_recovering = asked.recover or is_automatic
        was_recovering = is_recovering and protocol_version > 1
        if not (options.positioned or options.recovered):
            return Start(was_recovering=was_recovering)
        if not options.recovered or not is_recovering:
            top = self._top(channel, options)
            return Start(top, top, was_recovering=was_recovering)
        if options.cache:
            top, publications, recovered = self._cached(channel, options, asked, tags_filter)
        else:
            top, publications, recovered = self._missed(channel, options, asked)
            if tags_filter is not None:
                publications = [each for each in publications if tags_filter.matches(each.tags)]
        if protocol_version == 1:
            return Start(top, top, publications, recovered)
        if not recovered:
            return Start(top, top, was_recovering=was_recovering, is_lost=not options.cache)
        # The client goes on from where it was, through the publications, to the top.
        epoch = asked.epoch if RECOVERED_EPOCH_AS_ASKED[self.release] else top.epoch
        return Start(top, Position(asked.offset, epoch), publications, recovered, was_recovering)

    def _top(self, channel: str, options: SubscribeOptions) -> Position:
        return self.streams.read(channel, limit=0, meta_ttl=options.meta_ttl)[1]

    def _missed(
        self, channel: str, options: SubscribeOptions, asked: Recovery
    ) -> tuple[Position, Sequence[Publication], bool]:
        is_any_epoch = RECOVERS_OTHER_EPOCHS[self.release]
        since = Position(asked.offset, "" if is_any_epoch else asked.epoch)
        try:
            found, top = self.streams.read(
                channel, limit=self.limit or EVERYTHING, since=since, meta_ttl=options.meta_ttl
            )
        except UnrecoverablePositionError:
            return self._top(channel, options), (), False
        is_whole = (
            found[0].offset == asked.offset + 1 and found[-1].offset == top.offset
            if found
            else top.offset == asked.offset
        )
        is_same = asked.epoch == top.epoch or (
            not asked.epoch and RECOVERS_BLANK_EPOCH[self.release]
        )
        return top, found, is_whole and is_same

    def _cached(
        self,
        channel: str,
        options: SubscribeOptions,
        asked: Recovery,
        tags_filter: TagsFilter | None,
    ) -> tuple[Position, Sequence[Publication], bool]:
        limit = 1 if tags_filter is None else self.limit or EVERYTHING
        found, top = self.streams.read(
            channel, limit=limit, reverse=True, meta_ttl=options.meta_ttl
        )
        is_there = 0 < asked.offset == top.offset and asked.epoch == top.epoch
        passing = (each for each in found if tags_filter is None or tags_filter.matches(each.tags))
        latest = next(passing, None)
        if latest is None:
            return top, (), is_there
        recovered = found[0].offset == top.offset
        return top, [latest] if recovered and not is_there else (), recovered
