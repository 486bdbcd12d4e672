"""Delivery: whom a publication reaches, how often and in which order."""

from centrifugo_grpc.releases import Dialect
from centrifugo_grpc.subscriber.events import Event, Publication
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Client, Clients
from conformance.requirement import ALL, V3, Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#publish; 2.8.7 docs/content/server/grpc_api.md"
FACTS = "facts v2.md 5, v3-v6.md 6"


def received(client: Client, room: str) -> list[bytes]:
    """Every payload that a client has got in a channel, after it has got all of them."""
    return [pub.data for pub in client.settled_of(Publication, room)]


@requirement(
    "delivery.order.awaited-publishes",
    "Publications whose answers were awaited arrive in their order, at every subscriber.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_awaited_publishes_arrive_in_order(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    both = [clients.connect(room), clients.connect(room)]
    payloads = [b"%d" % number for number in range(100)]
    for payload in payloads:
        expect.success(api.publish(room, payload))
    for client in both:
        expect.equal("payloads received", client.payloads(room, 100), payloads)


@requirement(
    "delivery.order.between-channels",
    "Publications into several channels of one subscriber arrive in the order of the calls.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain", "history"],
    one_node=True,
)
def test_channels_keep_one_order(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain"), channel("history"), channel("plain")]
    client = clients.connect(*rooms)
    for number in range(30):
        expect.success(api.publish(rooms[number % 3], b"%d" % number))
    got = [event.data for event in client.settled() if isinstance(event, Publication)]
    expect.equal("payloads received", got, [b"%d" % number for number in range(30)])


@requirement(
    "delivery.reach.once",
    "A subscriber gets a publication once.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain", "history"],
)
def test_a_publication_arrives_once(api: Api, channel: Channels, clients: Clients) -> None:
    for kind in ("plain", "history"):
        room = channel(kind)
        client = clients.connect(room)
        expect.success(api.publish(room, b"once"))
        expect.success(api.publish(room, b"once"))
        expect.equal("payloads received", received(client, room), [b"once", b"once"])


