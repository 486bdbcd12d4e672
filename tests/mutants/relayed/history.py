"""History and HistoryRemove behind a relay that alters one thing."""

import itertools
import time
from typing import Any

from reference_server.engine.streams import Streams
from tests.mutants.declaring import EVERY, V2, V3, Area
from tests.mutants.patching import around
from tests.mutants.relaying import as_in, asked, relayed, text, told

HISTORY = Area("history")


def _found(change: Any) -> None:
    """History answers other publications: `change` is given the request and the list."""

    def relay(request: Any, response: Any) -> None:
        if response.HasField("result"):
            publications = change(request, list(response.result.publications))
            del response.result.publications[:]
            response.result.publications.extend(publications)

    told("History", change=relay)


def _without(*fields: str) -> Any:
    """A change that leaves fields of what a publication tells of its publisher out."""

    def change(_: Any, publications: list[Any]) -> list[Any]:
        for publication in publications:
            if publication.HasField("info"):
                for field in fields:
                    publication.info.ClearField(field)
        return publications

    return change


@HISTORY.mutant("history.return.info-of-publisher", releases=EVERY)
def history_without_connection_info() -> None:
    """Who published is told without connection information."""
    _found(_without("conn_info"))


@HISTORY.mutant("history.return.info-of-publisher", releases=EVERY)
def history_without_channel_info() -> None:
    """Who published is told without channel information."""
    _found(_without("chan_info"))


@HISTORY.mutant("history.return.info-of-publisher", releases=EVERY)
def history_without_client() -> None:
    """Who published is told without the client's id."""
    _found(_without("client"))


@HISTORY.mutant("publish.keep.tags", "history.read.any-page", releases=V3)
def history_keeps_tags_of_the_newest() -> None:
    """History tells the tags of the newest publication only."""

    def change(_: Any, publications: list[Any]) -> list[Any]:
        for publication in publications[:-1]:
            publication.ClearField("tags")
        return publications

    _found(change)


@HISTORY.mutant("history.read.any-page", releases=V3)
def history_loses_tags_in_reverse() -> None:
    """History with `reverse` tells no tags."""

    def change(request: Any, publications: list[Any]) -> list[Any]:
        for publication in publications if request.reverse else ():
            publication.ClearField("tags")
        return publications

    _found(change)


@HISTORY.mutant("history.limit.positive", "history.read.any-page", releases=V3)
def history_limit_of_the_whole_is_one_less() -> None:
    """History with a limit of as many as there are gives one less."""

    def change(request: Any, publications: list[Any]) -> list[Any]:
        return publications[:-1] if request.limit == len(publications) > 1 else publications

    _found(change)


@HISTORY.mutant("history.limit.positive", "history.page.whole", releases=V3)
def history_limit_gives_the_newest() -> None:
    """History with a limit gives the newest, oldest first."""

    def relay(forward: Any, request: Any) -> Any:
        if request.limit <= 0 or request.reverse or request.HasField("since"):
            return forward(request)
        other = type(request)(channel=request.channel, limit=-1)
        response = forward(other)
        publications = list(response.result.publications)[-request.limit :]
        if response.HasField("result"):
            del response.result.publications[:]
            response.result.publications.extend(publications)
        return response

    relayed("History", relay=relay)


@HISTORY.mutant("history.reverse.newest-first", "history.read.any-page", releases=V3)
def history_in_reverse_gives_the_oldest() -> None:
    """History with `reverse` and a limit gives the oldest, newest first."""

    def relay(forward: Any, request: Any) -> Any:
        if not request.reverse or request.HasField("since"):
            return forward(request)
        other = type(request)(channel=request.channel, limit=request.limit)
        response = forward(other)
        publications = list(response.result.publications)[::-1]
        if response.HasField("result"):
            del response.result.publications[:]
            response.result.publications.extend(publications)
        return response

    relayed("History", relay=relay)


@HISTORY.mutant("history.reverse.newest-first", "history.read.any-page", releases=V3)
def history_in_reverse_ignores_the_limit() -> None:
    """History with `reverse` ignores a limit."""

    def change(request: Any) -> None:
        if request.reverse and request.limit > 0:
            request.limit = -1

    asked("History", change=change)


