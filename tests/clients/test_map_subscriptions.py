"""Clients who subscribe to maps, and change them (6.9)."""

from dataclasses import replace
from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from reference_server.clients import commands as ask
from reference_server.clients import failures
from reference_server.clients.commands import Recovery
from reference_server.clients.pushes import Published
from reference_server.clients.results import SubscribeResult
from reference_server.clients.tag_filters import TagsFilter
from reference_server.engine.map_state import Entry
from reference_server.engine.streams import ClientInfo, Position, Publication
from reference_server.settings import ChannelOptions, ClientOptions, MapOptions
from tests.clients.sans_io import Client, World
from tests.clients.serving import OPEN, settings

LIVE, STREAM, STATE = range(3)
EVERYBODYS = MapOptions(
    mode="recoverable",
    key_ttl=60,
    stream_size=10,
    allow_publish_for_client=True,
    allow_remove_for_client=True,
)
MAPPED = replace(OPEN, subscription_type="map", map=EVERYBODYS)
PERSISTENT = replace(MAPPED, map=MapOptions(mode="persistent"))
EPHEMERAL = replace(MAPPED, map=MapOptions(mode="ephemeral", key_ttl=60))


def world_of(rules: ChannelOptions = MAPPED, **changes: Any) -> World:
    clients = ClientOptions(**changes)
    return World(settings(Release.V6_9, without_namespace=rules, clients=clients))


def put(
    world: World, *keys: str, channel: str = "m", delta: bool = False, data: bytes = b""
) -> None:
    rules = world.settings.channel_options(channel)
    assert rules is not None
    for number, key in enumerate(keys):
        entry = Entry(key, data or str(number).encode(), tags={"n": str(number % 2)})
        world.node.maps.publish(channel, entry, rules.map, delta=delta)


def numbered(count: int) -> list[str]:
    return [f"k{number:03}" for number in range(count)]


def top(world: World, channel: str = "m") -> Position:
    return world.node.top_of(channel, 0, is_map=True)


def begin(channel: str = "m", phase: int = STATE, **more: Any) -> ask.Subscribe:
    return ask.Subscribe(channel, kind=1, phase=phase, **more)


def since(position: Position, offset: int, *, recover: bool = True) -> Recovery:
    return Recovery(recover=recover, offset=offset, epoch=position.epoch)


def told(client: Client) -> list[Publication]:
    bodies = [said[1] for said in client.told() if isinstance(said[1], Published)]
    return [body.publication for body in bodies]


def keys(publications: Any) -> list[str]:
    return [each.key for each in publications]


# ---- The state, then what changes ----------------------------------------------------------------


def test_a_small_map_is_told_at_once_and_then_each_change() -> None:
    world = world_of()
    put(world, "b", "a")
    client = world.connected()
    result = client.do(begin())
    assert keys(result.state) == ["a", "b"]
    assert (result.type, result.phase, result.recoverable) == (1, LIVE, True)
    assert Position(result.offset, result.epoch) == top(world)
    put(world, "c")
    world.node.drop_from_map("m", "a")
    assert [(each.key, each.removed) for each in told(client)] == [("c", False), ("a", True)]


def test_a_large_map_is_told_by_pages_and_lives_after_the_last() -> None:
    world = world_of(PERSISTENT)
    put(world, *numbered(250))
    client = world.connected()
    first = client.do(begin(limit=5))
    assert (keys(first.state), first.phase) == (numbered(100), STATE)
    put(world, "k150", "new")
    assert told(client) == []
    where = Recovery(offset=first.offset, epoch=first.epoch)
    second = client.do(begin(cursor=first.cursor, recovery=where))
    # What has changed since comes with the stream.
    assert keys(second.state) == [key for key in numbered(200)[100:] if key != "k150"]
    last = client.do(begin(cursor=second.cursor, recovery=where))
    assert (keys(last.state), last.phase) == (numbered(250)[200:], LIVE)
    assert keys(last.publications) == ["k150", "new"]


