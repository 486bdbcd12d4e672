"""Calls and the exchanges they leave."""

import json
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.errors import TRANSPORT_STATUS, ApiError, Code, api_error
from centrifugo_grpc.exchange import SHOWN_BYTES, SHOWN_ENTRIES, CallOptions, Exchange
from centrifugo_grpc.releases import Dialect, Release
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3
from tests.centrifugo_grpc.small_server import answering, refusing, serving, told_metadata

KEY = "s3cret-key"


def slow(request: bytes, context: grpc.ServicerContext) -> bytes:
    time.sleep(0.5)
    return b""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    refused = refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much")
    services = {
        Dialect.V2.service: {
            "Publish": told_metadata,
            "Unsubscribe": answering(b""),
            "Presence": refused,
            "History": answering(b"\xff\xff"),
        },
        Dialect.V3.service: {
            "Channels": slow,
            "RPC": lambda request, context: v3.RPCResponse(
                result=v3.RPCResult(data=request)
            ).SerializeToString(),
        },
    }
    with serving(services) as port:
        yield port


@pytest.fixture
def client(address: str) -> Iterator[V2Client]:
    with V2Client(Endpoint(address, api_key=KEY)) as client:
        yield client


def metadata_of(exchange: Exchange[Any]) -> list[list[str]]:
    assert exchange.error is not None
    seen: list[list[str]] = json.loads(exchange.error.message)
    return seen


def test_the_key_travels_as_the_page_says(client: V2Client) -> None:
    assert ["authorization", f"apikey {KEY}"] in metadata_of(client.publish(channel="c"))


def test_a_call_can_leave_the_key_out_and_send_metadata_of_its_own(client: V2Client) -> None:
    options = CallOptions(send_key=False, metadata=(("x-own", "1"),))
    seen = metadata_of(client.publish(channel="c", options=options))
    assert ["x-own", "1"] in seen
    assert not [item for item in seen if item[0] == "authorization"]


def test_the_key_is_never_in_the_evidence(client: V2Client) -> None:
    exchange = client.unsubscribe(channel="c", options=CallOptions(metadata=(("x-own", "1"),)))
    evidence = json.dumps(exchange.as_json())
    assert "x-own" in evidence
    assert KEY not in evidence
    assert KEY not in repr(exchange)


def test_an_answer_of_no_bytes_has_neither_error_nor_result(client: V2Client) -> None:
    exchange = client.unsubscribe(channel="c", user="u")
    assert (exchange.status, exchange.error, exchange.result) == (grpc.StatusCode.OK, None, None)
    assert exchange.response == v2.UnsubscribeResponse()
    assert exchange.seconds > 0


def test_a_grpc_error_is_an_exchange_too(client: V2Client) -> None:
    exchange = client.presence(channel="c")
    assert exchange.status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (exchange.details, exchange.response, exchange.result) == ("too much", None, None)


def test_an_answer_that_does_not_parse_is_said(client: V2Client) -> None:
    exchange = client.history(channel="c")
    assert (exchange.status, exchange.response) == (grpc.StatusCode.OK, None)
    assert exchange.details.startswith("the answer is no HistoryResponse: ")


def test_every_exchange_is_recorded(address: str) -> None:
    recorded: list[Exchange[Message]] = []
    with V2Client(Endpoint(address), recorded.append) as client:
        exchanges = [client.unsubscribe(user="u"), client.presence(channel="c")]
    assert recorded == exchanges
    assert [exchange.method for exchange in recorded] == ["Unsubscribe", "Presence"]


def test_a_request_given_as_bytes_goes_out_as_it_is(address: str) -> None:
    with V3Client(Endpoint(address)) as client:
        raw = b"\x0a\x01\xff"
        exchange = client.call(Dialect.V3.service, "RPC", raw, v3.RPCResponse)
    assert exchange.result.data == raw
    assert exchange.as_json()["request"] == {"size": 3, "hex": "0a01ff"}


