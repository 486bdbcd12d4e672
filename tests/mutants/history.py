"""History gone wrong: what is kept, for how long, and how it is read."""

from collections import deque
from dataclasses import replace
from itertools import islice
from typing import Any

from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.v2 import V2Api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.engine import streams
from reference_server.engine.streams import Position, Retention, Streams
from tests.mutants.declaring import BOTH, LATEST, V2, Area
from tests.mutants.patching import around

HISTORY = Area("history")


def _read(change: Any) -> None:
    """Read with other options: `change` is given them and gives them back."""

    def read(original: Any, self: Any, channel: str, **options: Any) -> Any:
        return original(self, channel, **change(options))

    around(Streams, "read", read)


def _found(change: Any) -> None:
    """Read other publications than there are."""

    def read(original: Any, self: Any, channel: str, **options: Any) -> Any:
        publications, position = original(self, channel, **options)
        return change(publications, position)

    around(Streams, "read", read)


def _kept(change: Any) -> None:
    """Keep for other than what was configured."""

    def add(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        data, tags, retention, *others = rest
        return original(self, channel, data, tags, change(retention), *others, **options)

    around(Streams, "add", add)


@HISTORY.mutant("history.reverse.newest-first")
def history_ignores_reverse() -> None:
    """History ignores `reverse`."""
    _read(lambda options: {**options, "reverse": False})


@HISTORY.mutant("history.since.exclusive", "history.page.whole")
def history_since_is_inclusive() -> None:
    """History since a position gives the publication at it, too."""

    def since(options: Any) -> Any:
        at = options.get("since")
        if at is None or options.get("reverse") or at.offset == 0:
            return options
        return {**options, "since": Position(at.offset - 1, at.epoch)}

    _read(since)


@HISTORY.mutant("history.limit.positive")
def history_limit_is_one_more() -> None:
    """History gives one publication more than the limit."""
    _read(lambda o: {**o, "limit": o["limit"] + 1 if o["limit"] > 0 else o["limit"]})


@HISTORY.mutant("history.limit.zero")
def history_limit_zero_is_none() -> None:
    """History takes a limit of 0 for no limit."""
    _read(lambda options: {**options, "limit": options["limit"] or -1})


@HISTORY.mutant("history.limit.negative")
def history_limit_negative_is_zero() -> None:
    """History takes a negative limit for 0."""

    def history(original: Any, self: Any, request: Any) -> Any:
        request.limit = max(request.limit, 0)
        return original(self, request)

    around(ChannelCalls, "_history", history)


@HISTORY.mutant("history.since.other-epoch")
def history_ignores_the_epoch() -> None:
    """History since a position of another epoch goes by its offset."""

    def since(options: Any) -> Any:
        at = options.get("since")
        return {**options, "since": at and Position(at.offset, "")}

    _read(since)


@HISTORY.mutant("history.since.blank-epoch")
def history_refuses_blank_epochs() -> None:
    """History takes a blank epoch for another one."""

    def since(options: Any) -> Any:
        at = options.get("since")
        return {**options, "since": at and Position(at.offset, at.epoch or "none")}

    _read(since)


@HISTORY.mutant("history.trim.size", releases=BOTH)
def history_keeps_one_more() -> None:
    """One publication more than `history_size` is kept."""
    _kept(lambda retention: retention._replace(size=retention.size + 1))


@HISTORY.mutant("history.trim.size", releases=BOTH)
def history_keeps_the_oldest() -> None:
    """A full history takes no more publications."""

    def add(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        before = list(getattr(self._streams.get(channel), "publications", ()))
        answer = original(self, channel, *rest, **options)
        if len(before) >= rest[2].size:
            self._streams[channel].publications = deque(before)
        return answer

    around(Streams, "add", add)


@HISTORY.mutant("history-remove.keep.position", "history-remove.tell.position")
def history_remove_forgets_the_position() -> None:
    """HistoryRemove forgets offset and epoch as well."""

    def remove(original: Any, self: Any, channel: str) -> None:
        self._streams.pop(channel, None)

    around(Streams, "remove", remove)


@HISTORY.mutant("history-remove.drop.publications", releases=BOTH)
def history_remove_does_nothing() -> None:
    """HistoryRemove succeeds and removes nothing."""
    around(Streams, "remove", lambda original, self, channel: None)


@HISTORY.mutant("history-remove.drop.publications", releases=BOTH)
def history_remove_keeps_the_newest() -> None:
    """HistoryRemove leaves the newest publication."""

    def remove(original: Any, self: Any, channel: str) -> None:
        stream = self._streams.get(channel)
        if stream is not None and stream.publications:
            stream.publications = deque([stream.publications[-1]])

    around(Streams, "remove", remove)


@HISTORY.mutant("history-remove.spare.other-channels", releases=BOTH)
def history_remove_removes_all() -> None:
    """HistoryRemove empties every channel."""

    def remove(original: Any, self: Any, channel: str) -> None:
        for each in list(self._streams):
            original(self, each)

    around(Streams, "remove", remove)


@HISTORY.mutant("history-remove.keep.later-publications", releases=BOTH)
def history_remove_ends_history() -> None:
    """After HistoryRemove a channel keeps no history."""
    removed = set()

    def remove(original: Any, self: Any, channel: str) -> None:
        removed.add(channel)
        original(self, channel)

    def add(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        answer = original(self, channel, *rest, **options)
        if channel in removed:
            self._streams[channel].publications = ()
        return answer

    around(Streams, "remove", remove)
    around(Streams, "add", add)


@HISTORY.mutant("history.return.top-position")
def history_tells_the_position_of_its_page() -> None:
    """History tells the offset of the last publication that it returns instead of the top."""

    def top(publications: Any, position: Any) -> Any:
        last = publications[-1].offset if publications else position.offset
        return publications, Position(last, position.epoch)

    _found(top)


@HISTORY.mutant("history.return.offsets")
def history_without_offsets() -> None:
    """Publications of a history have no offsets."""
    _found(lambda publications, top: ([replace(each, offset=0) for each in publications], top))


@HISTORY.mutant("history.return.oldest-first", releases=BOTH)
def history_newest_first() -> None:
    """History returns the newest publication first."""
    _found(lambda publications, position: (publications[::-1], position))


@HISTORY.mutant("history.leave.unchanged-by-reading", releases=BOTH)
def history_is_read_once() -> None:
    """Reading a history empties it."""

    def read(original: Any, self: Any, channel: str, **options: Any) -> Any:
        answer = original(self, channel, **options)
        self.remove(channel)
        return answer

    around(Streams, "read", read)


@HISTORY.mutant("history.expire.lifetime", releases=BOTH)
def history_lives_for_ever() -> None:
    """A history does not expire."""
    _kept(lambda retention: Retention(retention.size, 1e6, retention.meta_ttl))


@HISTORY.mutant("history.expire.lifetime", releases=BOTH)
def history_lives_half_as_long() -> None:
    """A history expires after half of its lifetime."""
    _kept(lambda retention: Retention(retention.size, retention.ttl / 2, retention.meta_ttl))


@HISTORY.mutant("history.renew.lifetime", releases=BOTH)
def history_lifetime_is_not_renewed() -> None:
    """The first publication decides when a history expires."""

    def add(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        stream = self._streams.get(channel)
        now = self._clock()
        expires = stream.expires if stream and stream.publications else 0
        answer = original(self, channel, *rest, **options)
        if expires > now:
            self._streams[channel].expires = expires
        return answer

    around(Streams, "add", add)


@HISTORY.mutant("history.refuse.not-kept")
def history_of_none_is_empty() -> None:
    """History where none is kept is empty instead of refused."""

    def history(original: Any, self: Any, request: Any) -> Any:
        try:
            return original(self, request)
        except Refused as refused:
            if refused.code != 108:
                raise
            return api.HistoryResult()

    around(ChannelCalls, "_history", history)


@HISTORY.mutant("history.refuse.not-kept", "history-remove.refuse.not-kept", releases=V2)
def history_of_none_is_empty_in_28() -> None:
    """History and HistoryRemove where none is kept succeed instead of being refused."""

    def with_history(original: Any, self: Any, channel: bytes) -> str:
        name = channel.decode("utf-8", "surrogateescape")
        self._rules(name)
        return name

    around(V2Api, "_with_history", with_history)


@HISTORY.mutant("history.reverse.pages-whole", "history.since.reverse")
def history_reverse_is_inclusive() -> None:
    """History in reverse since a position gives the publication at it, too."""

    def backward(original: Any, stream: Any, since: Position | None) -> Any:
        return original(stream, since and Position(since.offset + 1, since.epoch))

    around(streams, "_backward", backward)


@HISTORY.mutant("history.trim.every-publication", releases=LATEST)
def history_is_trimmed_by_twos() -> None:
    """A history is trimmed with every second publication only."""

    def retention(kept: Retention) -> Retention:
        counted[0] += 1
        return kept._replace(size=kept.size + counted[0] % 2)

    counted = [0]
    _kept(retention)


@HISTORY.mutant("history.page.whole", "history.limit", releases=LATEST)
def history_gives_seven_at_most() -> None:
    """History returns seven publications at most."""
    _found(lambda publications, position: (list(islice(publications, 7)), position))