def test_a_map_without_a_stream_has_its_state_only() -> None:
    world = world_of(EPHEMERAL)
    put(world, "a")
    client = world.connected()
    result = client.do(begin())
    assert (keys(result.state), result.recoverable, result.publications) == (["a"], False, [])
    put(world, "b")
    assert keys(told(client)) == ["b"]
    assert world.connected("u2").do(begin(phase=STREAM)) == failures.BAD_REQUEST


def test_live_is_begun_from_a_position_without_the_state() -> None:
    world = world_of()
    put(world, "a", "b", "c")
    client = world.connected()
    assert client.do(begin(phase=LIVE)) == failures.UNRECOVERABLE_POSITION
    result = client.do(begin(phase=LIVE, recovery=since(top(world), 1)))
    assert (keys(result.publications), result.recovered, result.state) == (["b", "c"], True, ())


@pytest.mark.parametrize("phase", [LIVE, STREAM])
def test_what_the_stream_has_no_longer_is_not_recovered(phase: int) -> None:
    world = world_of()
    put(world, *numbered(30))
    client = world.connected()
    lost = begin(phase=phase, recovery=since(top(world), 1))
    assert client.do(lost) == failures.UNRECOVERABLE_POSITION
    kept = begin(phase=phase, recovery=since(top(world), 20))
    assert keys(client.do(kept).publications) == numbered(30)[20:]


def test_a_long_stream_is_told_by_pages() -> None:
    world = world_of(replace(PERSISTENT, map=MapOptions(mode="persistent", stream_size=1000)))
    put(world, *numbered(250))
    client, end = world.connected(), top(world)
    assert client.do(begin(phase=STREAM)) == failures.PERMISSION_DENIED
    first = client.do(begin(phase=STREAM, recovery=since(end, 10)))
    assert (keys(first.publications), first.offset) == (numbered(110)[10:], 110)
    other = client.do(begin(phase=STREAM, recovery=Recovery(recover=True, offset=110, epoch="x")))
    assert other == failures.UNRECOVERABLE_POSITION
    first = client.do(begin(phase=STREAM, recovery=since(end, 10)))
    last = client.do(begin(phase=STREAM, recovery=since(end, 160)))
    assert (keys(last.publications), last.phase) == (numbered(250)[160:], LIVE)


def test_a_stream_of_another_epoch_is_not_recovered() -> None:
    client = world_of().connected()
    lost = begin(phase=STREAM, recovery=Recovery(recover=True, epoch="other"))
    assert client.do(lost) == failures.UNRECOVERABLE_POSITION
    assert client.do(begin()).phase == LIVE


@pytest.mark.parametrize("phase", [3, 7, -1])
def test_there_are_no_other_phases(phase: int) -> None:
    assert world_of().connected().do(begin(phase=phase)) == failures.BAD_REQUEST


# ---- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "answer"), [
    (0, failures.PERMISSION_DENIED),
    (2, failures.PERMISSION_DENIED),
    (3, failures.PERMISSION_DENIED),
    (4, failures.NOT_AVAILABLE),
])  # fmt: skip
def test_a_map_is_subscribed_as_what_it_is(kind: int, answer: object) -> None:
    client = world_of().connected()
    assert client.do(ask.Subscribe("m", kind=kind, phase=STATE)) == answer


@pytest.mark.parametrize(("kind", "type_"), [(2, "map_clients"), (3, "map_users")])
def test_maps_of_presence_are_kinds_of_their_own(kind: int, type_: str) -> None:
    client = world_of(replace(MAPPED, subscription_type=type_)).connected()
    assert client.do(begin()) == failures.PERMISSION_DENIED
    assert client.do(ask.Subscribe("m", kind=kind, phase=STATE)).phase == LIVE


def test_the_same_map_is_not_begun_twice() -> None:
    world = world_of(PERSISTENT)
    put(world, *numbered(150))
    client = world.connected()
    client.do(begin())
    assert client.do(begin()) == failures.ALREADY_SUBSCRIBED
    assert client.do(begin(channel="other")).phase == LIVE
    assert client.do(begin(channel="other")) == failures.ALREADY_SUBSCRIBED


def test_what_is_begun_counts_as_subscribed() -> None:
    world = world_of(PERSISTENT, channel_limit=1)
    put(world, *numbered(150))
    client = world.connected()
    first = client.do(begin())
    assert client.do(begin(channel="other")) == failures.LIMIT_EXCEEDED
    where = Recovery(offset=first.offset, epoch=first.epoch)
    assert client.do(begin(cursor=first.cursor, recovery=where)).phase == LIVE


