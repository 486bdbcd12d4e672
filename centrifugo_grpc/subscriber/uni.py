"""A subscriber on the unidirectional gRPC stream of 3.2 and later."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.inbox import Inbox
from protos.client import v2_pb2 as protocol
from protos.v3 import unistream_pb2 as uni

METHOD = "/centrifugal.centrifugo.unistream.CentrifugoUniStream/Consume"
_V1_KINDS = (
    "pub",
    "join",
    "leave",
    "unsubscribe",
    "message",
    "subscribe",
    "connect",
    "disconnect",
    "refresh",
)
"""Protocol v1 names by number the message that stands in `data`."""
PROTOCOL_V2 = (("x-cf-protocol-version", "v2"),)
"""3.2 sends protocol v1 without it (facts v3-v6.md 6); later releases ignore it."""


@dataclass(frozen=True)
class Position:
    """Where a subscriber goes on in a stream; `recover` asks for what came since."""

    offset: int = 0
    epoch: str = ""
    recover: bool = True


class UniSubscriber(Inbox):
    """One stream. It connects at once; everything received is an event, the end is one too."""

    def __init__(
        self,
        channel: grpc.Channel,
        token: str,
        subs: Mapping[str, Position | None],
        metadata: tuple[tuple[str, str], ...] = PROTOCOL_V2,
        **fields: Any,
    ) -> None:
        super().__init__()
        request = uni.ConnectRequest(token=token, **fields)
        for name, position in subs.items():
            request.subs[name].SetInParent()
            if position is not None:
                request.subs[name].recover = position.recover
                request.subs[name].offset = position.offset
                request.subs[name].epoch = position.epoch
        consume = channel.unary_stream(
            METHOD,
            request_serializer=uni.ConnectRequest.SerializeToString,
            response_deserializer=bytes,
        )
        self._call = consume(request, metadata=metadata)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Leave: the server sees the stream cancelled."""
        self._call.cancel()  # type: ignore[no-untyped-call]
        self._reader.join()

    def _read(self) -> None:
        try:
            for raw in self._call:
                self.put(event_of(raw))
        except (grpc.RpcError, grpc.FutureCancelledError):
            pass  # The status says it.
        self.put(events.Ended(status=self._call.code().name, details=self._call.details() or ""))


def event_of(raw: bytes) -> events.Event:
    """What a message of the stream tells; that it tells nothing that can be read is told, too."""
    try:
        return _event(raw)
    except DecodeError as error:
        return events.Undecodable(raw=raw, why=str(error))


def _event(raw: bytes) -> events.Event:
    push = protocol.Push.FromString(raw)
    if not raw:
        return events.Ping()
    kinds = [name for name in _DECODERS if push.HasField(name)]
    if not kinds and 0 <= push.type < len(_V1_KINDS):
        kinds = [_V1_KINDS[push.type]]
        getattr(push, kinds[0]).MergeFromString(push.data)
    if len(kinds) != 1:
        return events.Undecodable(raw=raw, why=f"a push with {kinds} set")
    event: events.Event = _DECODERS[kinds[0]](push.channel, getattr(push, kinds[0]))
    return event


def _info(info: protocol.ClientInfo) -> events.ClientInfo:
    return events.ClientInfo(info.user, info.client, info.conn_info, info.chan_info)


def _publication(channel: str, pub: protocol.Publication) -> events.Publication:
    return events.Publication(
        channel,
        data=pub.data,
        offset=pub.offset,
        tags=dict(pub.tags),
        info=_info(pub.info) if pub.HasField("info") else None,
        key=pub.key,
        version=pub.version,
        removed=pub.removed,
        epoch=pub.epoch,
    )


def _connected(channel: str, connect: protocol.Connect) -> events.Connected:
    return events.Connected(
        channel,
        client=connect.client,
        session=connect.session,
        version=connect.version,
        subs={name: _subscription(name, result) for name, result in connect.subs.items()},
        expires=connect.expires,
        ttl=connect.ttl,
        ping=connect.ping,
    )


def _subscription(channel: str, result: protocol.SubscribeResult) -> events.Subscription:
    return events.Subscription(
        channel,
        recoverable=result.recoverable,
        positioned=result.positioned,
        epoch=result.epoch,
        offset=result.offset,
        data=result.data,
        recovered=result.recovered,
        was_recovering=result.was_recovering,
        publications=tuple(_publication(channel, pub) for pub in result.publications),
    )


def _subscribed(channel: str, push: protocol.Subscribe) -> events.Subscribed:
    return events.Subscribed(
        channel,
        recoverable=push.recoverable,
        positioned=push.positioned,
        epoch=push.epoch,
        offset=push.offset,
        data=push.data,
    )


_DECODERS: Mapping[str, Any] = {
    "connect": _connected,
    "pub": _publication,
    "subscribe": _subscribed,
    "message": lambda channel, push: events.Message(channel, push.data),
    "join": lambda channel, push: events.Join(channel, _info(push.info)),
    "leave": lambda channel, push: events.Leave(channel, _info(push.info)),
    "unsubscribe": lambda channel, push: events.Unsubscribed(channel, push.code, push.reason),
    "refresh": lambda channel, push: events.Refreshed(channel, push.expires, push.ttl),
    "disconnect": lambda channel, push: events.Disconnected(
        channel, push.code, push.reason, push.reconnect
    ),
}
