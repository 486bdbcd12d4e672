"""The client protocol in JSON: v1 of 2.8 and 3.2, v2 of 4.1 and later (3.2 on request)."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.json_text import raw_member
from centrifugo_grpc.subscriber.websocket import Sent

_V1_KINDS = ("pub", "join", "leave", "unsubscribe", "message", "subscribe")
"""The types of a v1 push, by number."""


class JsonV1:
    """Protocol v1: what a reply tells stands in `result`; a push is a reply without an id."""

    query = ""

    def encode(self, number: int, command: str, params: Mapping[str, Any]) -> str:
        """One command; v1 names the method, connect by leaving it out."""
        named = {} if command == "connect" else {"method": command}
        return json.dumps({"id": number, **named, "params": dict(params)})

    def decode(self, frame: bytes, sent: Mapping[int, Sent]) -> Iterator[events.Event]:
        """Newlines part the replies of a frame."""
        for raw in _lines(frame):
            text = raw.decode("utf-8", "surrogateescape")
            reply = json.loads(text)
            result = reply.get("result", {})
            if "id" in reply:
                yield _replied(sent[reply["id"]], reply.get("error"), result)
            else:
                kind = _V1_KINDS[result.get("type", 0)]
                data = raw_member(text, "result", "data", "data")
                yield _pushed(result["channel"], kind, result["data"], _bytes(data))


class JsonV2:
    """Protocol v2: what a reply or a push tells stands in the field of its kind."""

    def __init__(self, query: str = "") -> None:
        self.query = query

    def encode(self, number: int, command: str, params: Mapping[str, Any]) -> str:
        """One command."""
        return json.dumps({"id": number, command: dict(params)})

    def decode(self, frame: bytes, sent: Mapping[int, Sent]) -> Iterator[events.Event]:
        """Newlines part the replies of a frame; an empty one is a ping."""
        for raw in _lines(frame):
            text = raw.decode("utf-8", "surrogateescape")
            reply = json.loads(text)
            if "id" in reply:
                command = sent[reply["id"]]
                yield _replied(command, reply.get("error"), reply.get(command.command, {}))
            elif "push" in reply:
                push = reply["push"]
                kind = next((name for name in push if name != "channel"), "")
                data = raw_member(text, "push", kind, "data")
                yield _pushed(push.get("channel", ""), kind, push[kind], _bytes(data))
            else:
                yield events.Ping()


def _lines(frame: bytes) -> list[bytes]:
    return [line for line in frame.split(b"\n") if line] or [frame]


def _bytes(text: str | None) -> bytes:
    return b"" if text is None else text.encode("utf-8", "surrogateescape")


def _json(value: Any) -> bytes:
    """A value of the protocol whose bytes nobody judges."""
    return b"" if value is None else json.dumps(value, separators=(",", ":")).encode()


def _replied(
    sent: Sent, error: Mapping[str, Any] | None, result: Mapping[str, Any]
) -> events.Event:
    if error is not None:
        return events.Refused(sent.channel, sent.command, error["code"], error["message"])
    if sent.command == "connect":
        subs = {name: _subscription(name, sub) for name, sub in result.get("subs", {}).items()}
        return events.Connected(
            client=result.get("client", ""),
            session=result.get("session", ""),
            version=result.get("version", ""),
            subs=subs,
            expires=result.get("expires", False),
            ttl=result.get("ttl", 0),
            ping=result.get("ping", 0),
        )
    if sent.command == "subscribe":
        return _subscription(sent.channel, result)
    return events.Replied(sent.channel, sent.command)


def _subscription(channel: str, result: Mapping[str, Any]) -> events.Subscription:
    return events.Subscription(
        channel,
        recoverable=result.get("recoverable", False),
        positioned=result.get("positioned", False),
        epoch=result.get("epoch", ""),
        offset=result.get("offset", 0),
        data=_json(result.get("data")),
        recovered=result.get("recovered", False),
        was_recovering=result.get("was_recovering", False),
        publications=tuple(
            _publication(channel, pub, _json(pub.get("data")))
            for pub in result.get("publications", ())
        ),
    )


def _publication(channel: str, pub: Mapping[str, Any], data: bytes) -> events.Publication:
    return events.Publication(
        channel,
        data=data,
        offset=pub.get("offset", 0),
        tags=pub.get("tags", {}),
        info=_info(pub["info"]) if "info" in pub else None,
    )


def _info(info: Mapping[str, Any]) -> events.ClientInfo:
    return events.ClientInfo(
        info.get("user", ""),
        info["client"],
        _json(info.get("conn_info")),
        _json(info.get("chan_info")),
    )


def _pushed(channel: str, kind: str, push: Mapping[str, Any], data: bytes) -> events.Event:
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return events.Undecodable(channel, _json(push), f"a push of kind {kind}")
    return decoder(channel, push, data)


def _subscribed(channel: str, push: Mapping[str, Any], data: bytes) -> events.Subscribed:
    return events.Subscribed(
        channel,
        recoverable=push.get("recoverable", False),
        positioned=push.get("positioned", False),
        epoch=push.get("epoch", ""),
        offset=push.get("offset", 0),
        data=data,
    )


_Decoder = Callable[[str, Mapping[str, Any], bytes], events.Event]
_DECODERS: Mapping[str, _Decoder] = {
    "pub": _publication,
    "subscribe": _subscribed,
    "join": lambda channel, push, _: events.Join(channel, _info(push["info"])),
    "leave": lambda channel, push, _: events.Leave(channel, _info(push["info"])),
    "unsubscribe": lambda channel, push, _: events.Unsubscribed(
        channel, push.get("code", 0), push.get("reason", "")
    ),
    "refresh": lambda channel, push, _: events.Refreshed(
        channel, push.get("expires", False), push.get("ttl", 0)
    ),
    "disconnect": lambda channel, push, _: events.Disconnected(
        channel, push.get("code", 0), push.get("reason", "")
    ),
}
