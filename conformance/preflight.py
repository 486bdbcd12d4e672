"""Before any test: is the target there, what does it speak, what does its profile offer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import grpc

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.discovery import Found, discover
from centrifugo_grpc.endpoint import Endpoint, split_address
from centrifugo_grpc.launching import listens
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from centrifugo_grpc.result_files import suite_version
from conformance.options import Options
from conformance.profile import Profile, read_profile
from conformance.profile_from import profile_from
from conformance.target import Target, Targets

NAMED = "named by --release"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_STREAMS = {Dialect.V2: ("http",), Dialect.V3: ("uni", "http")}
_STREAM_OPTIONS = {"uni": "--uni-target", "http": "--ws-target"}


def examine(options: Options, address: str) -> Targets:
    """The targets as they can be judged; raises `Problem` for whatever stands in the way."""
    endpoint = own_endpoint(options, address)
    profiles = [read_profile(path) for path in options.profiles]
    found = _found(options, endpoint)
    if options.profile_from is not None:
        profiles = [profile_from(options.profile_from, each.release) for each in found]
    fitting = [_fitting(profiles, f) for f in found]
    name = ", ".join(profile.name for profile in fitting if profile) or endpoint.address
    main = [
        _with_nodes(_with_streams(Target(endpoint, name, each, profile), options.streams), options)
        for each, profile in zip(found, fitting, strict=True)
    ]
    variants, absent = _variants([profile for profile in fitting if profile])
    return Targets((*main, *variants), absent)


def variant_target(profile: Profile, address: str) -> Target:
    """The target of a variant, at an address that answers; raises `Problem` if it does not."""
    endpoint = Endpoint(address, profile.api_key, profile.tls, profile.ca)
    found = named(endpoint, profile.release)
    return Target(endpoint, profile.name, found, profile, profile.variant)


def _variants(profiles: Sequence[Profile]) -> tuple[list[Target], dict[str, str]]:
    """The variants whose addresses the profiles give, and why some of these are not there."""
    there: list[Target] = []
    absent: dict[str, str] = {}
    for profile in profiles:
        for variant in profile.variants.values():
            address = variant.endpoints.get("grpc")
            if address is None:
                continue
            try:
                there.append(_with_streams(variant_target(variant, address), {}))
            except Problem as problem:
                absent[variant.variant] = f"variant {variant.variant}: {problem}"
    return there, absent


def _with_streams(target: Target, given: Mapping[str, str]) -> Target:
    """The target with the streams that options or its profile name, if something listens there."""
    streams: dict[str, str] = {}
    closed: dict[str, str] = {}
    for kind in _STREAMS[target.dialect]:
        if kind in given:
            addresses = given[kind].split(",")
            for address in addresses:
                if not listens(address):
                    option = _STREAM_OPTIONS[kind]
                    raise Problem(f"nothing listens on {address}: correct {option}")
            streams[kind] = addresses[0]
            continue
        if target.profile is None or kind not in target.profile.endpoints:
            continue
        address = target.profile.endpoints[kind]
        if not _is_same(target.profile.endpoints.get("grpc", ""), target.endpoint.address):
            closed[kind] = (
                f"the profile's {kind} endpoint belongs to another address than"
                f" {target.endpoint.address}: give {_STREAM_OPTIONS[kind]}"
            )
        elif listens(address):
            streams[kind] = address
        else:
            closed[kind] = f"nothing listens on the profile's {kind} endpoint {address}"
    return replace(target, streams=streams, closed=closed)


def _with_nodes(target: Target, options: Options) -> Target:
    """The target with the other nodes of its cluster, all of which have to tell the same nodes."""
    if not options.other_nodes:
        return target
    others = tuple(replace(target.endpoint, address=each) for each in options.other_nodes)
    for endpoint in (target.endpoint, *others):
        told = _told_nodes(endpoint, target.release)
        if told < len(others) + 1:
            raise Problem(
                f"{endpoint.address} tells of {told} node(s), {len(others) + 1} are named: give the"
                " nodes of one cluster, which share a Redis"
            )
    streams = {kind: tuple(given.split(",")) for kind, given in options.streams.items()}
    return replace(
        target,
        other_nodes=others,
        other_streams={kind: nodes[1:] for kind, nodes in streams.items() if nodes[1:]},
    )


def _told_nodes(endpoint: Endpoint, release: Release) -> int:
    named(endpoint, release)
    client_of = V2Client if dialect_of(release) is Dialect.V2 else V3Client
    with client_of(endpoint) as client:
        info = client.info()
    return len(info.result.nodes) if info.result is not None else 0


def _is_same(one: str, other: str) -> bool:
    """Whether two addresses are the same, all names of this machine being one."""
    if not one:
        return True  # The profile does not say whose streams they are.
    places = [split_address(one), split_address(other)]
    hosts = {"localhost" if host in _LOOPBACK else host for host, _ in places}
    return len(hosts) == 1 and places[0][1] == places[1][1]


def _found(options: Options, endpoint: Endpoint) -> tuple[Found, ...]:
    if options.release is not None:
        return (named(endpoint, options.release),)
    found = discover(endpoint)
    served = {f.dialect for f in found}
    for dialect in options.dialects:
        if dialect not in served:
            raise Problem(
                f"{endpoint.address} does not serve {dialect.service}, the service of {dialect}:"
                " correct --dialect"
            )
    return tuple(f for f in found if not options.dialects or f.dialect in options.dialects)


def named(endpoint: Endpoint, release: Release) -> Found:
    """A release that is known, so it is not asked for: only that its service answers."""
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


def header(targets: Targets) -> list[str]:
    """What a reader must know before the first verdict."""
    lines = [f"Centrifugo Suite {suite_version()}"]
    for endpoint in dict.fromkeys(target.endpoint for target in targets.main):
        here = [target for target in targets.main if target.endpoint == endpoint]
        name = "" if here[0].name == endpoint.address else f" ({here[0].name})"
        doors = f"{'TLS' if endpoint.tls else 'plaintext'}, {'a' if endpoint.api_key else 'no'} key"
        nodes = ",".join([endpoint.address, *(each.address for each in here[0].other_nodes)])
        lines.append(f"target: {nodes}{name}, {doors}")
        for target in here:
            lines += _lines(target)
    others = dict.fromkeys(t.variant for t in targets.all if t not in targets.main)
    return [*lines, f"  variants: {', '.join(others)}"] if others else lines


def _lines(target: Target) -> list[str]:
    found, profile = target.found, target.profile
    offers = f"profile {profile.path}" if profile else "no profile: no namespaces"
    lines = [f"  {_described(found)}, {offers}"]
    if target.streams:
        streams = ", ".join(f"{kind} {address}" for kind, address in target.streams.items())
        lines.append(f"  subscribers by {streams}")
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
