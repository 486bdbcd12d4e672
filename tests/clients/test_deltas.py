"""Who is told a publication as a difference to the one before, and when."""

from dataclasses import replace

import pytest

from centrifugo_grpc.releases import Release
from reference_server.clients import commands as ask
from reference_server.clients.commands import Recovery
from reference_server.clients.pushes import Published
from reference_server.node import PublishOptions
from reference_server.settings import ChannelOptions
from tests.clients.sans_io import PLAIN, Client, World
from tests.clients.serving import RECOVERED, V3_RELEASES, settings

FOSSIL = replace(RECOVERED, allow_subscribe_for_client=True, allowed_delta_types=("fossil",))
DELTA = PublishOptions(tags={}, delta=True)

since_5 = pytest.mark.parametrize("release", [Release.V5_4, Release.V6_9], ids=str)
before_5 = pytest.mark.parametrize("release", V3_RELEASES[:-2], ids=str)


def world_of(release: Release, rules: ChannelOptions = FOSSIL) -> World:
    return World(settings(release, without_namespace=rules))


def publish(world: World, data: bytes, options: PublishOptions = DELTA) -> None:
    world.node.publish("c", data, options, world.settings.without_namespace)


def told(client: Client) -> list[tuple[bytes, bytes | None, bool]]:
    """Of each publication: its data, what it may be told as a difference to, whether it may."""
    bodies = [said[1] for said in client.told() if isinstance(said[1], Published)]
    return [
        (
            body.publication.data,
            body.previous.data if body.previous else None,
            body.compresses,
        )
        for body in bodies
    ]


def whole(*payloads: bytes) -> list[tuple[bytes, bytes | None, bool]]:
    return [(data, None, True) for data in payloads]


@since_5
def test_all_but_the_first_publication_with_the_flag_are_differences(release: Release) -> None:
    world = world_of(release)
    publish(world, b"0")
    client = world.connected()
    assert client.do(ask.Subscribe("c", delta="fossil")).delta
    publish(world, b"1")
    publish(world, b"2")
    publish(world, b"3", PLAIN)
    publish(world, b"4")
    assert told(client) == [
        (b"1", None, True),
        (b"2", b"1", True),
        (b"3", None, True),
        (b"4", b"3", True),
    ]


@since_5
def test_a_recovered_subscription_goes_on_with_differences(release: Release) -> None:
    world = world_of(release)
    publish(world, b"1")
    epoch = world.node.streams.read("c", limit=0)[1].epoch
    client = world.connected()
    since = Recovery(recover=True, offset=1, epoch=epoch)
    result = client.do(ask.Subscribe("c", delta="fossil", recovery=since))
    assert (result.recovered, list(result.publications)) == (True, [])
    publish(world, b"2")
    assert told(client) == [(b"2", b"1", True)]


@since_5
def test_a_subscription_that_cannot_recover_begins_with_a_whole_one(release: Release) -> None:
    world = world_of(release)
    publish(world, b"1")
    client = world.connected()
    since = Recovery(recover=True, offset=1, epoch="another")
    client.do(ask.Subscribe("c", delta="fossil", recovery=since))
    publish(world, b"2")
    assert told(client) == whole(b"2")


@since_5
@pytest.mark.parametrize(
    "rules",
    [replace(FOSSIL, positioned=False, recovered=False), replace(FOSSIL, history_size=0)],
    ids=["without positions", "without history"],
)
def test_who_may_miss_publications_has_each_whole(release: Release, rules: ChannelOptions) -> None:
    world = world_of(release, rules)
    client = world.connected()
    client.do(ask.Subscribe("c", delta="fossil"))
    publish(world, b"1")
    publish(world, b"2")
    assert told(client) == whole(b"1", b"2")


@since_5
def test_a_namespace_may_have_every_publication_told_as_a_difference(release: Release) -> None:
    world = world_of(release, replace(FOSSIL, delta_publish=True, allow_publish_for_client=True))
    client = world.connected()
    client.do(ask.Subscribe("c", delta="fossil"))
    publish(world, b"1", PLAIN)
    publish(world, b"2", PLAIN)
    client.do(ask.Publish("c", b"3"))
    assert told(client) == [(b"1", None, True), (b"2", b"1", True), (b"3", b"2", True)]


@since_5
@pytest.mark.parametrize(("allowed", "asked"), [((), "fossil"), (("fossil",), "")])
def test_only_who_asks_and_may_have_them_gets_differences(
    release: Release, allowed: tuple[str, ...], asked: str
) -> None:
    world = world_of(release, replace(FOSSIL, allowed_delta_types=allowed))
    compressing, plain = world.connected(), world.connected()
    assert not plain.do(ask.Subscribe("c", delta=asked)).delta
    compressing.do(ask.Subscribe("c", delta="fossil"))
    publish(world, b"1")
    publish(world, b"2")
    assert [compresses for *_, compresses in told(plain)] == [False, False]
    assert [compresses for *_, compresses in told(compressing)] == [bool(allowed)] * 2


@since_5
def test_a_stream_that_has_expired_gives_nothing_to_tell_a_difference_to(release: Release) -> None:
    world = world_of(release)
    client = world.connected()
    client.do(ask.Subscribe("c", delta="fossil"))
    publish(world, b"1")
    world.node.streams.remove("c")
    publish(world, b"2")
    assert told(client) == whole(b"1", b"2")


@since_5
def test_an_unknown_format_ends_the_connection(release: Release) -> None:
    client = world_of(release).connected()
    client.do(ask.Subscribe("c", delta="vcdiff"))
    assert client.code == 3501


@before_5
def test_earlier_releases_know_of_no_differences(release: Release) -> None:
    world = world_of(release)
    client = world.connected()
    assert not client.do(ask.Subscribe("c", delta="fossil")).delta
    publish(world, b"1")
    publish(world, b"2")
    assert [compresses for *_, compresses in told(client)] == [False, False]
