"""A generic client asks the server what it serves, and calls it by what it is told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool, message_factory

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Dialect, Release
from protos.reflection import v1_pb2 as reflection
from tests.reference_server.serve import serving

SERVICE = Dialect.V3.service
VERSIONS = ("v1", "v1alpha")
WITH_REFLECTION = (Release.V5_4, Release.V6_9)


def config(release: Release, folder: Path, *, is_on: bool) -> str:
    name = "grpc_api_reflection"
    options: dict[str, Any] = {"grpc_api": True, "grpc_api_key": "k", name: is_on}
    if release >= Release.V6_9:
        options = {"grpc_api": {"enabled": True, "key": "k", "reflection": is_on}}
    path = folder / f"{release}-{is_on}.json"
    path.write_text(json.dumps(options))
    return str(path)


class Generic:
    """Asks by reflection, without a key, and makes message classes of the answers."""

    def __init__(self, channel: grpc.Channel, version: str) -> None:
        path = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
        self._ask = channel.stream_stream(
            path,
            reflection.ServerReflectionRequest.SerializeToString,
            reflection.ServerReflectionResponse.FromString,
        )

    def ask(self, *requests: Any) -> list[Any]:
        return list(self._ask(iter(requests), timeout=10))

    def services(self) -> list[str]:
        (answer,) = self.ask(reflection.ServerReflectionRequest(list_services=""))
        return [service.name for service in answer.list_services_response.service]

    def pool(self, symbol: str) -> descriptor_pool.DescriptorPool:
        pool = descriptor_pool.DescriptorPool()
        (answer,) = self.ask(reflection.ServerReflectionRequest(file_containing_symbol=symbol))
        for file in answer.file_descriptor_response.file_descriptor_proto:
            pool.AddSerializedFile(file)
        return pool


@pytest.fixture(params=WITH_REFLECTION, ids=str, scope="module")
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Release, str]]:
    release: Release = request.param
    path = config(release, tmp_path_factory.mktemp("reflection"), is_on=True)
    with serving("--release", str(release), "-c", path) as address:
        yield release, address


@pytest.mark.parametrize("version", VERSIONS)
def test_a_generic_client_lists_the_services_and_calls_the_api(
    served: tuple[Release, str], version: str
) -> None:
    release, address = served
    with grpc.insecure_channel(address) as channel:
        generic = Generic(channel, version)
        assert generic.services() == [
            SERVICE,
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
        ]
        pool = generic.pool(SERVICE)
        service = pool.FindServiceByName(SERVICE)
        methods = {method.name for method in service.methods}
        assert methods == OPEN_RPCS[release] | PRO_RPCS[release]
        method = service.FindMethodByName("Publish")
        request: Any = message_factory.GetMessageClass(method.input_type)(channel="a", data=b"x")
        response: Any = message_factory.GetMessageClass(method.output_type)
        call = channel.unary_unary(
            f"/{SERVICE}/Publish", request.SerializeToString, response.FromString
        )
        answer: Any = call(request, timeout=10, metadata=(("authorization", "apikey k"),))
        assert not answer.HasField("error")
        for name in generic.services():
            assert generic.pool(name).FindServiceByName(name).full_name == name


def test_a_release_is_told_with_its_own_fields(served: tuple[Release, str]) -> None:
    release, address = served
    with grpc.insecure_channel(address) as channel:
        pool = Generic(channel, "v1").pool(f"{SERVICE}.Publish")
    package = SERVICE.rpartition(".")[0]
    fields = pool.FindMessageTypeByName(f"{package}.PublishRequest").fields_by_name
    assert ("version" in fields) == (release >= Release.V6_9)
    assert "reconnect" not in pool.FindMessageTypeByName(f"{package}.Disconnect").fields_by_name


def test_questions_are_answered_one_by_one_and_what_is_not_there_is_not_found(
    served: tuple[Release, str],
) -> None:
    request = reflection.ServerReflectionRequest
    extension = reflection.ExtensionRequest(containing_type=f"{SERVICE}.X", extension_number=1)
    message = "centrifugal.centrifugo.api.PublishRequest"
    with grpc.insecure_channel(served[1]) as channel:
        *missing, by_name, numbers = Generic(channel, "v1").ask(
            request(host="h", file_by_filename="nope.proto"),
            request(file_containing_symbol="nope.Nope"),
            request(file_containing_symbol=f".{SERVICE}"),
            request(file_containing_extension=extension),
            request(all_extension_numbers_of_type="nope.Nope"),
            request(file_by_filename="api.proto"),
            request(all_extension_numbers_of_type=message),
        )
    assert missing[0].valid_host == missing[0].original_request.host == "h"
    for answer in missing:
        assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
        assert answer.error_response.error_message == "proto: not found"
    assert len(by_name.file_descriptor_response.file_descriptor_proto) == 1
    assert numbers.all_extension_numbers_response.base_type_name == message


@pytest.mark.parametrize(
    ("body", "status", "details"),
    [
        (b"", grpc.StatusCode.INVALID_ARGUMENT, "invalid MessageRequest: <nil>"),
        (
            b"\x0a\xff",
            grpc.StatusCode.INTERNAL,
            "grpc: failed to unmarshal the received message:"
            " proto: cannot parse invalid wire-format data",
        ),
    ],
)
def test_a_question_that_is_none_ends_the_stream(
    served: tuple[Release, str], body: bytes, status: grpc.StatusCode, details: str
) -> None:
    path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    with grpc.insecure_channel(served[1]) as channel, pytest.raises(grpc.RpcError) as ended:
        list(channel.stream_stream(path, None, None)(iter([body]), timeout=10))
    assert (ended.value.code(), ended.value.details()) == (status, details)


def test_another_method_of_reflection_is_unknown(served: tuple[Release, str]) -> None:
    service = "grpc.reflection.v1.ServerReflection"
    with V3Client(Endpoint(served[1])) as client:
        answer = client.call(service, "Nope", b"", reflection.ErrorResponse)
    assert answer.details == f"unknown method Nope for service {service}"


@pytest.mark.parametrize("release", Release, ids=str)
def test_switched_off_or_older_than_5_there_is_no_reflection(
    release: Release, tmp_path: Path
) -> None:
    path = config(release, tmp_path, is_on=release < Release.V5_4)
    with (
        serving("--release", str(release), "-c", path) as address,
        V3Client(Endpoint(address)) as client,
    ):
        for version in VERSIONS:
            service = f"grpc.reflection.{version}.ServerReflection"
            unsigned = CallOptions(send_key=False)
            answer = client.call(
                service, "ServerReflectionInfo", b"", reflection.ErrorResponse, unsigned
            )
            assert answer.status is grpc.StatusCode.UNIMPLEMENTED
            assert answer.details == f"unknown service {service}"
