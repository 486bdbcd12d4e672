"""Reading from a position, and recovering from one, gone wrong."""

import dataclasses
from typing import Any

from reference_server.clients.recovery import Recoverer, Start
from reference_server.engine.streams import Position, Streams
from tests.mutants.declaring import BOTH, LATEST, V3, Area
from tests.mutants.patching import around

POSITIONS = Area("history")


def reading(change: Any) -> None:
    """Read otherwise: `change` is given what reads, with other options, and the options."""

    def read(original: Any, self: Any, channel: str, **options: Any) -> Any:
        return change(lambda **other: original(self, channel, **{**options, **other}), options)

    around(Streams, "read", read)


@POSITIONS.mutant("history.reverse.other-epoch", releases=V3)
def history_in_reverse_ignores_the_epoch() -> None:
    """History in reverse since a position of another epoch goes by its offset."""

    def change(read: Any, options: Any) -> Any:
        since = options.get("since")
        return (
            read(since=Position(since.offset, "")) if options.get("reverse") and since else read()
        )

    reading(change)


@POSITIONS.mutant("history.since.other-epoch-never-published", releases=V3)
def histories_of_nothing_know_any_epoch() -> None:
    """In a channel that was never published to any epoch is right."""

    def change(read: Any, options: Any) -> Any:
        _, top = read(limit=0, since=None, reverse=False)
        return read() if top.offset else ([], top)

    reading(change)


@POSITIONS.mutant("history.since.largest-offset", releases=V3)
def the_largest_offset_is_above_the_top() -> None:
    """History since the largest offset returns nothing."""

    def change(read: Any, options: Any) -> Any:
        found, top = read()
        since = options.get("since")
        return ([], top) if since and since.offset == 2**64 - 1 else (found, top)

    reading(change)


@POSITIONS.mutant("history.reverse.since-above-top", releases=V3)
def reverse_from_far_above_is_everything() -> None:
    """History in reverse since far above the top returns everything."""

    def change(read: Any, options: Any) -> Any:
        since = options.get("since")
        _, top = read(limit=0, since=None, reverse=False)
        if options.get("reverse") and since and since.offset > top.offset:
            return read(since=None)
        return read()

    reading(change)


@POSITIONS.mutant("history.since.reverse-from-zero", releases=V3)
def reverse_from_zero_is_nothing() -> None:
    """History in reverse since offset 0 returns nothing."""

    def change(read: Any, options: Any) -> Any:
        since = options.get("since")
        if options.get("reverse") and since and since.offset == 0:
            return [], read(limit=0, since=None, reverse=False)[1]
        return read()

    reading(change)


@POSITIONS.mutant("history.since.above-top", releases=V3)
def history_since_above_the_top_is_everything() -> None:
    """History since an offset above the top returns everything."""

    def change(read: Any, options: Any) -> Any:
        since = options.get("since")
        _, top = read(limit=0, since=None, reverse=False)
        if since and since.offset > top.offset and not options.get("reverse"):
            return read(since=None)
        return read()

    reading(change)


@POSITIONS.mutant("history.since.zero", releases=V3)
def history_since_zero_is_nothing() -> None:
    """History since offset 0 returns nothing."""

    def change(read: Any, options: Any) -> Any:
        found, top = read()
        since = options.get("since")
        is_zero = bool(since) and since.offset == 0 and not options.get("reverse")
        return ([], top) if is_zero else (found, top)

    reading(change)


def _started(change: Any) -> None:
    """Begin subscriptions otherwise."""

    def start(original: Any, self: Any, *rest: Any) -> Start:
        begun: Start = original(self, *rest)
        return dataclasses.replace(begun, **change(begun))

    around(Recoverer, "start", start)


@POSITIONS.mutant("recovery.tell.was-recovering", releases=BOTH[1:])
def recoveries_are_not_told() -> None:
    """Who recovers is not told that it was recovering."""
    _started(lambda start: {"was_recovering": False})


@POSITIONS.mutant("recovery.return.nothing-missed", releases=BOTH)
def recovering_nothing_is_no_recovery() -> None:
    """Who has missed nothing is told that it was not recovered."""
    _started(lambda start: {"recovered": start.recovered and bool(start.publications)})


@POSITIONS.mutant("recovery.tell.position", releases=BOTH)
def subscriptions_begin_at_zero() -> None:
    """Who subscribes is told offset 0."""
    _started(lambda start: {"shown": Position(0, start.shown.epoch)})


@POSITIONS.mutant("recovery.omit.unasked", releases=BOTH)
def recovery_is_never_asked_for() -> None:
    """What was missed is recovered without being asked for."""

    def start(original: Any, self: Any, channel: str, options: Any, asked: Any, *r: Any) -> Any:
        asked = dataclasses.replace(asked, recover=asked.recover or asked.offset > 0)
        return original(self, channel, options, asked, *r)

    around(Recoverer, "start", start)


@POSITIONS.mutant("recovery.omit.where-off", releases=BOTH)
def recovery_is_always_on() -> None:
    """What was missed is recovered where recovery is off."""

    def start(original: Any, self: Any, channel: str, options: Any, *rest: Any) -> Any:
        return original(self, channel, dataclasses.replace(options, recovered=True), *rest)

    around(Recoverer, "start", start)


@POSITIONS.mutant(
    "recovery.return.latest-in-cache-mode", "recovery.return.latest-unasked", releases=LATEST
)
def caches_are_not_recovered() -> None:
    """In the recovery mode `cache` nothing is recovered."""

    def cached(original: Any, self: Any, *rest: Any) -> Any:
        top, _, _ = original(self, *rest)
        return top, (), False

    around(Recoverer, "_cached", cached)
