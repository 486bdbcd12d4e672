"""Payloads that are no JSON, where JSON clients are subscribed (facts v2.md 5)."""

import pytest

from centrifugo_grpc.releases import Release
from protos.client import v1_pb2 as v1
from protos.client import v2_pb2 as v2
from reference_server.node import PublishOptions
from reference_server.protocol.frames import delimited
from tests.websocket.serving import served, settings
from tests.websocket.talking import Talk, connected, talk, token

pytestmark = pytest.mark.asyncio
BINARY = b"\x00\xff"
TRIES = 120


async def subscribe_protobuf(client: Talk, channel: str) -> None:
    """Connect a protobuf client of 2.8 and subscribe it."""
    connect = v1.ConnectRequest(token=token(sub="bob")).SerializeToString()
    subscribe = v1.SubscribeRequest(channel=channel).SerializeToString()
    for command in (
        v1.Command(id=1, params=connect),
        v1.Command(id=2, method=v1.SUBSCRIBE, params=subscribe),
    ):
        await client.socket.send(delimited(command.SerializeToString()))
        await client.frame()


def published(frame: bytes) -> bytes:
    """The payload of a publication that is alone in a protobuf frame of 2.8."""
    reply = v1.Reply.FromString(frame[1:])
    return v1.Publication.FromString(v1.Push.FromString(reply.result).data).data


async def test_2_8_answers_100_stores_it_and_delivers_later_ones() -> None:
    async with served(settings(Release.V2_8)) as site, connected(site, "hist:x") as client:
        answer = await site.call("Publish", channel="hist:x", data=BINARY)
        assert answer.error.code == 100
        assert [p.data for p in (await site.call("History", channel="hist:x")).result.publications]
        assert not (await site.call("Publish", channel="hist:x", data=b"1")).HasField("error")
        assert await client.push() == {"channel": "hist:x", "data": {"data": 1, "offset": 2}}
        assert (await client.ask("history", channel="hist:x"))["code"] == 100


async def test_2_8_delivers_it_to_protobuf_clients_as_it_is() -> None:
    async with served(settings(Release.V2_8)) as site, talk(site, "?format=protobuf") as client:
        await subscribe_protobuf(client, "plain")
        assert not (await site.call("Publish", channel="plain", data=BINARY)).HasField("error")
        assert published(await client.frame()) == BINARY


async def test_2_8_delivers_it_by_chance_where_both_kinds_are_subscribed() -> None:
    async with (
        served(settings(Release.V2_8)) as site,
        connected(site, "plain") as json_client,
        talk(site, "?format=protobuf") as client,
    ):
        await subscribe_protobuf(client, "plain")
        for _ in range(TRIES):
            assert (await site.call("Publish", channel="plain", data=BINARY)).error.code == 100
        await site.call("Publish", channel="plain", data=b'"end"')
        delivered = 0
        frame = b""
        while b'"end"' not in frame:
            frame = await client.frame()
            delivered += frame.count(BINARY)
        assert 0 < delivered < TRIES, "some, by the order of a map"
        assert await json_client.push() == {"channel": "plain", "data": {"data": "end"}}


async def test_2_8_in_a_recovered_channel_it_leaves_a_hole_that_ends_who_missed_it() -> None:
    async with served(settings(Release.V2_8)) as site, connected(site, "rec:x") as client:
        await site.call("Publish", channel="rec:x", data=BINARY)
        assert not (await site.call("Publish", channel="rec:x", data=b"1")).HasField("error")
        lost = '{"reason":"insufficient state","reconnect":true}'
        assert await client.closed() == (3010, lost)
        async with connected(site) as again:
            await again.socket.send(
                again.command("subscribe", channel="rec:x", recover=True, offset=0, epoch="none")
            )
            failed = '{"reason":"internal server error","reconnect":true}'
            assert await again.closed() == (3004, failed)


async def test_2_8_sends_an_empty_frame_for_a_payload_nested_9999_deep() -> None:
    async with served(settings(Release.V2_8)) as site, connected(site, "deep") as client:
        for depth, is_sent in ((9998, True), (9999, False)):
            payload = b"[" * depth + b"]" * depth
            assert not (await site.call("Publish", channel="deep", data=payload)).HasField("error")
            assert bool(await client.frame()) is is_sent
        payload = b"[" * 10_000 + b"]" * 10_000
        assert (await site.call("Publish", channel="deep", data=payload)).error.code == 100


async def test_3_2_answers_100_for_a_json_client() -> None:
    async with served(settings(Release.V3_2)) as site, connected(site, "hist:x"):
        assert (await site.call("Publish", channel="hist:x", data=BINARY)).error.code == 100


@pytest.mark.parametrize("release", [Release.V4_1, Release.V5_4, Release.V6_9], ids=str)
async def test_later_releases_disconnect_the_json_client_and_deliver_to_the_others(
    release: Release,
) -> None:
    async with (
        served(settings(release)) as site,
        connected(site, "hist:x") as json_client,
        talk(site, "?cf_protocol=protobuf") as client,
    ):
        for command in (
            v2.Command(id=1, connect=v2.ConnectRequest(token=token(sub="bob"))),
            v2.Command(id=2, subscribe=v2.SubscribeRequest(channel="hist:x")),
        ):
            await client.socket.send(delimited(command.SerializeToString()))
            await client.frame()
        assert not (await site.call("Publish", channel="hist:x", data=BINARY)).HasField("error")
        assert await json_client.closed() == (3506, "inappropriate protocol")
        assert v2.Reply.FromString((await client.frame())[1:]).push.pub.data == BINARY


async def test_invalid_utf8_in_a_string_passes_in_a_frame_of_text() -> None:
    async with served(settings(Release.V2_8)) as site, connected(site, "plain") as client:
        await site.call("Publish", channel="plain", data=b'"\xff"')
        assert b'{"data":"\xff"}' in await client.frame()


async def test_up_to_four_messages_of_2_8_share_a_frame() -> None:
    async with served(settings(Release.V2_8)) as site, connected(site, "plain") as client:
        rules = site.node.settings.without_namespace
        # Within the loop, so that nothing is carried away between.
        for number in range(9):
            site.node.publish("plain", b"%d" % number, PublishOptions(tags={}), rules)
        counts: list[int] = []
        while sum(counts) < 9:
            counts.append((await client.frame()).count(b"\n"))
        assert counts == [4, 4, 1]
