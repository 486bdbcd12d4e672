"""Reflection: the server tells its own services, if it is asked to (from 5.4)."""

import grpc

from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#grpc_apireflection; facts v3-v6.md 3 Unknown"
SINCE_5 = (Release.V5_4, Release.V6_9)
SERVICES = tuple(f"grpc.reflection.{version}.ServerReflection" for version in ("v1", "v1alpha"))
LIST_SERVICES = b"\x3a\x01*"
"""A ServerReflectionRequest that asks for the names of all services."""


def asked(api: Api, service: str) -> tuple[grpc.StatusCode, bytes]:
    """What a reflection service answers to the question for all services, without a key."""
    endpoint = api.client.endpoint
    with endpoint.channel() as channel:
        ask = channel.stream_stream(f"/{service}/ServerReflectionInfo", None, None)
        call = ask(iter([LIST_SERVICES]), timeout=endpoint.deadline)
        try:
            answers = b"".join(call)
        except grpc.RpcError as error:
            return error.code(), b""
        return grpc.StatusCode.OK, answers


@requirement(
    "reflection.refuse.unasked",
    "Unless it is switched on there is no reflection: its services are UNIMPLEMENTED.",
    level=Level.MUST,
    source=DOCS,
)
def test_no_reflection_by_itself(api: Api) -> None:
    for service in SERVICES:
        status, _ = asked(api, service)
        expect.equal(f"status of {service}", status.name, grpc.StatusCode.UNIMPLEMENTED.name)


@requirement(
    "reflection.list.api",
    "With reflection switched on the service of the API is among those that are told.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_5,
    variant="reflection",
)
def test_reflection_tells_the_api(api: Api) -> None:
    status, names = asked(api, SERVICES[0])
    expect.equal("status", status.name, grpc.StatusCode.OK.name)
    told = api.dialect.service.encode() in names
    expect.that(told, f"{api.dialect.service} among the services, in {names!r}")


@requirement(
    "reflection.serve.both-versions",
    "Reflection is served as `v1` and as `v1alpha`, each tells both besides the API, and none asks"
    " for the key.",
    level=Level.OBSERVED,
    source=DOCS,
    releases=SINCE_5,
    variant="reflection",
)
def test_both_versions_of_reflection(api: Api) -> None:
    for service in SERVICES:
        status, names = asked(api, service)
        expect.equal(f"status of {service}", status.name, grpc.StatusCode.OK.name)
        for name in (*SERVICES, api.dialect.service):
            expect.that(name.encode() in names, f"{name} among the services, in {names!r}")
