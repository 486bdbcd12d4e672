"""The relay of frames passes on what it does not change, byte for byte."""

import asyncio

import h2.connection

from tests.mutants.fronting import DATA, Frame, _Connection

HEADERS = [
    *((":method", "POST"), (":path", "/s/m"), (":scheme", "http"), (":authority", "a")),
    ("grpc-encoding", "identity"),
]


class _Kept:
    """A writer that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    async def drain(self) -> None:
        pass


def sent() -> bytes:
    """What a client sends: one call with headers of several frames, one in two DATA frames."""
    client = h2.connection.H2Connection()
    client.initiate_connection()
    client.send_headers(1, [*HEADERS, ("long", "x" * 50_000)])
    client.send_data(1, b"\0\0\0\0\0", end_stream=True)
    client.send_headers(3, HEADERS)
    client.send_data(3, b"\0\0")
    client.send_data(3, b"\0\0\0", end_stream=True)
    return bytes(client.data_to_send())


def test_frames_are_passed_on_as_they_came() -> None:
    seen: list[Frame] = []

    def change(frame: Frame) -> bytes:
        seen.append(frame)
        return frame.payload

    async def run() -> bytes:
        reader, writer = asyncio.StreamReader(), _Kept()
        reader.feed_data(sent())
        reader.feed_eof()
        await _Connection(change, lambda _: None).run(reader, writer)  # type: ignore[arg-type]
        return writer.written

    assert asyncio.run(run()) == sent()
    data = [(frame.stream, frame.payload) for frame in seen if frame.kind == DATA]
    assert data == [(1, b"\0\0\0\0\0"), (3, b"\0\0"), (3, b"\0\0\0")]
    assert {f.headers.get("grpc-encoding") for f in seen if f.kind == DATA} == {"identity"}
