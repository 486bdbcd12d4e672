"""A WebSocket client of 2.8 that tells what it receives as the rows of a recording do."""

import base64
import contextlib
import itertools
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close, Opcode
from websockets.sync.client import connect

from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.recordings.values import digest_of
from protos.client import v1_pb2 as v1

PATH = "/connection/websocket"
METHODS = v1.MethodType
_LONG_TEXT = 2048
_LONG_BYTES = 256
_SHOWN = 60
_ANSWERED = (Opcode.PING, Opcode.CLOSE)
"""Frames that the library answers by itself."""
_PUSHES: dict[int, type[Message]] = {
    v1.PUBLICATION: v1.Publication,
    v1.JOIN: v1.Join,
    v1.LEAVE: v1.Leave,
    v1.UNSUB: v1.Unsub,
}
_REQUESTS: dict[int, type[Message]] = {
    v1.CONNECT: v1.ConnectRequest,
    v1.SUBSCRIBE: v1.SubscribeRequest,
    v1.PUBLISH: v1.PublishRequest,
}


class RefusedError(Exception):
    """The handshake was answered with another status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class V1Client:
    """One connection. `client` is its id, `subscribed` the last reply to a subscribe command.

    It can be a bad one: `be_mute` answers nothing any more, `be_deaf` reads nothing any more.
    """

    def __init__(
        self, http: str, protocol: str, query: str = "", origin: str | None = None
    ) -> None:
        self.protocol = protocol
        self._open = contextlib.ExitStack()
        self.client = ""
        self.subscribed: Any = None
        self.closed: Row | None = None
        self.pings: list[str] = []
        self._is_binary = protocol == "protobuf"
        query = query or ("format=protobuf" if self._is_binary else "")
        self._messages: list[tuple[int, Any]] = []
        self._taken = 0
        self._frames: list[bytes] = []
        self._arrived = threading.Condition()
        self._is_mute = False
        self._may_read = threading.Event()
        self._may_read.set()
        self._numbers = itertools.count(1)
        url = f"ws://{http}{PATH}" + (f"?{query}" if query else "")
        given: Any = {"compression": None, "ping_interval": None, "proxy": None, "max_size": None}
        try:
            opening = connect(url, origin=origin, close_timeout=1, **given)  # type: ignore[arg-type]
            self._socket = self._open.enter_context(opening)
        except InvalidStatus as refused:
            raise RefusedError(refused.response.status_code) from None
        self._watch_frames()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # ---- Sending -------------------------------------------------------------------------------

    def send(self, frame: str | bytes) -> None:
        """Send a frame as it is."""
        self._socket.send(frame)

    def say(self, method: int, number: int = 0, /, **params: Any) -> int:
        """Send a command; its number."""
        number = number or next(self._numbers)
        if self._is_binary:
            data = params.pop("data", b"")
            request = _REQUESTS[method](**params, **({"data": data} if data else {}))
            command = v1.Command(
                id=number,
                method=method,  # type: ignore[arg-type]
                params=request.SerializeToString(),
            ).SerializeToString()
            self.send(bytes(_varint(len(command))) + command)
        else:
            told = {"id": number, "method": method, "params": params}
            self.send(json.dumps(told if method else {"id": number, "params": params}))
        return number

    def be_mute(self) -> None:
        """Read on, but answer no ping and no close from now on."""
        self._is_mute = True

    def be_deaf(self) -> None:
        """Read nothing from now on, until `hear`: what comes fills the system's buffers."""
        self._may_read.clear()

    def hear(self) -> None:
        """Read again."""
        self._may_read.set()

    def drop(self) -> None:
        """Break the connection without a word."""
        self.hear()
        self._socket.socket.shutdown(2)
        self._reader.join(5)

    def close(self) -> None:
        """Leave."""
        self.hear()
        self._open.close()
        self._reader.join(5)

    # ---- What came -----------------------------------------------------------------------------

    def reply(self, number: int, patience: float) -> Any:
        """The reply to a command as a row shows it; None if the connection ended instead."""
        with self._arrived:
            self._arrived.wait_for(
                lambda: self.closed is not None or self._reply_at(number) is not None, patience
            )
            at = self._reply_at(number)
            return None if at is None else self._messages[at][1]

    def drain(self) -> None:
        """Look at nothing that has come so far."""
        self._taken = len(self._messages)
        self._frames.clear()

    def drain_to_reply(self, number: int) -> None:
        """Look at nothing up to a reply that has come."""
        at = self._reply_at(number)
        self._taken = self._taken if at is None else at + 1

    def take(self, count: int, patience: float, quiet: float, *, to_end: bool) -> list[Any]:
        """What has come since the last time: `count` messages or more, or all to the end."""
        with self._arrived:
            self._arrived.wait_for(
                lambda: (
                    self.closed is not None
                    or (not to_end and len(self._messages) - self._taken >= count)
                ),
                patience,
            )
            seen = -1
            while not self.closed and seen != len(self._messages):
                seen = len(self._messages)
                self._arrived.wait(quiet)
            taken = [message for _, message in self._messages[self._taken :]]
            self._taken = len(self._messages)
            return taken

    def take_frames(self) -> list[bytes]:
        """The frames that have come since the last time."""
        frames = list(self._frames)
        self._frames.clear()
        return frames

    def await_end(self, patience: float) -> Row | None:
        """How the connection ended; None if it lasts."""
        with self._arrived:
            self._arrived.wait_for(lambda: self.closed is not None, patience)
            return self.closed

    def await_pings(self, count: int, patience: float) -> None:
        """Wait until so many pings have come."""
        deadline = time.monotonic() + patience
        while len(self.pings) < count and time.monotonic() < deadline:
            time.sleep(0.02)

    def _reply_at(self, number: int) -> int | None:
        return next((at for at, (id_, _) in enumerate(self._messages) if id_ == number), None)

    def _read(self) -> None:
        try:
            while True:
                frame = self._socket.recv(decode=False)
                with self._arrived:
                    self._frames.append(frame)
                    self._messages += _protobuf(frame) if self._is_binary else _lines(frame)
                    self._arrived.notify_all()
        except ConnectionClosed as closed:
            told = closed.rcvd
            self._end(told.code if told else 1006, told.reason if told else "")

    def _end(self, code: int, reason: str) -> None:
        with self._arrived:
            self.closed = self.closed or {"code": code, "reason": reason}
            self._arrived.notify_all()

    def _watch_frames(self) -> None:
        take = self._socket.protocol.recv_frame

        def watched(frame: Any) -> None:
            self._may_read.wait()
            if frame.opcode is Opcode.PING:
                self.pings.append(bytes(frame.data).decode())
            if not self._is_mute or frame.opcode not in _ANSWERED:
                take(frame)
            elif frame.opcode is Opcode.CLOSE:
                told = Close.parse(frame.data)
                self._end(told.code, told.reason)

        self._socket.protocol.recv_frame = watched  # type: ignore[method-assign]


