"""What the server's API does to connected subscribers."""

import time
from typing import Any

import grpc
import pytest

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import EMPTY_RESULT, SUBSCRIBE_B64, Release
from protos.v3 import unistream_pb2 as unistream
from reference_server.settings import ClientOptions
from tests.clients.serving import V3_RELEASES, connect_request, served, settings, token

pytestmark = pytest.mark.asyncio
every_release = pytest.mark.parametrize("release", V3_RELEASES, ids=str)
ENDED = (grpc.StatusCode.OK, "")


def _is_success(release: Release, answer: Any) -> bool:
    return not answer.HasField("error") and answer.HasField("result") == EMPTY_RESULT[release]


@every_release
async def test_subscribe_pushes_data_and_joins(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        answer = await server.call(
            "Subscribe", channel="pres:x", user="u1", data=b"\x00\xff", info=b"i"
        )
        assert _is_success(release, answer)
        push = await stream.next()
        assert (push.channel, push.subscribe.data) == ("pres:x", b"\x00\xff")
        assert (await stream.next()).join.info.chan_info == b"i"
        presence = await server.call("Presence", channel="pres:x")
        assert presence.result.presence[stream.client].chan_info == b"i"


@every_release
async def test_subscribe_reads_base64_from_6_on(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        answer = await server.call(
            "Subscribe", channel="x", user="u1", data=b"plain", b64data="AP8="
        )
        assert _is_success(release, answer)
        expected = b"\x00\xff" if SUBSCRIBE_B64[release] else b"plain"
        assert (await stream.next()).subscribe.data == expected


@every_release
async def test_subscribing_again_tells_again_and_delivers_once(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["x"])
        await server.call("Subscribe", channel="x", user="u1")
        assert (await stream.next()).HasField("subscribe")
        for data in (b"1", b"2"):
            await server.call("Publish", channel="x", data=data)
        assert [(await stream.next()).pub.data for _ in range(2)] == [b"1", b"2"]


@every_release
@pytest.mark.parametrize(
    ("narrowing", "hit"),
    [
        ({"user": "u1"}, True),
        ({"user": "u1", "client": "own"}, True),
        ({"user": "u1", "session": "own"}, True),
        ({"user": "u1", "client": "other"}, False),
        ({"user": "u1", "session": "other"}, False),
        ({"user": "u2"}, False),
        ({"client": "own"}, False),
        ({}, False),
    ],
)
async def test_connections_are_found_by_user_then_narrowed(
    release: Release, narrowing: dict[str, str], hit: bool
) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        own = stream.pushes[0].connect
        given = {
            name: getattr(own, name) if value == "own" else value
            for name, value in narrowing.items()
        }
        await server.call("Subscribe", channel="x", **given)
        assert bool(server.node.hub.subscribers("x")) == hit


@every_release
async def test_subscribe_with_a_past_expiry_fails_for_who_is_there(release: Release) -> None:
    async with served(settings(release)) as server:
        nobody = await server.call("Subscribe", channel="x", user="u1", expire_at=1)
        assert _is_success(release, nobody)
        await server.subscriber("u1")
        answer = await server.call("Subscribe", channel="x", user="u1", expire_at=1)
        assert answer.error.code == Code.INTERNAL
        assert not server.node.hub.subscribers("x")


@every_release
async def test_subscribe_that_fails_ends_the_subscription_there_was(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        await server.call("Subscribe", channel="pres:x", user="u1")
        answer = await server.call("Subscribe", channel="pres:x", user="u1", expire_at=1)
        assert answer.error.code == Code.INTERNAL
        assert not server.node.hub.subscribers("pres:x")
        assert list(server.node.presence.of("pres:x")) == [stream.client]


@every_release
async def test_one_channel_too_many_ends_the_connection(release: Release) -> None:
    given = settings(release, clients=ClientOptions(channel_limit=1))
    async with served(given) as server:
        stream = await server.subscriber("u1", ["x"])
        answer = await server.call("Subscribe", channel="y", user="u1")
        assert _is_success(release, answer)
        assert (await stream.next()).disconnect.code == 3505
        assert await stream.end() == ENDED


@every_release
async def test_overrides_win_over_the_namespace(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        override = {
            "presence": {"value": False},
            "join_leave": {},
            "force_recovery": {"value": True},
        }
        await server.call("Subscribe", channel="pres:x", user="u1", override=override)
        told = (await stream.next()).subscribe
        assert (told.recoverable, told.positioned) == (True, True)
        assert told.epoch
        assert not server.node.presence.of("pres:x")
        await server.call("Publish", channel="pres:x", data=b"1")
        assert (await stream.next()).pub.data == b"1", "no join before it"


@every_release
async def test_unsubscribe_ends_deliveries_and_tells(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["x", "y"])
        assert _is_success(release, await server.call("Unsubscribe", channel="x", user="u1"))
        push = await stream.next()
        assert (push.channel, push.unsubscribe.code) == ("x", 2000)
        assert push.unsubscribe.reason == "server unsubscribe"
        await server.call("Publish", channel="x", data=b"no")
        await server.call("Publish", channel="y", data=b"yes")
        assert (await stream.next()).pub.data == b"yes"


@every_release
async def test_unsubscribe_from_nothing_is_told_and_ends_nothing(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["x"])
        await server.call("Unsubscribe", channel="", user="u1")
        assert (await stream.next()).HasField("unsubscribe")
        await server.call("Unsubscribe", channel="other", user="u1")
        assert (await stream.next()).unsubscribe.code == 2000
        assert server.node.hub.subscribers("x")


@every_release
async def test_disconnect_tells_the_given_code_and_spares_the_whitelist(release: Release) -> None:
    async with served(settings(release)) as server:
        spared, gone = [await server.subscriber("u1") for _ in range(2)]
        told = {"code": 4_294_967_295, "reason": "go \u00e4way"}
        answer = await server.call(
            "Disconnect", user="u1", disconnect=told, whitelist=[spared.client]
        )
        assert _is_success(release, answer)
        push = await gone.next()
        assert (push.disconnect.code, push.disconnect.reason) == (told["code"], told["reason"])
        assert await gone.end() == ENDED
        assert server.node.hub.counts()[0] == 1


@every_release
async def test_disconnect_is_3503_by_default_and_silent_with_3000(release: Release) -> None:
    async with served(settings(release)) as server:
        first, second = await server.subscriber("u1"), await server.subscriber("u2")
        await server.call("Disconnect", user="u1")
        assert (await first.next()).disconnect.code == 3503
        await server.call("Disconnect", user="u2", disconnect={"code": 3000})
        assert await second.end() == ENDED


async def test_3_echoes_reconnect_in_protocol_v1() -> None:
    async with served(settings(Release.V3_2)) as server:
        stream = server.consume(connect_request(token(sub="u1")), ())
        await stream.next()
        told = {"code": 4000, "reason": "r", "reconnect": True}
        await server.call("Disconnect", user="u1", disconnect=told)
        assert unistream.Disconnect.FromString((await stream.next()).data).reconnect


@every_release
async def test_refresh_moves_the_expiry_or_ends_the_connection(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        later = int(time.time()) + 100
        assert _is_success(release, await server.call("Refresh", user="u1", expire_at=later))
        told = (await stream.next()).refresh
        assert told.expires
        assert 95 <= told.ttl <= 100
        await server.call("Refresh", user="u1", expire_at=-5)
        assert not (await stream.next()).refresh.expires
        await server.call("Refresh", user="u1", expired=True)
        assert (await stream.next()).disconnect.code == 3005
        assert await stream.end() == ENDED


@every_release
async def test_expiry_in_the_far_future_is_cut(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        far = 2**63 - 1
        await server.call("Refresh", user="u1", expire_at=far)
        ttl = (await stream.next()).refresh.ttl
        if release is Release.V6_9:
            assert ttl == 365 * 24 * 3600
        else:
            assert abs(ttl - (far - int(time.time())) % 2**32) <= 5


@every_release
async def test_channels_and_presence_stats_count_who_is_there(release: Release) -> None:
    async with served(settings(release)) as server:
        for user in ("u1", "u1", "u2"):
            await server.subscriber(user, ["pres:x"])
        channels = (await server.call("Channels", pattern="pres:*")).result.channels
        assert {name: info.num_clients for name, info in channels.items()} == {"pres:x": 3}
        stats = (await server.call("PresenceStats", channel="pres:x")).result
        assert (stats.num_clients, stats.num_users) == (3, 2)


@every_release
async def test_a_channel_that_is_no_text_fails_channels_unless_the_pattern_leaves_it_out(
    release: Release,
) -> None:
    async with served(settings(release)) as server:
        await server.subscriber("u1", ["x"])
        server.node.hub.subscribe(server.node.hub.all_connections()[0], "jl:\udcff")
        for pattern in ("", "*", "jl:?"):
            assert (await server.call("Channels", pattern=pattern)).error.code == Code.INTERNAL
        assert (await server.call("Channels", pattern="x")).result.channels.keys() == {"x"}
