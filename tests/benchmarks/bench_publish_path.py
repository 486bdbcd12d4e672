"""The hot functions of the publish path, a hundred calls at a time: `make bench`."""

from typing import Any

from hpack import Encoder

from bench import _frames as h2
from bench._connection import Connection
from bench._headers import Headers
from bench._outgoing import Request
from bench._recorder import Phase

CALLS = 100
COMMON: Headers = (
    (":scheme", "http"),
    (":authority", "localhost:10000"),
    ("content-type", "application/grpc"),
    ("te", "trailers"),
    ("grpc-timeout", "5000m"),
)
OPENING = [(":status", "200"), ("content-type", "application/grpc")]
SUCCESS = [("grpc-status", "0"), ("grpc-message", "")]
REQUEST = Request("/api.Centrifugo/Publish", b"\x0a\x05bench\x12\x80\x02" + bytes(256))
TOKEN = (0, 0)


def warm() -> tuple[Connection, Encoder]:
    """A connection that has seen its first answers, and the encoder of its server."""
    connection, encoder = Connection(COMMON, lambda _: ""), Encoder()
    connection.receive(h2.settings({}) + h2.window_update(0, 2**30))
    for _ in range(3):
        connection.call(REQUEST, [TOKEN])
        stream = max(connection.open)
        connection.receive(answers(encoder, [stream]))
    connection.outgoing.chunks.clear()
    connection.done.clear()
    return connection, encoder


def answers(encoder: Encoder, streams: list[int]) -> bytes:
    """What grpc-go sends for so many publications."""
    parts = []
    for stream in streams:
        parts += [
            h2.frame(h2.HEADERS, h2.END_HEADERS, stream, encoder.encode(OPENING)),
            h2.frame(h2.DATA, 0, stream, b"\0\0\0\0\x02\x12\x00"),
            h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, stream, encoder.encode(SUCCESS)),
        ]
    return b"".join(parts)


def bench_send_100_calls(benchmark: Any) -> None:
    connection, _ = warm()

    def setup() -> None:
        connection.open.clear()
        connection.outgoing.chunks.clear()
        connection.outgoing.window = 2**30

    benchmark.pedantic(connection.call, (REQUEST, [TOKEN] * CALLS), setup=setup, rounds=300)
    assert len(connection.open) == CALLS
    assert len(connection.outgoing.chunks) == 1


def bench_receive_100_answers(benchmark: Any) -> None:
    connection, encoder = warm()

    def setup() -> tuple[tuple[bytes], dict[str, Any]]:
        connection.done.clear()
        connection.outgoing.window = 2**30
        connection.outgoing.chunks.clear()
        connection.call(REQUEST, [TOKEN] * CALLS)
        return (answers(encoder, list(connection.open)),), {}

    benchmark.pedantic(connection.receive, setup=setup, rounds=300)
    assert len(connection.done) == CALLS
    assert not connection.failed


def bench_count_100_answers(benchmark: Any) -> None:
    phase = Phase("measured", begins=0, is_paced=False)
    tokens = [(number, number) for number in range(CALLS)]
    benchmark(phase.answered, tokens, 5000, is_late=False)
    assert phase.tally.ok >= CALLS
