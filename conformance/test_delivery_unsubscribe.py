"""Unsubscribe as connected clients see it."""

from centrifugo_grpc.releases import Dialect
from centrifugo_grpc.subscriber.events import Publication, Subscribed, Unsubscribed
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Clients, listed
from conformance.commands import nobody, others_than
from conformance.requirement import V3, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#unsubscribe;"
    " 2.8.7 docs/content/server/http_api.md#unsubscribe"
)
REQUEST = "centrifugal.dev/docs/server/server_api#unsubscriberequest"
FACTS = "facts v2.md 3 Unsubscribe, v3-v6.md 5 Unsubscribe"


@requirement(
    "unsubscribe.stop.delivery",
    "Whom Unsubscribe takes out of a channel is told so, and gets no more publications of it.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain", "history"],
)
def test_unsubscribe_stops_delivery(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    others = [channel("history"), f"{room}x", room[:-1], f"{room}:a"]
    client = clients.connect(room, *others)
    expect.success(api.publish(room, b"before"))
    expect.success(api.unsubscribe(channel=room, user=client.user))
    for name in (room, *others):
        expect.success(api.publish(name, b"after"))
    got = [
        (event.channel, event.data) for event in client.settled() if isinstance(event, Publication)
    ]
    expected = [(room, b"before"), *((other, b"after") for other in others)]
    expect.equal("publications", got, expected)
    expect.equal("times told", len(client.settled_of(Unsubscribed, room)), 1)


@requirement(
    "unsubscribe.push.code",
    "The push of Unsubscribe has the code 2000 and the reason `server unsubscribe`.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/codes#unsubscribe-codes",
    releases=V3,
    needs=["clients", "plain"],
)
def test_the_code_of_unsubscribe(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    expect.success(api.unsubscribe(channel=room, user=client.user))
    push = client.expect(Unsubscribed, channel=room)
    expect.equal("code and reason", (push.code, push.reason), (2000, "server unsubscribe"))


@requirement(
    "unsubscribe.reach.every-connection",
    "Unsubscribe concerns every connection of the user, and nobody else's.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_unsubscribe_reaches_the_user(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    first, other = clients.connect(room), clients.connect(room)
    second = clients.connect(room, user=first.user)
    expect.success(api.unsubscribe(channel=room, user=first.user))
    expect.success(api.publish(room, b"x"))
    for client in (first, second):
        kinds = [type(event) for event in client.settled()]
        expect.equal("received", kinds, [Unsubscribed])
    expect.equal("received by another", [type(e) for e in other.settled()], [Publication])


@requirement(
    "unsubscribe.match.whole-user",
    "A user is matched by the whole id: neither a part of it nor another case of letters counts.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_a_user_is_matched_exactly(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    for user in others_than(client.user):
        expect.success(api.unsubscribe(channel=room, user=user))
    expect.success(api.publish(room, b"x"))
    expect.equal("received", [type(e) for e in client.settled()], [Publication])


@requirement(
    "unsubscribe.reach.blank-user",
    "Unsubscribe without a user concerns the connections without one, and nobody else's.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "plain"],
)
def test_unsubscribe_of_nobody(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    anonymous = clients.connect(user="", claims={"channels": [room]})
    other = clients.connect(room)
    anonymous.is_connected()
    expect.success(api.unsubscribe(channel=room))
    assert anonymous.expect(Unsubscribed, channel=room)
    expect.equal("received by another", other.settled(), [])


@requirement(
    "unsubscribe.list.no-channel",
    "With its last subscriber a channel disappears from Channels at once.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
    one_node=True,
)
def test_the_channel_disappears(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    expect.that(listed(api, room), "a channel that is listed")
    expect.success(api.unsubscribe(channel=room, user=client.user))
    expect.that(not listed(api, room), "a channel that is not listed any more")


@requirement(
    "unsubscribe.leave.presence",
    "Whom Unsubscribe takes out of a channel is not present there any more, at once.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "presence"],
)
def test_presence_ends(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    leaver, stayer = clients.connect(room), clients.connect(room)
    expect.success(api.unsubscribe(channel=room, user=leaver.user))
    answer = api.presence(room)
    expect.success(answer)
    expect.equal("clients present", list(answer.result.presence), [stayer.id])


@requirement(
    "unsubscribe.push.to-the-unsubscribed",
    "A connection that was not subscribed to the channel is told all the same.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_the_unsubscribed_are_told(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect()
    client.is_connected()
    expect.success(api.unsubscribe(channel=room, user=client.user))
    assert client.expect(Unsubscribed, channel=room)


@requirement(
    "unsubscribe.keep.everything-when-blank",
    "Without a channel Unsubscribe pushes to the user's connections, and unsubscribes nothing.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["clients", "presence"],
)
def test_a_blank_channel_unsubscribes_nothing(
    api: Api, channel: Channels, clients: Clients
) -> None:
    room = channel("presence")
    client = clients.connect(room)
    expect.success(api.unsubscribe(user=client.user))
    assert client.expect(Unsubscribed, channel="")
    expect.success(api.publish(room, b"still there"))
    expect.equal("payloads received", client.payloads(room, 1), [b"still there"])
    answer = api.presence(room)
    expect.success(answer)
    expect.equal("clients present", list(answer.result.presence), [client.id])


@requirement(
    "unsubscribe.narrow.client-and-session",
    "Unsubscribe with a client or session id concerns that connection of the user alone.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients", "plain"],
)
def test_unsubscribe_is_narrowed(api: Api, channel: Channels, clients: Clients) -> None:
    room, first = channel("plain"), clients.connect()
    second = clients.connect(room, user=first.user)
    first.is_connected()
    for narrowed in (
        {"client": first.id},
        {"client": nobody()},
        {"session": first.connected.session},
        {"session": nobody()},
    ):
        expect.success(api.unsubscribe(channel=room, user=first.user, **narrowed))
    expect.success(api.unsubscribe(channel=room, user=nobody(), client=second.id))
    expect.equal("received by the other connection", second.settled(), [])
    expect.success(api.unsubscribe(channel=room, user=first.user, client=second.id))
    assert second.expect(Unsubscribed, channel=room)
    third = clients.connect(room, user=first.user)
    session = third.connected.session
    expect.success(api.unsubscribe(channel=room, user=first.user, session=session))
    assert third.expect(Unsubscribed, channel=room)


@requirement(
    "unsubscribe.allow.another-subscription",
    "Who was unsubscribed may subscribe again at once, and gets what is published then.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_subscribing_after_unsubscribe(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    expect.success(api.unsubscribe(channel=room, user=client.user))
    assert client.expect(Unsubscribed, channel=room)
    if api.dialect is Dialect.V3:
        expect.success(api.subscribe(channel=room, user=client.user))
        assert client.expect(Subscribed, channel=room)
    else:
        client = clients.connect(room, user=client.user)
    expect.success(api.publish(room, b"again"))
    got = [pub.data for pub in client.settled_of(Publication, room)]
    expect.equal("payloads received", got, [b"again"])
