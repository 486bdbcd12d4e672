"""The laws of history as a state machine: streams beside a model that is plainly right."""

from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reference_server.engine.streams import (
    NO_VERSION,
    Position,
    Retention,
    Streams,
    UnrecoverablePositionError,
    Version,
)
from tests.engine.clock import Clock

CHANNELS = st.sampled_from(["one", "two"])
RETENTIONS = st.sampled_from(
    [Retention(1, 60), Retention(3, 5), Retention(4, 60, 90), Retention(2, 4, 8)]
)


@dataclass
class Expected:
    """What a channel has to tell: publications as (offset, data), oldest first."""

    epoch: str
    kept: list[tuple[int, bytes]] = field(default_factory=list)
    top: int = 0
    version: Version = NO_VERSION
    expires: float = 0
    forgotten: float = float("inf")


class StreamsMachine(RuleBasedStateMachine):
    """Publishes, removes, lets time pass and sweeps; reads must agree with the model."""

    make_streams = Streams

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.streams = self.make_streams(self.clock, 8)
        self.expected: dict[str, Expected] = {}
        self.epochs: set[str] = set()
        self.count = 0

    @rule(
        channel=CHANNELS,
        retention=RETENTIONS,
        version=st.sampled_from([NO_VERSION, Version(1), Version(2), Version(1, "b")]),
    )
    def publish(self, channel: str, retention: Retention, version: Version) -> None:
        self.count += 1
        data = b"%d" % self.count
        publication, position = self.streams.add(channel, data, {}, retention, version)
        expected = self._current(channel, position.epoch)
        expected.expires = self.clock.now + retention.ttl
        expected.forgotten = (
            self.clock.now + retention.meta_ttl if retention.meta_ttl else float("inf")
        )
        if version.supersedes(expected.version):
            expected.version = version
            expected.top += 1
            expected.kept = [*expected.kept, (expected.top, data)][-retention.size :]
            assert publication is not None
            assert (publication.offset, publication.data) == (expected.top, data)
        else:
            assert publication is None, "a superseded version is not published"
        assert position == Position(expected.top, expected.epoch), "offsets have no gaps"

    @rule(channel=CHANNELS)
    def remove(self, channel: str) -> None:
        self.streams.remove(channel)
        if channel in self.expected:
            self.expected[channel].kept = []

    @rule(seconds=st.sampled_from([0.5, 3, 4, 5, 30, 100]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def sweep(self) -> None:
        self.streams.sweep()

    @rule(channel=CHANNELS, limit=st.integers(-1, 3), after=st.integers(0, 6))
    def read_after(self, channel: str, limit: int, after: int) -> None:
        found, position = self.streams.read(channel, limit=limit, since=Position(after, ""))
        expected = self._current(channel, position.epoch)
        wanted = [one for one in expected.kept if one[0] > after]
        assert [(one.offset, one.data) for one in found] == wanted[: limit if limit >= 0 else None]

    @rule(channel=CHANNELS)
    def read_of_another_epoch(self, channel: str) -> None:
        try:
            self.streams.read(channel, limit=-1, since=Position(0, "another"))
        except UnrecoverablePositionError:
            return
        raise AssertionError("a position of another epoch is unrecoverable")

    @precondition(lambda self: self.expected)
    @invariant()
    def history_is_the_newest_publications_within_their_time(self) -> None:
        for channel in list(self.expected):
            found, position = self.streams.read(channel, limit=-1)
            expected = self._current(channel, position.epoch)
            assert [(one.offset, one.data) for one in found] == expected.kept
            assert position == Position(expected.top, expected.epoch)

    def _current(self, channel: str, epoch: str) -> Expected:
        """The model of a channel now. An epoch is a new one exactly if the stream is."""
        expected = self.expected.get(channel)
        if expected is None or expected.forgotten <= self.clock.now:
            assert epoch not in self.epochs, "a new stream has an epoch of its own"
            self.epochs.add(epoch)
            expected = self.expected[channel] = Expected(epoch)
        assert epoch == expected.epoch, "the epoch stays as long as the stream"
        if expected.expires <= self.clock.now:
            expected.kept = []
        return expected
