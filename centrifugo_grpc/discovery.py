"""Finds by asking which dialects, and which release of each, an endpoint speaks.

The release is told by Info's version where that names one, else found from which RPCs exist.
It is never concluded from how an RPC answers, since that is what the corpus judges.
"""

import re
from dataclasses import dataclass

import grpc
from google.protobuf.message import Message

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.exchange import Exchange
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import (
    LATEST,
    OPEN_RPCS,
    PRO_RPCS,
    TOO_OLD_SERVICE,
    Dialect,
    Release,
    releases_of,
)
from protos.v2 import api_pb2 as v2

# RPCs that came or went between the known releases of the v3 dialect.
_PROBES = ("Batch", "CancelPush", "MapPublish", "UserConnections")


@dataclass(frozen=True)
class Found:
    """A dialect that an endpoint speaks.

    `release` is the one whose rules apply, `told` whether Info named it, `version` Info's version
    as it came (blank if none), `notice` what a reader should know about the choice.
    """

    dialect: Dialect
    release: Release
    told: bool
    version: str
    notice: str = ""

    def __str__(self) -> str:
        how = f"told {self.version}" if self.told else "found by its RPCs"
        return f"{self.dialect} as {self.release} ({how})"


def discover(endpoint: Endpoint) -> tuple[Found, ...]:
    """What an endpoint speaks, v2 before v3; raises `Problem` if it is none of what we know."""
    endpoint.require_reachable()
    with V2Client(endpoint) as old, V3Client(endpoint) as new:
        infos = {Dialect.V2: old.info(), Dialect.V3: new.info()}
        served = {dialect: info for dialect, info in infos.items() if _is_served(info)}
        if not served:
            raise Problem(_why_none(endpoint, old, infos[Dialect.V3]))
        for info in served.values():
            _require_answer(endpoint, info)
        return tuple(
            _found_v2(info) if dialect is Dialect.V2 else _found_v3(endpoint, new, info)
            for dialect, info in served.items()
        )


def parse_release(text: str) -> Release:
    """The release named by `2.8`, `3.2`, `4.1`, `5.4` or `6.9`."""
    try:
        return Release(text)
    except ValueError:
        known = ", ".join(str(release) for release in Release)
        raise Problem(f"unknown release {text!r}: the suite knows {known}") from None


def _is_served(info: Exchange[Message]) -> bool:
    return info.status is not grpc.StatusCode.UNIMPLEMENTED


def _require_answer(endpoint: Endpoint, info: Exchange[Message]) -> None:
    if info.status is grpc.StatusCode.OK and info.response is not None:
        return
    if info.status is grpc.StatusCode.UNAUTHENTICATED:
        sent = "refuses the API key" if endpoint.api_key else "asks for an API key"
        raise Problem(f"{endpoint.address} {sent}: give the right one with --api-key")
    hint = "" if endpoint.tls else "; if it speaks TLS, add --tls"
    raise Problem(
        f"{endpoint.address} does not answer Info of {info.service}:"
        f" {info.status.name} {info.details}{hint}"
    )


def _why_none(endpoint: Endpoint, client: V2Client, info: Exchange[Message]) -> str:
    old = client.call(TOO_OLD_SERVICE, "Info", v2.InfoRequest(), v2.InfoResponse)
    if _is_served(old):
        return (
            f"{endpoint.address} serves {TOO_OLD_SERVICE}, which is Centrifugo 2.0 to 2.2: too old,"
            " the suite knows 2.3 and later"
        )
    return (
        f"{endpoint.address} speaks gRPC but neither {Dialect.V2.service} nor"
        f" {Dialect.V3.service} ({info.details}): is this the port of the GRPC API?"
    )


def _found_v2(info: Exchange[Message]) -> Found:
    version = _version(info)
    return Found(Dialect.V2, Release.V2_8, _numbers(version) is not None, version)


def _found_v3(endpoint: Endpoint, client: V3Client, info: Exchange[Message]) -> Found:
    version = _version(info)
    possible = _by_rpcs(client)
    numbers = _numbers(version)
    if numbers is None:
        if len(possible) != 1:
            raise Problem(_disagreement(endpoint, "its RPCs are those of no known release"))
        return Found(Dialect.V3, possible.pop(), told=False, version=version)
    if numbers > _numbers_of(LATEST):
        notice = f"{version} is newer than this suite knows: judged by the rules of {LATEST}"
        return Found(Dialect.V3, LATEST, told=True, version=version, notice=notice)
    told = next(release for release in releases_of(Dialect.V3) if release.major >= numbers[0])
    if told not in possible:
        why = f"Info tells version {version}, but the RPCs are not those of {told}"
        raise Problem(_disagreement(endpoint, why))
    known = _numbers_of(told) == numbers
    notice = "" if known else f"{version} is judged by the rules of {told}"
    return Found(Dialect.V3, told, told=True, version=version, notice=notice)


def _disagreement(endpoint: Endpoint, why: str) -> str:
    return f"cannot tell the release of {endpoint.address}: {why}; name it with --release"


def _by_rpcs(client: V3Client) -> set[Release]:
    """The releases that have exactly those of the probed RPCs that the endpoint has."""
    possible = set(releases_of(Dialect.V3))
    for probe in _PROBES:
        exists = _exists(client, probe)
        possible = {
            release
            for release in possible
            if (probe in OPEN_RPCS[release] | PRO_RPCS[release]) == exists
        }
    return possible


def _exists(client: V3Client, method: str) -> bool:
    """Whether an RPC is declared: answered, or refused as "not implemented" as PRO RPCs are."""
    answer = client.call(Dialect.V3.service, method, b"", v2.InfoResponse)
    return _is_served(answer) or "not implemented" in answer.details


def _version(info: Exchange[Message]) -> str:
    nodes = info.result.nodes if info.result is not None else ()
    return str(nodes[0].version) if nodes else ""


def _numbers(version: str) -> tuple[int, int] | None:
    """Major and minor of a version; None for blank, 0.0.0 and what no release is named."""
    match = re.match(r"v?(\d+)\.(\d+)", version)
    if match is None or int(match[1]) < 2:
        return None
    return int(match[1]), int(match[2])


def _numbers_of(release: Release) -> tuple[int, int]:
    major, minor = release.value.split(".")
    return int(major), int(minor)
