"""How a mutant stands before the server's HTTP/2: it sees whole frames, and may change or end them.

What a server's library does by itself no function of the server can do wrong. So a relay takes
the connections of the API's port, reads what clients send frame by frame, and passes it on.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hpack import Decoder

from reference_server.api import listening
from reference_server.listener import shown
from tests.mutants.patching import around

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, CONTINUATION = 0, 1, 9
END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 4, 8, 32


class Ended(Exception):
    """The relay ends the connection; `every` ends all others, too."""

    def __init__(self, *, every: bool = False) -> None:
        self.every = every


@dataclass(frozen=True)
class Frame:
    """A frame as a client sent it; `headers` are those of its stream so far."""

    kind: int
    flags: int
    stream: int
    payload: bytes
    headers: dict[str, str]


Change = Callable[[Frame], bytes]
"""Gives the payload to pass on; raises `Ended`."""


def fronted(change: Change, greeted: Callable[[bytes], None] = lambda _: None) -> None:
    """Have what clients send go through `change`; `greeted` is given how a connection begins."""
    open_now: set[asyncio.StreamWriter] = set()

    async def take(port: int, reader: Any, writer: asyncio.StreamWriter) -> None:
        open_now.add(writer)
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
        answers = asyncio.create_task(_copied(to_reader, writer))
        try:
            await _Connection(change, greeted).run(reader, to_writer)
        except Ended as ended:
            for each in open_now if ended.every else {writer}:
                each.transport.abort()
        finally:
            to_writer.close()
            await answers
            open_now.discard(writer)
            writer.close()

    def bound(original: Any, server: Any, settings: Any) -> str:
        if settings.tls is not None:
            return str(original(server, settings))
        port = server.add_insecure_port("127.0.0.1:0")
        serving = asyncio.start_server(
            lambda *streams: take(port, *streams), settings.grpc_address, settings.grpc_port
        )
        kept.append(asyncio.get_running_loop().create_task(serving))
        return shown(settings.grpc_address, settings.grpc_port)

    kept: list[asyncio.Task[Any]] = []
    around(listening, "_bound", bound)


def secured(serve: Callable[[Any, Any], Any]) -> None:
    """Where TLS is configured have `serve` listen, given grpcio's server and the settings."""

    def bound(original: Any, server: Any, settings: Any) -> str:
        if settings.tls is None:
            return str(original(server, settings))
        kept.append(asyncio.get_running_loop().create_task(serve(server, settings)))
        return shown(settings.grpc_address, settings.grpc_port)

    kept: list[asyncio.Task[Any]] = []
    around(listening, "_bound", bound)


async def tied(
    port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, begun: bytes = b""
) -> None:
    """Pass everything on to a port of this machine, and its answers back."""
    to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
    to_writer.write(begun)
    await asyncio.gather(_copied(reader, to_writer), _copied(to_reader, writer))


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.close()


def _decoder() -> Decoder:
    decoder = Decoder(max_header_list_size=1 << 24)
    decoder.max_allowed_table_size = 1 << 24
    return decoder


@dataclass
class _Connection:
    """One connection of a client."""

    change: Change
    greeted: Callable[[bytes], None]
    block: bytes = b""
    decoder: Decoder = field(default_factory=_decoder)
    headers: dict[int, dict[str, str]] = field(default_factory=dict)

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes until it ends."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            try:
                preface = await reader.readexactly(len(PREFACE))
            except asyncio.IncompleteReadError as error:
                self.greeted(error.partial)
                return
            self.greeted(preface)
            writer.write(preface)
            while preface == PREFACE:
                writer.write(self._passed(await _frame(reader)))
                await writer.drain()

    def _passed(self, frame: tuple[int, int, int, bytes]) -> bytes:
        kind, flags, stream, payload = frame
        if kind in {HEADERS, CONTINUATION}:
            self.block += _fragment(payload, flags) if kind == HEADERS else payload
            if flags & END_HEADERS:
                block = self.decoder.decode(self.block)
                self.headers[stream] = {str(each[0]): str(each[1]) for each in block}
                self.block = b""
        told = self.change(Frame(kind, flags, stream, payload, self.headers.get(stream, {})))
        head = len(told).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
        return head + told


async def _frame(reader: asyncio.StreamReader) -> tuple[int, int, int, bytes]:
    head = await reader.readexactly(9)
    payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
    return head[3], head[4], int.from_bytes(head[5:], "big"), payload


def _fragment(payload: bytes, flags: int) -> bytes:
    """The block of a HEADERS frame, without padding and priority."""
    padding, start = (payload[0], 1) if flags & PADDED else (0, 0)
    start += 5 if flags & PRIORITY else 0
    return payload[start : len(payload) - padding]
