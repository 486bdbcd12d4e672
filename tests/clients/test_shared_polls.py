"""Clients who subscribe to shared polls, and track keys of them (6.9)."""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from protos.v3 import api_pb2 as api
from reference_server.api.v3 import V3Api
from reference_server.clients import commands as ask
from reference_server.clients import failures
from reference_server.clients.pushes import Published, Unsubscribed
from reference_server.clients.results import SubRefreshResult
from reference_server.engine.polls import Polled
from reference_server.settings import ChannelOptions, ClientOptions, PollOptions, TokenKeys
from tests.clients.sans_io import Client, World
from tests.clients.serving import OPEN, settings

KEY = "poll-secret"
VERSIONED = PollOptions(versioned=True, publish_enabled=True)
POLLED = replace(OPEN, subscription_type="shared_poll", poll=VERSIONED)
NOTHING = SubRefreshResult(expires=False, ttl=0)


def world_of(rules: ChannelOptions = POLLED, **keys: Any) -> World:
    given = settings(Release.V6_9, clients=ClientOptions(channel_limit=2))
    track_keys = TokenKeys(hmac_secret=KEY, **keys)
    return World(
        replace(
            given,
            without_namespace=rules,
            namespaces={"plain": OPEN},
            track_keys=track_keys,
        )
    )


def signed(
    *keys: str, user: str = "u1", channel: str = "p", ends: int = 0, made: int = 1, key: str = KEY
) -> str:
    """What the application signs: who may track which keys, of which channel."""
    names = hashlib.sha256("\0".join(keys).encode()).hexdigest()
    text = "\0".join([str(made), str(ends), user, channel, names])
    return f"{made}:{ends}:{hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def batch(*keys: str, version: int = 0, **signature: Any) -> ask.TrackBatch:
    return ask.TrackBatch(signed(*keys, **signature), tuple((key, version) for key in keys))


def track(*batches: ask.TrackBatch, untrack: tuple[str, ...] = ()) -> ask.SubRefresh:
    return ask.SubRefresh("p", "", kind=1, track=batches, untrack=untrack)


def untrack(*keys: str) -> ask.SubRefresh:
    return ask.SubRefresh("p", "", kind=2, untrack=keys)


def subscribed(world: World, user: str = "u1", **more: Any) -> Client:
    client = world.connected(user)
    result = client.do(ask.Subscribe("p", kind=4, **more))
    assert result.type == 4, result
    client.told()
    return client


def tracking(world: World, *keys: str, user: str = "u1", version: int = 0) -> Client:
    client = subscribed(world, user)
    assert client.do(track(batch(*keys, user=user, version=version))) == NOTHING
    client.told()
    return client


def publish(world: World, key: str, version: int, data: bytes = b"1", epoch: str = "") -> None:
    call = V3Api(world.node).answerer("SharedPollPublish")
    request = api.SharedPollPublishRequest(
        channel="p", key=key, version=version, data=data, epoch=epoch
    )
    response = api.SharedPollPublishResponse.FromString(call(request, lambda: ()))
    assert not response.HasField("error")


def told(client: Client) -> list[tuple[str, int]]:
    bodies = [said[1] for said in client.told() if isinstance(said[1], Published)]
    return [(body.publication.key, body.publication.version) for body in bodies]


# ---- Subscribing ---------------------------------------------------------------------------------


def test_a_shared_poll_takes_subscriptions_of_its_own_type_only_and_is_the_only_one_to() -> None:
    client = world_of().connected()
    assert client.do(ask.Subscribe("p")) == failures.BAD_REQUEST
    assert client.do(ask.Subscribe("plain:x", kind=4)) == failures.NOT_AVAILABLE
    assert client.do(ask.Subscribe("nobody:x", kind=4)) == failures.NOT_AVAILABLE
    result = client.do(ask.Subscribe("p", kind=4))
    assert (result.type, result.epoch, result.expires) == (4, "", False)
    assert client.do(ask.Subscribe("p", kind=4)) == failures.ALREADY_SUBSCRIBED


def test_who_may_not_subscribe_may_not_subscribe_to_a_shared_poll() -> None:
    world = world_of(replace(POLLED, allow_subscribe_for_client=False))
    assert world.connected().do(ask.Subscribe("p", kind=4)) == failures.PERMISSION_DENIED


