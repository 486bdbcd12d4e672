"""Channels about which the application would be asked: it is not, so nobody is let in."""

from pathlib import Path
from typing import Any

import pytest

from reference_server.clients import commands as ask
from reference_server.clients import failures
from reference_server.settings import Settings
from tests.clients.sans_io import Client, World
from tests.clients.serving import SECRET, token
from tests.config.files import flat, load_one, nested

BEFORE_6 = ["2.8", "3.2", "4.1", "5.4"]
PROXIES = ("subscribe", "publish")
ENDPOINTS = {f"proxy_{deed}_endpoint": "http://127.0.0.1:1" for deed in PROXIES}
OPEN = {"allow_subscribe_for_client": True, "allow_publish_for_client": True}


def before_6(release: str, **more: Any) -> dict[str, Any]:
    """A file whose channels would all be asked about, those of a namespace and those of none."""
    asked = {f"proxy_{deed}": True for deed in PROXIES}
    asked |= {"publish": True} if release in {"2.8", "3.2"} else OPEN
    if release in {"4.1", "5.4"}:
        asked["allow_user_limited_channels"] = True
    return flat(token_hmac_secret_key=SECRET, namespaces=[{"name": "ns", **asked}], **asked, **more)


def settings_of_6(folder: Path) -> Settings:
    endpoint = {"endpoint": "http://127.0.0.1:1"}
    asked = OPEN | {f"{deed}_proxy_enabled": True for deed in PROXIES}
    asked["allow_user_limited_channels"] = True
    channel = {
        "without_namespace": asked,
        "namespaces": [{"name": "ns", **asked}, {"name": "open", **OPEN}],
        "proxy": dict.fromkeys(PROXIES, endpoint),
    }
    file = nested(channel=channel, client={"token": {"hmac_secret_key": SECRET}})
    return load_one(folder, file, "6.9")


def answers(client: Client) -> list[Any]:
    """What comes of subscribing and publishing."""
    return [
        client.do(request)
        for channel in ("x", "ns:x")
        for request in (ask.Subscribe(channel), ask.Publish(channel, b"1"))
    ]


@pytest.mark.parametrize("release", BEFORE_6)
def test_without_an_endpoint_subscribing_and_publishing_are_not_available(
    tmp_path: Path, release: str
) -> None:
    world = World(load_one(tmp_path, before_6(release), release))
    assert answers(world.connected()) == [failures.NOT_AVAILABLE] * 4


@pytest.mark.parametrize("release", [*BEFORE_6, "6.9"])
def test_an_application_that_cannot_be_reached_is_an_internal_error(
    tmp_path: Path, release: str
) -> None:
    if release == "6.9":
        given = settings_of_6(tmp_path)
    else:
        given = load_one(tmp_path, before_6(release, **ENDPOINTS), release)
    assert answers(World(given).connected()) == [failures.INTERNAL] * 4


@pytest.mark.parametrize("release", ["4.1", "5.4"])
def test_only_a_named_proxy_is_one_where_each_has_its_own(tmp_path: Path, release: str) -> None:
    file = before_6(release, granular_proxy_mode=True, **ENDPOINTS)
    world = World(load_one(tmp_path, file, release))
    assert answers(world.connected()) == [failures.NOT_AVAILABLE] * 4


@pytest.mark.parametrize("release", [*BEFORE_6, "6.9"])
def test_who_has_a_token_or_a_channel_of_their_own_needs_nobody_to_be_asked(
    tmp_path: Path, release: str
) -> None:
    if release == "6.9":
        given = settings_of_6(tmp_path)
    else:
        given = load_one(tmp_path, before_6(release), release)
    client = World(given).connected("u1")
    by_token = token(sub="u1", channel="$x", client=client.session.client)
    client.do(ask.Subscribe("$x", token=by_token))
    client.do(ask.Subscribe("x#u1"))
    assert sorted(client.session.subscriptions) == ["$x", "x#u1"]


def test_a_wish_to_subscribe_on_connecting_is_let_be(tmp_path: Path) -> None:
    world = World(settings_of_6(tmp_path))
    client = Client(world)
    wishes = dict.fromkeys(("x", "x#u1", "open:x"), ask.Recovery())
    client.do(ask.Connect(token=token(sub="u1"), subs=wishes))
    assert list(client.session.subscriptions) == ["open:x"]
