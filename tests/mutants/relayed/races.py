"""Late and rare effects behind a relay."""

import asyncio
import itertools
import time
from typing import Any

from protos.v3 import api_pb2 as api
from reference_server.engine.streams import Streams
from tests.mutants.declaring import EVERY, LATEST, SINCE_4, V3, Area
from tests.mutants.patching import around
from tests.mutants.relaying import relayed, told

RACES = Area("races")
_LATE = 0.05
"""Seconds between an answer and its effect."""


def _late(method: str, answer: Any) -> None:
    """Answer at once, by `answer` of the request, and pass on a little later."""

    def relay(forward: Any, request: Any) -> Any:
        other = type(request)()
        other.CopyFrom(request)
        asyncio.get_running_loop().call_later(_LATE, forward, other)
        return answer(request)

    relayed(method, relay=relay)


def _success(name: str) -> Any:
    kind = getattr(api, f"{name}Response")
    return lambda request: kind(result={})


@RACES.mutant("map-clear.drop.everything", releases=LATEST)
def map_clear_is_late() -> None:
    """MapClear takes effect a little after its answer."""
    _late("MapClear", _success("MapClear"))


def _rarely(method: str, every: int, change: Any) -> None:
    counted = itertools.count(1)

    def alter(request: Any, response: Any) -> None:
        if next(counted) % every == 0:
            change(request, response)

    told(method, change=alter)


@RACES.mutant(
    "history.read.any-page",
    "history.leave.unchanged-by-reading",
    "property",
    releases=EVERY,
    racy=True,
)
def one_history_in_ten_lacks_the_newest() -> None:
    """Each tenth History lacks the newest publication."""

    def change(_: Any, response: Any) -> None:
        if response.result.publications:
            del response.result.publications[-1]

    _rarely("History", 10, change)


@RACES.mutant("history.read.any-page", "property", releases=EVERY, racy=True)
def one_history_in_twenty_is_empty() -> None:
    """Each twentieth History is empty."""

    def change(_: Any, response: Any) -> None:
        if response.HasField("result"):
            del response.result.publications[:]

    _rarely("History", 20, change)


@RACES.mutant("publish.return.offsets-when-concurrent", "concurrent.answer", releases=V3, racy=True)
def one_publish_in_twenty_answers_another_offset() -> None:
    """Each twentieth Publish answers the offset after its own."""

    def change(_: Any, response: Any) -> None:
        if response.result.offset:
            response.result.offset += 1

    _rarely("Publish", 20, change)


@RACES.mutant(
    "publish.store.all-when-concurrent", "payload.return.every-size", releases=EVERY, racy=True
)
def one_publish_in_twenty_fails_and_is_stored() -> None:
    """Each twentieth Publish is answered with error 100, and stored."""

    def change(_: Any, response: Any) -> None:
        response.error.code = 100
        words = "internal server error"
        is_bytes = isinstance(response.error.message, bytes)
        response.error.message = words.encode() if is_bytes else words
        if "result" in response.DESCRIPTOR.fields_by_name:
            response.ClearField("result")

    _rarely("Publish", 20, change)


@RACES.mutant(
    "concurrent.show.effect-on-clients-at-once",
    "batch.honour.options-of-subscriptions",
    "presence.return",
    releases=EVERY,
    racy=True,
)
def one_presence_in_five_lacks_somebody() -> None:
    """Each fifth Presence lacks a client."""

    def change(_: Any, response: Any) -> None:
        for client in sorted(response.result.presence)[:1]:
            del response.result.presence[client]

    _rarely("Presence", 5, change)


@RACES.mutant("batch", "property.equal.batch-and-its-parts", releases=SINCE_4, racy=True)
def one_batch_in_five_swaps_replies() -> None:
    """Each fifth Batch swaps its first two replies."""

    def change(_: Any, response: Any) -> None:
        if len(response.replies) > 1:
            first = type(response.replies[0])()
            first.CopyFrom(response.replies[0])
            response.replies[0].CopyFrom(response.replies[1])
            response.replies[1].CopyFrom(first)

    _rarely("Batch", 5, change)


@RACES.mutant(
    "broadcast.return.by-channel",
    "property.equal.broadcast-and-publishes",
    "concurrent.deliver.broadcasts",
    "broadcast",
    releases=V3,
    racy=True,
)
def one_broadcast_in_five_swaps_slots() -> None:
    """Each fifth Broadcast swaps its first two slots."""

    def change(_: Any, response: Any) -> None:
        slots = response.result.responses
        if len(slots) > 1:
            first = type(slots[0])()
            first.CopyFrom(slots[0])
            slots[0].CopyFrom(slots[1])
            slots[1].CopyFrom(first)

    _rarely("Broadcast", 5, change)


@RACES.mutant(
    "concurrent.deliver.many-channels",
    "connection.answer.concurrent-calls",
    releases=EVERY,
    racy=True,
)
def answers_of_a_crowd_are_swapped() -> None:
    """Of two calls of History at once each gets the answer of the other's channel."""
    last: list[Any] = []

    def relay(forward: Any, request: Any) -> Any:
        now = asyncio.get_running_loop().time()
        response = forward(request)
        if last and now - last[0] < 0.0005:
            response, last[1] = last[1], response
        last[:] = [now, response]
        return response

    relayed("History", relay=relay)


@RACES.mutant("publish.separate.channels", releases=EVERY, racy=True)
def channels_of_one_moment_share_a_history() -> None:
    """A channel that begins within a twentieth of a second after another one has its history."""
    shared: dict[str, str] = {}
    name, begun = "", 0.0

    def history(channel: str) -> str:
        nonlocal name, begun
        if channel not in shared:
            now = time.monotonic()
            is_near = now - begun < 0.05
            shared[channel] = name if is_near else channel
            name, begun = (name, 0.0) if is_near else (channel, now)
        return shared[channel]

    def add(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        return original(self, history(channel), *rest, **options)

    def read(original: Any, self: Any, channel: str, **options: Any) -> Any:
        return original(self, shared.get(channel, channel), **options)

    around(Streams, "add", add)
    around(Streams, "read", read)
