"""Disconnect as connected clients see it."""

from functools import partial
from typing import Any

from centrifugo_grpc.releases import Release
from centrifugo_grpc.subscriber.events import Disconnected, Publication
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Client, Clients, eventually, listed
from conformance.commands import nobody, others_than
from conformance.requirement import V2, V3, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#disconnect;"
    " 2.8.7 docs/content/server/http_api.md#disconnect"
)
REQUEST = "centrifugal.dev/docs/server/server_api#disconnectrequest"
OBJECT = "centrifugal.dev/docs/server/server_api#disconnect-object"
FACTS = "facts v2.md 3 Disconnect, v3-v6.md 5 Disconnect"


def told(client: Client) -> list[tuple[int, str]]:
    """Code and reason of the end of a connection, awaited."""
    client.ended()
    return [(event.code, event.reason) for event in client.inbox.of(Disconnected)]


def stays(client: Client) -> None:
    """Expect a connection to be open still."""
    expect.equal("ends of the connection", client.settled_of(Disconnected, ""), [])


@requirement(
    "disconnect.close.connections",
    "Disconnect closes every connection of the user with 3503 `force disconnect`, and nobody"
    " else's.",
    level=Level.MUST,
    source=f"{DOCS}; centrifugal.dev/docs/server/codes#force-disconnect",
    releases=V3,
    needs=["clients"],
)
def test_disconnect_closes(api: Api, channel: Channels, clients: Clients) -> None:
    first, other = clients.connect(), clients.connect()
    second = clients.connect(user=first.user)
    first.is_connected()
    second.is_connected()
    expect.success(api.disconnect(user=first.user))
    for client in (first, second):
        expect.equal("code and reason", told(client), [(3503, "force disconnect")])
    stays(other)


@requirement(
    "disconnect.match.whole-user",
    "A user is matched by the whole id: neither a part of it nor another case of letters counts.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients"],
)
def test_disconnect_matches_a_user_exactly(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    for user in others_than(client.user):
        expect.success(api.disconnect(user=user))
    stays(client)


@requirement(
    "disconnect.reach.blank-user",
    "Disconnect without a user concerns the connections without one, and nobody else's.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients"],
)
def test_disconnect_of_nobody(api: Api, channel: Channels, clients: Clients) -> None:
    anonymous, other = clients.connect(user=""), clients.connect()
    anonymous.is_connected()
    other.is_connected()
    # By its id: others may be connected without a user.
    expect.success(api.disconnect(client=anonymous.id))
    expect.success(api.disconnect(client=other.id))
    expect.equal("code and reason", told(anonymous), [(3503, "force disconnect")])
    stays(other)


@requirement(
    "disconnect.close.with-3012",
    "In 2.8 Disconnect closes every connection of the user with 3012 `force disconnect`, not to"
    " be reconnected, and nobody else's.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V2,
    needs=["clients"],
)
def test_disconnect_closes_in_2(api: Api, channel: Channels, clients: Clients) -> None:
    first, other = clients.connect(), clients.connect()
    second = clients.connect(user=first.user)
    expect.success(api.disconnect(user=first.user))
    for client in (first, second):
        expect.equal("code and reason", told(client), [(3012, "force disconnect")])
        reconnect = [event.reconnect for event in client.inbox.of(Disconnected)]
        expect.equal("`reconnect`", reconnect, [False])
    stays(other)


