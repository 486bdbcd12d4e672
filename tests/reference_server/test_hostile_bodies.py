"""Any bytes are answered: by a response, or by a gRPC error of the kinds that Go's server has."""

import gzip
import zlib

import grpc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Release, dialect_of
from protos.reflection import v1_pb2
from protos.v2 import api_pb2
from reference_server.api.answers import GrpcFailure
from reference_server.api.gate import Call, Gate
from reference_server.api.unparsable import complaint, last_bytes
from reference_server.node import Node
from reference_server.reflection.service import Reflection
from reference_server.settings import Settings
from tests.fuzz.effort import fuzz

DEEP = 5000
GROUPS = b"\x0b" * DEEP + b"\x0c" * DEEP
"""Groups in groups."""
STATUSES = {
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
tags = st.integers(0, 6).flatmap(
    lambda number: st.integers(0, 7).map(lambda wire_type: bytes([number << 3 | wire_type]))
)
values = st.one_of(
    st.binary(max_size=20),
    st.binary(max_size=20).map(lambda value: bytes([len(value)]) + value),
    st.just(b"\xff" * 11),
)
fields = st.lists(st.tuples(tags, values).map(b"".join), max_size=6).map(b"".join)
bodies = st.one_of(
    fields, st.binary(max_size=60), fields.map(gzip.compress), fields.map(zlib.compress)
)


def methods(release: Release) -> dict[str, Call]:
    gate = Gate([Node(Settings(release))])
    service = dialect_of(release).service
    names = sorted(OPEN_RPCS[release] | PRO_RPCS[release])
    return {name: gate.method(service, name).call for name in names}


def outcome(call: Call, body: bytes) -> bytes | GrpcFailure:
    try:
        return call(body, tuple)
    except GrpcFailure as failure:
        return failure


def asking_for(symbol: str) -> bytes:
    request = v1_pb2.ServerReflectionRequest(file_containing_symbol=symbol)
    return request.SerializeToString()


REFLECTION = Reflection(Release.V6_9)
METHODS = {release: methods(release) for release in Release}


@pytest.mark.parametrize("release", Release, ids=str)
@fuzz(60, share=len(Release))
@given(st.data(), bodies)
def test_any_body_is_answered_or_refused(
    release: Release, data: st.DataObject, body: bytes
) -> None:
    method = data.draw(st.sampled_from(sorted(METHODS[release])))
    found = outcome(METHODS[release][method], body)
    assert isinstance(found, bytes) or (found.status in STATUSES and found.details)


@pytest.mark.parametrize("release", Release, ids=str)
@pytest.mark.parametrize(
    "body", [GROUPS, GROUPS[:DEEP], b"\x1f\x8b\x08", b"x\x9c", b"\x1f\x8b\x08" * 9]
)
def test_bodies_that_once_were_trouble(release: Release, body: bytes) -> None:
    for call in METHODS[release].values():
        found = outcome(call, body)
        assert isinstance(found, bytes) or found.status in STATUSES


@fuzz(200)
@given(bodies)
@example(GROUPS)
def test_what_2_8_says_of_a_body_never_fails_and_is_blank_for_what_it_reads(body: bytes) -> None:
    said = complaint(body, api_pb2.PublishRequest.DESCRIPTOR)
    assert not said or said.startswith("proto: ") or said == "unexpected EOF"
    if not said:
        assert isinstance(last_bytes(body, 2), bytes)


@pytest.mark.parametrize(
    "unknown", [b"\x5b" * DEEP + b"\x5c" * DEEP, b"\xfb\x05\xf4\x05", b"\x5b\xf4\x05"]
)
def test_2_8_minds_neither_the_depth_of_unknown_groups_nor_how_they_end(unknown: bytes) -> None:
    body = unknown + b"\x0a\x01c" + unknown + b"\x12\x011"
    assert outcome(METHODS[Release.V2_8]["Publish"], body) == b""


@fuzz(60, share=4)
@given(st.one_of(bodies, st.text(max_size=20).map(asking_for)))
def test_reflection_answers_any_question(body: bytes) -> None:
    found = outcome(lambda question, _: REFLECTION.answer(question), body)
    if isinstance(found, GrpcFailure):
        assert found.status in {grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT}
    else:
        v1_pb2.ServerReflectionResponse.FromString(found)