@requirement(
    "delivery.reach.its-channel-alone",
    "A subscriber gets nothing of channels that it is not subscribed to.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain", "history"],
)
def test_other_channels_stay_away(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    namespace, _, name = room.partition(":")
    client = clients.connect(room)
    others = [name, f"${room}", f"{room}x", room[:-1], f"{room}:", room.upper()]
    others.append(f"{namespace}:{name.swapcase()}")
    for other in [*others, channel("history"), channel("plain")]:
        api.publish(other, b"other")  # Some of these namespaces are not there.
    expect.success(api.publish(room, b"own"))
    got: list[Event] = client.settled()
    told = [(event.channel, getattr(event, "data", None)) for event in got]
    expect.equal("everything received", told, [(room, b"own")])


@requirement(
    "delivery.reach.every-subscriber",
    "All subscribers of a channel get a publication, two connections of one user too.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_every_subscriber_gets_it(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    first = clients.connect(room)
    everybody = [first, clients.connect(room, user=first.user), clients.connect(room)]
    expect.success(api.publish(room, b"for all"))
    for client in everybody:
        expect.equal("payloads received", received(client, room), [b"for all"])


@requirement(
    "delivery.reach.no-later-subscriber",
    "Who subscribes after a publication does not get it.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain", "history"],
)
def test_later_subscribers_get_nothing(api: Api, channel: Channels, clients: Clients) -> None:
    for kind in ("plain", "history"):
        room = channel(kind)
        expect.success(api.publish(room, b"before"))
        client = clients.connect(room)
        expect.success(api.publish(room, b"after"))
        expect.equal("payloads received", received(client, room), [b"after"])


@requirement(
    "delivery.tell.offset",
    "In a channel with history a publication arrives with its offset, from 1 on without a gap.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/history_and_recovery; facts v2.md 5",
    needs=["clients", "history"],
)
def test_publications_carry_offsets(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("history")
    client = clients.connect(room)
    answers = [api.publish(room, b"%d" % number) for number in range(15)]
    offsets = [pub.offset for pub in client.publications(room, 15)]
    expect.equal("offsets received", offsets, list(range(1, 16)))
    if api.dialect is Dialect.V3:
        told = [answer.result.offset for answer in answers]
        expect.equal("offsets answered", told, list(range(1, 16)))


@requirement(
    "delivery.omit.offset",
    "In a channel without history a publication arrives without an offset.",
    level=Level.MUST,
    source="facts v2.md 5, v3-v6.md 5 Publish",
    needs=["clients", "plain"],
)
def test_no_offsets_without_history(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    for _ in range(2):
        expect.success(api.publish(room, b"x"))
    expect.equal("offsets", [pub.offset for pub in client.publications(room, 2)], [0, 0])


@requirement(
    "delivery.omit.info",
    "A publication of the API arrives without client information.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publication",
    needs=["clients", "plain"],
)
def test_api_publications_have_no_info(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    expect.success(api.publish(room, b"x"))
    expect.success(api.broadcast([room], b"x"))
    expect.equal("info", [pub.info for pub in client.publications(room, 2)], [None, None])


@requirement(
    "delivery.keep.tags",
    "A subscriber gets the tags of a publication, as Publish and Broadcast were given them.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publishrequest",
    releases=V3,
    needs=["clients", "plain", "history"],
)
def test_tags_arrive(api: Api, channel: Channels, clients: Clients) -> None:
    tags = {"a": "1", "": "blank key", "blank value": "", "ключ": "значение"}
    for kind in ("plain", "history"):
        room = channel(kind)
        client = clients.connect(room)
        expect.success(api.publish(room, b"x", tags=tags))
        expect.success(api.broadcast([room], b"x", tags={"b": "2"}))
        expect.success(api.publish(room, b"x"))
        got = [dict(pub.tags) for pub in client.publications(room, 3)]
        expect.equal("tags received", got, [tags, {"b": "2"}, {}])


@requirement(
    "delivery.reach.once-per-occurrence",
    "A channel that a broadcast names three times gets the publication three times.",
    level=Level.OBSERVED,
    source="facts v2.md 3 Broadcast, v3-v6.md 5 Broadcast",
    needs=["clients", "plain"],
)
def test_duplicates_arrive_as_often(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    expect.success(api.broadcast([room, room, room], b"x"))
    expect.equal("payloads received", received(client, room), [b"x"] * 3)


@requirement(
    "delivery.reach.all-of-a-broadcast",
    "A broadcast reaches the subscribers of each of its channels, each once.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#broadcast",
    needs=["clients", "plain", "history"],
)
def test_a_broadcast_reaches_all(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain") for _ in range(10)] + [channel("history") for _ in range(10)]
    client, bystander = clients.connect(*rooms), clients.connect(channel("plain"))
    expect.success(api.broadcast(rooms, b"x"))
    got = sorted(event.channel for event in client.settled() if isinstance(event, Publication))
    expect.equal("channels that received", got, sorted(rooms))
    expect.equal("received by a bystander", bystander.settled(), [])


@requirement(
    "delivery.reach.nobody-on-error",
    "A refused publication reaches nobody.",
    level=Level.MUST,
    source=DOCS,
    releases=ALL,
    needs=["clients", "plain"],
)
def test_refused_publications_reach_nobody(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    answer = api.publish(room, b"")
    expect.that(answer.error is not None, "an error for an empty payload", answer)
    expect.equal("everything received", client.settled(), [])


@requirement(
    "delivery.continue.after-many",
    "A subscriber that has got five hundred publications has missed none and gets the next.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_a_flood_arrives_whole(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    expect.success(api.broadcast([room] * 500, b"flood"))
    expect.equal("publications", client.payloads(room, 500), [b"flood"] * 500)
    expect.success(api.publish(room, b"next"))
    expect.equal("the next", client.payloads(room, 501)[500:], [b"next"])
