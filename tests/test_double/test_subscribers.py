"""Subscribers of the test double: awaited, cut off, and told what a test publishes."""

from collections.abc import Iterator

import grpc
import pytest

from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.json_codecs import JsonV2
from centrifugo_grpc.subscriber.uni import UniSubscriber
from centrifugo_grpc.subscriber.websocket import WebSocketSubscriber
from reference_server.testing import CentrifugoServer


@pytest.fixture
def reader(centrifugo: CentrifugoServer) -> Iterator[UniSubscriber]:
    """A user that listens to the channel `news`."""
    with grpc.insecure_channel(centrifugo.uni_address) as channel:
        subscriber = UniSubscriber(channel, centrifugo.token("42"), {"news": None})
        yield subscriber
        subscriber.close()


def test_a_test_waits_until_somebody_has_subscribed(
    centrifugo: CentrifugoServer, reader: UniSubscriber
) -> None:
    assert centrifugo.wait_for_subscribers("news") == ["42"]
    assert centrifugo.subscribers("other") == []
    centrifugo.publish("news", {"n": 1})
    (publication,) = reader.wait(events.Publication)
    assert publication.data == b'{"n": 1}'


def test_a_user_is_disconnected_for_good(
    centrifugo: CentrifugoServer, reader: UniSubscriber
) -> None:
    centrifugo.wait_for_subscribers("news")
    centrifugo.disconnect("42")
    (told,) = reader.wait(events.Disconnected)
    assert told.code == 3503
    assert centrifugo.subscribers("news") == []


def test_connections_are_dropped_as_by_a_node_that_stops(
    centrifugo: CentrifugoServer, reader: UniSubscriber
) -> None:
    centrifugo.wait_for_subscribers("news")
    centrifugo.drop_connections()
    (told,) = reader.wait(events.Disconnected)
    assert told.code == 3001


def test_a_reset_cuts_off_who_is_connected(
    centrifugo: CentrifugoServer, reader: UniSubscriber
) -> None:
    centrifugo.wait_for_subscribers("news")
    centrifugo.reset()
    assert reader.wait(events.Disconnected)
    assert centrifugo.subscribers("news") == []
    assert centrifugo.call("Presence", channel="news").result.presence == {}


def test_what_a_client_publishes_is_seen_too(centrifugo: CentrifugoServer) -> None:
    client = WebSocketSubscriber(centrifugo.http_url.removeprefix("http://"), JsonV2())
    try:
        client.send("connect", token=centrifugo.token("42"))
        client.subscribe("news")
        centrifugo.wait_for_subscribers("news")
        client.send("publish", "news", data={"n": 1})
        (publication,) = centrifugo.wait_for_publications("news")
        assert publication.json == {"n": 1}
        assert centrifugo.calls() == []
    finally:
        client.close()


def test_addresses_are_those_of_the_release() -> None:
    with CentrifugoServer("2.8") as server:
        assert server.ws_url == f"ws{server.http_url.removeprefix('http')}/connection/websocket"
        with pytest.raises(Exception, match="no uni GRPC"):
            _ = server.uni_address
