"""The options of 6.9 as a tree: which are known at which place, and what their values may be."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reference_server.config import values
from reference_server.config.known_to_6 import TABLES

_READERS = {
    "": values.text,
    "?": values.truth,
    "#": values.whole_or_blank,
    "~": values.duration,
    "*": values.texts,
}
_LISTS = ("channel.namespaces", "rpc.namespaces", "proxies", "consumers")
"""What stands in lists has names of its own in variables: CENTRIFUGO_CHANNEL_NAMESPACES_CHAT_…."""


class _Option(NamedTuple):
    kind: str
    table: str = ""


def _option(place: str, word: str) -> tuple[str, _Option]:
    name, is_table, table = word.partition(":")
    if is_table:
        return name, _Option(":", table or (f"{place}.{name}" if place else name))
    kind = word[-1] if word[-1] in "?#~*!" else ""
    return word.removesuffix(kind), _Option(kind)


_TREE = {
    place: dict(_option(place, word) for word in words.split()) for place, words in TABLES.items()
}
TOP_TABLES = frozenset(name for name, option in _TREE[""].items() if option.kind == ":")
"""The options of 6 that are tables; many of the names were switches before."""


def unknown_options(table: Mapping[str, Any], place: str = "", prefix: str = "") -> Iterator[str]:
    """What stands in a table, and in those in it, that 6.9 does not know; `place` is the table's.

    `prefix` is what the file calls it.
    """
    for name, value in table.items():
        option = _TREE[place].get(name)
        if option is None:
            yield prefix + name
        elif option.kind == ":" and isinstance(value, Mapping):
            yield from unknown_options(value, option.table, f"{prefix}{name}.")


def require_kinds(table: Mapping[str, Any], place: str = "", prefix: str = "") -> None:
    """Refuse values that cannot be read as what they are for, wherever they stand in a file."""
    for name, option in _TREE[place].items():
        value = table.get(name)
        if value is None or option.kind == "!":
            continue
        if option.kind == ":":
            inner = values.table(prefix + name, value)
            require_kinds(inner, option.table, f"{prefix}{name}.")
        else:
            _READERS[option.kind](prefix + name, value)


def _names(place: str = "", prefix: str = "") -> Iterator[str]:
    for name, option in _TREE[place].items():
        if option.kind == ":":
            yield from _names(option.table, f"{prefix}{name}_")
        else:
            yield prefix + name


_VARIABLES = frozenset(_names())
_IN_LISTS = tuple(f"{name.replace('.', '_')}_" for name in _LISTS)


def is_variable(name: str) -> bool:
    """Whether 6.9 reads the variable CENTRIFUGO_… of this name."""
    rest = name.removeprefix("CENTRIFUGO_").lower()
    return rest in _VARIABLES or rest.startswith(_IN_LISTS)