@requirement(
    "disconnect.close.after-what-was-sent",
    "What was published before Disconnect arrives before the end.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_disconnect_flushes(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    expect.success(api.broadcast([room] * 20, b"x" * 1000))
    expect.success(api.disconnect(user=client.user))
    client.ended()
    expect.equal("publications", len(client.payloads(room, 20)), 20)
    expect.equal("ends", len(client.inbox.of(Disconnected)), 1)


@requirement(
    "disconnect.leave.channels",
    "Whom Disconnect closes is soon gone from presence and Channels, and may come back at once.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "presence"],
    one_node=True,
)
def test_disconnect_cleans_up(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    client = clients.connect(room)
    expect.success(api.disconnect(user=client.user))
    eventually("whether Channels lists the channel", partial(listed, api, room), expected=False)
    answer = api.presence(room)
    expect.success(answer)
    expect.equal("clients present", list(answer.result.presence), [])
    again = clients.connect(room, user=client.user)
    expect.success(api.publish(room, b"again"))
    expect.equal("payloads received", again.payloads(room, 1), [b"again"])


@requirement(
    "disconnect.push.custom-code",
    "The client is told the code and the reason that Disconnect was given, whatever they are.",
    level=Level.MUST,
    source=OBJECT,
    releases=V3,
    needs=["clients"],
)
def test_custom_codes(api: Api, channel: Channels, clients: Clients) -> None:
    for code, reason in ((4000, "custom"), (4999, "выход"), (5000, ""), (2**32 - 1, "r" * 100)):
        client = clients.connect()
        client.is_connected()
        disconnect = {"code": code, "reason": reason}
        expect.success(api.disconnect(user=client.user, disconnect=disconnect))
        expect.equal("code and reason", told(client), [(code, reason)])


@requirement(
    "disconnect.push.code-zero",
    "A `disconnect` with nothing set is code 0 without a reason.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients"],
)
def test_an_empty_disconnect(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    expect.success(api.disconnect(user=client.user, disconnect={}))
    expect.equal("code and reason", told(client), [(0, "")])


@requirement(
    "disconnect.omit.push-of-3000",
    "Code 3000 ends the stream without a push.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients"],
)
def test_code_3000(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    disconnect = {"code": 3000, "reason": "unseen"}
    expect.success(api.disconnect(user=client.user, disconnect=disconnect))
    expect.equal("code and reason", told(client), [])


@requirement(
    "disconnect.end.stream-ok",
    "The stream of a disconnected client ends with gRPC status OK.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients"],
)
def test_the_stream_ends_ok(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    expect.success(api.disconnect(user=client.user))
    expect.equal("status", client.ended().status, "OK")


@requirement(
    "disconnect.spare.whitelist",
    "The clients of the whitelist stay connected.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients"],
)
def test_the_whitelist(api: Api, channel: Channels, clients: Clients) -> None:
    first = clients.connect()
    spared = [clients.connect(user=first.user) for _ in range(2)]
    whitelist = [*(client.id for client in spared), nobody()]
    first.is_connected()
    expect.success(api.disconnect(user=first.user, whitelist=whitelist))
    expect.equal("code and reason", told(first), [(3503, "force disconnect")])
    for client in spared:
        stays(client)


@requirement(
    "disconnect.narrow.client-and-session",
    "Disconnect with a client or session id concerns that connection of the user alone.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients"],
)
def test_disconnect_is_narrowed(api: Api, channel: Channels, clients: Clients) -> None:
    stayer = clients.connect()
    stayer.is_connected()
    user = stayer.user
    by_client, by_session = clients.connect(user=user), clients.connect(user=user)
    expect.success(api.disconnect(user=user, client=by_client.id))
    expect.success(api.disconnect(user=user, session=by_session.connected.session))
    for client in (by_client, by_session):
        expect.equal("code and reason", told(client), [(3503, "force disconnect")])
    misses: list[dict[str, Any]] = [{"client": nobody()}, {"session": nobody()}]
    for narrowed in misses:
        expect.success(api.disconnect(user=user, **narrowed))
    expect.success(api.disconnect(user=nobody(), client=stayer.id))
    stays(stayer)


@requirement(
    "disconnect.echo.reconnect",
    "In 3.2 a client of protocol v1 is told the `reconnect` of Disconnect.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=[Release.V3_2],
    needs=["clients"],
)
def test_reconnect_is_echoed(api: Api, channel: Channels, clients: Clients) -> None:
    for reconnect in (True, False):
        client = clients.over_uni({}, metadata=())
        disconnect = {"code": 4001, "reason": "r", "reconnect": reconnect}
        expect.success(api.disconnect(user=client.user, disconnect=disconnect))
        client.ended()
        pushed = [(e.code, e.reason, e.reconnect) for e in client.inbox.of(Disconnected)]
        expect.equal("code, reason, `reconnect`", pushed, [(4001, "r", reconnect)])


@requirement(
    "disconnect.stop.delivery",
    "A connection gets nothing after it was disconnected, but for a race.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_nothing_comes_after_the_end(api: Api, channel: Channels, clients: Clients) -> None:
    nothing = []
    for _ in range(5):
        room = channel("plain")
        client, witness = clients.connect(room), clients.connect(room)
        expect.success(api.disconnect(user=client.user))
        expect.success(api.publish(room, b"after"))
        client.ended()
        nothing.append(not client.inbox.of(Publication))
        expect.equal("at another", witness.payloads(room, 1), [b"after"])
    expect.mostly("no publication to whom Disconnect closed", nothing)


@requirement(
    "disconnect.close.code-in-16-bits",
    "A close frame of WebSocket tells the code in the 16 bits that it has: 69542 is 4006 there.",
    level=Level.OBSERVED,
    source="centrifuge v0.23.1 and later, handler_websocket.go, Close",
    releases=V3,
    needs=["http"],
)
def test_a_code_is_cut_to_16_bits(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.over_websocket(clients.json, {})
    disconnect = {"code": 2**16 + 4006, "reason": "cut"}
    expect.success(api.disconnect(user=client.user, disconnect=disconnect))
    expect.equal("code and reason", told(client), [(4006, "cut")])


@requirement(
    "disconnect.drop.with-3000",
    "Code 3000 drops a WebSocket at once, without a close frame.",
    level=Level.OBSERVED,
    source="centrifuge v0.23.1 and later, handler_websocket.go, Close",
    releases=V3,
    needs=["http"],
)
def test_code_3000_drops_a_websocket(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.over_websocket(clients.json, {})
    disconnect = {"code": 3000, "reason": "unseen"}
    expect.success(api.disconnect(user=client.user, disconnect=disconnect))
    expect.equal("code and reason", told(client), [])
