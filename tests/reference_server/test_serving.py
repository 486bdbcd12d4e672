"""What a client meets on the port."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.discovery import discover
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Dialect, Release, releases_of
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3
from tests.reference_server.serve import refused, serving

V3_RELEASES = releases_of(Dialect.V3)


@pytest.fixture(scope="module")
def both() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config = tmp_path_factory.mktemp("guarded") / "config.json"
    config.write_text(json.dumps({"grpc_api": {"enabled": True, "key": "k"}}))
    with serving("-c", str(config)) as address:
        yield address


@pytest.fixture(params=V3_RELEASES, ids=str, scope="module")
def one(request: pytest.FixtureRequest) -> Iterator[tuple[Release, V3Client]]:
    release: Release = request.param
    with serving("--release", str(release)) as address, V3Client(Endpoint(address)) as client:
        yield release, client


def test_without_a_release_both_dialects_answer_on_one_port(both: str) -> None:
    found = {item.dialect: item.release for item in discover(Endpoint(both))}
    assert found == {Dialect.V2: Release.V2_8, Dialect.V3: Release.V6_9}


def test_with_a_release_its_service_alone_is_served(one: tuple[Release, V3Client]) -> None:
    release, client = one
    (found,) = discover(client.endpoint)
    assert (found.dialect, found.release) == (Dialect.V3, release)


def test_every_rpc_of_a_release_is_answered_or_declared_and_no_other_is_known(
    one: tuple[Release, V3Client],
) -> None:
    release, client = one
    for method in (m.name for m in v3.DESCRIPTOR.services_by_name["CentrifugoApi"].methods):
        answer = client.call(Dialect.V3.service, method, b"", v3.InfoResponse)
        if method in OPEN_RPCS[release]:
            assert answer.status is grpc.StatusCode.OK, method
        elif method in PRO_RPCS[release]:
            assert answer.details == f"method {method} not implemented"
        else:
            service = Dialect.V3.service
            assert answer.details == f"unknown method {method} for service {service}"


def test_a_publication_comes_back_from_history_byte_for_byte(
    one: tuple[Release, V3Client],
) -> None:
    _, client = one
    data = bytes(range(256)) * 4 + b"\x00\xff"
    published = client.publish(channel="history:bytes", data=data)
    history = client.history(channel="history:bytes", limit=-1)
    assert published.result.offset == history.result.offset == 1
    assert published.result.epoch == history.result.epoch
    assert [publication.data for publication in history.result.publications] == [data]


def test_a_body_that_does_not_parse_is_internal_and_the_release_says_why(both: str) -> None:
    garbage = b"\x0a\xff"
    with V2Client(Endpoint(both)) as old, V3Client(Endpoint(both)) as new:
        in_v2 = old.call(Dialect.V2.service, "Publish", garbage, v2.PublishResponse)
        in_v3 = new.call(Dialect.V3.service, "Publish", garbage, v3.PublishResponse)
    assert in_v2.status is in_v3.status is grpc.StatusCode.INTERNAL
    assert in_v2.details == "grpc: error unmarshalling request: unexpected EOF"
    assert "cannot parse invalid wire-format data" in in_v3.details


def test_the_old_dialect_takes_any_bytes_for_a_string(both: str) -> None:
    publish = b"\x0a\x09history:\xff" + b"\x12\x01x"
    ask = b"\x0a\x09history:\xff"
    with V2Client(Endpoint(both)) as client:
        done = client.call(Dialect.V2.service, "Publish", publish, v2.PublishResponse)
        kept = client.call(Dialect.V2.service, "History", ask, v2.HistoryResponse)
    assert done.status is grpc.StatusCode.OK
    assert [publication.data for publication in kept.result.publications] == [b"x"]


def test_the_size_limit_is_told_in_go_s_words_and_the_connection_stays_usable(both: str) -> None:
    limit = 4_194_304
    room = limit - v3.PublishRequest(channel="plain:big", data=bytes(limit)).ByteSize() + limit
    assert v3.PublishRequest(channel="plain:big", data=bytes(room)).ByteSize() == limit
    with V3Client(Endpoint(both)) as client:
        exact = client.publish(channel="plain:big", data=bytes(room))
        over = client.publish(channel="plain:big", data=bytes(room + 1))
        assert exact.status is grpc.StatusCode.OK
        assert over.status is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert over.details == "grpc: received message larger than max (4194305 vs. 4194304)"
        assert client.info().status is grpc.StatusCode.OK


@pytest.mark.parametrize(
    "sent",
    ["apikey wrong", "Apikey k", "apikey  k", "apikey k ", "k", "Bearer k", None],
)
def test_anything_but_the_key_is_unauthenticated(guarded: str, sent: str | None) -> None:
    metadata = (("authorization", sent),) if sent else ()
    with V3Client(Endpoint(guarded, "k")) as client:
        refused_call = client.info(options=CallOptions(send_key=False, metadata=metadata))
        unknown = client.call(
            Dialect.V3.service, "Nope", b"", v3.InfoResponse, CallOptions(send_key=False)
        )
        assert client.info().status is grpc.StatusCode.OK
    assert refused_call.status is grpc.StatusCode.UNAUTHENTICATED
    assert refused_call.details == "unauthenticated"
    assert unknown.status is grpc.StatusCode.UNIMPLEMENTED, "the method is looked up before"


def test_the_key_comes_from_the_environment_too(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text("{}")
    with serving("-c", str(config), "--grpc_api", CENTRIFUGO_GRPC_API_KEY="k") as address:
        with V2Client(Endpoint(address)) as client:
            assert client.info().status is grpc.StatusCode.UNAUTHENTICATED
        with V2Client(Endpoint(address, "k")) as client:
            assert client.info().status is grpc.StatusCode.OK


def test_the_error_mode_transport_turns_an_api_error_into_a_grpc_error(
    one: tuple[Release, V3Client],
) -> None:
    release, client = one
    asked = CallOptions(metadata=(("x-centrifugo-error-mode", "transport"),))
    answer = client.publish(channel="nope:a", data=b"x", options=asked)
    if release < Release.V5_4:
        assert answer.status is grpc.StatusCode.OK
        return
    assert (answer.status, answer.details) == (grpc.StatusCode.NOT_FOUND, "unknown channel")
    assert b"centrifugal.centrifugo.api.Error" in dict(answer.trailers)["grpc-status-details-bin"]


def test_a_port_in_use_is_one_line() -> None:
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--grpc_api_port", str(port))
    assert f"cannot listen on localhost:{port}" in said.splitlines()[-1]
    assert "Traceback" not in said