@HISTORY.mutant("history.since.other-epoch", releases=V3)
def history_limit_zero_ignores_the_epoch() -> None:
    """History with limit 0 since a position of another epoch succeeds."""

    def change(request: Any) -> None:
        if request.limit == 0:
            request.ClearField("since")

    asked("History", change=change)


@HISTORY.mutant("history.since.limit-zero", "history.read.any-page", releases=V3)
def history_since_ignores_limit_zero() -> None:
    """History since a position takes a limit of 0 for none."""

    def change(request: Any) -> None:
        if request.limit == 0 and request.HasField("since"):
            request.limit = -1

    asked("History", change=change)


@HISTORY.mutant("history.since.other-epoch", releases=V3)
def history_compares_epochs_without_capitals() -> None:
    """The epoch of a position may have other capitals."""
    _epochs(lambda given, own: own if given.lower() == own.lower() else given)


@HISTORY.mutant("history.since.other-epoch", releases=V3)
def history_compares_the_beginning_of_epochs() -> None:
    """The beginning of an epoch is taken for it."""
    _epochs(lambda given, own: own if own.startswith(given) else given)


@HISTORY.mutant("history.since.other-epoch", releases=V3)
def history_compares_what_epochs_begin_with() -> None:
    """What begins with an epoch is taken for it."""
    _epochs(lambda given, own: own if given.startswith(own) else given)


def _epochs(change: Any) -> None:
    def relay(forward: Any, request: Any) -> Any:
        if request.HasField("since") and request.since.epoch:
            top = forward(type(request)(channel=request.channel))
            if top.HasField("result"):
                other = type(request)()
                other.CopyFrom(request)
                other.since.epoch = change(request.since.epoch, top.result.epoch)
                return forward(other)
        return forward(request)

    relayed("History", relay=relay)


@HISTORY.mutant("history.since.exclusive", "history.read.any-page", releases=V3)
def history_since_the_top_gives_the_last() -> None:
    """History since the top gives the last publication once more."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        top = response.result.offset
        if request.HasField("since") and request.since.offset == top > 0 and not request.reverse:
            other = type(request)()
            other.CopyFrom(request)
            other.since.offset -= 1
            return forward(other)
        return response

    relayed("History", relay=relay)


@HISTORY.mutant("history.since.trimmed", releases=V3)
def history_since_what_was_trimmed_is_an_error() -> None:
    """History since a position that was trimmed is answered with error 112."""

    def change(request: Any, response: Any) -> None:
        held = response.result.publications
        is_forward = request.HasField("since") and not request.reverse
        if is_forward and held and held[0].offset > request.since.offset + 1:
            response.ClearField("result")
            response.error.code, response.error.message = 112, "unrecoverable position"

    told("History", change=change)


@HISTORY.mutant("history.read.any-page", releases=V3)
def history_tells_no_offset_with_a_limit() -> None:
    """History with a limit above 0 tells no offset."""

    def change(request: Any, response: Any) -> None:
        if request.limit > 0 and response.HasField("result"):
            response.result.offset = 0

    told("History", change=change)


@HISTORY.mutant("history.read.any-page", releases=V3)
def history_tells_no_epoch_since() -> None:
    """History since a position tells no epoch."""

    def change(request: Any, response: Any) -> None:
        if request.HasField("since") and response.HasField("result"):
            response.result.epoch = ""

    told("History", change=change)


@HISTORY.mutant("history.read.any-page", "history.since.limit-zero", releases=V3)
def history_tells_where_it_was_asked_from() -> None:
    """History since a position tells that position's offset as the top."""

    def change(request: Any, response: Any) -> None:
        if request.HasField("since") and response.HasField("result"):
            response.result.offset = request.since.offset

    told("History", change=change)


@HISTORY.mutant("history.read.any-page", releases=V3)
def history_in_reverse_tells_the_oldest_offset() -> None:
    """History with `reverse` tells the offset of the last publication it returns as the top."""

    def change(request: Any, response: Any) -> None:
        if request.reverse and response.result.publications:
            response.result.offset = response.result.publications[-1].offset

    told("History", change=change)


@HISTORY.mutant("history.keep.epoch-before-first", "history.return.result-when-empty", releases=V3)
def history_tells_no_epoch_of_the_empty() -> None:
    """History of a channel that was never published to tells no epoch."""

    def change(_: Any, response: Any) -> None:
        if response.HasField("result") and not response.result.offset:
            response.result.epoch = ""

    told("History", change=change)