def test_who_takes_too_long_over_the_pages_is_closed() -> None:
    world = world_of(PERSISTENT)
    put(world, *numbered(150))
    client = world.connected()
    first = client.do(begin())
    world.wait(6)
    client.do(begin(cursor=first.cursor))
    assert client.code == 3008


def test_a_page_after_nothing_is_refused() -> None:
    client = world_of().connected()
    assert client.do(begin(cursor="k001")) == failures.PERMISSION_DENIED


def test_a_map_whose_keys_outlive_it_is_an_internal_error() -> None:
    rules = replace(MAPPED, map=replace(EVERYBODYS, meta_ttl=30))
    client = world_of(rules).connected()
    assert client.do(begin()) == failures.INTERNAL
    assert client.do(ask.Publish("m", b"1", is_map=True, key="a")) == failures.INTERNAL


# ---- Filters and differences ---------------------------------------------------------------------

EVEN = TagsFilter(key="n", cmp="eq", val="0")


def test_a_filter_goes_for_the_state_and_for_what_changes() -> None:
    world = world_of(replace(PERSISTENT, allow_tags_filter=True))
    put(world, "a", "b", "c")
    client = world.connected()
    assert client.do(begin(tags_filter=TagsFilter(key="n"))) == failures.BAD_REQUEST
    assert keys(client.do(begin(tags_filter=EVEN)).state) == ["a", "c"]
    put(world, "d", "e", "f")
    assert keys(told(client)) == ["d", "f"]


def test_a_filter_is_a_bad_request_where_the_namespace_has_none() -> None:
    assert world_of().connected().do(begin(tags_filter=EVEN)) == failures.BAD_REQUEST


def test_differences_are_to_the_key_s_last_value() -> None:
    world = world_of(replace(PERSISTENT, allowed_delta_types=("fossil",)))
    client, other = world.connected(), world.connected("u2")
    assert client.do(begin(delta="fossil")).delta
    assert not other.do(begin(delta="bogus")).delta
    body = b'{"it is long enough to be told as a difference": %d}'
    put(world, "a", "b", delta=True, data=body % 1)
    put(world, "a", delta=True, data=body % 2)
    told_so = [said[1] for said in client.told() if isinstance(said[1], Published)]
    assert [each.previous and each.previous.data for each in told_so] == [None, None, body % 1]
    assert told_so[2].compresses
    assert [each.data for each in told(other)] == [body % 1, body % 1, body % 2]


# ---- What clients change -------------------------------------------------------------------------


def change(key: str = "", **more: Any) -> ask.Publish:
    return ask.Publish("m", more.pop("data", b"1"), is_map=True, key=key, **more)


def state(world: World, channel: str = "m") -> dict[str, Entry]:
    rules = world.settings.channel_options(channel)
    assert rules is not None
    given = world.node.maps.state(channel, rules.map, limit=-1, cursor="", key="", revision=None)
    return {entry.key: entry for entry in given[0]}


def test_a_client_sets_and_removes_a_key_where_it_may() -> None:
    world = world_of()
    client = world.connected()
    assert not isinstance(client.do(change("a")), failures.ReplyError)
    held = state(world)["a"]
    assert held.data == b"1"
    assert held.info == ClientInfo("u1", client.session.client)
    client.do(change("a", removed=True))
    assert state(world) == {}


@pytest.mark.parametrize(("granted", "user", "subscribed", "may"), [
    ((), "u1", True, False),
    (("client",), "u1", False, True),
    (("subscriber",), "u1", False, False),
    (("subscriber",), "u1", True, True),
    (("client",), "", False, False),
    (("client", "anonymous"), "", False, True),
    (("anonymous",), "", False, False),
])  # fmt: skip
@pytest.mark.parametrize("deed", ["publish", "remove"])
def test_who_may_change_a_map(
    deed: str, granted: tuple[str, ...], user: str, subscribed: bool, may: bool
) -> None:
    grants: dict[str, Any] = {f"allow_{deed}_for_{whom}": True for whom in granted}
    rules = MapOptions(mode="persistent", **grants)
    anybody = replace(MAPPED, map=rules, allow_subscribe_for_anonymous=True)
    client = world_of(anybody).connected(user)
    if subscribed:
        client.do(begin())
    answer = client.do(change("a", removed=deed == "remove"))
    assert (answer == failures.PERMISSION_DENIED) != may


