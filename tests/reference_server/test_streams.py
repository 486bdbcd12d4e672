"""The laws of history streams."""

import pytest

from reference_server.engine.streams import (
    ImpossiblePositionError,
    Position,
    Retention,
    Streams,
    UnrecoverablePositionError,
    Version,
)

KEEP_FIVE = Retention(size=5, ttl=60)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def streams(clock: Clock) -> Streams:
    return Streams(clock, epoch_length=8)


def publish(streams: Streams, count: int, retention: Retention = KEEP_FIVE) -> Position:
    for number in range(1, count + 1):
        _, position = streams.add("c", b"%d" % number, {}, retention)
    return position


def offsets(streams: Streams, limit: int = -1, **options: object) -> list[int]:
    publications, _ = streams.read("c", limit=limit, **options)  # type: ignore[arg-type]
    return [publication.offset for publication in publications]


def test_offsets_are_gapless_and_the_newest_are_kept(streams: Streams) -> None:
    assert publish(streams, 8).offset == 8
    assert offsets(streams) == [4, 5, 6, 7, 8]


def test_a_limit_takes_the_oldest_first_and_reverse_the_newest_first(streams: Streams) -> None:
    publish(streams, 5)
    assert offsets(streams, limit=2) == [1, 2]
    assert offsets(streams, limit=2, reverse=True) == [5, 4]
    assert offsets(streams, limit=0) == []


def test_since_is_exclusive_and_a_trimmed_one_reads_from_the_oldest(streams: Streams) -> None:
    epoch = publish(streams, 8).epoch
    assert offsets(streams, since=Position(6, epoch)) == [7, 8]
    assert offsets(streams, since=Position(1, "")) == [4, 5, 6, 7, 8]
    assert offsets(streams, since=Position(8, epoch)) == []
    assert offsets(streams, since=Position(2**64 - 1, epoch)) == [4, 5, 6, 7, 8]


def test_reverse_since_reads_below_it_if_the_next_one_is_kept(streams: Streams) -> None:
    publish(streams, 8)
    assert offsets(streams, since=Position(6, ""), reverse=True) == [5, 4]
    assert offsets(streams, since=Position(9, ""), reverse=True) == [8, 7, 6, 5, 4]
    assert offsets(streams, since=Position(10, ""), reverse=True) == []
    assert offsets(streams, since=Position(4, ""), reverse=True) == []
    with pytest.raises(ImpossiblePositionError):
        offsets(streams, since=Position(0, ""), reverse=True)


def test_another_epoch_is_unrecoverable_even_on_a_stream_never_published_to(
    streams: Streams,
) -> None:
    with pytest.raises(UnrecoverablePositionError):
        offsets(streams, since=Position(0, "other"))
    publish(streams, 1)
    with pytest.raises(UnrecoverablePositionError):
        offsets(streams, limit=0, since=Position(1, "other"))


def test_the_epoch_told_before_the_first_publication_is_the_one_it_gets(streams: Streams) -> None:
    _, before = streams.read("c", limit=0)
    assert before.offset == 0
    assert publish(streams, 1) == Position(1, before.epoch)


def test_a_lifetime_counts_from_the_last_publication_and_leaves_the_offset(
    streams: Streams, clock: Clock
) -> None:
    publish(streams, 1)
    clock.now += 59
    publish(streams, 1)
    clock.now += 59
    assert offsets(streams) == [1, 2]
    clock.now += 2
    assert offsets(streams) == []
    assert publish(streams, 1).offset == 3


def test_removal_keeps_offset_epoch_and_version(streams: Streams) -> None:
    before = publish(streams, 3)
    streams.remove("c")
    assert offsets(streams) == []
    assert publish(streams, 1) == Position(4, before.epoch)


def test_after_its_meta_lifetime_a_stream_starts_anew(streams: Streams, clock: Clock) -> None:
    short = Retention(size=5, ttl=1, meta_ttl=3)
    before = publish(streams, 2, short)
    clock.now += 4
    streams.sweep()
    assert len(streams) == 0
    after = publish(streams, 1, short)
    assert after.offset == 1
    assert after.epoch != before.epoch


def test_a_superseded_version_is_not_stored(streams: Streams) -> None:
    def add(version: Version) -> bool:
        publication, _ = streams.add("c", b"x", {}, KEEP_FIVE, version)
        return publication is not None

    assert add(Version(11))
    assert not add(Version(11))
    assert not add(Version(5))
    assert add(Version(1, "other"))
    assert not add(Version(1, "other"))
    assert add(Version())
    assert add(Version(5)), "a publication without a version resets it"
    assert offsets(streams) == [1, 2, 3, 4]
