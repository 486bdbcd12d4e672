"""What clients publish, as the API and other clients see it."""

from typing import Any

from centrifugo_grpc.releases import Dialect
from centrifugo_grpc.subscriber.events import ClientInfo, Replied
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Clients
from conformance.requirement import Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/server_api#publication;"
    " 2.8.7 docs/content/server/http_api.md#history"
)


@requirement(
    "history.return.info-of-publisher",
    "History tells of a publication by a client who it was: user, client, connection and channel"
    " information.",
    level=Level.MUST,
    source=DOCS,
    needs=["http", "client_publish"],
)
def test_history_tells_the_publisher(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("client_publish")
    claims: dict[str, Any] = {"info": {"name": "Ada"}}
    if api.dialect is Dialect.V2:
        room = f"${room}"
        author = clients.over_websocket(clients.json, {}, claims=claims)
        token = clients.subscription_token(room, client=author.id, info={"role": 1})
        author.subscribe(room, token=token)
    else:
        claims["subs"] = {room: {"info": {"role": 1}}}
        author = clients.over_websocket(clients.json, {}, claims=claims)
    author.inbox.send("publish", room, data={"text": "hello"})
    author.expect(Replied, command="publish", channel=room)
    expect.success(api.publish(room, b'"by the API"'))
    publications = api.publications(room)
    told = [publication.HasField("info") for publication in publications]
    expect.equal("publications with `info`", told, [True, False])
    info = publications[0].info
    got = ClientInfo(info.user, info.client, info.conn_info, info.chan_info)
    expected = ClientInfo(author.user, author.id, b'{"name":"Ada"}', b'{"role":1}')
    expect.equal("`info`", got, expected)


@requirement(
    "delivery.tell.info-of-publisher",
    "A publication by a client arrives with its user, client id and connection information.",
    level=Level.MUST,
    source=DOCS,
    needs=["http", "clients", "client_publish"],
)
def test_subscribers_learn_the_publisher(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("client_publish")
    author = clients.over_websocket(clients.json, {room: None}, claims={"info": {"name": "Ada"}})
    other = clients.connect(room)
    author.inbox.send("publish", room, data={"text": "hello"})
    author.expect(Replied, command="publish", channel=room)
    got = [(pub.data, pub.info) for pub in other.publications(room, 1)]
    info = ClientInfo(author.user, author.id, conn_info=b'{"name":"Ada"}')
    expect.equal("received", [info for _, info in got], [info])
    expect.equal("payload", [data.replace(b" ", b"") for data, _ in got], [b'{"text":"hello"}'])
