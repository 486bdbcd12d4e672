"""`python -m conformance.coverage`: whether the corpus notices all that a server gets wrong."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.launching import Launch, Launcher, listens
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.naming import parse_release
from centrifugo_grpc.subscriber import inbox
from conformance import api, clients
from conformance.coverage import corpus
from conformance.coverage.searching import Found, Search
from conformance.coverage.unshown import excuses, stale, unexcused
from conformance.preflight import named
from conformance.profile import Profile, read_profile, shipped
from conformance.target import Target, Targets

FOLDER = Path(__file__).parent.parent
PATIENCE = 0.5
"""Seconds that an awaited event may take here: a wrong server keeps it back for ever."""
REFERENCE = f"{sys.executable} -m reference_server -c {{config}}"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.coverage", description=__doc__)
    parser.add_argument("--release", required=True, help="2.8, 3.2, 4.1, 5.4 or 6.9")
    parser.add_argument(
        "--launch",
        metavar="COMMAND",
        help="how to start a server that is right, with {config}; without it, the reference server",
    )
    parser.add_argument("--verbose", action="store_true", help="tell what notices each point")
    given = parser.parse_args(arguments)
    try:
        release = parse_release(given.release)
        known = excuses(release)
        with _targets(release, given.launch or f"{REFERENCE} --release {release}") as targets:
            found = _searched(targets, release)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    if given.verbose:
        for point, by in found.noticed.items():
            print(f"  {point}: {by or 'nothing'}")
    for ran in found.useless:
        print(f"not used, for it fails behind a proxy: {ran.case.id}: {str(ran.raised)[:200]}")
    missing, old = unexcused(found.unnoticed, known), stale(found.unnoticed, known)
    for point in missing:
        print(f"NOT NOTICED: {point}")
    for excuse in old:
        print(f"NO LONGER TRUE: {excuse.pattern}: {excuse.reason}")
    excused = len(found.unnoticed) - len(missing)
    noticed = len(found.noticed) - len(found.unnoticed)
    print(
        f"{release}: {len(found.noticed)} points, {noticed} noticed, {excused} that cannot be shown"
        f" (reasons in {FOLDER.name}/coverage/unshown.toml), {len(missing)} not noticed"
    )
    return 1 if missing or old else 0


def _searched(targets: Targets, release: Release) -> Found:
    inbox.PATIENCE, api.SETTLE_SECONDS, clients.EVENTUALLY_SECONDS = PATIENCE, PATIENCE, PATIENCE
    cases = list(corpus.cases(FOLDER, targets, release))
    search = Search(cases, lambda text: print(text, flush=True))
    print(f"{release}: {len(cases)} requirements", flush=True)
    search.baseline()
    return search.search()


@contextmanager
def _targets(release: Release, command: str) -> Iterator[Targets]:
    """The main server of a release and those of its variants that speak plaintext."""
    main = read_profile(shipped(release))
    profiles = [main, *(variant for variant in main.variants.values() if not variant.tls)]
    launches = [Launch(command, profile.config, release) for profile in profiles]
    launcher = Launcher()
    try:
        launcher.start(launches)
        pairs = zip(profiles, launches, strict=True)
        yield Targets(tuple(_target(profile, launch) for profile, launch in pairs))
    finally:
        launcher.close()


def _target(profile: Profile, launch: Launch) -> Target:
    endpoint = Endpoint(launch.address, profile.api_key)
    streams = {kind: address for kind, address in launch.streams.items() if listens(address)}
    closed = {kind: "it does not listen" for kind in launch.streams if kind not in streams}
    endpoint = replace(endpoint, deadline=10.0)
    found = named(endpoint, profile.release)
    return Target(endpoint, profile.name, found, profile, profile.variant, streams, closed)


if __name__ == "__main__":
    sys.exit(main())
