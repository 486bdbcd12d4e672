"""Before any test: is the target there, what does it speak, what does its profile offer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import grpc

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.discovery import Found, discover
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from centrifugo_grpc.result_files import suite_version
from conformance.options import Options
from conformance.profile import Profile, read_profile
from conformance.target import Target

NAMED = "named by --release"


def examine(
    options: Options, endpoint: Endpoint, profile_files: Iterable[Path], name: str = ""
) -> Target:
    """The target as it can be judged; raises `Problem` for whatever stands in the way."""
    profiles = [read_profile(path) for path in profile_files]
    found = _found(options, endpoint)
    fitting = [_fitting(profiles, f) for f in found]
    chosen = tuple(profile for profile in fitting if profile is not None)
    name = name or ", ".join(profile.name for profile in chosen) or endpoint.address
    return Target(endpoint, name, found, chosen)


def _found(options: Options, endpoint: Endpoint) -> tuple[Found, ...]:
    if options.release is not None:
        return (_named(endpoint, options.release),)
    found = discover(endpoint)
    served = {f.dialect for f in found}
    for dialect in options.dialects:
        if dialect not in served:
            raise Problem(
                f"{endpoint.address} does not serve {dialect.service}, the service of {dialect}:"
                " correct --dialect"
            )
    return tuple(f for f in found if not options.dialects or f.dialect in options.dialects)


def _named(endpoint: Endpoint, release: Release) -> Found:
    """What --release names, without asking which one it is: only that its service answers."""
    dialect = dialect_of(release)
    endpoint.require_reachable()
    client_of = V2Client if dialect is Dialect.V2 else V3Client
    with client_of(endpoint) as client:
        info = client.info()
    if info.status is grpc.StatusCode.UNIMPLEMENTED:
        raise Problem(
            f"{endpoint.address} does not serve {dialect.service}, the service of {release}:"
            " correct --release"
        )
    if info.status is not grpc.StatusCode.OK:
        discover(endpoint)  # Says what is wrong: a key, TLS, another protocol.
    nodes = info.result.nodes if info.result is not None else ()
    version = str(nodes[0].version) if nodes else ""
    return Found(dialect, release, told=False, version=version, notice=NAMED)


def _fitting(profiles: Sequence[Profile], found: Found) -> Profile | None:
    """The profile of what was found; raises `Problem` if there are only those of other releases."""
    same_dialect = [profile for profile in profiles if profile.dialect is found.dialect]
    exact = [profile for profile in same_dialect if profile.release is found.release]
    if len(exact) > 1:
        raise Problem(f"two target profiles of {found.release}: {exact[0].path}, {exact[1].path}")
    if same_dialect and not exact:
        profile = same_dialect[0]
        raise Problem(
            f"the target profile {profile.path} is of {profile.release}, but the target is judged"
            f" as {found.release}: give the profile of {found.release}, or --release"
            f" {profile.release}"
        )
    return exact[0] if exact else None


def header(target: Target) -> list[str]:
    """What a reader must know before the first verdict."""
    endpoint = target.endpoint
    name = "" if target.name == endpoint.address else f" ({target.name})"
    doors = f"{'TLS' if endpoint.tls else 'plaintext'}, {'a' if endpoint.api_key else 'no'} key"
    lines = [f"Centrifugo Suite {suite_version()}", f"target: {endpoint.address}{name}, {doors}"]
    for found in target.found:
        profile = target.profile(found.dialect)
        offers = f"profile {profile.path}" if profile else "no profile: no namespaces"
        lines.append(f"  {_described(found)}, {offers}")
        if found.notice and found.notice != NAMED:
            lines.append(f"  notice: {found.notice}")
    return lines


def _described(found: Found) -> str:
    if found.notice != NAMED:
        return str(found)
    told = f", it tells {found.version}" if found.version else ""
    return f"{found.dialect} as {found.release} (named by --release{told})"


def own_endpoint(options: Options, address: str) -> Endpoint:
    """The endpoint that the options describe, at `address`."""
    endpoint = Endpoint(address, options.api_key, options.tls, options.ca)
    return replace(endpoint, ca=options.ca.absolute()) if options.ca else endpoint
