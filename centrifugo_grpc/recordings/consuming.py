"""A uni gRPC client, and what it received as rows show it."""

import base64
import queue
import threading
import time
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from centrifugo_grpc.recordings.calling import Metadata, channel_to
from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.recordings.values import shown
from protos.v3 import unistream_pb2 as uni

CONSUME = "/centrifugal.centrifugo.unistream.CentrifugoUniStream/Consume"
_UNKNOWN = "<unknown fields>"
STILL_OPEN = "still open"


class UniClient:
    """A stream of pushes on a connection of its own, read from the moment it is opened."""

    def __init__(
        self,
        address: str,
        request: bytes,
        metadata: Metadata,
        *,
        deadline: float | None = None,
        compression: str = "",
    ) -> None:
        self.client = self.session = ""
        self._channel = channel_to(address)
        method = self._channel.unary_stream(
            CONSUME, request_serializer=None, response_deserializer=None
        )
        self._stream: Any = method(
            request,
            metadata=metadata,
            timeout=deadline,
            compression=grpc.Compression[compression] if compression else None,
        )
        self._received: queue.Queue[bytes | Row] = queue.Queue()
        self._end: Row | None = None
        self._has_begun = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def take(self, count: int, timeout: float, quiet: float, *, to_end: bool = False) -> Row:
        """What came since the last time, as a row shows it.

        Waits for `count` pushes (and the end, with `to_end`) up to `timeout` seconds, then until
        nothing has come for `quiet` seconds.
        """
        pushes: list[Any] = []
        deadline = time.monotonic() + timeout
        while self._end is None:
            is_enough = len(pushes) >= count and not to_end
            patience = quiet if is_enough else max(deadline - time.monotonic(), quiet)
            try:
                came = self._received.get(timeout=patience)
            except queue.Empty:
                break
            if isinstance(came, dict):
                self._end = came
            else:
                pushes.append(shown_push(came))
                self._notice(pushes[-1])
        return {"pushes": pushes, "stream_end": self._end or STILL_OPEN}

    def wait(self, timeout: float) -> None:
        """Wait until the server has answered at all."""
        self._has_begun.wait(timeout)

    def close(self) -> None:
        """Cancel the stream, and the connection with it."""
        self._stream.cancel()
        self._channel.close()

    def _notice(self, push: Any) -> None:
        told = push.get("connect") or push.get("data_decoded_as_Connect")
        if told:
            self.client, self.session = told["client"], told.get("session", "")

    def _read(self) -> None:
        try:
            for push in self._stream:
                self._received.put(push)
                self._has_begun.set()
            self._received.put({"code": "OK", "details": ""})
        except grpc.RpcError as error:
            end: Any = error
            self._received.put({"code": end.code().name, "details": end.details()})
        self._has_begun.set()


def shown_push(body: bytes) -> Any:
    """A push as a row shows it."""
    if not body:
        return {"<empty frame>": True}
    push = uni.Push.FromString(body)
    if not push.data and not push.type:
        return shown(_decoded(push))
    # Protocol v1: the type tells which message is in `data`.
    name = uni.Push.PushType.Name(push.type)
    message_name = name.title()
    row: Row = {
        "type": name,
        f"data_decoded_as_{message_name}": _decoded(
            getattr(uni, message_name).FromString(push.data)
        ),
    }
    if push.data:
        row["data"] = base64.b64encode(push.data).decode()
    if push.channel:
        row["channel"] = push.channel
    return shown(row)


def _decoded(message: Message) -> Any:
    """A message as JSON, with the fields that it does not declare."""
    fields = json_format.MessageToDict(message, preserving_proto_field_name=True)
    for descriptor, value in message.ListFields():
        name = descriptor.name
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.GetOptions().map_entry:
            if descriptor.message_type.fields_by_name["value"].message_type is not None:
                fields[name] = {key: _decoded(item) for key, item in value.items()}
        elif isinstance(value, Message):
            fields[name] = _decoded(value)
        else:
            fields[name] = [_decoded(item) for item in value]
    unknown_fields: Any = UnknownFieldSet(message)
    unknown = [_shown_unknown(item) for item in unknown_fields]
    if unknown:
        fields[_UNKNOWN] = unknown
    return fields


def _shown_unknown(item: Any) -> Row:
    value = item.data
    if isinstance(value, bytes):
        value = {"base64": base64.b64encode(value).decode()}
    return {"field": item.field_number, "wire_type": item.wire_type, "value": value}
