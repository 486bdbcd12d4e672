"""What 2.8 and 3.2 do towards subscribers in a way of their own, each by its library's source."""

from dataclasses import replace
from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from reference_server.clients import commands as ask
from reference_server.clients import failures
from reference_server.clients.pushes import Joined, Published
from reference_server.clients.results import HistoryResult, SubRefreshResult
from reference_server.settings import ClientOptions, PersonalChannel, TokenKeys
from tests.clients.sans_io import Client, World
from tests.clients.serving import RECOVERED, SECRET, V3_RELEASES, settings, token

V2, V3, *LATER = Release
both = pytest.mark.parametrize("release", [V2, V3], ids=str)
every_release = pytest.mark.parametrize("release", list(Release), ids=str)


@pytest.mark.parametrize(
    ("release", "error"),
    [(V2, failures.LIMIT_EXCEEDED), (V3, failures.ALREADY_SUBSCRIBED)],
    ids=str,
)
def test_2_8_minds_the_limit_of_channels_before_what_is_subscribed(
    release: Release, error: failures.ReplyError
) -> None:
    client = World(settings(release, clients=ClientOptions(channel_limit=1))).connected(v=1)
    client.do(ask.Subscribe("a"))
    assert client.do(ask.Subscribe("a")) == error


@both
def test_2_8_refreshes_by_a_token_of_channels_that_there_are_not(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(v=1)
    refresh = ask.Refresh(token(sub="u1", channels=["none:x"], exp=int(world.now) + 9))
    answer = client.do(refresh)
    assert answer == failures.UNKNOWN_CHANNEL if release is V3 else answer.expires


@both
def test_2_8_minds_the_info_of_a_token_before_its_channels(release: Release) -> None:
    client = Client(World(settings(release)), v=1)
    answer = client.do(ask.Connect(token(sub="u1", channels=["none:x"], b64info="%")))
    if release is V2:
        assert client.code == 3002
    else:
        assert answer == failures.UNKNOWN_CHANNEL


@both
def test_a_token_of_2_8_subscribes_to_the_channel_without_a_name(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(v=1, channels=["", "a"])
    assert list(client.session.subscriptions) == (["", "a"] if release is V2 else ["a"])
    client.session.unsubscribe("")
    assert [channel for channel, _ in world.node.hub.channels()] == ["a"]


def test_in_2_8_a_refreshed_subscription_expires_though_only_its_token_should() -> None:
    world = World(settings(V2))
    client = world.connected(v=1)
    claims: dict[str, Any] = {
        "channel": "$a",
        "client": client.session.client,
        "exp": int(world.now) + 9,
    }
    assert not client.do(ask.Subscribe("$a", token(eto=True, **claims))).expires
    answer = client.do(ask.SubRefresh("$a", token(eto=True, **claims)))
    assert answer == SubRefreshResult(expires=True, ttl=9)


@both
def test_a_token_for_a_channel_of_no_namespace_is_to_2_8_one_for_another(release: Release) -> None:
    client = World(settings(release)).connected(v=1)
    wrong = token(channel="none:x", client=client.session.client)
    expected = failures.PERMISSION_DENIED if release is V2 else failures.UNKNOWN_CHANNEL
    assert client.do(ask.Subscribe("$a", wrong)) == expected
    client.do(ask.Subscribe("$a", token(channel="$a", client=client.session.client)))
    answer = client.do(ask.SubRefresh("$a", wrong))
    assert client.code == 3002 if release is V2 else answer == failures.UNKNOWN_CHANNEL


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_3_2_minds_the_expiry_of_a_token_before_whom_it_is_for(release: Release) -> None:
    keys = TokenKeys(hmac_secret=SECRET, audience="here")
    given = settings(release)
    client = Client(World(replace(given, clients=replace(given.clients, token=keys))))
    answer = client.do(ask.Connect(token(sub="u1", aud="elsewhere", exp=1)))
    if release is V3:
        assert answer == failures.TOKEN_EXPIRED
    else:
        assert client.code == 3500


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_3_2_does_not_position_personal_channels(release: Release) -> None:
    clients = ClientOptions(personal_channel=PersonalChannel(enabled=True, namespace="pos"))
    namespaces = {"pos": replace(RECOVERED, recovered=False)}
    client = World(settings(release, clients=clients, namespaces=namespaces)).connected()
    assert client.session.subscriptions["pos:#u1"].is_positioned == (release is not V3)


@both
def test_a_join_that_cannot_be_told_is_told_to_nobody_after(release: Release) -> None:
    world = World(settings(release))
    watching = Client(world, v=1, is_json=True)
    watching.connect()
    watching.do(ask.Subscribe("pres:x"))
    watching.told()
    came = Client(world, v=1)
    came.connect("u2", b64info="AA==")
    came.do(ask.Subscribe("pres:x"))
    came.do(ask.Unsubscribe("pres:x"))
    assert watching.told() == []
    assert watching.code is None
    world.publish("pres:x")
    assert isinstance(watching.told()[0][1], Published)


def test_from_4_on_it_ends_the_connection_of_who_cannot_be_told() -> None:
    for release in LATER:
        world = World(settings(release))
        watching = Client(world, is_json=True)
        watching.connect()
        watching.do(ask.Subscribe("pres:x"))
        reading = world.connected("u3")
        reading.do(ask.Subscribe("pres:x"))
        reading.told()
        world.connected("u2", b64info="AA==").do(ask.Subscribe("pres:x"))
        assert watching.code == 3506
        assert any(isinstance(said, Joined) for _, said in reading.told())


@both
def test_a_reply_that_cannot_be_told_fails_in_2_8_and_is_left_out_in_3_2(release: Release) -> None:
    world = World(settings(release))
    client = Client(world, v=1, is_json=True)
    client.connect()
    world.publish("rec:x", b"\0")
    client.do(ask.Subscribe("rec:x"))
    answer = client.do(ask.History("rec:x", limit=-1))
    assert answer == (failures.INTERNAL if release is V2 else None)
    client.do(ask.Unsubscribe("rec:x"))
    position = world.node.streams.read("rec:x", limit=0)[1]
    asked = ask.Recovery(recover=True, epoch=position.epoch)
    assert client.do(ask.Subscribe("rec:x", recovery=asked)) is None
    assert client.code == (3004 if release is V2 else None)
    assert client.session.is_subscribed("rec:x") == (release is V3)


def test_3_2_reads_unlimited_history_forward_only() -> None:
    clients = ClientOptions(unlimited_history_by_default=True)
    world = World(settings(V3, clients=clients))
    client = world.connected(channels=["hist:x"])
    for data in (b"1", b"2", b"3"):
        world.publish("hist:x", data)
    for limit, offsets in ((0, [1, 2, 3]), (2, [3, 2])):
        result = client.do(ask.History("hist:x", limit=limit, reverse=True))
        assert isinstance(result, HistoryResult)
        assert [publication.offset for publication in result.publications] == offsets


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_any_command_shows_3_2_that_a_client_is_there(release: Release) -> None:
    world = World(settings(release))
    client = Client(world, ping_interval=10, pong_timeout=3)
    client.connect(channels=["hist:x"])
    while client.codec.frames[-1] != "ping":
        world.wait(0.5)
    client.do(ask.History("hist:x"))
    world.wait(4)
    assert client.code == (None if release is V3 else 3012)
    world.wait(12)
    assert client.code == 3012


@every_release
def test_who_does_nothing_at_all_is_not_there(release: Release) -> None:
    world = World(settings(release))
    client = Client(world, ping_interval=10, pong_timeout=3)
    client.connect()
    world.wait(25)
    assert client.code == 3012


@every_release
def test_boundaries_of_users_are_looked_for_from_the_left(release: Release) -> None:
    client = World(settings(release, user_boundary="@@")).connected()
    assert client.do(ask.Subscribe("a@@@u1")) == failures.PERMISSION_DENIED
    assert client.do(ask.Subscribe("a@@@@u1")) != failures.PERMISSION_DENIED
