"""A line to a server that can be cut and mended, as networks are."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Gate:
    """Carries connections to `host:port` while it is open. `passed` counts the bytes it carried."""

    def __init__(self, target: str) -> None:
        self._host, port = target.rsplit(":", 1)
        self._port = int(port)
        self._is_open = True
        self._lines: set[asyncio.StreamWriter] = set()
        self.address = ""
        self.passed = 0

    def cut(self) -> None:
        """Break all connections and refuse new ones."""
        self._is_open = False
        for line in list(self._lines):
            line.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._is_open = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until an end of it closes."""
        if not self._is_open:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        self._lines |= {writer, far_writer}
        try:
            await asyncio.gather(self._pour(reader, far_writer), self._pour(far_reader, writer))
        finally:
            self._lines -= {writer, far_writer}
            for line in (writer, far_writer):
                line.transport.abort()

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                self.passed += len(chunk)
                sink.write(chunk)
                await sink.drain()
        with contextlib.suppress(OSError, RuntimeError):
            sink.write_eof()


@contextlib.asynccontextmanager
async def gate(target: str) -> AsyncIterator[Gate]:
    """A gate in front of `target`, open at first."""
    made = Gate(target)
    server = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    made.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        made.cut()
        server.close()
