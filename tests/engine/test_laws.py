"""The engine obeys its laws, and each law catches an engine that does not."""

from collections import deque
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from reference_server.engine.map_state import Entry, MapState
from reference_server.engine.maps import Maps
from reference_server.engine.presence import Presence
from reference_server.engine.streams import Position, Publication, Streams
from reference_server.node import Node
from tests.engine.delivery_machine import DeliveryMachine
from tests.engine.maps_machine import MapsMachine
from tests.engine.streams_machine import StreamsMachine

LAWS = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    # Failures are not made smaller: it takes longer than all the rest, and mutants are to fail.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("machine", [StreamsMachine, MapsMachine, DeliveryMachine])
def test_the_engine_obeys_the_laws(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=LAWS)


class Forgetful(Streams):
    """Loses every second publication, though it counts it."""

    def add(self, channel: str, *arguments: Any, **options: Any) -> Any:
        publication, position = super().add(channel, *arguments, **options)
        kept = self._streams[channel].publications
        if publication is not None and publication.offset % 2 == 0 and kept:
            kept.pop()
        return publication, position


class Repeating(Streams):
    """Keeps a publication twice."""

    def add(self, channel: str, *arguments: Any, **options: Any) -> Any:
        publication, position = super().add(channel, *arguments, **options)
        kept = self._streams[channel].publications
        if publication is not None and publication.offset == 2 and kept:
            kept.append(publication)
        return publication, position


class Disorderly(Streams):
    """Tells what it keeps in another order."""

    def read(self, channel: str, **options: Any) -> Any:
        found, position = super().read(channel, **options)
        return sorted(found, key=lambda one: one.data[::-1]), position


class Gapping(Streams):
    """Leaves an offset out."""

    def add(self, channel: str, *arguments: Any, **options: Any) -> Any:
        publication, position = super().add(channel, *arguments, **options)
        if self._streams[channel].top == 3:
            self._streams[channel].top = 4
        return publication, position


class Hoarding(Streams):
    """Keeps more than it is to keep."""

    def add(self, channel: str, data: bytes, tags: Any, *rest: Any, **options: Any) -> Any:
        retention, *more = rest
        larger = retention._replace(size=retention.size + 1)
        return super().add(channel, data, tags, larger, *more, **options)


class Timeless(Streams):
    """Never lets a publication expire."""

    def add(self, channel: str, data: bytes, tags: Any, *rest: Any, **options: Any) -> Any:
        retention, *more = rest
        return super().add(channel, data, tags, retention._replace(ttl=1e9), *more, **options)


class SweepingTooMuch(Streams):
    """Forgets a stream when its publications expire."""

    def sweep(self) -> None:
        super().sweep()
        for channel in [name for name, held in self._streams.items() if not held.publications]:
            del self._streams[channel]


class Unversioned(Streams):
    """Publishes what is superseded."""

    def add(self, channel: str, data: bytes, tags: Any, *rest: Any, **options: Any) -> Any:
        return super().add(channel, data, tags, rest[0], **options)


class AnyEpoch(Streams):
    """Takes a position of any epoch."""

    def read(self, channel: str, *, since: Position | None = None, **options: Any) -> Any:
        anywhere = None if since is None else Position(since.offset, "")
        return super().read(channel, since=anywhere, **options)


@pytest.mark.parametrize(
    "broken",
    [
        *(Forgetful, Repeating, Disorderly, Gapping, Hoarding),
        *(Timeless, SweepingTooMuch, Unversioned, AnyEpoch),
    ],
)
def test_streams_that_break_a_law_are_found_out(broken: type[Streams]) -> None:
    class Machine(StreamsMachine):
        make_streams = broken

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=LAWS)


class Silent(Maps):
    """Tells nobody that a key has expired."""

    def sweep(self) -> None:
        self._tell = lambda *_told: None
        for held in self._maps.values():
            held.tell = lambda *_told: None
        super().sweep()


class Keeping(Maps):
    """Keeps keys for ever."""

    def _held(self, channel: str) -> MapState | None:
        return self._maps.get(channel)


class Unnumbered(Maps):
    """Does not number removals."""

    def remove(self, channel: str, key: str, *arguments: Any, **options: Any) -> Any:
        held = self._maps.get(channel)
        if held is not None and key in held.entries:
            del held.entries[key]
            held._expires.pop(key, None)
        return super().remove(channel, key, *arguments, **options)


class Latest(Maps):
    """Keeps the oldest changes instead of the newest."""

    def publish(self, channel: str, entry: Entry, *arguments: Any, **options: Any) -> Any:
        held = self._maps.get(channel)
        before = list(held.changes) if held else []
        change = super().publish(channel, entry, *arguments, **options)
        if len(before) == 4:
            self._maps[channel].changes = deque(before)
        return change


@pytest.mark.parametrize("broken", [Silent, Keeping, Unnumbered, Latest])
def test_maps_that_break_a_law_are_found_out(broken: type[Maps]) -> None:
    class Machine(MapsMachine):
        make_maps = broken

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=LAWS)


class Losing(Node):
    """Does not deliver some publications."""

    def deliver(
        self,
        channel: str,
        publication: Publication,
        position: Position,
        previous: Publication | None = None,
    ) -> None:
        if publication.offset % 3 != 2:
            super().deliver(channel, publication, position)


class Doubling(Node):
    """Delivers a publication twice."""

    def deliver(
        self,
        channel: str,
        publication: Publication,
        position: Position,
        previous: Publication | None = None,
    ) -> None:
        super().deliver(channel, publication, position)
        if publication.offset == 2:
            super().deliver(channel, publication, position)


class Reordering(Node):
    """Holds a publication back until the next one."""

    held: tuple[tuple[str, Publication, Position], ...] = ()

    def deliver(
        self,
        channel: str,
        publication: Publication,
        position: Position,
        previous: Publication | None = None,
    ) -> None:
        if publication.offset == 1:
            self.held = ((channel, publication, position),)
            return
        super().deliver(channel, publication, position)
        for late in self.held:
            super().deliver(*late)
        self.held = ()


class NotIdempotent(Node):
    """Publishes again what has the same idempotency key."""

    def publish(self, channel: str, data: bytes, options: Any, rules: Any) -> Position:
        self._answers.discard(lambda _key: True)
        return super().publish(channel, data, options, rules)


class Haunted(Presence):
    """A presence that nobody leaves."""

    def remove(self, channel: str, client: str) -> None: ...


class Ghosts(Node):
    """Never takes anybody off the presence."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.presence = Haunted()


@pytest.mark.parametrize("broken", [Losing, Doubling, Reordering, NotIdempotent, Ghosts])
def test_nodes_that_break_a_law_are_found_out(broken: type[Node]) -> None:
    class Machine(DeliveryMachine):
        make_node = broken

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=LAWS)
