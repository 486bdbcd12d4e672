"""A subscriber on a WebSocket: bidirectional, in the client protocol that its codec speaks."""

import itertools
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from google.protobuf.message import DecodeError
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.inbox import PATIENCE, Inbox
from centrifugo_grpc.subscriber.uni import Position

PATH = "/connection/websocket"
_CLOSE_SECONDS = 2.0
_UNDECODABLE = (LookupError, TypeError, ValueError, AttributeError, RecursionError, DecodeError)
"""What decoding ends with where a frame is not what the protocol says."""


@dataclass(frozen=True)
class Sent:
    """A command that waits for its reply."""

    command: str
    channel: str


class Codec(Protocol):
    """How one protocol version and encoding writes commands and reads frames."""

    query: str
    """What the address says after `?`, blank for nothing."""

    def encode(self, number: int, command: str, params: Mapping[str, Any]) -> str | bytes:
        """A frame with one command; `params` by their names in the protocol."""
        ...

    def decode(self, frame: bytes, sent: Mapping[int, Sent]) -> Iterator[events.Event]:
        """The events in a frame."""
        ...


class WebSocketSubscriber(Inbox):
    """One connection. `connect` first; every reply and push is an event, the end is one too."""

    def __init__(self, address: str, codec: Codec, origin: str | None = None) -> None:
        super().__init__()
        self._codec = codec
        self._numbers = itertools.count(1)
        self._sent: dict[int, Sent] = {}
        self._open = ExitStack()
        url = f"ws://{address}{PATH}" + (f"?{codec.query}" if codec.query else "")
        try:
            self._socket = self._open.enter_context(
                connect(
                    url,
                    origin=origin,  # type: ignore[arg-type]
                    compression=None,
                    open_timeout=PATIENCE,
                    close_timeout=_CLOSE_SECONDS,
                    ping_interval=None,
                    max_size=None,
                    proxy=None,
                )
            )
        except InvalidHandshake as error:
            raise ConnectionError(f"{url}: {error}") from error
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, command: str, channel: str = "", /, **params: Any) -> None:
        """Send a command; its reply arrives as an event."""
        number = next(self._numbers)
        self._sent[number] = Sent(command, channel)
        named = {"channel": channel} if channel else {}
        given = {name: value for name, value in params.items() if value is not None}
        frame = self._codec.encode(number, command, named | given)
        self._socket.send(frame)

    def subscribe(self, channel: str, position: Position | None = None, **params: Any) -> None:
        """Send a subscribe command."""
        if position is not None:
            params |= {
                "recover": position.recover,
                "offset": position.offset,
                "epoch": position.epoch,
            }
        self.send("subscribe", channel, **params)

    def drop(self) -> None:
        """Break the connection without a word, as a lost network does."""
        self._socket.socket.shutdown(2)
        self._reader.join()

    def close(self) -> None:
        """Leave with a close frame."""
        self._open.close()
        self._reader.join()

    def _read(self) -> None:
        try:
            while True:
                self._take(self._socket.recv(decode=False))
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code >= 3000:
                self.put(_disconnected(closed.rcvd.code, closed.rcvd.reason))
            reason = closed.rcvd.reason if closed.rcvd is not None else str(closed)
            self.put(events.Ended(status="closed", details=reason))

    def _take(self, frame: bytes) -> None:
        try:
            for event in self._codec.decode(frame, self._sent):
                self.put(event)
        except _UNDECODABLE as error:
            self.put(events.Undecodable(raw=frame, why=repr(error)))


def _disconnected(code: int, text: str) -> events.Disconnected:
    """Protocol v1 gives the reason as JSON, v2 as text (facts v2.md 3 Disconnect)."""
    try:
        told = json.loads(text)
    except ValueError:
        return events.Disconnected(code=code, reason=text)
    if not isinstance(told, dict):
        return events.Disconnected(code=code, reason=text)
    reason, reconnect = str(told.get("reason", "")), bool(told.get("reconnect"))
    return events.Disconnected(code=code, reason=reason, reconnect=reconnect)
