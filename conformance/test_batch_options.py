"""Batch and the options of its commands: each counts as in the call alone.

A scenario is played twice, on channels and with clients of its own: by calls, and with each of
its calls as a batch of one command. What is answered and what subscribers receive is the same.
"""

import base64
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from google.protobuf.json_format import MessageToDict

from centrifugo_grpc.releases import IDEMPOTENCY_KEY, PUBLICATION_VERSION, SUBSCRIBE_B64, Release
from centrifugo_grpc.subscriber.events import Disconnected, Event, Refreshed
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Client, Clients
from conformance.requirement import V3, Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#batch"
SINCE_4 = [release for release in V3 if release >= Release.V4_1]
FAR = 600
"""Seconds ahead of now that no test waits for."""
ENCODED = base64.b64encode(b"\x00encoded\xff").decode()


class Play:
    """Plays a scenario, by calls or by batches, and notes what is answered."""

    def __init__(self, api: Api, *, batched: bool) -> None:
        self._api = api
        self._batched = batched
        self._aliases: dict[str, str] = {}
        self.noted: list[tuple[str, str]] = []

    def alias(self, text: str, alias: str) -> str:
        """Have something that differs from play to play noted as the same; gives it back."""
        if text:
            self._aliases[text] = alias
        return text

    def do(self, method: str, **fields: Any) -> Any:
        """Make a call; gives its result, and notes it."""
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in method)[1:]
        if self._batched:
            answer = self._api.batch([{name: fields}])
            expect.success(answer)
            assert answer.response is not None
            expect.equal("number of replies", len(answer.response.replies), 1)
            reply = answer.response.replies[0]
            error, result = reply.error, getattr(reply, name)
        else:
            answer = self._api.call(method, **fields)
            assert answer.response is not None, "the call was answered"
            error, result = answer.response.error, answer.response.result
        told = f"error {error.code} {error.message}" if error.code else _told(result)
        self.note(f"{method} {sorted(fields)}", told)
        return result

    def note(self, what: str, told: str) -> None:
        """Note something, with aliases for what differs from play to play."""
        for text, alias in sorted(self._aliases.items(), key=lambda each: -len(each[0])):
            told = told.replace(text, alias)
        self.noted.append((what, told))

    def note_events(self, who: str, client: Client) -> None:
        """Note what a client has received."""
        for told in sorted(repr(_timeless(event)) for event in client.settled()):
            self.note(f"received by {who}", told)


def _told(result: Any) -> str:
    """A result as JSON, the keys of its maps in order."""
    return "" if result is None else json.dumps(MessageToDict(result), sort_keys=True)


def _timeless(event: Event) -> Event:
    """An event whose ttl is some time or none."""
    return replace(event, ttl=int(event.ttl > 0)) if isinstance(event, Refreshed) else event


def same_both_ways(api: Api, scenario: Callable[[Play], None]) -> None:
    """A scenario comes to the same by calls and by batches."""
    plays = [Play(api, batched=False), Play(api, batched=True)]
    for play in plays:
        scenario(play)
    alone, together = (play.noted for play in plays)
    for (what, told), (_, batched) in zip(alone, together, strict=False):
        expect.equal(f"in a batch: {what}", batched, told)
    expect.equal("in a batch, how much is told", len(together), len(alone))


def room_of(play: Play, channel: Channels, kind: str, alias: str) -> str:
    """A channel of a play."""
    return play.alias(channel(kind), alias)


