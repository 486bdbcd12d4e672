"""Refresh as connected clients see it (v3)."""

import time
from typing import Any

from centrifugo_grpc.releases import Release
from centrifugo_grpc.subscriber.events import Disconnected, Refreshed
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Client, Clients, eventually
from conformance.commands import nobody, others_than
from conformance.requirement import V3, Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#refresh"
FACTS = "facts v3-v6.md 5 Refresh"
UPDATE_SECONDS = 4.0
"""Longer than the interval in which presence is updated."""
FAR = 600
"""Seconds ahead of now that no test waits for."""


def told(client: Client) -> list[tuple[int, str]]:
    """Code and reason of the end of a connection, awaited."""
    client.ended()
    return [(event.code, event.reason) for event in client.inbox.of(Disconnected)]


@requirement(
    "refresh.push.ttl",
    "Refresh with `expire_at` tells the client that its connection expires, and in how many"
    " seconds.",
    level=Level.MUST,
    source=DOCS,
    releases=V3,
    needs=["clients"],
)
def test_refresh_tells_the_ttl(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    asked = time.time()
    expect.success(api.refresh(user=client.user, expire_at=int(asked) + FAR))
    push = client.expect(Refreshed)
    expect.that(push.expires, "`expires`")
    lowest = FAR - 3 - int(time.time() - asked)
    expect.that(lowest <= push.ttl <= FAR, f"a ttl of {lowest} to {FAR} s, not {push.ttl}")


@requirement(
    "refresh.push.no-expiry",
    "Refresh without `expire_at`, or with a negative one, tells that the connection does not"
    " expire.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients"],
)
def test_refresh_removes_the_expiry(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect(claims={"exp": int(time.time()) + FAR})
    expect.that(client.connected.expires, "`expires` when connected")
    for fields in ({}, {"expire_at": 0}, {"expire_at": -5}):
        expect.success(api.refresh(user=client.user, **fields))
    got = [(push.expires, push.ttl) for push in client.settled_of(Refreshed, "")]
    expect.equal("`expires` and ttl", got, [(False, 0)] * 3)


@requirement(
    "refresh.close.expired",
    "Refresh with `expired`, or an `expire_at` in the past, closes the connection with 3005"
    " `connection expired`.",
    level=Level.MUST,
    source=f"{DOCS}; centrifugal.dev/docs/server/codes#connection-expired",
    releases=V3,
    needs=["clients"],
)
def test_refresh_closes_expired_connections(api: Api, channel: Channels, clients: Clients) -> None:
    for fields in ({"expired": True}, {"expire_at": 1}, {"expire_at": int(time.time()) - 10}):
        client = clients.connect()
        client.is_connected()
        expect.success(api.refresh(user=client.user, **fields))
        expect.equal("code and reason", told(client), [(3005, "connection expired")])
        expect.equal("refreshes", client.inbox.of(Refreshed), [])


@requirement(
    "refresh.narrow.client-and-session",
    "Refresh with a client or session id concerns that connection of the user alone.",
    level=Level.MUST,
    source=DOCS,
    releases=V3,
    needs=["clients"],
)
def test_refresh_is_narrowed(api: Api, channel: Channels, clients: Clients) -> None:
    stayer, other = clients.connect(), clients.connect()
    stayer.is_connected()
    other.is_connected()
    user = stayer.user
    by_client, by_session = clients.connect(user=user), clients.connect(user=user)
    session = by_session.connected.session
    expect.success(api.refresh(user=user, client=by_client.id, expired=True))
    expect.success(api.refresh(user=user, session=session, expired=True))
    for client in (by_client, by_session):
        expect.equal("code and reason", told(client), [(3005, "connection expired")])
    for narrowed in ({"client": nobody()}, {"session": nobody()}):
        expect.success(api.refresh(user=user, expired=True, **narrowed))
    expect.success(api.refresh(user=nobody(), client=stayer.id, expired=True))
    for client in (stayer, other):
        expect.equal("everything received", client.settled(), [])


@requirement(
    "refresh.match.whole-user",
    "A user is matched by the whole id: neither a part of it nor another case of letters counts.",
    level=Level.MUST,
    source=DOCS,
    releases=V3,
    needs=["clients"],
)
def test_refresh_matches_a_user_exactly(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    for user in others_than(client.user):
        expect.success(api.refresh(user=user, expire_at=int(time.time()) + FAR))
    expect.equal("everything received", client.settled(), [])


@requirement(
    "refresh.reach.blank-user",
    "Refresh without a user concerns the connections without one, and nobody else's.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients"],
)
def test_refresh_of_nobody(api: Api, channel: Channels, clients: Clients) -> None:
    anonymous, other = clients.connect(user=""), clients.connect()
    anonymous.is_connected()
    other.is_connected()
    for client in (anonymous, other):
        expect.success(api.refresh(client=client.id, expire_at=int(time.time()) + FAR))
    expect.that(anonymous.expect(Refreshed).expires, "`expires`")
    expect.equal("everything received by another", other.settled(), [])


@requirement(
    "refresh.reach.every-connection",
    "Refresh concerns every connection of the user, and nobody else's.",
    level=Level.MUST,
    source=DOCS,
    releases=V3,
    needs=["clients"],
)
def test_refresh_reaches_the_user(api: Api, channel: Channels, clients: Clients) -> None:
    first, other = clients.connect(), clients.connect()
    second = clients.connect(user=first.user)
    for client in (first, second, other):
        client.is_connected()
    expect.success(api.refresh(user=first.user, expire_at=int(time.time()) + FAR))
    for client in (first, second):
        expect.that(client.expect(Refreshed).expires, "`expires`")
    expect.equal("everything received by another", other.settled(), [])


@requirement(
    "refresh.push.longest-ttl",
    "The ttl of the farthest expiry is cut to 32 bits, from 6.9 on to a year.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients"],
)
def test_the_farthest_expiry(api: Api, channel: Channels, clients: Clients) -> None:
    client, other = clients.connect(), clients.connect()
    client.is_connected()
    other.is_connected()
    expect.success(api.refresh(user=client.user, expire_at=2**63 - 1))
    ttl, year = client.expect(Refreshed).ttl, 31_536_000
    decades = 3_000_000_000
    expect.success(api.refresh(user=other.user, expire_at=int(time.time()) + decades))
    told = other.expect(Refreshed).ttl
    longest = year if api.release is Release.V6_9 else decades
    expect.that(longest - 5 <= told <= longest, f"a ttl of about {longest}, not {told}")
    if api.release is Release.V6_9:
        expect.equal("ttl", ttl, year)
    else:
        low = (2**63 - 1 - int(time.time())) % 2**32
        expect.that(low - 5 <= ttl <= low + 5, f"a ttl of about {low}, not {ttl}")


@requirement(
    "refresh.replace.info",
    "`info` of a Refresh that sets an expiry replaces the connection information: presence shows"
    " it after its next update.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    variant="limits",
    needs=["clients", "presence"],
    waits=True,
)
def test_refresh_replaces_the_info(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    alone, batched = (clients.connect(room, claims={"info": {"name": "old"}}) for _ in range(2))
    told: dict[str, Any] = {"expire_at": int(time.time()) + FAR, "info": b'{"name":"new"}'}
    expect.success(api.refresh(user=alone.user, **told))
    if api.release >= Release.V4_1:
        expect.success(api.batch([{"refresh": {"user": batched.user, **told}}]))
    else:
        expect.success(api.refresh(user=batched.user, **told))

    def shown() -> list[bytes]:
        answer = api.presence(room)
        expect.success(answer)
        return [info.conn_info for info in answer.result.presence.values()]

    eventually("connection information", shown, [b'{"name":"new"}'] * 2, UPDATE_SECONDS)
