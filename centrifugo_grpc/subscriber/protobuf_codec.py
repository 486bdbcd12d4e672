"""Client protocol v1 in protobuf, as 2.8 speaks it: payloads arrive as the bytes they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.websocket import Sent
from protos.client import v1_pb2 as v1

_METHODS = (
    "connect",
    "subscribe",
    "unsubscribe",
    "publish",
    "presence",
    "presence_stats",
    "history",
    "ping",
)
_REQUESTS: Mapping[str, Any] = {
    "connect": v1.ConnectRequest,
    "subscribe": v1.SubscribeRequest,
    "unsubscribe": v1.UnsubscribeRequest,
    "publish": v1.PublishRequest,
    "presence": v1.PresenceRequest,
    "presence_stats": v1.PresenceStatsRequest,
    "history": v1.HistoryRequest,
    "ping": v1.PingRequest,
}


class ProtobufV1:
    """Each reply in a frame is preceded by its length; a push is a reply without an id."""

    query = "format=protobuf"

    def encode(self, number: int, command: str, params: Mapping[str, Any]) -> bytes:
        """One command."""
        request = _REQUESTS[command](**params)
        body = v1.Command(
            id=number,
            method=_METHODS.index(command),  # type: ignore[arg-type]
            params=request.SerializeToString(),
        ).SerializeToString()
        return _length(len(body)) + body

    def decode(self, frame: bytes, sent: Mapping[int, Sent]) -> Iterator[events.Event]:
        """The replies of a frame."""
        for body in _parted(frame):
            reply = v1.Reply.FromString(body)
            if reply.id:
                yield _replied(sent[reply.id], reply)
            else:
                yield _pushed(v1.Push.FromString(reply.result))


def _length(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _parted(frame: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(frame):
        length = shift = 0
        while frame[at] & 0x80:
            length |= (frame[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
        length |= frame[at] << shift
        at += 1
        if at + length > len(frame):
            raise ValueError("a reply is longer than its frame")
        yield frame[at : at + length]
        at += length


def _replied(sent: Sent, reply: v1.Reply) -> events.Event:
    if reply.HasField("error"):
        return events.Refused(sent.channel, sent.command, reply.error.code, reply.error.message)
    if sent.command == "connect":
        connect = v1.ConnectResult.FromString(reply.result)
        return events.Connected(
            client=connect.client,
            version=connect.version,
            subs={name: _subscription(name, result) for name, result in connect.subs.items()},
            expires=connect.expires,
            ttl=connect.ttl,
        )
    if sent.command == "subscribe":
        return _subscription(sent.channel, v1.SubscribeResult.FromString(reply.result))
    return events.Replied(sent.channel, sent.command)


def _subscription(channel: str, result: v1.SubscribeResult) -> events.Subscription:
    return events.Subscription(
        channel,
        recoverable=result.recoverable,
        epoch=result.epoch,
        offset=result.offset,
        recovered=result.recovered,
        publications=tuple(_publication(channel, pub) for pub in result.publications),
    )


def _pushed(push: v1.Push) -> events.Event:
    match push.type:
        case 0:
            return _publication(push.channel, v1.Publication.FromString(push.data))
        case 1:
            return events.Join(push.channel, _info(v1.Join.FromString(push.data).info))
        case 2:
            return events.Leave(push.channel, _info(v1.Leave.FromString(push.data).info))
        case 3:
            return events.Unsubscribed(push.channel)
        case 5:
            sub = v1.Sub.FromString(push.data)
            return events.Subscribed(
                push.channel, recoverable=sub.recoverable, epoch=sub.epoch, offset=sub.offset
            )
        case other:
            return events.Undecodable(push.channel, push.data, f"a push of type {other}")


def _publication(channel: str, pub: v1.Publication) -> events.Publication:
    return events.Publication(
        channel,
        data=pub.data,
        offset=pub.offset,
        info=_info(pub.info) if pub.HasField("info") else None,
    )


def _info(info: v1.ClientInfo) -> events.ClientInfo:
    return events.ClientInfo(info.user, info.client, info.conn_info, info.chan_info)
