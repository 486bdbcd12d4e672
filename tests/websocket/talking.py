"""A raw WebSocket client: sends frames as they are given, tells what comes back."""

import asyncio
import contextlib
import json
import warnings
from collections.abc import AsyncIterator
from typing import Any

import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.websocket.serving import PATIENCE, SECRET, Site

METHODS = (
    *("connect", "subscribe", "unsubscribe", "publish", "presence", "presence_stats"),
    *("history", "ping", "send", "rpc", "refresh", "sub_refresh"),
)
"""The methods of protocol v1 by number."""


def token(key: str = SECRET, **claims: Any) -> str:
    """A signed token. PyJWT finds the key of the tests short."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.encode({"sub": "ann", **claims}, key, "HS256")


class Talk:
    """One connection, in protocol v1 or v2 (JSON)."""

    def __init__(self, socket: ClientConnection, version: int) -> None:
        self.socket = socket
        self._version = version
        self._lines: list[bytes] = []
        self._id = 0

    def command(self, method: str, /, **fields: Any) -> str:
        """A command as text, with the next id."""
        self._id += 1
        if self._version == 1:
            number = METHODS.index(method)
            return json.dumps({"id": self._id, "method": number, "params": fields})
        return json.dumps({"id": self._id, method: fields})

    async def ask(self, method: str, /, **fields: Any) -> Any:
        """Send a command; what comes next: its result, or its error."""
        await self.socket.send(self.command(method, **fields))
        reply = json.loads(await self.line())
        assert reply.get("id") == self._id, reply
        return reply.get("error") or reply.get("result" if self._version == 1 else method)

    async def line(self) -> bytes:
        """The next message, which may share its frame with others."""
        if not self._lines:
            frame = await self.frame()
            self._lines = [line for line in frame.split(b"\n") if line]
        return self._lines.pop(0)

    async def frame(self) -> bytes:
        """The next frame as it is."""
        async with asyncio.timeout(PATIENCE):
            return await self.socket.recv(decode=False)

    async def push(self) -> Any:
        """The next message that is no ping, which is a push."""
        message = json.loads(await self.line())
        while not message:
            message = json.loads(await self.line())
        assert "id" not in message, message
        return message["result" if self._version == 1 else "push"]

    async def closed(self) -> tuple[int, str]:
        """How the server closes the connection; what else it says before is passed over."""
        try:
            while True:
                await self.frame()
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                raise AssertionError("it closed without a close frame") from None
            return closed.rcvd.code, closed.rcvd.reason

    async def dropped(self) -> bool:
        """Whether the server drops the connection without a close frame."""
        try:
            while True:
                await self.frame()
        except ConnectionClosed as closed:
            return closed.rcvd is None


@contextlib.asynccontextmanager
async def talk(
    site: Site, query: str = "", version: int = 0, **options: Any
) -> AsyncIterator[Talk]:
    """A connection over which nothing was said yet."""
    spoken = version or (2 if site.node.release.major >= 4 else 1)
    given: dict[str, Any] = {"compression": None, "ping_interval": None, "proxy": None}
    given |= {"max_size": None, "close_timeout": 0.1} | options
    async with connect(f"{site.url}{query}", **given) as socket:
        yield Talk(socket, spoken)


@contextlib.asynccontextmanager
async def connected(
    site: Site, *channels: str, sub: str = "ann", **options: Any
) -> AsyncIterator[Talk]:
    """A connected client, subscribed to channels."""
    async with talk(site, **options) as client:
        await client.ask("connect", token=token(sub=sub))
        for channel in channels:
            await client.ask("subscribe", channel=channel)
        yield client
