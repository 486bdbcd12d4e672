"""What is read and written without protobuf's objects is what protobuf would read and write."""

from hypothesis import given
from hypothesis import strategies as some

from protos.v3 import api_pb2 as api
from reference_server.api.plain_publish import PlainPublish, parsed_publish
from reference_server.api.positions import position_fields
from reference_server.engine.streams import Position
from tests.fuzz.effort import fuzz

FIELDS = (
    "channel",
    "data",
    "b64data",
    "tags",
    "skip_history",
    "idempotency_key",
    "delta",
    "version",
    "version_epoch",
)
_PLAIN = [some.builds(api.PublishRequest, channel=some.text(max_size=200), data=some.binary())]
_REQUESTS = some.one_of(
    *_PLAIN,
    some.builds(
        api.PublishRequest,
        channel=some.text(max_size=9),
        data=some.binary(max_size=300),
        b64data=some.text(max_size=3),
        skip_history=some.booleans(),
        tags=some.dictionaries(some.text(max_size=3), some.text(max_size=3), max_size=2),
        version=some.integers(0, 2**64 - 1),
    ),
)


def by_protobuf(body: bytes) -> api.PublishRequest | str:
    """The request in a body, or what is wrong with it."""
    try:
        return api.PublishRequest.FromString(body)
    except Exception as wrong:
        return str(wrong)


def same(body: bytes) -> bool:
    """Whether a body is read alike both ways."""
    read, expected = parsed_publish(body, by_protobuf), by_protobuf(body)
    if not isinstance(read, PlainPublish):
        return bool(read == expected)
    return all(getattr(read, name) == getattr(expected, name) for name in FIELDS)


@fuzz(100, share=3)
@given(_REQUESTS)
def test_a_request_is_read_as_protobuf_reads_it(request: api.PublishRequest) -> None:
    assert same(request.SerializeToString())


@fuzz(100, share=3)
@given(_REQUESTS, some.data())
def test_a_damaged_request_is_read_as_protobuf_reads_it(
    request: api.PublishRequest, data: some.DataObject
) -> None:
    body = bytearray(request.SerializeToString())
    for _ in range(data.draw(some.integers(0, 3))):
        if body:
            at = data.draw(some.integers(0, len(body) - 1))
            body[at] = data.draw(some.integers(0, 255))
    end = data.draw(some.integers(0, len(body)))
    assert same(bytes(body[:end]))
    assert same(bytes(body))


@fuzz(100, share=3)
@given(some.binary(max_size=40).map(lambda rest: b"\x0a" + rest) | some.binary(max_size=40))
def test_any_bytes_are_read_as_protobuf_reads_them(body: bytes) -> None:
    assert same(body)


def test_a_length_that_goes_on_is_not_taken_for_its_first_bytes() -> None:
    """Its fifth byte looks like data of one byte, which the first four promise."""
    for fifth in (b"\x00", b"x", b"\x80"):
        assert same(b"\x0a\x01a\x12\x81\x80\x80\x80" + fifth)


def test_a_channel_and_data_alone_are_read_without_protobuf() -> None:
    for size in (1, 127, 128, 256, 70_000, 3_000_000):
        body = api.PublishRequest(channel="news", data=b"x" * size).SerializeToString()
        assert isinstance(parsed_publish(body, by_protobuf), PlainPublish)


@fuzz(100, share=3)
@given(some.integers(0, 2**64 - 1), some.text(max_size=200))
def test_a_position_is_written_as_protobuf_writes_it(offset: int, epoch: str) -> None:
    expected = api.PublishResult(offset=offset, epoch=epoch).SerializeToString(deterministic=True)
    assert position_fields(Position(offset, epoch)) == expected
