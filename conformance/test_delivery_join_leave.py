"""Joins and leaves: who learns that somebody has subscribed, or is not subscribed any more."""

from centrifugo_grpc.releases import Dialect, Release
from centrifugo_grpc.subscriber.events import ClientInfo, Disconnected, Join, Leave, Unsubscribed
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Client, Clients
from conformance.requirement import ALL, V3, Level, requirement

DOCS = "centrifugal.dev/docs/server/channels#join_leave; 2.8.7 docs/content/server/channels.md"
FACTS = "facts v2.md 5, v3-v6.md 6"
OWN_LEAVE_FIRST = (Release.V2_8, Release.V3_2)


def users(events: list[Join] | list[Leave]) -> list[str]:
    """Whom joins or leaves are about."""
    return [event.info.user if event.info is not None else "nobody" for event in events]


@requirement(
    "join.reach.subscribers",
    "Subscribers of a channel with `join_leave` learn who joins: the user and the client's id.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "join_leave"],
)
def test_subscribers_learn_of_a_join(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    witness = clients.connect(room)
    newcomer = clients.connect(room, claims={"info": {"name": "Ada"}})
    info = ClientInfo(newcomer.user, newcomer.id, conn_info=b'{"name":"Ada"}')
    witness.expect(Join, channel=room, info=info)
    expect.equal("joins", users(witness.settled_of(Join, room)), [witness.user, newcomer.user])


@requirement(
    "join.reach.newcomer",
    "Who joins gets its own join.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["clients", "join_leave"],
)
def test_the_newcomer_gets_its_own_join(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    client = clients.connect(room)
    assert client.expect(Join, channel=room)
    expect.equal("joins", users(client.settled_of(Join, room)), [client.user])


@requirement(
    "leave.reach.subscribers",
    "Subscribers of a channel with `join_leave` learn who leaves by closing the connection.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "join_leave"],
)
def test_subscribers_learn_of_a_leave(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    witness, leaver = clients.connect(room), clients.connect(room)
    info = ClientInfo(leaver.user, leaver.id)
    leaver.leave()
    witness.expect(Leave, channel=room, info=info)
    expect.equal("leaves", users(witness.settled_of(Leave, room)), [leaver.user])


@requirement(
    "leave.reach.on-unsubscribe",
    "Subscribers learn of a leave when Unsubscribe takes somebody out of the channel.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "join_leave"],
)
def test_unsubscribing_is_a_leave(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    witness, leaver = clients.connect(room), clients.connect(room)
    expect.success(api.unsubscribe(channel=room, user=leaver.user))
    witness.expect(Leave, channel=room, info=ClientInfo(leaver.user, leaver.id))
    expect.equal("leaves", users(witness.settled_of(Leave, room)), [leaver.user])


@requirement(
    "leave.reach.on-disconnect",
    "Subscribers learn of a leave when Disconnect closes somebody's connection.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "join_leave"],
)
def test_disconnecting_is_a_leave(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    witness, leaver = clients.connect(room), clients.connect(room)
    info = ClientInfo(leaver.user, leaver.id)
    expect.success(api.disconnect(user=leaver.user))
    witness.expect(Leave, channel=room, info=info)
    expect.equal("leaves", users(witness.settled_of(Leave, room)), [leaver.user])


@requirement(
    "join.tell.channel-info",
    "A join and a leave tell the channel information that a token gives a subscription.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "join_leave"],
)
def test_channel_information_in_joins(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    if api.dialect is Dialect.V2:
        room = f"${room}"
    witness = clients.by_token(room)
    witness.expect(Join, channel=room)
    newcomer = clients.by_token(room, info={"role": 1})
    info = ClientInfo(newcomer.user, newcomer.id, chan_info=b'{"role":1}')
    witness.expect(Join, channel=room, info=info)
    expect.success(api.unsubscribe(channel=room, user=newcomer.user))
    witness.expect(Leave, channel=room, info=info)


@requirement(
    "join.omit.where-off",
    "Where `join_leave` is off nobody learns of joins and leaves.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain", "presence"],
)
def test_no_joins_where_they_are_off(api: Api, channel: Channels, clients: Clients) -> None:
    for kind in ("plain", "presence"):
        room = channel(kind)
        witness, other = clients.connect(room), clients.connect(room)
        expect.success(api.unsubscribe(channel=room, user=other.user))
        other.expect(Unsubscribed, channel=room)
        expect.equal("everything received", witness.settled(), [])


@requirement(
    "join.omit.unpushed",
    "From 4 on joins and leaves are not pushed without `force_push_join_leave`.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#force_push_join_leave",
    releases=[release for release in V3 if release >= Release.V4_1],
    needs=["clients", "join_leave_unpushed"],
)
def test_joins_are_not_forced(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave_unpushed")
    witness, other = clients.connect(room), clients.connect(room)
    expect.success(api.unsubscribe(channel=room, user=other.user))
    other.expect(Unsubscribed, channel=room)
    expect.equal("everything received", witness.settled(), [])


def ends_of(client: Client, room: str) -> list[str]:
    """The kinds of what a client has got at its end, but for joins."""
    kinds = [type(event) for event in client.inbox.events if event.channel in {room, ""}]
    return [kind.__name__ for kind in kinds if kind in {Leave, Unsubscribed, Disconnected}]


@requirement(
    "leave.precede.own-unsubscribe",
    "Up to 3.2 who is unsubscribed gets its own leave first; later releases send it none.",
    level=Level.OBSERVED,
    source="facts v2.md 3 Unsubscribe, v3-v6.md 7",
    needs=["clients", "join_leave"],
    one_node=True,
)
def test_the_own_leave(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    client = clients.connect(room)
    assert client.expect(Join, channel=room)
    expect.success(api.unsubscribe(channel=room, user=client.user))
    client.expect(Unsubscribed, channel=room)
    expected = ["Leave", "Unsubscribed"] if api.release in OWN_LEAVE_FIRST else ["Unsubscribed"]
    assert client.settled_of(Unsubscribed, room)
    expect.equal("received", ends_of(client, room), expected)


@requirement(
    "leave.precede.own-disconnect",
    "In 3.2 who is disconnected gets its own leave first; later releases send it none.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 Disconnect",
    releases=V3,
    needs=["clients", "join_leave"],
)
def test_the_own_leave_before_the_end(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("join_leave")
    client = clients.connect(room)
    assert client.expect(Join, channel=room)
    expect.success(api.disconnect(user=client.user))
    client.ended()
    expected = ["Leave", "Disconnected"] if api.release in OWN_LEAVE_FIRST else ["Disconnected"]
    expect.equal("received", ends_of(client, room), expected)


@requirement(
    "join.order.with-publications",
    "Joins, publications and leaves of a channel arrive in the order in which they happened.",
    level=Level.MUST,
    source=FACTS,
    releases=ALL,
    needs=["clients", "full"],
    one_node=True,
)
def test_joins_and_publications_in_order(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("full")
    witness = clients.connect(room)
    assert witness.expect(Join, channel=room)
    expect.success(api.publish(room, b"before"))
    other = clients.connect(room)
    other.expect(Join, channel=room)
    expect.success(api.publish(room, b"between"))
    expect.success(api.unsubscribe(channel=room, user=other.user))
    expect.success(api.publish(room, b"after"))
    got = [type(event).__name__ for event in witness.settled() if event.channel == room]
    expected = ["Join", "Publication", "Join", "Publication", "Leave", "Publication"]
    expect.equal("received", got, expected)
