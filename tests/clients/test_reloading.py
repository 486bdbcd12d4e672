"""What a hangup changes for clients who come after it, by release (`handleSignals` of each)."""

from dataclasses import replace
from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from reference_server.node import Node
from reference_server.settings import (
    ChannelOptions,
    PersonalChannel,
    Settings,
    TokenKeys,
)
from reference_server.transports.limits import ConnectionLimits
from tests.clients.serving import OPEN, V3_RELEASES, connect_request, served, settings, token

every_release = pytest.mark.parametrize("release", list(Release), ids=str)
v3 = pytest.mark.parametrize("release", V3_RELEASES, ids=str)


def changed(before: Settings, **clients: Any) -> Settings:
    return replace(before, clients=replace(before.clients, **clients))


@v3
@pytest.mark.asyncio
async def test_tokens_are_checked_with_the_new_secret_and_those_who_are_there_stay(
    release: Release,
) -> None:
    before = settings(release)
    async with served(before) as server:
        there = await server.subscriber(wishes=("a",))
        server.node.reload(changed(before, token=TokenKeys(hmac_secret="new")))
        old = server.consume(connect_request(token(sub="u1")))
        assert (await old.next()).disconnect.code == 3500
        new = server.consume(connect_request(token("new", sub="u1")))
        assert (await new.next()).connect.client
        await server.call("Publish", channel="a", data=b"{}")
        assert (await there.next()).pub.data == b"{}"


@v3
@pytest.mark.asyncio
async def test_audience_and_issuer_are_those_read_last(release: Release) -> None:
    before = settings(release)
    async with served(before) as server:
        keys = replace(before.clients.token, audience="here", issuer="me")
        server.node.reload(changed(before, token=keys))
        for claims, is_let_in in (({}, False), ({"aud": "here", "iss": "me"}, True)):
            stream = server.consume(connect_request(token(sub="u1", **claims)))
            assert bool((await stream.next()).connect.client) is is_let_in


@v3
@pytest.mark.asyncio
async def test_clients_may_at_once_subscribe_to_channels_of_a_new_namespace(
    release: Release,
) -> None:
    before = settings(release)
    async with served(before) as server:
        server.node.reload(replace(before, namespaces={**before.namespaces, "new": OPEN}))
        stream = await server.subscriber(wishes=("new:a",))
        assert list(stream.pushes[0].connect.subs) == ["new:a"]


@every_release
def test_what_is_part_of_the_rules_is_taken_over(release: Release) -> None:
    before = settings(release)
    rules = {
        "insecure": True,
        "anonymous_without_token": True,
        "no_anonymous_tokens": True,
        "insecure_skip_token_signature_verify": True,
    }
    node = Node(before)
    node.reload(changed(replace(before, boundary="/", private_prefix="%"), **rules))
    assert (node.settings.boundary, node.settings.private_prefix) == ("/", "%")
    assert all(getattr(node.settings.clients, name) == value for name, value in rules.items())


@every_release
def test_limits_delays_and_the_key_are_those_of_the_start(release: Release) -> None:
    before = settings(release)
    kept = {
        "channel_limit": 1,
        "queue_max_size": 1,
        "user_connection_limit": 1,
        "stale_close_delay": 1,
        "expired_close_delay": 1,
        "channel_max_length": 1,
        "ping_interval": 100,
    }
    node = Node(before)
    node.reload(changed(replace(before, api_key="new", reflection=True), **kept))
    assert node.settings == before


def test_keys_of_subscription_tokens_are_renewed_where_they_had_their_own() -> None:
    before = settings(Release.V6_9)
    own = TokenKeys(hmac_secret="own")
    node = Node(before)
    node.reload(changed(before, subscription_token=own))
    assert node.settings.clients.subscription_token is None
    node = Node(changed(before, subscription_token=TokenKeys(hmac_secret="first")))
    node.reload(changed(before, subscription_token=own))
    assert node.settings.clients.subscription_token == own


@pytest.mark.parametrize(("release", "is_single"), [
    *((release, False) for release in list(Release)[:4]), (Release.V6_9, True)
], ids=str)  # fmt: skip
def test_whether_a_personal_channel_is_single_is_read_again_by_6_9_alone(
    release: Release, is_single: bool
) -> None:
    before = settings(release)
    node = Node(before)
    personal = PersonalChannel(enabled=True, namespace="hist", single_connection=True)
    node.reload(changed(before, personal_channel=personal))
    assert node.settings.clients.personal_channel == replace(personal, single_connection=is_single)


def test_a_new_connection_limit_counts_where_there_was_one() -> None:
    before = changed(settings(Release.V5_4), connection_limit=5)
    node = Node(before)
    limits = ConnectionLimits(node, lambda: 0.0)
    node.hub.counts = lambda: (3, 1, 0)  # type: ignore[method-assign,assignment,return-value]
    assert limits.take()
    node.reload(changed(before, connection_limit=2))
    assert not limits.take()


def test_the_meta_ttl_of_all_channels_is_that_of_the_start_and_their_own_the_new_one() -> None:
    before = replace(settings(Release.V6_9), history_meta_ttl=100)
    kept = ChannelOptions(history_size=1, history_ttl=1)
    read = replace(
        before,
        history_meta_ttl=50,
        without_namespace=replace(kept, history_meta_ttl=50),
        namespaces={"own": replace(kept, history_meta_ttl=7)},
    )
    node = Node(before)
    node.reload(read)
    assert node.settings.without_namespace.history_meta_ttl == 100
    assert node.settings.namespaces["own"].history_meta_ttl == 7
