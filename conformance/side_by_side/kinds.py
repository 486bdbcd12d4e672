"""Which namespaces the operations use: those that both sides have and that keep what they get."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.profile import Profile, seconds
from conformance.side_by_side.operations import TOP

_SHORTEST_SECONDS = 180.0
"""Namespaces that keep anything for less are left out: no two servers forget at one time."""
_LIFETIMES = ("ttl", "meta_ttl", "key_ttl", "stream_ttl")


@dataclass(frozen=True)
class Kinds:
    """Kinds of namespace by what they are good for; a kind is a name in the profile."""

    streams: tuple[str, ...]
    with_history: tuple[str, ...]
    with_presence: tuple[str, ...]
    maps: tuple[str, ...]
    shared_polls: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every kind."""
        return (*self.streams, *self.maps, *self.shared_polls)


def kinds_of(first: Profile | None, second: Profile | None) -> Kinds:
    """What the profiles of both sides offer; without profiles, channels without a namespace."""
    if first is None or second is None:
        return Kinds((TOP,), (), (), (), ())
    common = _distinct(
        {
            kind: (namespace, second.namespaces[kind])
            for kind, namespace in first.namespaces.items()
            if kind in second.namespaces and _lasts(namespace) and _lasts(second.namespaces[kind])
        }
    )
    maps = tuple(kind for kind in common if _type(kind, first.namespaces[kind]) == "map")
    polls = tuple(kind for kind in common if _type(kind, first.namespaces[kind]) == "shared_poll")
    streams = tuple(kind for kind in common if kind not in (*maps, *polls))
    history = tuple(k for k in streams if {"size", "ttl"} <= first.namespaces[k].keys())
    presence = tuple(
        k
        for k in streams
        if k in ("presence", "full", "chat") or first.namespaces[k].get("presence")
    )
    return Kinds((*streams, TOP), history, presence, maps, polls)


def _distinct(kinds: Mapping[str, tuple[Mapping[str, Any], ...]]) -> list[str]:
    """The kinds without those whose namespace has another kind already, on either side.

    One channel under two names would be published to twice in a Broadcast, whose parts have no
    order, and its epoch would be two.
    """
    taken: tuple[set[str], ...] = (set(), set())
    distinct = []
    for kind, namespaces in kinds.items():
        names = [str(namespace["name"]) for namespace in namespaces]
        if not any(name in those for name, those in zip(names, taken, strict=True)):
            distinct.append(kind)
            for name, those in zip(names, taken, strict=True):
                those.add(name)
    return distinct


def _type(kind: str, namespace: Mapping[str, Any]) -> str:
    """What kind of subscription it has: told by the profile, or by the names of shipped ones."""
    if "type" in namespace:
        return str(namespace["type"])
    return "map" if kind.startswith("map") else kind[:11] if kind.startswith("shared_poll") else ""


def _lasts(namespace: Mapping[str, Any]) -> bool:
    return all(
        seconds(str(namespace[name])) >= _SHORTEST_SECONDS
        for name in _LIFETIMES
        if name in namespace
    )