def _lines(frame: bytes) -> Iterator[tuple[int, Any]]:
    for line in frame.split(b"\n"):
        if not line:
            continue
        try:
            text = line.decode()
        except UnicodeDecodeError:
            yield 0, {"invalid_utf8_hex": line.hex()}
            continue
        number = json.loads(line).get("id", 0) if line.startswith(b'{"id"') else 0
        if len(text) > _LONG_TEXT:
            digest = digest_of(line)
            shown = {"text_size": digest["size"], "sha256": digest["sha256"]}
            yield number, shown | {"prefix": text[:_SHOWN]}
        else:
            yield number, {"text": text}


def _protobuf(frame: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(frame):
        length, shift = 0, 0
        while True:
            byte = frame[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        reply = v1.Reply.FromString(frame[at : at + length])
        at += length
        if reply.id:
            yield reply.id, {"reply_id": reply.id, "result_hex": reply.result.hex()}
        else:
            yield 0, {"push": _push(v1.Push.FromString(reply.result))}


def _push(push: v1.Push) -> Row:
    data = _PUSHES[push.type].FromString(push.data)
    told: Row = {"type": v1.PushType.Name(push.type), "data": told_of(data)}
    return told | ({"channel": push.channel} if push.channel else {})


def told_of(message: Message) -> Row:
    """A message as a row shows it."""
    return {field.name: _value(value) for field, value in message.ListFields()}


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return digest_of(value) if len(value) >= _LONG_BYTES else base64.b64encode(value).decode()
    if isinstance(value, Message):
        return told_of(value)
    if isinstance(value, str | int | bool):
        return value
    return [_value(item) for item in value]


def _varint(number: int) -> Iterator[int]:
    while number > 0x7F:
        yield number & 0x7F | 0x80
        number >>= 7
    yield number