def test_a_shared_poll_counts_as_a_channel_of_its_client_but_is_in_no_list() -> None:
    world = world_of()
    client = subscribed(world)
    assert not hasattr(client.do(ask.Subscribe("plain:a")), "code")
    assert client.do(ask.Subscribe("q", kind=4)) == failures.LIMIT_EXCEEDED
    assert [channel for channel, _ in world.node.hub.channels()] == ["plain:a"]


def test_without_versions_of_publishers_the_epoch_is_the_servers() -> None:
    world = world_of(replace(POLLED, poll=PollOptions()))
    epoch = world.connected().do(ask.Subscribe("p", kind=4)).epoch
    assert len(epoch) == 8
    assert world.connected("u2").do(ask.Subscribe("p", kind=4)).epoch == epoch


# ---- Tracking ------------------------------------------------------------------------------------


def test_a_client_is_told_of_the_keys_that_it_tracks_and_of_newer_versions_alone() -> None:
    world = world_of()
    client = tracking(world, "a", "b", version=5)
    for key, version in (("a", 5), ("a", 6), ("a", 6), ("b", 4), ("b", 9), ("c", 1)):
        publish(world, key, version)
    assert told(client) == [("a", 6), ("b", 9)]


def test_a_version_that_is_not_newer_for_the_channel_is_told_to_nobody() -> None:
    world = world_of()
    first = tracking(world, "a")
    publish(world, "a", 7)
    second = tracking(world, "a", user="u2")
    publish(world, "a", 3)
    assert (told(first), told(second)) == ([("a", 7)], [])
    publish(world, "a", 8)
    assert (told(first), told(second)) == ([("a", 8)], [("a", 8)])


def test_a_key_that_nobody_tracks_any_more_begins_anew() -> None:
    world = world_of()
    client = tracking(world, "a")
    publish(world, "a", 7)
    assert client.do(untrack("a")) == NOTHING
    assert client.do(track(batch("a"))) == NOTHING
    publish(world, "a", 1)
    assert told(client)[-1] == ("a", 1)


def test_a_client_is_told_no_more_once_it_tracks_no_longer_or_has_left() -> None:
    world = world_of()
    one, other = tracking(world, "a", "b"), tracking(world, "a", user="u2")
    one.do(untrack("a", "never"))
    other.do(ask.Unsubscribe("p"))
    one.told()
    other.told()
    publish(world, "a", 1)
    publish(world, "b", 1)
    assert (told(one), told(other)) == ([("b", 1)], [])


def test_what_was_given_up_since_it_was_signed_is_not_tracked() -> None:
    world = world_of()
    client = subscribed(world)
    client.do(track(batch("a", "b"), untrack=("a",)))
    client.told()
    publish(world, "a", 1)
    publish(world, "b", 1)
    assert told(client) == [("b", 1)]


def test_of_a_key_in_two_batches_the_last_counts() -> None:
    world = world_of()
    client = subscribed(world)
    client.do(track(batch("a", version=9), batch("a", "b", version=2)))
    client.told()
    publish(world, "a", 3)
    assert told(client) == [("a", 3)]


def test_a_json_client_is_not_told_what_is_no_json_and_goes_on() -> None:
    world = world_of()
    client = Client(world, is_json=True)
    client.connect()
    client.do(ask.Subscribe("p", kind=4))
    client.do(track(batch("a")))
    client.told()
    publish(world, "a", 1, b"\0")
    publish(world, "a", 2)
    assert (told(client), client.code) == ([("a", 2)], None)


@pytest.mark.parametrize("wrong", [
    batch("a", user="u2"),
    batch("a", channel="q"),
    batch("a", key="another"),
    ask.TrackBatch(signed("a"), (("b", 0),)),
    ask.TrackBatch("", (("a", 0),)),
    ask.TrackBatch(signed("a").upper(), (("a", 0),)),
])  # fmt: skip
def test_only_what_is_signed_is_tracked(wrong: ask.TrackBatch) -> None:
    world = world_of()
    client = subscribed(world)
    assert client.do(track(batch("a"), wrong)) == failures.PERMISSION_DENIED
    client.told()
    publish(world, "a", 1)
    assert told(client) == []


