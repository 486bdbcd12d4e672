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

Numbers = tuple[int, int, int]

# RPCs that came or went between the known releases of the v3 dialect.
_PROBES = ("Batch", "CancelPush", "MapPublish", "UserConnections")
_NO_ANSWER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


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
        served = {dialect: info for dialect, info in infos.items() if _is_declared(info)}
        if not served:
            raise Problem(_why_none(endpoint, old, infos[Dialect.V3]))
        for info in served.values():
            _require_answer(endpoint, info)
        return tuple(
            _found_v2(info) if dialect is Dialect.V2 else _found_v3(endpoint, new, info)
            for dialect, info in served.items()
        )


def _is_declared(answer: Exchange[Message]) -> bool:
    """Whether the server knows an RPC, be it that nobody implemented it.

    What is unknown and what is left out share one status; libraries tell them apart in the text:
    "unknown method", "Method not found!" against "not implemented", "unimplemented".
    """
    is_unimplemented = answer.status is grpc.StatusCode.UNIMPLEMENTED
    return not is_unimplemented or "implemented" in answer.details


def _require_answer(endpoint: Endpoint, info: Exchange[Message]) -> None:
    if info.status is grpc.StatusCode.UNIMPLEMENTED:
        return  # A server without Info has no version to tell.
    if info.status is grpc.StatusCode.OK and info.response is not None:
        return
    if info.status is grpc.StatusCode.UNAUTHENTICATED:
        sent = "refuses the API key" if endpoint.api_key else "asks for an API key"
        raise Problem(f"{endpoint.address} {sent}: give the right one with --api-key")
    may_be_tls = info.status is grpc.StatusCode.UNAVAILABLE and not endpoint.tls
    hint = "; if it speaks TLS, add --tls" if may_be_tls else ""
    raise Problem(
        f"{endpoint.address} does not answer Info of {info.service}:"
        f" {info.status.name} {info.details}{hint}"
    )


def _why_none(endpoint: Endpoint, client: V2Client, info: Exchange[Message]) -> str:
    old = client.call(TOO_OLD_SERVICE, "Info", v2.InfoRequest(), v2.InfoResponse)
    if _is_declared(old):
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
    numbers = _numbers(version)
    if numbers is None or numbers[0] != Release.V2_8.major:
        return Found(Dialect.V2, Release.V2_8, told=False, version=version)
    notice = _notice(version, numbers, Release.V2_8)
    return Found(Dialect.V2, Release.V2_8, told=True, version=version, notice=notice)


def _found_v3(endpoint: Endpoint, client: V3Client, info: Exchange[Message]) -> Found:
    version = _version(info)
    numbers = _numbers(version)
    rpcs = _probed(endpoint, client)
    if numbers is None or numbers[0] < Release.V3_2.major:
        found = next((r for r in releases_of(Dialect.V3) if _declared(r) == rpcs), None)
        if found is None:
            raise Problem(_disagreement(endpoint, "its RPCs are those of no known release"))
        return Found(Dialect.V3, found, told=False, version=version)
    told = next((r for r in releases_of(Dialect.V3) if r.major == numbers[0]), LATEST)
    if not _agree(rpcs, told, numbers):
        why = f"Info tells version {version}, but the RPCs are not those of {told}"
        raise Problem(_disagreement(endpoint, why))
    notice = _notice(version, numbers, told)
    return Found(Dialect.V3, told, told=True, version=version, notice=notice)


def _agree(rpcs: frozenset[str], told: Release, numbers: Numbers) -> bool:
    """Whether the probed RPCs can be those of a version that is judged by the rules of `told`.

    Within a major RPCs came too (Batch in 4.1.3, CancelPush in 5.0.3, MapPublish in 6.8.0), so
    a version before the one that was observed may stand between two lines. Of what is newer than
    the latest nothing is known.
    """
    observed = _numbers_of(told)
    if told is LATEST and numbers[:2] > observed[:2]:
        return True
    here = _declared(told)
    if numbers >= observed or told is Release.V3_2:
        return rpcs == here
    before = _declared(max(r for r in releases_of(Dialect.V3) if r < told))
    return here & before <= rpcs <= here | before


def _notice(version: str, numbers: Numbers, judged_as: Release) -> str:
    """What to say of a version of another line than the one that was observed; else blank."""
    observed = _numbers_of(judged_as)
    if judged_as is LATEST and numbers[:2] > observed[:2]:
        return f"{version} is newer than this suite knows: judged by the rules of {judged_as}"
    if numbers[:2] != observed[:2]:
        return f"{version} is judged by the rules of {judged_as}"
    return ""


def _disagreement(endpoint: Endpoint, why: str) -> str:
    return f"cannot tell the release of {endpoint.address}: {why}; name it with --release"


def _declared(release: Release) -> frozenset[str]:
    """Those of the probed RPCs that a release declares."""
    return frozenset(_PROBES) & (OPEN_RPCS[release] | PRO_RPCS[release])


def _probed(endpoint: Endpoint, client: V3Client) -> frozenset[str]:
    """Those of the probed RPCs that the endpoint declares; an empty request changes nothing."""
    service = Dialect.V3.service
    answers = [client.call(service, probe, b"", v2.InfoResponse) for probe in _PROBES]
    for answer in answers:
        if answer.status in _NO_ANSWER:
            raise Problem(
                f"{endpoint.address} stopped answering: {answer.method} ended as"
                f" {answer.status.name} {answer.details}"
            )
    return frozenset(answer.method for answer in answers if _is_declared(answer))


def _version(info: Exchange[Message]) -> str:
    nodes = info.result.nodes if info.result is not None else ()
    return str(nodes[0].version) if nodes else ""


def _numbers(version: str) -> Numbers | None:
    """The numbers of a version; None for what is none, and for 0.0.0."""
    match = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])", version)
    if match is None or int(match[1]) == 0:
        return None
    return int(match[1]), int(match[2]), int(match[3] or 0)


def _numbers_of(release: Release) -> Numbers:
    major, minor, patch = release.full_version.split(".")
    return int(major), int(minor), int(patch)
