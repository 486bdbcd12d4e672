"""What is done to both endpoints: calls whose channels and epochs each endpoint fills in itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "unknown"
"""The kind of a channel in a namespace that neither endpoint has."""
TOP = "top"
"""The kind of a channel without a namespace."""


@dataclass(frozen=True)
class Room:
    """A channel: its kind of namespace, and which one of these; `form` has `{}` for its name."""

    kind: str
    number: int
    form: str = "{}"

    def __str__(self) -> str:
        return f"<{self.form.format(f'{self.kind} {self.number}')}>"


@dataclass(frozen=True)
class EpochOf:
    """The epoch that an endpoint last told of a channel; blank if it told none."""

    room: Room

    def __str__(self) -> str:
        return f"<epoch of {self.room}>"


@dataclass(frozen=True)
class Operation:
    """One call. `fields` are those of the request, with `Room` and `EpochOf` among their values."""

    rpc: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def rooms(self) -> set[Room]:
        """The channels that it names."""
        rooms = set()
        for value in leaves(self.fields):
            if isinstance(value, Room):
                rooms.add(value)
            elif isinstance(value, EpochOf):
                rooms.add(value.room)
        return rooms

    @property
    def options(self) -> Iterator[str]:
        """What it sets, as `Publish.tags`; commands of a batch as calls of their own."""
        yield self.rpc
        for name, value in self.fields.items():
            yield f"{self.rpc}.{name}"
            if name == "commands":
                for command in value:
                    for inner in command:
                        yield f"Batch.commands.{inner}"
            elif name == "override":
                yield from (f"{self.rpc}.override.{each}" for each in value)
        yield from (f"metadata {name}" for name, _ in self.metadata)

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={_shown(value)}" for name, value in self.fields.items())
        more = "".join(f", {name}: {value}" for name, value in self.metadata)
        return f"{self.rpc}({shown}{more})"


def set_in(command: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The name and the fields of what is set in a command of a batch; blank if nothing is."""
    for name, fields in command.items():
        return name, fields
    return "", {}


def leaves(value: Any) -> Iterator[Any]:
    """The values inside a value, those of lists and tables too."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def filled(value: Any, fill: Callable[[Room | EpochOf], str]) -> Any:
    """A value with its channels and epochs filled in."""
    if isinstance(value, Mapping):
        return {name: filled(item, fill) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, fill) for item in value]
    return fill(value) if isinstance(value, Room | EpochOf) else value


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_shown(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, Room | EpochOf):
        return str(value)
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}... ({len(value)})"
