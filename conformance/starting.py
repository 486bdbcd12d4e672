"""Which servers a run starts: the main one of each release, and the variants that tests need."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.launching import Launch, Launcher, listens
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from conformance.options import KEY_VARIABLE, Options
from conformance.preflight import named
from conformance.profile import MAIN, Profile, read_profile, shipped
from conformance.target import Target, Targets

REFERENCE = "the reference server"
_REFERENCE_RELEASES = (Release.V2_8, Release.V6_9)
"""What is judged where nothing is named: one release a dialect."""


class Starting:
    """Starts the command of `--launch`, or the reference server; `close` stops all."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._launcher = Launcher()
        self._profiles = _profiles(options)
        self.close = self._launcher.close
        self.ended = self._launcher.ended

    def start_main(self) -> Targets:
        """The main server of each release, and the variants as they will be once started."""
        main = [(profile, self._launch(profile)) for profile in self._profiles]
        variants = [
            (variant, self._launch(variant))
            for profile in self._profiles
            for variant in profile.variants.values()
            if variant.config.exists()
        ]
        self._waiting = {
            (variant.dialect, variant.variant): (variant, launch) for variant, launch in variants
        }
        self._launcher.start(launch for _, launch in main)
        started = [self._target(profile, launch) for profile, launch in main]
        return Targets(tuple(started), pending=frozenset(self._waiting))

    def start_variants(self, targets: Targets, needed: Iterable[tuple[Dialect, str]]) -> Targets:
        """The targets with those variants that are needed and were not started yet."""
        keys = [key for key in dict.fromkeys(needed) if key in self._waiting]
        chosen = [self._waiting.pop(key) for key in keys]
        self._launcher.start(launch for _, launch in chosen)
        started = [self._target(profile, launch) for profile, launch in chosen]
        pending = targets.pending - frozenset(keys)
        return replace(targets, all=(*targets.all, *started), pending=pending)

    def _launch(self, profile: Profile) -> Launch:
        command = self._options.launch or _reference(profile.release)
        key = self._options.api_key if profile.variant == MAIN else None
        environment = {KEY_VARIABLE: key} if key else {}
        return Launch(command, profile.config, profile.release, environment)

    def _target(self, profile: Profile, launch: Launch) -> Target:
        key = profile.api_key or (self._options.api_key if profile.variant == MAIN else None)
        endpoint = Endpoint(launch.address, key, profile.tls, profile.ca)
        found = named(endpoint, profile.release)
        streams = {k: address for k, address in launch.streams.items() if listens(address)}
        closed = {
            kind: f"what was started does not listen on its {kind} port"
            for kind in launch.streams
            if kind not in streams
        }
        name = profile.name if self._options.launch else REFERENCE
        return Target(endpoint, name, found, profile, profile.variant, streams, closed)


def _profiles(options: Options) -> Sequence[Profile]:
    """One a release that is started."""
    files = options.profiles
    if not files:
        releases = _REFERENCE_RELEASES if options.release is None else (options.release,)
        wanted = [r for r in releases if not options.dialects or dialect_of(r) in options.dialects]
        files = tuple(shipped(release) for release in wanted)
    profiles = [read_profile(path) for path in files]
    for profile in profiles:
        if options.release not in (None, profile.release):
            raise Problem(
                f"the target profile {profile.path} is of {profile.release}, but the target is"
                f" judged as {options.release}: give the profile of {options.release}, or"
                f" --release {profile.release}"
            )
    for index, profile in enumerate(profiles):
        same = [other for other in profiles[:index] if other.dialect is profile.dialect]
        if same:
            raise Problem(
                f"two target profiles of {profile.dialect}: {same[0].path}, {profile.path}"
            )
    return profiles


def _reference(release: Release) -> str:
    return f"{shlex.quote(sys.executable)} -m reference_server --release {release} -c {{config}}"
