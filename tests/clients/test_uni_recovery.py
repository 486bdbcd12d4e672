"""Going on after a while: what a subscriber that comes back is told and sent."""

from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from protos.v3 import unistream_pb2 as unistream
from tests.clients.serving import (
    V3_RELEASES,
    Served,
    connect_request,
    served,
    settings,
    token,
)

pytestmark = pytest.mark.asyncio
every_release = pytest.mark.parametrize("release", V3_RELEASES, ids=str)


async def _published(server: Served, channel: str, count: int) -> str:
    for number in range(1, count + 1):
        answer = await server.call("Publish", channel=channel, data=str(number).encode())
    return str(answer.result.epoch)


async def _told(server: Served, channel: str, **recovery: Any) -> Any:
    stream = await server.subscriber("u1", {channel: recovery})
    return stream.pushes[0].connect.subs[channel]


def _data(told: Any) -> list[bytes]:
    return [item.data for item in told.publications]


@every_release
async def test_what_was_missed_is_sent_and_the_stream_goes_on(release: Release) -> None:
    async with served(settings(release)) as server:
        epoch = await _published(server, "rec:x", 4)
        stream = await server.subscriber(
            "u1", {"rec:x": {"recover": True, "offset": 2, "epoch": epoch}}
        )
        told = stream.pushes[0].connect.subs["rec:x"]
        assert (_data(told), told.recovered, told.was_recovering) == ([b"3", b"4"], True, True)
        assert (told.offset, told.epoch, told.recoverable, told.positioned) == (
            2,
            epoch,
            True,
            True,
        )
        await server.call("Publish", channel="rec:x", data=b"5")
        assert (await stream.next()).pub.offset == 5


@every_release
async def test_at_the_top_nothing_was_missed(release: Release) -> None:
    async with served(settings(release)) as server:
        epoch = await _published(server, "rec:x", 2)
        told = await _told(server, "rec:x", recover=True, offset=2, epoch=epoch)
        assert (_data(told), told.recovered) == ([], True)


@every_release
@pytest.mark.parametrize("recovery", [{"epoch": "zzzz", "offset": 1}, {"offset": 99}])
async def test_a_position_of_another_stream_is_not_recovered(
    release: Release, recovery: dict[str, Any]
) -> None:
    async with served(settings(release)) as server:
        epoch = await _published(server, "rec:x", 3)
        told = await _told(server, "rec:x", recover=True, **recovery)
        assert (_data(told), told.recovered, told.offset) == ([], False, 3)
        assert told.epoch == epoch


@every_release
async def test_trimmed_history_is_not_recovered(release: Release) -> None:
    async with served(settings(release)) as server:
        epoch = await _published(server, "rec:x", 14)
        told = await _told(server, "rec:x", recover=True, offset=1, epoch=epoch)
        assert (_data(told), told.recovered, told.offset) == ([], False, 14)


async def test_protocol_v1_sends_what_is_left_of_trimmed_history() -> None:
    async with served(settings(Release.V3_2)) as server:
        epoch = await _published(server, "rec:x", 14)
        recovery = {"recover": True, "offset": 1, "epoch": epoch}
        stream = server.consume(connect_request(token(sub="u1"), {"rec:x": recovery}), ())
        told = unistream.Connect.FromString((await stream.next()).data).subs["rec:x"]
        assert (len(told.publications), told.recovered, told.offset) == (10, False, 14)


@every_release
async def test_a_blank_epoch_is_any_epoch(release: Release) -> None:
    async with served(settings(release)) as server:
        epoch = await _published(server, "rec:x", 3)
        told = await _told(server, "rec:x", recover=True, offset=1)
        assert (_data(told), told.recovered) == ([b"2", b"3"], True)
        # 3 and 4 tell the epoch that was asked with.
        assert told.epoch == (epoch if release >= Release.V5_4 else "")


@every_release
async def test_without_the_flag_a_subscription_begins_at_the_top(release: Release) -> None:
    async with served(settings(release)) as server:
        epoch = await _published(server, "rec:x", 3)
        told = await _told(server, "rec:x", offset=1, epoch=epoch)
        assert (_data(told), told.was_recovering, told.offset) == ([], False, 3)


@every_release
async def test_a_namespace_without_recovery_recovers_nothing(release: Release) -> None:
    async with served(settings(release)) as server:
        await _published(server, "hist:x", 3)
        told = await _told(server, "hist:x", recover=True, offset=1)
        assert (_data(told), told.recoverable, told.offset) == ([], False, 0)
        assert told.was_recovering


@every_release
async def test_recover_since_of_subscribe_sends_nothing_but_the_position(
    release: Release,
) -> None:
    async with served(settings(release)) as server:
        epoch = await _published(server, "rec:x", 3)
        stream = await server.subscriber("u1")
        since = {"offset": 1, "epoch": epoch}
        await server.call("Subscribe", channel="rec:x", user="u1", recover_since=since)
        told = (await stream.next()).subscribe
        assert (told.offset, told.epoch, told.recoverable) == (1, epoch, True)
        await server.call("Publish", channel="rec:x", data=b"4")
        assert (await stream.next()).pub.offset == 4