@pytest.mark.parametrize("kind", ["client_id", "user_id"])
def test_a_client_s_key_may_be_its_own_id(kind: str) -> None:
    world = world_of(replace(MAPPED, map=replace(EVERYBODYS, client_key=kind)))
    client = world.connected()
    client.do(change("ignored"))
    own = client.session.client if kind == "client_id" else "u1"
    assert list(state(world)) == [own]


def test_a_key_is_needed_and_a_map() -> None:
    client = world_of().connected()
    assert client.do(change("")) == failures.BAD_REQUEST
    assert (
        world_of(replace(MAPPED, subscription_type="stream")).connected().do(change("a"))
        == failures.INTERNAL
    )
    client.do(ask.Publish("", b"1", is_map=True, key="a"))
    assert client.code == 3501


def test_before_6_a_publication_is_one_to_the_channel() -> None:
    rules = replace(MAPPED, allow_publish_for_client=True)
    world = World(settings(Release.V5_4, without_namespace=rules))
    world.connected().do(change("a"))
    assert state(world) == {}


@pytest.mark.parametrize("leaves", ["unsubscribe", "close"])
def test_a_client_s_own_key_goes_with_it_where_that_is_asked_for(leaves: str) -> None:
    own = replace(EVERYBODYS, client_key="client_id", remove_client_on_unsubscribe=True)
    world = world_of(replace(MAPPED, map=own))
    client, other = world.connected(), world.connected("u2")
    for each in (client, other):
        each.do(begin())
        each.do(change())
    if leaves == "close":
        client.session.close(failures.CONNECTION_CLOSED)
    else:
        client.do(ask.Unsubscribe("m"))
    assert list(state(world)) == [other.session.client]


# ---- Maps of who is present ----------------------------------------------------------------------


def watched() -> World:
    present = MapOptions(mode="ephemeral", key_ttl=40)
    watched = replace(
        OPEN,
        map_clients_presence_channel_prefix="clients:",
        map_users_presence_channel_prefix="users:",
    )
    namespaces = {
        "clients": replace(OPEN, subscription_type="map_clients", map=present),
        "users": replace(OPEN, subscription_type="map_users", map=present),
    }
    return World(settings(Release.V6_9, without_namespace=watched, namespaces=namespaces))


def test_maps_of_presence_have_a_channel_s_clients_and_users() -> None:
    world = watched()
    client, second = world.connected(info={"n": 1}), world.connected()
    for each in (client, second):
        each.do(ask.Subscribe("x"))
    ids = {client.session.client, second.session.client}
    held = state(world, "clients:x")
    assert set(held) == ids
    assert held[client.session.client].info == client.session.channel_info("x")
    assert set(state(world, "users:x")) == {"u1"}
    client.do(ask.Unsubscribe("x"))
    assert set(state(world, "clients:x")) == {second.session.client}
    second.session.close(failures.CONNECTION_CLOSED)
    assert state(world, "clients:x") == {}
    # Another connection of the user may be there: its key is left to its time.
    assert set(state(world, "users:x")) == {"u1"}
    world.wait(41)
    assert state(world, "users:x") == {}


def test_who_stays_present_stays_in_the_map_without_a_change() -> None:
    world = watched()
    watcher, client = world.connected("u2"), world.connected()
    result: SubscribeResult = watcher.do(ask.Subscribe("clients:x", kind=2, phase=STATE))
    assert result.state == []
    client.do(ask.Subscribe("x"))
    world.wait(200)
    assert keys(told(watcher)) == [client.session.client]
    assert set(state(world, "clients:x")) == {client.session.client}


def test_nobody_s_user_is_in_no_map() -> None:
    world = watched()
    world.connected("").do(ask.Subscribe("x"))
    assert state(world, "users:x") == {}
