"""Tokens that are none: each ends as the real releases end it, and nobody else notices.

The codes were seen on 2.8.7, 3.2.3, 4.1.5, 5.4.9 and 6.9.1 (`invalid token` is 3002 in 2.8).
"""

import pytest
from websockets.exceptions import ConnectionClosed

from centrifugo_grpc.releases import Release
from tests.websocket.serving import served, settings
from tests.websocket.talking import connected, talk, token
from tests.websocket.test_conversations import still_served

pytestmark = pytest.mark.asyncio
EACH = pytest.mark.parametrize("release", list(Release), ids=str)
HEADER, CLAIMS, SIGNATURE = token().split(".")


@EACH
async def test_a_token_that_is_none_ends_its_connection_and_no_other(release: Release) -> None:
    bad = {
        "garbage": "garbage",
        "dots": "..",
        "no signature": f"{HEADER}.{CLAIMS}.",
        "cut": f"{HEADER}.{CLAIMS}.{SIGNATURE[:-5]}",
        "another key": token("other"),
        "claims are no JSON": f"{HEADER}.eyJ.{SIGNATURE}",
        "as long as a message may be": "eyJ" + "a" * 60_000,
    }
    async with served(settings(release)) as site, connected(site, "news") as other:
        for why, sent in bad.items():
            async with talk(site) as client:
                await client.socket.send(client.command("connect", token=sent))
                code, _ = await client.closed()
                assert code == (3002 if release is Release.V2_8 else 3500), why
        await still_served(site, other)
        await site.until(lambda: site.node.hub.counts()[0] == 1)


@EACH
async def test_a_subscription_token_that_is_none_is_refused_and_one_for_another_channel_ends_4_on(
    release: Release,
) -> None:
    async with served(settings(release)) as site, connected(site, "news") as other:
        bad = {
            "garbage": 103,
            token("other", channel="$a"): 103,
            token(channel="$a", exp=1): 109,
        }
        for sent, code in bad.items():
            async with connected(site) as client:
                reply = await client.ask("subscribe", channel="$a", token=sent)
                assert reply["code"] == code
                assert await client.ask("subscribe", channel="open") is not None
        async with connected(site) as client:
            sent = token(channel="$b")
            if release < Release.V4_1:
                reply = await client.ask("subscribe", channel="$a", token=sent)
                assert reply["code"] == 103
            else:
                with pytest.raises(ConnectionClosed) as closed:
                    await client.ask("subscribe", channel="$a", token=sent)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 3500
        await still_served(site, other)
