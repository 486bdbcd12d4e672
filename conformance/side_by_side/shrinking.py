"""Makes a sequence that ends in a difference as small as it can be made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.side_by_side.operations import Operation, Room

Differs = Callable[[Sequence[Operation]], bool]
"""Whether a sequence, done anew, still ends in a difference at its last operation."""

MOST_TRIALS = 400


class Shrinker:
    """Leaves out operations, then fields, then parts of values, as long as the end differs."""

    def __init__(self, differs: Differs) -> None:
        self._differs = differs
        self._trials = 0

    def shrink(self, operations: Sequence[Operation]) -> list[Operation]:
        """The smallest sequence that was found; the one given if it does not differ again."""
        smallest = self._of_its_rooms(list(operations))
        smallest = self._fewer(smallest)
        for place in range(len(smallest)):
            smallest = self._simpler(smallest, place)
        return self._fewer(smallest)

    def _holds(self, operations: Sequence[Operation]) -> bool:
        if self._trials >= MOST_TRIALS or not operations:
            return False
        self._trials += 1
        return self._differs(operations)

    def _of_its_rooms(self, operations: list[Operation]) -> list[Operation]:
        """Only what names a channel of the last operation, if that is enough."""
        last = operations[-1]
        related = [each for each in operations[:-1] if each.rooms & last.rooms]
        candidate = [*related, last]
        return candidate if self._holds(candidate) else operations

    def _fewer(self, operations: list[Operation]) -> list[Operation]:
        """Without runs of operations before the last: halves first, at last single ones."""
        size = max(len(operations) // 2, 1)
        while size:
            place = 0
            while place + size <= len(operations) - 1:
                candidate = operations[:place] + operations[place + size :]
                if self._holds(candidate):
                    operations = candidate
                else:
                    place += size
            size //= 2
        return operations

    def _simpler(self, operations: list[Operation], place: int) -> list[Operation]:
        """With a simpler operation in this place, as often as one does."""
        while True:
            for simpler in _simplifications(operations[place]):
                candidate = [*operations[:place], simpler, *operations[place + 1 :]]
                if self._holds(candidate):
                    operations = candidate
                    break
            else:
                return operations


def _simplifications(operation: Operation) -> Iterator[Operation]:
    if operation.metadata:
        yield replace(operation, metadata=())
    for fields in _simpler_fields(operation.fields):
        yield replace(operation, fields=fields)


def _simpler_fields(fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, Room):
            continue  # Without its channel an operation is another one, and not of this run alone.
        yield {other: kept for other, kept in fields.items() if other != name}
    for name, value in fields.items():
        for simpler in _simpler_values(value):
            yield {**fields, name: simpler}


def _simpler_values(value: Any) -> Iterator[Any]:
    if isinstance(value, bytes | str) and len(value) > 1:
        yield value[:1]
    elif isinstance(value, list):
        yield from (value[:place] + value[place + 1 :] for place in range(len(value)))
        for place, item in enumerate(value):
            for simpler in _simpler_values(item):
                yield [*value[:place], simpler, *value[place + 1 :]]
    elif isinstance(value, Mapping):
        yield from _simpler_fields(value)
