"""What is judged: endpoints, what they speak, and the profiles that tell what they offer."""

import itertools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from centrifugo_grpc.discovery import Found
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.releases import Dialect, Release
from conformance.profile import MAIN, Profile, read_profile
from conformance.profile_from import profile_from

CLIENTS = "clients"
"""What a requirement needs that wants subscribers, whichever way the release's come."""


_TURNS = itertools.count()


@dataclass(frozen=True)
class Target:
    """One dialect of an endpoint that answered, started as one variant.

    `streams` are the addresses by which subscribers come that listen (`uni`, `http`), `closed`
    says of the others why not. A cluster has `other_nodes` besides `endpoint`, and streams of
    these, to which `stream` sends subscribers in turn.
    """

    endpoint: Endpoint
    name: str
    found: Found
    profile: Profile | None
    variant: str = MAIN
    streams: Mapping[str, str] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    other_nodes: tuple[Endpoint, ...] = ()
    other_streams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def dialect(self) -> Dialect:
        """The dialect that is spoken."""
        return self.found.dialect

    @property
    def release(self) -> Release:
        """The release whose rules apply."""
        return self.found.release

    @property
    def stream_of_clients(self) -> str:
        """The stream that subscribers of this dialect use."""
        return "http" if self.dialect is Dialect.V2 else "uni"

    def stream(self, kind: str) -> str:
        """Where the next subscriber goes: the nodes of a cluster take turns."""
        addresses = (self.streams[kind], *self.other_streams.get(kind, ()))
        return addresses[next(_TURNS) % len(addresses)]

    def missing(self, need: str) -> str | None:
        """Why a need is not offered; None if it is."""
        stream = self.stream_of_clients if need == CLIENTS else need
        if stream in self.streams:
            return None
        if stream in self.closed:
            return self.closed[stream]
        if self.profile is None:
            return f"no target profile for {self.dialect}: give one with --target-profile"
        return None if need in self.profile.namespaces else ""

    def option(self, name: str) -> Any:
        """What the profile tells of the configuration besides namespaces, such as a limit."""
        assert self.profile is not None, "variants have one"
        return self.profile.options[name]

    def as_message(self) -> dict[str, Any]:
        """The target in plain values, for another process of the run."""
        found = asdict(self.found)
        found |= {"dialect": self.dialect.value, "release": self.release.value}
        return {
            "endpoints": [
                asdict(each) | {"ca": str(each.ca) if each.ca else ""}
                for each in (self.endpoint, *self.other_nodes)
            ],
            "name": self.name,
            "found": found,
            "profile": str(self.profile.path.absolute()) if self.profile else "",
            "from_config": self.profile is not None and self.profile.from_config,
            "variant": self.variant,
            "streams": dict(self.streams),
            "closed": dict(self.closed),
            "other_streams": {kind: list(each) for kind, each in self.other_streams.items()},
        }


def target_from_message(message: Mapping[str, Any]) -> Target:
    """The target that another process of the run has found."""
    endpoints = [
        Endpoint(**each | {"ca": Path(each["ca"]) if each["ca"] else None})
        for each in message["endpoints"]
    ]
    found = dict(message["found"])
    found |= {"dialect": Dialect(found["dialect"]), "release": Release(found["release"])}
    path, variant = message["profile"], message["variant"]
    profile = None
    if path:
        read = Path(path)
        profile = (
            profile_from(read, found["release"])
            if message["from_config"]
            else read_profile(read, variant)
        )
    return Target(
        endpoint=endpoints[0],
        name=message["name"],
        found=Found(**found),
        profile=profile,
        variant=variant,
        streams=message["streams"],
        closed=message["closed"],
        other_nodes=tuple(endpoints[1:]),
        other_streams={kind: tuple(each) for kind, each in message["other_streams"].items()},
    )


@dataclass(frozen=True)
class Targets:
    """All that a run judges: a main target a dialect, and the variants that there are.

    `absent` says of variants that were looked for why they are not there; `pending` are those
    that will be started if a test needs them.
    """

    all: tuple[Target, ...]
    absent: Mapping[str, str] = field(default_factory=dict)
    pending: frozenset[tuple[Dialect, str]] = frozenset()

    @property
    def main(self) -> tuple[Target, ...]:
        """The main target of each dialect."""
        return tuple(target for target in self.all if target.variant == MAIN)

    def get(self, dialect: Dialect, variant: str = MAIN) -> Target | None:
        """The target of a variant. One with a key or TLS stands in for these variants."""
        for target in self.all:
            if target.dialect is dialect and target.variant == variant:
                return target
        main = next((target for target in self.main if target.dialect is dialect), None)
        if main is not None and _is_started_as(main, variant):
            return main
        return None

    def release(self, dialect: Dialect) -> Release | None:
        """The release whose rules apply to a dialect; None if it is not judged."""
        main = self.get(dialect)
        return None if main is None else main.release

    def as_message(self) -> dict[str, Any]:
        """The targets in plain values, for another process of the run."""
        return {
            "all": [target.as_message() for target in self.all],
            "absent": dict(self.absent),
        }


def targets_from_message(message: Mapping[str, Any]) -> Targets:
    """The targets that another process of the run has found."""
    found = tuple(target_from_message(each) for each in message["all"])
    return Targets(found, message["absent"])


def _is_started_as(target: Target, variant: str) -> bool:
    if variant == "key":
        return target.endpoint.api_key is not None
    return variant == "tls" and target.endpoint.tls
