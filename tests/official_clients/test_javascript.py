"""npm's `centrifuge`, the official client: its version 2 with 2.8, its version 5 with 4 to 6."""

import json
from dataclasses import replace

import jwt
import pytest

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import DELTA_COMPRESSION
from tests.official_clients.gate import gate
from tests.official_clients.javascript import installed, javascript_client, why_not_here
from tests.websocket.serving import RECOVERED, SECRET, protocol_v2_releases, served, settings

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(bool(why_not_here()), reason=why_not_here()),
    pytest.mark.parametrize("release", [Release.V2_8, *protocol_v2_releases()], ids=str),
    pytest.mark.filterwarnings("ignore:The HMAC key"),
]
BINARY = b"\x00\xff\xfe{"


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    installed()


def protocol_of(release: Release) -> str:
    return "v1" if release is Release.V2_8 else "v2"


def token(**claims: object) -> str:
    return jwt.encode({"sub": "ann", **claims}, SECRET, "HS256")


def shown(payload: bytes, encoding: str) -> object:
    return {"hex": payload.hex()} if encoding == "protobuf" else json.loads(payload)


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
async def test_it_receives_reads_back_recovers_and_is_disconnected(
    release: Release, encoding: str
) -> None:
    """One test for all of it, since a JavaScript process takes seconds to start."""
    async with served(settings(release)) as site, gate(site.http) as line:
        url = f"ws://{line.address}/connection/websocket"
        async with javascript_client(protocol_of(release), encoding, url, token()) as client:
            await client.next("connected")
            client.order("subscribe", channel="rec:news")
            await client.next("subscribed")
            payloads = [b'{"n":1}', BINARY if encoding == "protobuf" else b'{"n":2}']
            for offset, payload in enumerate(payloads, 1):
                await site.call("Publish", channel="rec:news", data=payload)
                told = await client.next("publication")
                assert (told["offset"], told["data"]) == (offset, shown(payload, encoding))
            client.order("publish", channel="rec:news", data={"n": 3})
            mine = await client.next("publication")
            assert (mine["offset"], mine["user"]) == (3, "ann")
            history = await client.ask("history", channel="rec:news", limit=2)
            assert [found["data"] for found in history[:2]] == [
                shown(payload, encoding) for payload in payloads
            ]
            assert await client.ask("presence", channel="rec:news") == ["ann"]
            line.cut()
            for payload in (b"4", b"5"):
                await site.call("Publish", channel="rec:news", data=payload)
            line.mend()
            again = await client.next("subscribed")
            assert (again["wasRecovering"], again["recovered"]) == (True, True)
            missed = [await client.next("publication") for _ in range(2)]
            assert [publication["offset"] for publication in missed] == [4, 5]
            await site.call("Disconnect", user="ann")
            told = await client.next("disconnected")
            assert told["reason"] == "force disconnect"
            if release is Release.V2_8:
                assert told["reconnect"] is False
            else:
                assert told["code"] == 3503


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
async def test_it_makes_whole_publications_of_differences(release: Release, encoding: str) -> None:
    if not DELTA_COMPRESSION[release]:
        pytest.skip("clients of this release cannot ask for differences")
    rules = replace(RECOVERED, allowed_delta_types=("fossil",))
    given = settings(release, namespaces={"rec": rules})
    payloads = [b'{"text":"%b","n":%d}' % (b"long " * 50, number) for number in range(4)]
    async with served(given) as site, gate(site.http) as line:
        url = f"ws://{line.address}/connection/websocket"
        async with javascript_client("v2", encoding, url, token()) as client:
            await client.next("connected")
            client.order("subscribe", channel="rec:news", delta="fossil")
            await client.next("subscribed")
            passed = line.passed
            for payload in payloads[:2]:
                await site.call("Publish", channel="rec:news", data=payload, delta=True)
                told = await client.next("publication")
                assert told["data"] == shown(payload, encoding)
            assert line.passed - passed < 2 * len(payloads[0])
            line.cut()
            for payload in payloads[2:]:
                await site.call("Publish", channel="rec:news", data=payload, delta=True)
            line.mend()
            for payload in payloads[2:]:
                told = await client.next("publication")
                assert told["data"] == shown(payload, encoding)


async def test_a_bad_token_disconnects_it_for_good(release: Release) -> None:
    async with (
        served(settings(release)) as site,
        javascript_client(protocol_of(release), "json", site.url, "nonsense") as client,
    ):
        told = await client.next("disconnected")
        assert told["reason"] == "invalid token"
        assert told.get("code") == (None if release is Release.V2_8 else 3500)
