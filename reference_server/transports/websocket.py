"""One WebSocket client: carries its commands to a session, and what the session says to it."""

import asyncio
import contextlib

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode

from centrifugo_grpc.releases.websocket import FRAME_PING_PAYLOAD, MESSAGES_IN_FRAME
from reference_server.clients.failures import CONNECTION_CLOSED, Disconnect
from reference_server.clients.handling import handle
from reference_server.clients.link import Link
from reference_server.clients.session import Session
from reference_server.node import Node
from reference_server.protocol.go_json import go_quoted
from reference_server.protocol.json_values import MalformedError
from reference_server.transports.speech import Speech

CLOSE_WAIT_SECONDS = 5.0
"""How long a client may take to close its side (closeFrameWait in handler_websocket.go)."""

_WRITE_ERROR = Disconnect(3009, "write error", reconnect=True)
_LONGEST_REASON = 123
_CODES = range(3000, 5000)


class WebSocketClient:
    """A client's connection, served by `run` until it ends."""

    def __init__(self, connection: ServerConnection, node: Node, speech: Speech) -> None:
        self._connection = connection
        self._node = node
        self._speech = speech
        self._wake = asyncio.Event()
        clients = node.settings.clients
        pings = speech.version == 2 and speech.frame_pings is None
        link = Link(
            codec=speech.codec,
            protocol_version=speech.version,
            wake=self._wake.set,
            ping_interval=clients.ping_interval if pings else 0,
            pong_timeout=clients.pong_timeout if pings else 0,
        )
        self.session = Session(node, link)

    async def run(self, first: bytes | None = None) -> None:
        """Serve until the connection has ended; `first` is a frame that was read already."""
        carrying = asyncio.create_task(self._carry())
        pinging = asyncio.create_task(self._ping())
        try:
            await self._read(first)
        except ConnectionClosed:
            pass  # It is gone, whoever closed it.
        finally:
            self.session.close(CONNECTION_CLOSED)
            pinging.cancel()
            await asyncio.wait([carrying, pinging])
            self.drop()

    def drop(self) -> None:
        """End the connection without another word."""
        self._connection.transport.abort()

    # ---- From the client -----------------------------------------------------------------------

    async def _read(self, first: bytes | None) -> None:
        frame = await self._receive() if first is None else first
        while self._take(frame):
            frame = await self._receive()
        # Whatever else comes is not looked at: the client has a while to go by itself.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WAIT_SECONDS):
                while True:
                    await self._receive()

    async def _receive(self) -> bytes:
        return await self._connection.recv(decode=False)

    def _take(self, frame: bytes) -> bool:
        """Hand the commands of a frame to the session; False if it wants no more."""
        try:
            with contextlib.closing(self._speech.decoder.commands(frame)) as commands:
                return all(handle(self.session, command) for command in commands)
        except MalformedError:
            self.session.close(self.session.known.bad_request)
            return False

    # ---- To the client -------------------------------------------------------------------------

    async def _carry(self) -> None:
        """Send what the session says, as long as it says anything; then close."""
        most = MESSAGES_IN_FRAME[self._node.release]
        try:
            while True:
                messages = self.session.outbox.take(most)
                if messages:
                    await self._send(self._speech.codec.join(messages))
                elif self.session.closed is not None:
                    break
                else:
                    await self._wake.wait()
                    self._wake.clear()
            await self._say_goodbye(self.session.closed)
        except ConnectionClosed:
            return
        except TimeoutError:
            self.session.close(_WRITE_ERROR)
            self.drop()

    async def _send(self, frame: bytes) -> None:
        # A limit of 0 is none. 2.8 lets bytes through that are no UTF-8, in frames of text.
        async with asyncio.timeout(self._node.settings.websocket.write_timeout or None):
            await self._connection.send(frame, text=not self._speech.codec.is_binary)

    async def _say_goodbye(self, disconnect: Disconnect) -> None:
        if disconnect.code == CONNECTION_CLOSED.code:
            self.drop()
            return
        reason = self._reason(disconnect)
        code = disconnect.code & 0xFFFF
        if len(reason.encode()) > _LONGEST_REASON:
            # There is no close frame that could say it (nor does the real server find one).
            self.drop()
        elif code in _CODES:
            await self._connection.close(code, reason)
        elif disconnect.code == CloseCode.NO_STATUS_RCVD:
            await self._close_with(b"")
        else:
            await self._close_with(code.to_bytes(2) + reason.encode())

    async def _close_with(self, said: bytes) -> None:
        """Send a close frame that WebSocket does not provide for, as the real server does."""
        self._connection.protocol.send_frame(Frame(Opcode.CLOSE, said))
        self._connection.send_data()
        async with asyncio.timeout(CLOSE_WAIT_SECONDS):
            await self._connection.wait_closed()

    def _reason(self, disconnect: Disconnect) -> str:
        """The text of the close frame: protocol v1 is told in it whether to come back."""
        if self._speech.version == 2:
            return disconnect.reason
        reason = go_quoted(disconnect.reason.encode()).decode()
        text = f'{{"reason":{reason},"reconnect":{str(disconnect.reconnect).lower()}}}'
        return self._node.close_text(disconnect.code, text)

    # ---- WebSocket's own pings -----------------------------------------------------------------

    async def _ping(self) -> None:
        """Ping, and drop the client without a word if it does not answer in time."""
        pings = self._speech.frame_pings
        if pings is None:
            return
        payload = FRAME_PING_PAYLOAD[self._node.release]
        try:
            while True:
                await asyncio.sleep(pings.interval)
                pong = await self._connection.ping(payload)
                async with asyncio.timeout(pings.timeout):
                    await pong
        except (ConnectionClosed, TimeoutError):
            self.drop()
