"""What a subscriber of the one-way stream is pushed."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio
import pytest

from centrifugo_grpc.releases import Release
from protos.v3 import unistream_pb2 as unistream
from reference_server.clients.session import Session
from reference_server.settings import ClientOptions
from tests.clients.serving import (
    V3_RELEASES,
    Served,
    Stream,
    connect_request,
    served,
    settings,
    token,
)

pytestmark = pytest.mark.asyncio
every_release = pytest.mark.parametrize("release", V3_RELEASES, ids=str)
MIB = 1 << 20


async def _publications(stream: Stream, count: int) -> list[Any]:
    return [(await stream.next()).pub for _ in range(count)]


@every_release
async def test_publications_arrive_once_in_the_order_of_their_offsets(release: Release) -> None:
    async with served(settings(release)) as server:
        streams = [await server.subscriber(user, ["hist:x"]) for user in ("u1", "u2")]
        calls = [
            server.call("Publish", channel="hist:x", data=bytes([number])) for number in range(100)
        ]
        await asyncio.gather(*calls)
        got = [await _publications(stream, 100) for stream in streams]
        assert [item.offset for item in got[0]] == list(range(1, 101))
        assert sorted(item.data for item in got[0]) == [bytes([n]) for n in range(100)]
        assert [item.data for item in got[1]] == [item.data for item in got[0]]


@every_release
async def test_a_publication_is_in_the_outbox_before_the_call_returns(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(settings(release)) as server:
        await server.subscriber("u1", ["x"])
        (session,) = server.node.hub.subscribers("x")
        assert isinstance(session, Session)
        seen: list[bytes] = []
        monkeypatch.setattr(session, "send", seen.append)
        await server.call("Publish", channel="x", data=b"1")
        assert len(seen) == 1


@every_release
async def test_any_bytes_and_tags_arrive_as_they_were_published(release: Release) -> None:
    data, tags = bytes(range(256)) * 300, {"k": "v", "": ""}
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["x"])
        await server.call("Publish", channel="x", data=data, tags=tags)
        push = await stream.next()
        assert (push.channel, push.pub.data, dict(push.pub.tags)) == ("x", data, tags)
        assert not push.pub.HasField("info")


@every_release
async def test_other_channels_and_earlier_publications_do_not_arrive(release: Release) -> None:
    async with served(settings(release)) as server:
        await server.call("Publish", channel="hist:x", data=b"before")
        stream = await server.subscriber("u1", ["hist:x"])
        await server.call("Publish", channel="$hist:x", data=b"other")
        await server.call("Publish", channel="hist:x", data=b"after")
        assert (await stream.next()).pub.data == b"after"


@every_release
async def test_skip_history_is_delivered_without_an_offset(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["rec:x"])
        await server.call("Publish", channel="rec:x", data=b"1", skip_history=True)
        await server.call("Publish", channel="rec:x", data=b"2")
        assert [item.offset for item in await _publications(stream, 2)] == [0, 1]


async def test_6_tells_epoch_with_the_first_offset_and_the_version() -> None:
    async with served(settings(Release.V6_9)) as server:
        stream = await server.subscriber("u1", ["hist:x"])
        answer = await server.call("Publish", channel="hist:x", data=b"1", version=7)
        await server.call("Publish", channel="hist:x", data=b"2")
        first, second = await _publications(stream, 2)
        epoch = answer.result.epoch.encode()
        assert b"\x72" + bytes([len(epoch)]) + epoch in first.SerializeToString()
        assert first.SerializeToString().endswith(b"\x80\x01\x07")
        assert epoch not in second.SerializeToString()


@pytest.mark.parametrize("release", V3_RELEASES[:-1], ids=str)
async def test_before_6_a_publication_has_no_epoch(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["hist:x"])
        await server.call("Publish", channel="hist:x", data=b"1")
        (only,) = await _publications(stream, 1)
        assert (
            only.SerializeToString()
            == unistream.Publication(data=b"1", offset=1).SerializeToString()
        )


@pytest.mark.parametrize("release", V3_RELEASES[-2:], ids=str)
async def test_a_repeated_idempotency_key_is_delivered_once(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["x"])
        for data in (b"1", b"2"):
            await server.call("Publish", channel="x", data=data, idempotency_key="k")
        await server.call("Publish", channel="x", data=b"3")
        assert [item.data for item in await _publications(stream, 2)] == [b"1", b"3"]


@every_release
async def test_joins_and_leaves_are_pushed(release: Release) -> None:
    async with served(settings(release)) as server:
        first = await server.subscriber("u1", ["pres:x"])
        assert (await first.next()).join.info.client == first.client
        second = await server.subscriber("u2", ["pres:x"], info={"n": 1})
        joined = (await first.next()).join.info
        assert (joined.user, joined.client, joined.conn_info) == ("u2", second.client, b'{"n":1}')
        second.call.cancel()
        assert (await first.next()).leave.info.client == second.client


@every_release
@pytest.mark.parametrize("ends", ["Unsubscribe", "Disconnect"])
async def test_only_3_pushes_a_client_its_own_leave(release: Release, ends: str) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["pres:x"])
        await stream.next()
        await server.call(
            ends, user="u1", **({"channel": "pres:x"} if ends == "Unsubscribe" else {})
        )
        kind = (await stream.next()).WhichOneof
        has_leave = stream.pushes[-1].HasField("leave")
        assert has_leave == (release is Release.V3_2), kind


@every_release
async def test_a_client_that_is_too_slow_is_let_go(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["x"])
        other = await server.subscriber("u2", ["y"])
        await server.call("Publish", channel="x", data=b"x" * MIB)
        assert len((await stream.next()).pub.data) == MIB
        if release is Release.V3_2:
            assert (await stream.next()).disconnect.code == 3008
        assert await stream.end() == (grpc.StatusCode.OK, "")
        await server.call("Publish", channel="y", data=b"still here")
        assert (await other.next()).pub.data == b"still here"


@every_release
async def test_a_subscriber_that_does_not_read_ends_when_its_queue_is_full(
    release: Release,
) -> None:
    async with served(settings(release)) as server:
        await server.subscriber("u1", ["x"])
        for _ in range(400):
            if not server.node.hub.subscribers("x"):
                break
            await server.call("Publish", channel="x", data=b"x" * 60_000)
        assert server.node.hub.counts() == (0, 0, 0, 0)


@every_release
async def test_900_kib_fit_and_with_a_longer_queue_4_mib(release: Release) -> None:
    given = settings(release, clients=ClientOptions(queue_max_size=20 * MIB))
    async with served(given) as server:
        stream = await server.subscriber("u1", ["x"])
        for size in (900 * 1024, 4 * MIB - 1000):
            await server.call("Publish", channel="x", data=b"x" * size)
            assert len((await stream.next()).pub.data) == size


@every_release
async def test_shutdown_is_told(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1")
        server.node.shut_down()
        told = (await stream.next()).disconnect
        assert (told.code, told.reason) == (3001, "shutdown")
        assert await stream.end() == (grpc.StatusCode.OK, "")


async def _connected(server: Served, count: int) -> list[Stream]:
    streams = [server.consume(connect_request(token(sub=f"u{n}"), {"x": {}})) for n in range(count)]
    await asyncio.gather(*(stream.next() for stream in streams))
    return streams


async def test_a_thousand_connections_dropped_at_once_are_freed_and_others_served() -> None:
    given = settings(Release.V6_9)
    given = replace(given, without_namespace=replace(given.without_namespace, presence=True))
    async with served(given) as server:
        other = await server.subscriber("other", ["x"])
        streams = await _connected(server, 1000)
        for stream in streams:
            stream.call.cancel()
        await server.until(lambda: server.node.hub.counts() == (1, 1, 1, 1))
        assert list(server.node.presence.of("x")) == [other.client]
        await server.call("Publish", channel="x", data=b"1")
        assert (await other.next()).pub.data == b"1"


async def _status(stream: Stream) -> grpc.StatusCode:
    with contextlib.suppress(grpc.aio.AioRpcError):
        async for _ in stream.call:
            pass
    return await stream.call.code()  # type: ignore[no-any-return]


async def test_a_flood_of_bad_requests_leaves_others_served() -> None:
    async with served(settings(Release.V6_9)) as server:
        other = await server.subscriber("other", ["x"])
        bad: list[bytes | unistream.ConnectRequest]
        bad = [b"\xff" * 50, b"\x0a\x80", b"", connect_request("eyJ" * 1000), b"\x1a\x02\x0a\x00"]
        streams = [server.consume(request) for request in bad * 40]
        codes = await asyncio.gather(*map(_status, streams))
        assert set(codes) == {grpc.StatusCode.INTERNAL, grpc.StatusCode.OK}
        assert server.node.hub.counts() == (1, 1, 1, 1)
        await server.call("Publish", channel="x", data=b"1")
        assert (await other.next()).pub.data == b"1"
