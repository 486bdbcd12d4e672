"""The laws of map channels as a state machine."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reference_server.engine.map_state import Entry
from reference_server.engine.maps import Maps
from reference_server.engine.streams import Position
from reference_server.settings import MapOptions
from tests.engine.clock import Clock

KEYS = st.sampled_from(["a", "b", "c"])
OPTIONS = MapOptions("recoverable", key_ttl=10, stream_size=4, stream_ttl=1_000, meta_ttl=10_000)


class MapsMachine(RuleBasedStateMachine):
    """Sets, removes and expires keys of one map."""

    make_maps = Maps

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.told: list[tuple[int, str, bool]] = []
        self.maps = self.make_maps(self.clock, self.clock, 8, 300, self._tell)
        self.keys: dict[str, tuple[bytes, float]] = {}
        self.changes: list[tuple[int, str, bool]] = []
        self.count = 0

    @rule(key=KEYS, mode=st.sampled_from(["", "if_new", "if_exists"]))
    def set_key(self, key: str, mode: str) -> None:
        self._expire()
        self.count += 1
        data = b"%d" % self.count
        change = self.maps.publish("m", Entry(key, data), OPTIONS, key_mode=mode)
        refused = {"if_new": key in self.keys, "if_exists": key not in self.keys}.get(mode)
        assert bool(change.suppressed) == bool(refused)
        if not refused:
            self.keys.pop(key, None)
            self.keys[key] = data, self.clock.now + OPTIONS.key_ttl
            self._changed(key, removed=False)
        assert change.position.offset == len(self.changes)

    @rule(key=KEYS)
    def keep_key(self, key: str) -> None:
        """A key that is there lives on without a change."""
        self._expire()
        kept = Entry(key, b"kept")
        self.maps.publish("m", kept, OPTIONS, key_mode="if_new", keeps_alive=True)
        if key not in self.keys:
            self._changed(key, removed=False)
        data, _ = self.keys.pop(key, (kept.data, 0))
        self.keys[key] = data, self.clock.now + OPTIONS.key_ttl

    @rule(key=KEYS)
    def remove_key(self, key: str) -> None:
        self._expire()
        change = self.maps.remove("m", key, OPTIONS)
        assert bool(change.suppressed) == (key not in self.keys)
        if self.keys.pop(key, None):
            self._changed(key, removed=True)

    @rule(seconds=st.sampled_from([0.5, 3, 6, 11]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def sweep(self) -> None:
        self.maps.sweep()

    @invariant()
    def the_state_is_what_was_set_last_and_lives(self) -> None:
        self._expire()
        entries, position, _ = self.maps.state(
            "m", OPTIONS, limit=-1, cursor="", key="", revision=None
        )
        assert {one.key: one.data for one in entries} == {k: v[0] for k, v in self.keys.items()}
        assert position.offset == len(self.changes), "offsets have no gaps"

    @invariant()
    def the_stream_has_the_newest_changes_in_order(self) -> None:
        self._expire()
        found, _ = self.maps.stream("m", OPTIONS, since=None, limit=-1, reverse=False)
        shown = [(one.offset, one.key, one.removed) for one in found]
        assert shown == self.changes[-OPTIONS.stream_length :]

    @invariant()
    def every_change_is_told_once_and_in_order(self) -> None:
        self._expire()
        self.maps.count("m")
        assert self.told == self.changes

    def _expire(self) -> None:
        due = [key for key, (_, deadline) in self.keys.items() if deadline <= self.clock.now]
        for key in due:
            del self.keys[key]
            self._changed(key, removed=True)

    def _changed(self, key: str, *, removed: bool) -> None:
        self.changes.append((len(self.changes) + 1, key, removed))

    def _tell(
        self, _channel: str, entry: Entry, _position: Position, _previous: Entry | None
    ) -> None:
        self.told.append((entry.offset, entry.key, entry.removed))
