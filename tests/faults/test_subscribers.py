"""Subscribers of the reference server whose network is cut, and whose server is killed."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import grpc
import pytest

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.releases import LATEST
from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.inbox import Inbox
from centrifugo_grpc.subscriber.json_codecs import JsonV2
from centrifugo_grpc.subscriber.tokens import connection_token
from centrifugo_grpc.subscriber.uni import Position, UniSubscriber
from centrifugo_grpc.subscriber.websocket import WebSocketSubscriber
from tests.faults.network import Network, network
from tests.faults.target import Process, running

CHANNEL = "full:faults"
"""It keeps history, is recovered, and tells who is there."""
SECONDS = 20.0


class Connect(Protocol):
    """Connects a subscriber by the network; `position` to recover from."""

    def __call__(self, position: Position | None = None) -> Inbox: ...


@pytest.fixture
def target() -> Iterator[Process]:
    with running("--release", str(LATEST)) as process:
        yield process


@pytest.fixture(params=["uni GRPC", "HTTP"])
def between(target: Process, request: pytest.FixtureRequest) -> Iterator[Network]:
    with network(target.places[request.param]) as found:
        yield found


@pytest.fixture
def connect(between: Network, request: pytest.FixtureRequest) -> Iterator[Connect]:
    is_uni = "uni GRPC" in request.node.callspec.id
    token = connection_token("conformance-token-secret", "ann")
    with contextlib.ExitStack() as stack:

        def connected(position: Position | None = None) -> Inbox:
            if is_uni:
                channel = stack.enter_context(grpc.insecure_channel(between.address))
                return UniSubscriber(channel, token, {CHANNEL: position})
            subscriber = WebSocketSubscriber(between.address, JsonV2())
            subscriber.send("connect", token=token)
            subscriber.subscribe(CHANNEL, position)
            return subscriber

        yield connected


@pytest.fixture
def api(target: Process) -> Iterator[V3Client]:
    with V3Client(Endpoint(target.address)) as client:
        yield client


def until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.02)
    return held


def present(api: V3Client) -> int:
    return int(api.presence_stats(channel=CHANNEL).result.num_clients)


def publish(api: V3Client, *numbers: int) -> None:
    for number in numbers:
        assert api.publish(channel=CHANNEL, data=b"%d" % number).error is None


def numbers(inbox: Inbox, count: int) -> list[tuple[int, bytes]]:
    """Offsets and data of what came: live, and with the subscription."""
    inbox.wait(events.Publication, count, seconds=SECONDS)
    return [(each.offset, each.data) for each in inbox.of(events.Publication)]


def subscription(inbox: Inbox) -> events.Subscription:
    """What the server told of the subscription, by itself or with the connection."""
    until(lambda: bool(inbox.of(events.Subscription) or _by_connection(inbox)))
    return (inbox.of(events.Subscription) or _by_connection(inbox))[0]


def _by_connection(inbox: Inbox) -> list[events.Subscription]:
    found = inbox.of(events.Connected)
    return [each.subs[CHANNEL] for each in found if CHANNEL in each.subs]


def test_who_is_cut_off_is_gone_at_once_and_recovers_every_publication(
    between: Network, connect: Connect, api: V3Client
) -> None:
    first = connect()
    told = subscription(first)
    assert until(lambda: present(api) == 1)
    publish(api, 1, 2)
    assert numbers(first, 2) == [(1, b"1"), (2, b"2")]
    between.cut()
    assert first.wait(events.Ended, seconds=SECONDS)
    assert until(lambda: present(api) == 0)
    publish(api, 3, 4)
    second = connect(Position(2, told.epoch))
    recovered = subscription(second)
    assert recovered.recovered
    assert [(each.offset, each.data) for each in recovered.publications] == [(3, b"3"), (4, b"4")]
    publish(api, 5)
    assert numbers(second, 1) == [(5, b"5")]


def test_what_is_held_up_arrives_whole_and_in_order(
    between: Network, connect: Connect, api: V3Client
) -> None:
    inbox = connect()
    subscription(inbox)
    between.freeze()
    publish(api, *range(1, 51))
    assert not inbox.of(events.Publication)
    between.delay = 0.005
    between.thaw()
    assert numbers(inbox, 50) == [(number, b"%d" % number) for number in range(1, 51)]


def test_whose_server_is_killed_learns_it_and_begins_anew_with_the_next(
    target: Process, between: Network, connect: Connect, api: V3Client
) -> None:
    first = connect()
    told = subscription(first)
    publish(api, 1)
    assert numbers(first, 1) == [(1, b"1")]
    target.kill()
    assert first.wait(events.Ended, seconds=SECONDS)
    target.restart()
    second = connect(Position(1, told.epoch))
    again = subscription(second)
    assert again.was_recovering
    assert not again.recovered
    assert again.epoch != told.epoch
    with V3Client(Endpoint(target.address)) as anew:
        publish(anew, 7)
    assert numbers(second, 1) == [(1, b"7")]