def test_a_former_secret_counts_for_what_was_signed_until_then() -> None:
    world = world_of(previous_hmac_secret="old", previous_valid_until=100)
    client = subscribed(world)
    assert client.do(track(batch("a", key="old", made=100))) == NOTHING
    assert client.do(track(batch("a", key="old", made=101))) == failures.PERMISSION_DENIED
    assert client.do(track(batch("a", made=101))) == NOTHING


def test_a_signature_ends_and_what_it_allowed_is_dropped_a_while_later() -> None:
    world = world_of()
    client, now = subscribed(world), int(world.now)
    assert client.do(track(batch("a", ends=now - 6))) == failures.TOKEN_EXPIRED
    both = track(batch("a", ends=now + 10), batch("b", ends=now + 100))
    assert client.do(both) == SubRefreshResult(expires=True, ttl=10)
    world.wait(20)
    client.told()
    publish(world, "a", 1)
    assert told(client) == [("a", 1)]
    world.wait(50)
    client.told()
    publish(world, "a", 2)
    publish(world, "b", 2)
    assert told(client) == [("b", 2)]


def test_as_many_keys_are_tracked_as_one_connection_may() -> None:
    world = world_of(replace(POLLED, poll=replace(VERSIONED, max_keys=2)))
    client = subscribed(world)
    assert client.do(track(batch("a", "b", "c"))) == failures.LIMIT_EXCEEDED
    assert client.do(track(batch("a", "b"))) == NOTHING
    assert client.do(track(batch("c"))) == failures.LIMIT_EXCEEDED
    assert client.do(track(batch("c"), untrack=("a",))) == NOTHING


@pytest.mark.parametrize("request_", [track(), track(ask.TrackBatch("", ())), untrack()])
def test_nothing_to_track_or_to_untrack_is_a_bad_request(request_: ask.SubRefresh) -> None:
    assert subscribed(world_of()).do(request_) == failures.BAD_REQUEST


def test_only_who_is_subscribed_tracks_and_only_a_shared_poll_has_keys() -> None:
    client = world_of().connected()
    assert client.do(track(batch("a"))) == failures.PERMISSION_DENIED
    client.do(ask.Subscribe("plain:x"))
    elsewhere = ask.SubRefresh("plain:x", "", kind=1, track=(batch("a", channel="plain:x"),))
    # Taken for the refresh of a token, which it does not bring.
    assert client.do(elsewhere) == failures.BAD_REQUEST


# ---- Epochs --------------------------------------------------------------------------------------


def test_another_epoch_of_the_publisher_makes_all_come_back() -> None:
    world = world_of()
    client = tracking(world, "a")
    publish(world, "a", 5, epoch="e1")
    assert client.told() == [("p", Unsubscribed(2500, "insufficient state"))]
    assert client.do(ask.Subscribe("p", kind=4)).epoch == "e1"
    client.do(track(batch("a")))
    client.told()
    publish(world, "a", 2, epoch="e1")
    (said,) = client.told()
    assert said[1] == Published(Polled(b"1", {}, version=2, key="a", epoch="e1"))


@pytest.mark.parametrize(("delay", "seconds"), [(0, 1), (5, 5), (-1, 0)])
def test_an_idle_channel_is_forgotten_after_a_while(delay: float, seconds: float) -> None:
    world = world_of(replace(POLLED, poll=replace(VERSIONED, shutdown_delay=delay)))
    client = tracking(world, "a")
    publish(world, "a", 5, epoch="e1")
    epochs = []
    for waited in (seconds - 0.5, 0.5):
        world.now += max(waited, 0)
        client.do(ask.Unsubscribe("p"))
        epochs.append(client.do(ask.Subscribe("p", kind=4)).epoch)
    assert epochs == ["e1" if seconds else "", ""]


def test_nothing_is_left_of_who_has_gone() -> None:
    world = world_of()
    for user in ("u1", "u2"):
        tracking(world, "a", "b", user=user).session.close(failures.CONNECTION_CLOSED)
    world.wait(2)
    assert world.node.polls.size == 0