@HISTORY.mutant("history.return.a-hundred", releases=V3)
def history_gives_fifty_at_most() -> None:
    """History returns fifty publications at most."""
    _found(lambda _, publications: publications[:50])


@HISTORY.mutant("payload.return.answer-above-limit", releases=EVERY)
def history_gives_four_mib_at_most() -> None:
    """History returns no more than 4 MiB."""

    def change(_: Any, publications: list[Any]) -> list[Any]:
        sizes = itertools.accumulate(len(each.data) for each in publications)
        return [each for each, size in zip(publications, sizes, strict=True) if size < 4 << 20]

    _found(change)


def _remembered(seconds: float) -> None:
    """History answers what it answered to the same request that many seconds ago at most."""
    known: dict[bytes, tuple[float, Any]] = {}

    def relay(forward: Any, request: Any) -> Any:
        key, now = request.SerializeToString(), time.monotonic()
        at, response = known.get(key, (0.0, None))
        if response is None or now - at > seconds:
            response = forward(request)
            known[key] = (now, response)
        return response

    relayed("History", relay=relay)


@HISTORY.mutant("concurrent.show.effect-at-once", releases=EVERY)
def history_is_remembered() -> None:
    """History is answered as it was up to 20 ms ago."""
    _remembered(0.02)


@HISTORY.mutant("history.expire.lifetime", "history.leave.unchanged-by-reading", releases=EVERY)
def reading_prolongs_a_history() -> None:
    """Reading a history puts off when it expires."""

    def read(original: Any, self: Any, channel: str, **options: Any) -> Any:
        answer = original(self, channel, **options)
        stream = self._streams.get(channel)
        if stream is not None and stream.publications:
            stream.expires = self._clock() + 4
        return answer

    around(Streams, "read", read)


@HISTORY.mutant("history-remove.spare.other-channels", releases=EVERY)
def history_remove_removes_by_the_beginning() -> None:
    """HistoryRemove empties all channels whose names begin with the one that is named."""
    _removed(lambda name, each: each.startswith(name))


@HISTORY.mutant("history-remove.spare.other-channels", releases=EVERY)
def history_remove_ignores_capitals() -> None:
    """HistoryRemove empties channels whose names differ in capitals alone."""
    _removed(lambda name, each: each.lower() == name.lower())


@HISTORY.mutant("history-remove.spare.other-namespaces", releases=EVERY)
def history_remove_ignores_the_namespace() -> None:
    """HistoryRemove empties channels of the same name in other namespaces."""
    _removed(lambda name, each: each.rpartition(":")[2] == name.rpartition(":")[2])


def _removed(matches: Any) -> None:
    published: set[str] = set()

    def remember(forward: Any, request: Any) -> Any:
        published.add(text(request.channel))
        return forward(request)

    def remove(forward: Any, request: Any) -> Any:
        response = forward(request)
        name = text(request.channel)
        if not response.HasField("error"):
            for each in [each for each in published if matches(name, each)]:
                forward(type(request)(channel=as_in(request, each)))
        return response

    relayed("Publish", relay=remember)
    relayed("HistoryRemove", relay=remove)


@HISTORY.mutant("history-remove.drop.publications", releases=EVERY)
def history_remove_works_every_second_time() -> None:
    """Each second HistoryRemove succeeds and removes nothing."""
    counted = itertools.count(1)
    succeeded: list[Any] = []

    def relay(forward: Any, request: Any) -> Any:
        if succeeded and next(counted) % 2:
            return succeeded[0]
        response = forward(request)
        if not response.HasField("error"):
            succeeded[:] = [response]
        return response

    relayed("HistoryRemove", relay=relay)


@HISTORY.mutant("history.hide.uid", releases=V2)
def history_tells_a_uid() -> None:
    """History tells a `uid` of each publication."""

    def change(_: Any, publications: list[Any]) -> list[Any]:
        for publication in publications:
            publication.uid = b"1"
        return publications

    _found(change)


@HISTORY.mutant("history.hide.publication-info", releases=EVERY)
def history_invents_publishers() -> None:
    """Publications of the API are told with an empty `info`."""

    def change(_: Any, publications: list[Any]) -> list[Any]:
        for publication in publications:
            publication.info.SetInParent()
        return publications

    _found(change)
