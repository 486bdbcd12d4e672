"""From the messages of a client's commands to what the session is asked, for both protocols."""

from collections.abc import Callable, Mapping
from typing import Any

from reference_server.clients import commands as ask
from reference_server.clients.tag_filters import TagsFilter
from reference_server.engine.streams import Position
from reference_server.protocol.messages import text

NAMES = (
    "Connect",
    "Subscribe",
    "Unsubscribe",
    "Publish",
    "Presence",
    "PresenceStats",
    "History",
    "Ping",
    "Send",
    "RPC",
    "Refresh",
    "SubRefresh",
)
"""The methods of protocol v1 by number; the request of each is the message `<name>Request`."""

MAY_BE_BARE = frozenset({"Connect", "Ping", "RPC", "Send"})
"""The methods whose JSON command may have no `params` (decode.go of the protocol, all versions)."""


_REJECT_UNRECOVERED = 2
"""A bit of `flag` in Subscribe (6.9)."""


def _recovery(message: Any) -> ask.Recovery:
    return ask.Recovery(
        message.recover,
        text(message.epoch),
        _offset(message),
        or_not_at_all=bool(getattr(message, "flag", 0) & _REJECT_UNRECOVERED),
        delta=text(getattr(message, "delta", b"")),
    )


def _tags_filter(node: Any) -> TagsFilter:
    return TagsFilter(
        text(node.op),
        text(node.key),
        text(node.cmp),
        text(node.val),
        tuple(map(text, node.vals)),
        tuple(map(_tags_filter, node.nodes)),
    )


def _offset(message: Any) -> int:
    """Where to recover from; without `v3_use_offset` clients of 2.8 say it in two halves."""
    seq, gen = getattr(message, "seq", 0), getattr(message, "gen", 0)
    # A `gen` counts one less than it should there (recovery.PackUint64 of centrifuge 0.14.3).
    return gen * 0xFFFF_FFFF + seq or int(message.offset)


def _connect(message: Any) -> ask.Request:
    return ask.Connect(
        token=text(message.token),
        data=message.data,
        subs={channel: _recovery(wish) for channel, wish in message.subs.items()},
        name=text(message.name),
        version=text(message.version),
    )


def _subscribe(message: Any) -> ask.Request:
    has_filter = hasattr(message, "tf") and message.HasField("tf")
    return ask.Subscribe(
        channel=text(message.channel),
        token=text(message.token),
        recovery=_recovery(message),
        data=getattr(message, "data", b""),
        positioned=getattr(message, "positioned", False),
        recoverable=getattr(message, "recoverable", False),
        join_leave=getattr(message, "join_leave", False),
        delta=text(getattr(message, "delta", b"")),
        tags_filter=_tags_filter(message.tf) if has_filter else None,
        kind=getattr(message, "type", 0),
        phase=getattr(message, "phase", 0),
        cursor=text(getattr(message, "cursor", b"")),
        limit=getattr(message, "limit", 0),
    )


def _publish(message: Any) -> ask.Request:
    return ask.Publish(
        text(message.channel),
        message.data,
        is_map=getattr(message, "type", 0) == 1,
        key=text(getattr(message, "key", b"")),
        removed=getattr(message, "removed", False),
    )


def _history(message: Any) -> ask.Request:
    channel = text(message.channel)
    if not hasattr(message, "limit"):
        return ask.History(channel, limit=-1)  # 2.8: always all there is
    since = message.since
    position = Position(since.offset, text(since.epoch)) if message.HasField("since") else None
    return ask.History(channel, message.limit, position, message.reverse)


def _sub_refresh(message: Any) -> ask.Request:
    return ask.SubRefresh(
        text(message.channel),
        text(message.token),
        kind=getattr(message, "type", 0),
        track=tuple(map(_track_batch, getattr(message, "track", ()))),
        untrack=tuple(map(text, getattr(message, "untrack", ()))),
    )


def _track_batch(batch: Any) -> ask.TrackBatch:
    items = tuple((text(item.key), item.version) for item in batch.items)
    return ask.TrackBatch(text(batch.signature), items)


REQUESTS: Mapping[str, Callable[[Any], ask.Request]] = {
    "Connect": _connect,
    "Subscribe": _subscribe,
    "Unsubscribe": lambda message: ask.Unsubscribe(text(message.channel)),
    "Publish": _publish,
    "Presence": lambda message: ask.Presence(text(message.channel)),
    "PresenceStats": lambda message: ask.PresenceStats(text(message.channel)),
    "History": _history,
    "Ping": lambda _message: ask.Ping(),
    "Send": lambda message: ask.Send(message.data),
    "RPC": lambda message: ask.Rpc(text(message.method), message.data),
    "Refresh": lambda message: ask.Refresh(text(message.token)),
    "SubRefresh": _sub_refresh,
}
