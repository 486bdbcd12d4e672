"""Sessions by the clock: expiry, presence, positions, pings, and what is freed."""

import gc
import weakref
from dataclasses import replace

import pytest

from centrifugo_grpc.releases import Release
from reference_server.clients import commands as ask
from reference_server.clients import failures
from reference_server.clients.failures import CONNECTION_CLOSED, UnencodableError
from reference_server.clients.handling import handle
from reference_server.clients.options import SubscribeOptions
from reference_server.clients.pushes import Joined, Left, Unsubscribed
from reference_server.clients.session import Session
from reference_server.engine.streams import Position
from reference_server.settings import ClientOptions
from tests.clients.sans_io import Client, World
from tests.clients.serving import PRESENT, RECOVERED, V3_RELEASES, settings, token

every_release = pytest.mark.parametrize("release", list(Release), ids=str)
later_releases = pytest.mark.parametrize("release", V3_RELEASES, ids=str)
since_4 = pytest.mark.parametrize("release", V3_RELEASES[1:], ids=str)


@every_release
def test_an_expired_connection_ends_after_the_delay(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(exp=int(world.now) + 10)
    world.wait(30)
    assert client.code is None
    world.wait(6)
    assert client.code == 3005


@every_release
def test_a_refreshed_connection_goes_on(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(exp=int(world.now) + 10)
    result = client.do(ask.Refresh(token(sub="u1", exp=int(world.now) + 100)))
    assert (result.expires, result.ttl) == (True, 100)
    world.wait(120)
    assert client.code is None
    world.wait(10)
    assert client.code == 3005


@every_release
def test_a_refresh_tells_seconds_of_32_bits_and_6_at_most_a_year(release: Release) -> None:
    world = World(settings(release))
    client = world.connected()
    far = int(world.now) + 2**33 + 5
    client.do(ask.Subscribe("x"))
    ttl = 365 * 24 * 3600 if release is Release.V6_9 else 5
    assert client.do(ask.Refresh(token(sub="u1", exp=far))).ttl == ttl
    subscription_token = token(sub="u1", channel="x", client=client.session.client, exp=far)
    assert client.do(ask.SubRefresh("x", subscription_token)).ttl == ttl


@every_release
@pytest.mark.parametrize("v", [1, 2])
def test_only_protocol_v1_tells_a_refreshed_client_who_it_is(release: Release, v: int) -> None:
    client = World(settings(release)).connected(v=v)
    result = client.do(ask.Refresh(token(sub="u1")))
    assert bool(result.client) == bool(result.version) == (v == 1)


@later_releases
def test_nothing_comes_before_the_beginning_of_a_history(release: Release) -> None:
    rules = replace(RECOVERED, allow_history_for_client=True, allow_history_for_subscriber=True)
    client = World(settings(release, without_namespace=rules)).connected()
    client.do(ask.Subscribe("x"))
    request = ask.History("x", limit=1, since=Position(0, ""), reverse=True)
    assert client.do(request) == failures.BAD_REQUEST


@later_releases
@pytest.mark.parametrize("asked", [
    ask.Recovery(recover=True, epoch="other", or_not_at_all=True),
    ask.Recovery(recover=True, offset=7, or_not_at_all=True),
])  # fmt: skip
def test_6_refuses_who_wants_all_that_was_missed_or_nothing(
    release: Release, asked: ask.Recovery
) -> None:
    world = World(settings(release))
    world.publish("rec:x")
    client = world.connected()
    answer = client.do(ask.Subscribe("rec:x", recovery=asked))
    if release is Release.V6_9:
        assert answer == failures.UNRECOVERABLE_POSITION
        assert not world.node.hub.subscribers("rec:x")
    else:
        assert not answer.recovered


@pytest.mark.parametrize("release", V3_RELEASES[2:], ids=str)
def test_6_gives_differences_to_what_comes_with_connect(release: Release) -> None:
    rules = replace(RECOVERED, allowed_delta_types=("fossil",))
    client = Client(World(settings(release, without_namespace=rules)))
    wishes = {"x": ask.Recovery(delta="fossil"), "y": ask.Recovery(delta="other")}
    request = ask.Connect(token=token(sub="u1", channels=["x", "y"]), subs=wishes)
    subs = client.do(request).subs
    assert (subs["x"].delta, subs["y"].delta) == (release is Release.V6_9, False)


@later_releases
def test_another_users_token_does_not_refresh(release: Release) -> None:
    client = World(settings(release)).connected()
    assert client.do(ask.Refresh(token(sub="u2"))) is None
    assert client.code == 3500


@since_4
def test_a_token_with_other_subscriptions_ends_the_connection(release: Release) -> None:
    client = World(settings(release)).connected(channels=["x"])
    assert client.do(ask.Refresh(token(sub="u1", channels=["x"]))) is not None
    client.do(ask.Refresh(token(sub="u1", channels=["y"])))
    assert client.code == 3010


@every_release
def test_who_does_not_connect_is_stale(release: Release) -> None:
    world = World(settings(release, clients=ClientOptions(stale_close_delay=10)))
    client = Client(world)
    world.wait(11)
    assert client.code == (3007 if release is Release.V2_8 else 3502)


@since_4
def test_a_refused_client_is_read_no_more_and_closed_as_stale(release: Release) -> None:
    world = World(settings(release, clients=ClientOptions(stale_close_delay=10)))
    client = Client(world)
    assert client.do(ask.Connect(token=token(sub="u1", exp=1))) == failures.TOKEN_EXPIRED
    assert not client.goes_on
    assert client.code is None
    world.wait(11)
    assert client.code == 3502


@every_release
def test_presence_follows_a_refreshed_info_at_the_next_update(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(channels=["pres:x"], info=1)
    client.session.refresh(expired=False, expire_at=int(world.now) + 1000, info=b"2")
    held = world.node.presence.of("pres:x")
    assert held[client.session.client].conn_info == b"1"
    world.wait(28)
    assert held[client.session.client].conn_info == b"2"


@later_releases
def test_a_lost_position_ends_what_is_server_side_with_the_connection(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(channels=["rec:x"])
    world.node.streams._streams["rec:x"].top += 1
    world.publish("rec:x")
    assert client.code == 3010


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_a_lost_position_ends_a_client_side_subscription_alone(release: Release) -> None:
    given = settings(release)
    world = World(given)
    client = world.connected()
    client.do(ask.Subscribe("rec:x"))
    world.node.streams._streams["rec:x"].top += 1
    client.told()
    world.publish("rec:x")
    assert client.code is None
    assert client.told() == [("rec:x", Unsubscribed(2500, "insufficient state"))]
    assert not world.node.hub.subscribers("rec:x")


@every_release
def test_a_position_that_is_behind_is_found_by_the_check(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(channels=["rec:x"])
    world.publish("rec:x")
    world.wait(60)
    assert client.code is None
    world.node.streams._streams["rec:x"].top += 1
    world.wait(180)
    assert client.code == 3010


@later_releases
def test_an_expired_subscription_of_the_server_ends_the_connection(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(one_way=True)
    options = SubscribeOptions(expire_at=int(world.now) + 10)
    client.session.subscribe("x", options, ask.Recovery())
    world.wait(34)
    assert client.code is None
    world.wait(60)
    assert client.code == 3006


@since_4
def test_a_client_that_does_not_pong_is_let_go(release: Release) -> None:
    world = World(settings(release))
    client = Client(world, ping_interval=25, pong_timeout=8)
    client.connect()
    world.wait(26)
    assert "ping" in client.told()
    world.wait(34)
    assert client.code == 3012


@since_4
def test_a_client_that_pongs_stays_and_one_that_pongs_unasked_goes(release: Release) -> None:
    world = World(settings(release))
    client = Client(world, ping_interval=25, pong_timeout=8)
    client.connect()
    client.told()
    for _ in range(100):
        world.wait(1)
        if "ping" in client.told():
            assert _pong(client)
    assert client.code is None
    assert not _pong(client)
    assert client.code == 3501


def _pong(client: Client) -> bool:
    return handle(client.session, ask.Command(0, None))


@pytest.mark.parametrize("release", [Release.V2_8, Release.V3_2], ids=str)
def test_up_to_3_an_unencodable_payload_fails_the_publication(release: Release) -> None:
    world = World(settings(release))
    client = Client(world, v=1, is_json=True)
    client.connect(channels=["x"])
    with pytest.raises(UnencodableError):
        world.publish("x", b"\0")
    assert client.code is None


@since_4
def test_from_4_on_it_ends_the_subscribers_connection(release: Release) -> None:
    world = World(settings(release))
    other = world.connected("u2", channels=["x"])
    client = Client(world, is_json=True)
    client.connect(channels=["x"])
    other.told()
    world.publish("x", b"\0")
    assert client.code == 3506
    assert len(other.told()) == 1


@every_release
def test_a_publication_is_encoded_once_for_all_subscribers_of_a_protocol(release: Release) -> None:
    world = World(settings(release))
    first = world.connected(channels=["x"])
    second = Client(world, codec=first.codec)
    second.connect("u2", channels=["x"])
    before = len(first.codec.frames)
    world.publish("x")
    assert len(first.codec.frames) == before + 1
    frames = [client.session.outbox.take(99)[-1] for client in (first, second)]
    assert frames == [str(before).encode()] * 2


@every_release
def test_a_connection_that_ended_is_freed(release: Release) -> None:
    world = World(settings(release))
    client = world.connected(channels=["pres:x", "rec:x"], exp=int(world.now) + 1000)
    held = weakref.ref(client.session)
    client.session.close(CONNECTION_CLOSED)
    assert world.node.hub.counts() == (0, 0, 0, 0)
    assert len(world.node.presence) == 0
    del client
    gc.collect()
    assert held() is None


@every_release
def test_single_connections_end_the_users_others(release: Release) -> None:
    given = settings(release)
    personal = replace(
        given.clients.personal_channel, enabled=True, namespace="pres", single_connection=True
    )
    world = World(replace(given, clients=replace(given.clients, personal_channel=personal)))
    first, second = world.connected(), world.connected()
    assert first.code == (3013 if release is Release.V2_8 else 3504)
    assert second.code is None


def test_sessions_of_other_users_stay() -> None:
    world = World(settings(Release.V6_9, namespaces={"rec": RECOVERED, "pres": PRESENT}))
    clients = [world.connected(user) for user in ("u1", "u2")]
    assert all(isinstance(client.session, Session) for client in clients)
    clients[0].session.close(CONNECTION_CLOSED)
    assert [client.code for client in clients] == [3000, None]


@since_4
@pytest.mark.parametrize("why", ["unencodable", "too long"])
def test_who_cannot_be_told_that_it_is_connected_leaves_nothing(release: Release, why: str) -> None:
    rules = replace(RECOVERED, presence=True, join_leave=True, force_push_join_leave=True)
    clients = ClientOptions(queue_max_size=2000)
    world = World(settings(release, without_namespace=rules, clients=clients))
    other = world.connected("u2", channels=["x"])
    world.publish("x", b"\0")
    other.told()
    client = Client(world, is_json=why == "unencodable")
    if why == "too long":
        client.session.send(b"x" * 2000)
    wishes = {"x": ask.Recovery(recover=True)}
    client.do(ask.Connect(token=token(sub="u1", channels=["x"]), subs=wishes))
    assert client.code == (3506 if why == "unencodable" else 3008)
    assert [type(body) for _, body in other.told()] == [Joined, Left]
    assert world.node.presence.counts("x") == (1, 1)
    assert world.node.hub.subscribers("x") == [other.session]
    assert world.node.hub.counts()[0] == 1
