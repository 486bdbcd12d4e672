"""`centrifuge-python`, the official client, against each release whose protocol it speaks (v2)."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import centrifuge
import jwt
import pytest

from centrifugo_grpc.releases import Release
from tests.official_clients.gate import gate
from tests.websocket.serving import (
    PATIENCE,
    SECRET,
    Site,
    protocol_v2_releases,
    served,
    settings,
)

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.parametrize("release", protocol_v2_releases(), ids=str),
    # PyJWT finds the key of the tests short.
    pytest.mark.filterwarnings("ignore:The HMAC key"),
]
BINARY = b"\x00\xff\xfe{"


class Watcher(centrifuge.ClientEventHandler, centrifuge.SubscriptionEventHandler):
    """Writes down what the client tells, in order."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def on_connected(self, ctx: Any) -> None:
        self.told.put_nowait(("connected", ctx))

    async def on_disconnected(self, ctx: Any) -> None:
        self.told.put_nowait(("disconnected", ctx))

    async def on_subscribed(self, ctx: Any) -> None:
        self.told.put_nowait(("subscribed", ctx))

    async def on_publication(self, ctx: Any) -> None:
        self.told.put_nowait(("publication", ctx.pub))

    async def on_join(self, ctx: Any) -> None:
        self.told.put_nowait(("join", ctx.info))

    async def next(self, kind: str) -> Any:
        """What comes next of a kind; others are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found, context = await self.told.get()
                if found == kind:
                    return context


@contextlib.asynccontextmanager
async def connected(
    site: Site, address: str = "", *, use_protobuf: bool = False, **claims: Any
) -> AsyncIterator[tuple[centrifuge.Client, Watcher]]:
    watcher = Watcher()
    token = jwt.encode({"sub": "ann", **claims}, SECRET, "HS256")
    client = centrifuge.Client(
        f"ws://{address or site.http}/connection/websocket",
        events=watcher,
        token=token,
        use_protobuf=use_protobuf,
        proxy=None,
        min_reconnect_delay=0.01,
        max_reconnect_delay=0.1,
    )
    await client.connect()
    try:
        yield client, watcher
    finally:
        await client.disconnect()


async def subscribed(client: centrifuge.Client, watcher: Watcher, channel: str) -> Any:
    subscription = client.new_subscription(channel, events=watcher)
    await subscription.subscribe()
    await watcher.next("subscribed")
    return subscription


@pytest.mark.parametrize("use_protobuf", [False, True], ids=["json", "protobuf"])
async def test_it_receives_what_is_published_and_reads_it_back(
    release: Release, *, use_protobuf: bool
) -> None:
    async with (
        served(settings(release)) as site,
        connected(site, use_protobuf=use_protobuf, info={"name": "Ann"}) as (client, watcher),
    ):
        told = await watcher.next("connected")
        assert told.version.startswith(release.full_version)
        subscription = await subscribed(client, watcher, "rec:news")
        payloads = [b'{"n":1}', BINARY if use_protobuf else b'{"n":2}']
        for payload in payloads:
            await site.call("Publish", channel="rec:news", data=payload)
        read = (lambda data: data) if use_protobuf else json.loads
        for offset, payload in enumerate(payloads, 1):
            publication = await watcher.next("publication")
            assert (publication.offset, publication.data) == (offset, read(payload))
        await subscription.publish(b"mine" if use_protobuf else {"n": 3})
        mine = await watcher.next("publication")
        assert (mine.offset, mine.info.user, mine.info.client) == (3, "ann", told.client)
        history = await subscription.history(limit=2)
        assert [publication.offset for publication in history.publications] == [1, 2]
        assert [publication.data for publication in history.publications] == [
            read(payload) for payload in payloads
        ]
        assert history.offset == 3
        presence = await subscription.presence()
        assert [(info.user, info.client) for info in presence.clients.values()] == [
            ("ann", told.client)
        ]
        stats = await subscription.presence_stats()
        assert (stats.num_clients, stats.num_users) == (1, 1)


@pytest.mark.parametrize("use_protobuf", [False, True], ids=["json", "protobuf"])
async def test_it_recovers_what_it_missed_while_the_line_was_cut(
    release: Release, *, use_protobuf: bool
) -> None:
    async with (
        served(settings(release)) as site,
        gate(site.http) as line,
        connected(site, line.address, use_protobuf=use_protobuf) as (client, watcher),
    ):
        await subscribed(client, watcher, "rec:news")
        await site.call("Publish", channel="rec:news", data=b"1")
        assert (await watcher.next("publication")).offset == 1
        line.cut()
        for payload in (b"2", b"3"):
            await site.call("Publish", channel="rec:news", data=payload)
        line.mend()
        again = await watcher.next("subscribed")
        assert (again.was_recovering, again.recovered) == (True, True)
        assert [(await watcher.next("publication")).offset for _ in range(2)] == [2, 3]


async def test_it_meets_who_joins(release: Release) -> None:
    async with (
        served(settings(release)) as site,
        connected(site) as (first, watching),
        connected(site, sub="bob") as (second, other),
    ):
        await subscribed(first, watching, "pres:room")
        assert (await watching.next("join")).user == "ann", "a client sees itself join"
        await subscribed(second, other, "pres:room")
        assert (await watching.next("join")).user == "bob"


async def test_it_is_disconnected_with_the_code_of_the_api_s_disconnect(release: Release) -> None:
    async with served(settings(release)) as site, connected(site) as (_, watcher):
        await watcher.next("connected")
        await site.call("Disconnect", user="ann")
        ended = await watcher.next("disconnected")
        assert (ended.code, ended.reason) == (3503, "force disconnect")


async def test_a_bad_token_disconnects_it_for_good(release: Release) -> None:
    async with served(settings(release)) as site, connected(site, alg="none") as (client, watcher):
        client.set_token("nonsense")
        await site.call("Disconnect", user="ann")
        await watcher.next("disconnected")
        await client.connect()
        ended = await watcher.next("disconnected")
        assert (ended.code, ended.reason) == (3500, "invalid token")


async def test_an_expired_token_is_asked_to_be_renewed(release: Release) -> None:
    async with served(settings(release)) as site:
        asked = asyncio.Event()

        async def renew() -> str:
            asked.set()
            return jwt.encode({"sub": "ann"}, SECRET, "HS256")

        watcher = Watcher()
        token = jwt.encode({"sub": "ann", "exp": int(time.time()) - 10}, SECRET, "HS256")
        client = centrifuge.Client(
            site.url, events=watcher, token=token, get_token=renew, proxy=None
        )
        await client.connect()
        await watcher.next("connected")
        assert asked.is_set()
        await client.disconnect()


async def test_a_binary_publication_ends_a_json_client_but_not_the_others(
    release: Release,
) -> None:
    async with (
        served(settings(release)) as site,
        connected(site) as (json_client, json_watcher),
        connected(site, sub="bob", use_protobuf=True) as (client, watcher),
    ):
        await subscribed(json_client, json_watcher, "hist:both")
        await subscribed(client, watcher, "hist:both")
        await site.call("Publish", channel="hist:both", data=BINARY)
        ended = await json_watcher.next("disconnected")
        assert (ended.code, ended.reason) == (3506, "inappropriate protocol")
        assert (await watcher.next("publication")).data == BINARY