@requirement(
    "batch.honour.options-of-publications",
    "In a batch each option of Publish, Broadcast, History and HistoryRemove counts as in a call"
    " alone.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    needs=["history"],
)
def test_options_of_publications(api: Api, channel: Channels) -> None:
    def scenario(play: Play) -> None:
        room = room_of(play, channel, "history", "<a>")
        other = room_of(play, channel, "history", "<b>")
        for name, alias in ((room, "<epoch>"), (other, "<other epoch>")):
            play.alias(play.do("Publish", channel=name, data=b"first").epoch, alias)
        play.noted.clear()  # The epochs in it had no aliases yet.
        for method, where in (
            ("Publish", {"channel": room}),
            ("Broadcast", {"channels": [room, other]}),
        ):
            play.do(method, **where, data=b"tagged", tags={"k": "v", "": "blank"})
            play.do(method, **where, data=b"passing", skip_history=True)
            play.do(method, **where, data=b"data", b64data=ENCODED)
            for data in (b"once", b"twice"):
                if IDEMPOTENCY_KEY[api.release]:
                    play.do(method, **where, data=data, idempotency_key=f"key of {method}")
        for version, epoch in ((5, "A"), (4, "A"), (3, "B"), (3, "")):
            if PUBLICATION_VERSION[api.release]:
                fields: dict[str, Any] = {
                    "data": b"%d" % version,
                    "version": version,
                    "version_epoch": epoch,
                }
                play.do("Publish", channel=room, **fields)
                play.do("Broadcast", channels=[other, room], **fields)
        epoch = play.do("History", channel=room).epoch
        reads: list[dict[str, Any]] = [
            *({"limit": -1}, {"limit": 2}, {"limit": 2, "reverse": True}),
            {"limit": -1, "since": {"offset": 2, "epoch": epoch}},
            {"limit": -1, "since": {"offset": 2, "epoch": "other"}},
            {"limit": 1, "since": {"offset": 3, "epoch": epoch}, "reverse": True},
        ]
        for fields in reads:
            play.do("History", channel=room, **fields)
        play.do("History", channel=other, limit=-1)
        play.do("HistoryRemove", channel=room)
        play.do("History", channel=room, limit=-1)

    same_both_ways(api, scenario)


@requirement(
    "batch.honour.options-of-subscriptions",
    "In a batch each option of Subscribe and Unsubscribe counts as in a call alone, and Presence,"
    " PresenceStats and Channels tell the same.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    needs=["clients", "full", "recovery"],
    one_node=True,
)
def test_options_of_subscriptions(api: Api, channel: Channels, clients: Clients) -> None:
    def scenario(play: Play) -> None:
        first = clients.connect()
        second = clients.connect(user=first.user)
        play.alias(first.user, "<user>")
        for client, alias in ((first, "<first>"), (second, "<second>")):
            play.alias(client.id, alias)
            play.alias(client.connected.session, f"{alias} session")
        user, room = first.user, room_of(play, channel, "full", "<room>")
        old = room_of(play, channel, "recovery", "<old>")
        epochs = [api.publish(each, b"x").result.epoch for each in (room, old, old, old)]
        play.alias(epochs[0], "<epoch>")
        play.alias(epochs[1], "<old epoch>")
        options: list[dict[str, Any]] = [
            {},
            {"session": second.connected.session},
            {"data": b"\x00data", "info": b"\x00info"},
            {"expire_at": 1},
            {"expire_at": int(time.time()) + FAR},
        ]
        overridden = ["presence", "join_leave", "force_push_join_leave"]
        overridden += ["force_recovery", "force_positioning"]
        options += [{"override": {name: {"value": False}}} for name in overridden]
        if SUBSCRIBE_B64[api.release]:
            options += [{"b64data": ENCODED, "b64info": ENCODED}, {"b64info": "!"}]
        for fields in options:
            # One connection alone: which of two is told first is free.
            one = {} if "session" in fields else {"client": first.id}
            play.do("Subscribe", channel=room, user=user, **one, **fields)
            play.do("Presence", channel=room)
            play.do("PresenceStats", channel=room)
            play.do("Channels", pattern=f"{room[:-1]}?")
            play.do("Unsubscribe", channel=room, user=user)
        since = {"offset": 1, "epoch": epochs[1]}
        play.do("Subscribe", channel=old, user=user, recover_since=since)
        for narrowed in ({"client": second.id}, {"session": first.connected.session}):
            play.do("Unsubscribe", channel=old, user=user, **narrowed)
            play.do("Channels", pattern=old)
        play.note_events("the first", first)
        play.note_events("the second", second)

    same_both_ways(api, scenario)


