"""Delivery in map and shared poll channels (6.9), as far as a uni client sees it."""

from typing import Any

from centrifugo_grpc.releases import Release
from centrifugo_grpc.subscriber.events import Publication
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Client, Clients
from conformance.maps import put
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/map_subscriptions"
FACTS = "facts v3-v6.md 5 Map*"
SINCE_6 = (Release.V6_9,)


def subscriber(api: Api, clients: Clients, room: str) -> Client:
    """A client that the server has subscribed to a map channel."""
    return clients.connect(claims={"channels": [room]})


def entries(client: Client, room: str) -> list[tuple[str, bytes, int, bool]]:
    """Key, data, offset and whether it was removed of every change received."""
    return [
        (pub.key, pub.data, pub.offset, pub.removed) for pub in client.settled_of(Publication, room)
    ]


@requirement(
    "map.deliver.changes",
    "Subscribers of a map channel get each key that is set or removed, with its offset.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["clients", "map", "map_recoverable"],
    one_node=True,
)
def test_changes_of_a_map_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    for kind in ("map", "map_recoverable"):
        room = channel(kind)
        client = subscriber(api, clients, room)
        client.is_connected()
        every = bytes(range(256))
        put(api, room, "a", every)
        put(api, room, "b", b"1")
        put(api, room, "a", b"2")
        expect.success(api.call("MapRemove", channel=room, key="b"))
        expected = [("a", every, 1, False), ("b", b"1", 2, False), ("a", b"2", 3, False)]
        expected.append(("b", b"", 4, True))
        expect.equal("received", entries(client, room), expected)


@requirement(
    "map.deliver.tags",
    "A change of a map arrives with the tags of MapPublish.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["clients", "map"],
    one_node=True,
)
def test_tags_of_a_map_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("map")
    client = subscriber(api, clients, room)
    client.is_connected()
    put(api, room, "a", b"1", tags={"x": "1", "y": ""})
    got = [dict(pub.tags) for pub in client.settled_of(Publication, room)]
    expect.equal("tags", got, [{"x": "1", "y": ""}])


@requirement(
    "map.suppress.delivery",
    "A suppressed MapPublish or MapRemove is not delivered.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["clients", "map"],
    one_node=True,
)
def test_suppressed_changes_do_not_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("map")
    client = subscriber(api, clients, room)
    client.is_connected()
    put(api, room, "a", b"first", version=5)
    suppressed: list[dict[str, Any]] = [
        {"key": "a", "key_mode": "if_new"},
        {"key": "b", "key_mode": "if_exists"},
        {"key": "a", "version": 5},
        {"key": "a", "version": 4},
    ]
    for fields in suppressed:
        answer = put(api, room, data=b"never", **fields)
        expect.that(answer.result.suppressed, "`suppressed`", answer)
    put(api, room, "c", b"c", idempotency_key="k")
    put(api, room, "c", b"never", idempotency_key="k")
    expect.success(api.call("MapRemove", channel=room, key="none"))
    got = [(pub.key, pub.data) for pub in client.settled_of(Publication, room)]
    expect.equal("received", got, [("a", b"first"), ("c", b"c")])


@requirement(
    "map.deliver.ephemeral",
    "Changes of an ephemeral map arrive without an offset.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_6,
    needs=["clients", "map_ephemeral"],
    one_node=True,
)
def test_ephemeral_changes_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("map_ephemeral")
    client = subscriber(api, clients, room)
    client.is_connected()
    put(api, room, "a", b"1")
    put(api, room, "a", b"2")
    got = [(pub.key, pub.data, pub.offset) for pub in client.settled_of(Publication, room)]
    expect.equal("received", got, [("a", b"1", 0), ("a", b"2", 0)])


@requirement(
    "map.deliver.no-clearing",
    "MapClear sends nothing to subscribers.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_6,
    needs=["clients", "map"],
    one_node=True,
)
def test_clearing_is_not_delivered(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("map")
    client = subscriber(api, clients, room)
    client.is_connected()
    put(api, room, "a", b"1")
    expect.success(api.call("MapClear", channel=room))
    expect.equal("received", entries(client, room), [("a", b"1", 1, False)])


@requirement(
    "map.deliver.broadcast",
    "A broadcast reaches the subscribers of a map channel, without a key.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 9.10",
    releases=SINCE_6,
    needs=["clients", "map", "shared_poll"],
)
def test_broadcasts_reach_map_channels(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("map"), channel("shared_poll")]
    client = clients.connect(claims={"channels": rooms})
    client.is_connected()
    expect.success(api.broadcast(rooms, b"x"))
    for room in rooms:
        expect.equal("received", entries(client, room), [("", b"x", 0, False)])


@requirement(
    "map.stop.after-unsubscribe",
    "Whom Unsubscribe takes out of a map channel gets no more changes of it.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_6,
    needs=["clients", "map"],
    one_node=True,
)
def test_unsubscribing_from_a_map(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("map")
    client = subscriber(api, clients, room)
    client.is_connected()
    put(api, room, "a", b"1")
    expect.success(api.unsubscribe(channel=room, user=client.user))
    put(api, room, "a", b"2")
    expect.equal("received", entries(client, room), [("a", b"1", 1, False)])


@requirement(
    "shared-poll.deliver.nothing-to-uni",
    "SharedPollPublish sends nothing to a uni subscriber.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_6,
    needs=["clients", "shared_poll"],
)
def test_shared_polls_are_not_pushed(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("shared_poll")
    client = subscriber(api, clients, room)
    client.is_connected()
    answer = api.call("SharedPollPublish", channel=room, key="k", data=b"1", version=1)
    expect.success(answer)
    expect.equal("received", entries(client, room), [])