def test_a_deadline_of_its_own_ends_a_call(address: str) -> None:
    with V3Client(Endpoint(address)) as client:
        exchange = client.channels(options=CallOptions(deadline=0.05))
    assert exchange.status is grpc.StatusCode.DEADLINE_EXCEEDED


def test_an_answer_larger_than_the_library_s_limit_is_received(address: str) -> None:
    with V3Client(Endpoint(address)) as client:
        large = client.call(Dialect.V3.service, "RPC", bytes(4 << 20), v3.RPCResponse)
    assert large.result.data == bytes(4 << 20)


def shown(request: Message | bytes, response: Message | None = None) -> dict[str, Any]:
    exchange = Exchange("s", "M", request, grpc.StatusCode.OK, "", response, 0.25)
    document: dict[str, Any] = json.loads(json.dumps(exchange.as_json(), allow_nan=False))
    return document


def test_evidence_shows_what_went_over_the_wire() -> None:
    document = shown(
        v2.PublishRequest(channel="c", data=b"{}"),
        v2.PublishResponse(error=v2.Error(code=107, message="bad request")),
    )
    assert document == {
        "rpc": "s/M",
        "metadata": [],
        "request": {"channel": "c", "data": {"size": 2, "hex": "7b7d", "text": "{}"}},
        "status": "OK",
        "seconds": 0.25,
        "response": {"error": {"code": 107, "message": "bad request"}},
    }


def test_evidence_cuts_long_payloads_and_tells_their_size() -> None:
    data = shown(v2.PublishRequest(data=b"\x00\xff" * 1_000_000))["request"]["data"]
    assert data == {"size": 2_000_000, "hex": "00ff" * (SHOWN_BYTES // 2)}
    channel = shown(v2.PublishRequest(channel="c" * 5000))["request"]["channel"]
    assert channel == {"characters": 5000, "first": "c" * SHOWN_BYTES}


def test_evidence_shows_text_that_is_cut_within_a_character() -> None:
    text = "x" + "ü" * SHOWN_BYTES
    data = shown(v2.PublishRequest(data=text.encode()))["request"]["data"]
    assert data["text"] == text[: SHOWN_BYTES // 2]
    whole = shown(v2.PublishRequest(data=b"x\xc3"))["request"]["data"]
    assert whole == {"size": 2, "hex": "78c3"}


def test_evidence_cuts_long_lists_and_maps_and_tells_their_length() -> None:
    channels = shown(v2.BroadcastRequest(channels=map(str, range(1000))))["request"]["channels"]
    assert channels == {"count": 1000, "first": [str(n) for n in range(SHOWN_ENTRIES)]}
    tags = {f"{n:04}": "v" for n in range(1000)}
    cut = shown(v3.PublishRequest(tags=tags))["request"]["tags"]
    assert (cut["count"], len(cut["first"])) == (1000, SHOWN_ENTRIES)
    few = shown(v3.PublishRequest(tags={"b": "2", "a": "1"}))["request"]["tags"]
    assert few == {"a": "1", "b": "2"}


def test_evidence_is_json_whatever_numbers_a_server_tells() -> None:
    items = {"a": float("nan"), "b": float("inf"), "c": 1.5}
    metrics = shown(b"", v3.Metrics(interval=60.0, items=items))["response"]
    assert metrics == {"interval": 60.0, "items": {"a": "nan", "b": "inf", "c": 1.5}}


@pytest.mark.parametrize("release", Release, ids=str)
def test_every_code_has_words_in_every_release(release: Release) -> None:
    assert all(api_error(code, release).message for code in Code)


def test_2_8_has_its_own_words_for_an_unknown_namespace() -> None:
    assert api_error(Code.UNKNOWN_CHANNEL, Release.V2_8) == ApiError(102, "namespace not found")
    assert api_error(Code.UNKNOWN_CHANNEL, Release.V3_2) == ApiError(102, "unknown channel")


def test_every_code_has_a_status_in_the_error_mode_transport() -> None:
    assert set(TRANSPORT_STATUS) == set(Code)
    assert grpc.StatusCode.OK not in TRANSPORT_STATUS.values()