@requirement(
    "batch.honour.options-of-connections",
    "In a batch each option of Refresh and Disconnect counts as in a call alone.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    needs=["clients"],
)
def test_options_of_connections(api: Api, channel: Channels, clients: Clients) -> None:
    def scenario(play: Play) -> None:
        crowd = [clients.connect()]
        user = play.alias(crowd[0].user, "<user>")
        crowd += [clients.connect(user=user) for _ in range(5)]
        ids = [client.id for client in crowd]
        play.do("Refresh", user=user, client=ids[0], expire_at=int(time.time()) + FAR)
        play.do("Refresh", user=user, session=crowd[1].connected.session, info=b"{}")
        for number, client in enumerate(crowd):
            play.note_events(f"client {number}", client)
        play.do("Refresh", user=user, client=ids[0], expired=True)
        play.do("Disconnect", user=user, client=ids[1])
        play.do("Disconnect", user=user, session=crowd[2].connected.session)
        for number, client in enumerate(crowd[3:], start=3):
            play.note_events(f"client {number}", client)
        told = {"code": 4321, "reason": "as told"}
        play.do("Disconnect", user=user, whitelist=ids[4:], disconnect=told)
        for number, client in enumerate(crowd[4:], start=4):
            play.note_events(f"client {number}", client)
        for number, client in enumerate(crowd[:4]):
            client.ended()
            play.note(f"end of client {number}", repr(client.inbox.of(Disconnected)))

    same_both_ways(api, scenario)


@requirement(
    "batch.honour.options-of-maps",
    "In a batch each option of the RPCs of maps counts as in a call alone.",
    level=Level.MUST,
    source=DOCS,
    releases=[Release.V6_9],
    needs=["map"],
)
def test_options_of_maps(api: Api, channel: Channels) -> None:
    def scenario(play: Play) -> None:
        room = room_of(play, channel, "map", "<map>")
        put = {"channel": room, "key": "k"}
        epoch = play.alias(play.do("MapPublish", **put, data=b"first").epoch, "<epoch>")
        play.noted.clear()  # The epoch in it had no alias yet.
        for fields in (
            {"data": b"data", "b64data": ENCODED},
            {"data": b"tagged", "tags": {"k": "v"}},
            {"data": b"new", "key_mode": "if_new"},
            {"data": b"old", "key_mode": "if_exists"},
            {"data": b"once", "idempotency_key": "key"},
            {"data": b"twice", "idempotency_key": "key"},
            {"data": b"5", "version": 5, "version_epoch": "A"},
            {"data": b"4", "version": 4, "version_epoch": "A"},
            {"data": b"3", "version": 3, "version_epoch": "B"},
        ):
            play.do("MapPublish", **put, **fields)
        for key in ("a", "b", "c"):
            play.do("MapPublish", channel=room, key=key, data=key.encode())
        for _ in range(2):
            play.do("MapRemove", channel=room, key="b", idempotency_key="removal")
        play.do("MapRemove", channel=room, key="missing")
        reads: list[dict[str, Any]] = [
            *({"limit": -1}, {"limit": 2}, {"limit": 2, "cursor": "a"}, {"key": "a", "limit": 1}),
            {"limit": -1, "revision_offset": 1, "revision_epoch": epoch},
            {"limit": -1, "revision_offset": 1, "revision_epoch": "other"},
        ]
        for fields in reads:
            _without_times(play, "MapReadState", channel=room, **fields)
        streams: list[dict[str, Any]] = [
            *({"limit": -1}, {"limit": 2}, {"limit": 2, "reverse": True}),
            {"limit": -1, "since_offset": 10, "since_epoch": epoch},
            {"limit": -1, "since_offset": 10, "since_epoch": "other"},
        ]
        for fields in streams:
            _without_times(play, "MapReadStream", channel=room, **fields)
        play.do("MapStats", channel=room)
        play.do("MapClear", channel=room)
        play.do("MapStats", channel=room)

    same_both_ways(api, scenario)


def _without_times(play: Play, method: str, **fields: Any) -> None:
    """Make a call whose entries tell the time, which is not noted."""
    play.do(method, **fields)
    what, told = play.noted.pop()
    play.noted.append((what, re.sub(r'"time": "\d+"', '"time": "<time>"', told)))
