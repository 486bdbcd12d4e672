"""Limits that the configuration sets (from 5.4)."""

import grpc

from centrifugo_grpc.releases import RECEIVE_LIMIT_OPTION, Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import Level, requirement
from conformance.target import Target

LIMIT = "centrifugal.dev/docs/server/server_api#grpc_apimax_receive_message_size"
FACTS = "facts v3-v6.md 3 Size"
SINCE_5 = (Release.V5_4, Release.V6_9)


def request_of(api: Api, channel: str, size: int) -> bytes:
    """A Publish request of exactly `size` bytes."""
    request = api.messages.PublishRequest(channel=channel)
    # The field's tag and a length of three bytes.
    payload = size - request.ByteSize() - 4
    request.data = b"x" * payload
    body: bytes = request.SerializeToString()
    assert len(body) == size, "the length takes three bytes"
    return body


@requirement(
    "limits.accept.receive-limit",
    "A request as large as `max_receive_message_size` allows is accepted.",
    level=Level.MUST,
    source=LIMIT,
    releases=SINCE_5,
    needs=["history"],
    variant="limits",
)
def test_a_request_at_the_limit(api: Api, channel: Channels, target: Target) -> None:
    assert RECEIVE_LIMIT_OPTION[api.release]
    limit = target.option("receive_limit")
    room = channel("history")
    expect.success(api.raw("Publish", request_of(api, room, limit)))
    expect.equal("publications", len(api.payloads(room)), 1)


@requirement(
    "limits.refuse.receive-limit",
    "A request of a byte more than `max_receive_message_size` is RESOURCE_EXHAUSTED and changes"
    " nothing.",
    level=Level.MUST,
    source=LIMIT,
    releases=SINCE_5,
    needs=["history"],
    variant="limits",
)
def test_a_request_over_the_limit(api: Api, channel: Channels, target: Target) -> None:
    room = channel("history")
    answer = api.raw("Publish", request_of(api, room, target.option("receive_limit") + 1))
    expect.status(answer, grpc.StatusCode.RESOURCE_EXHAUSTED)
    expect.equal("history", api.payloads(room), [])


@requirement(
    "limits.refuse.receive-limit-text",
    "The error for a request over `max_receive_message_size` tells both sizes.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_5,
    variant="limits",
)
def test_the_text_for_a_request_over_the_limit(api: Api, channel: Channels, target: Target) -> None:
    limit = target.option("receive_limit")
    details = f"grpc: received message larger than max ({limit + 1} vs. {limit})"
    answer = api.raw("Publish", request_of(api, channel(), limit + 1))
    expect.status(answer, grpc.StatusCode.RESOURCE_EXHAUSTED, details)
