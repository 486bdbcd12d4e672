"""What the options of subscribers come to, in the words of each release."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server import settings
from reference_server.config import option_table
from tests.config.files import flat, hist, load_one, nested

ALL = ("2.8", "3.2", "4.1", "5.4", "6.9")


def clients(folder: Path, release: str, /, **options: Any) -> settings.ClientOptions:
    file = nested(client=options) if release == "6.9" else flat(**options)
    return load_one(folder, file, release).clients


@pytest.mark.parametrize(("rows", "filled", "besides"), [
    (option_table.CLIENTS, settings.ClientOptions,
     {"token", "subscription_token", "personal_channel"}),
    (option_table.PERSONAL_CHANNEL, settings.PersonalChannel, set()),
    (option_table.WEBSOCKET, settings.WebSocket, {"enabled"}),
    (option_table.HEALTH, settings.Http, {"address", "port", "tls"}),
    (option_table.UNI_GRPC, settings.UniGrpc, {"address", "tls"}),
    (option_table.TOKEN, settings.TokenKeys, set()),
    (option_table.SUBSCRIPTION_TOKEN, settings.TokenKeys, set()),
])  # fmt: skip
def test_every_setting_has_its_row(rows: Any, filled: Any, besides: set[str]) -> None:
    assert rows.keys() | besides == {field.name for field in dataclasses.fields(filled)}
    assert not rows.keys() & besides


@pytest.mark.parametrize(("release", "expected"), [
    ("2.8", (10_485_760, 25, 25, 0, 0, None)), ("3.2", (1_048_576, 25, 27, 25, 300, ())),
    ("4.1", (1_048_576, 10, 27, 25, 300, ())), ("5.4", (1_048_576, 10, 27, 25, 300, ())),
    ("6.9", (1_048_576, 10, 27, 25, 300, ())),
])  # fmt: skip
def test_what_is_not_told_has_the_default_of_its_release(
    tmp_path: Path, release: str, expected: tuple[Any, ...]
) -> None:
    read = clients(tmp_path, release)
    assert expected == (
        read.queue_max_size, read.stale_close_delay, read.presence_update_interval,
        read.ping_interval, read.history_max_publications, read.allowed_origins,
    )  # fmt: skip
    assert read.pong_timeout == {"2.8": 0, "3.2": 25 / 3}.get(release, 8)
    assert (read.channel_limit, read.channel_max_length) == (128, 255)
    assert (read.expired_close_delay, read.expired_sub_close_delay) == (25, 25)


@pytest.mark.parametrize(("release", "options"), [
    ("2.8", {"client_stale_close_delay": 3, "client_presence_ping_interval": 5}),
    *((release, {"client_stale_close_delay": "3s", "client_presence_update_interval": "5s"})
      for release in ALL[1:4]),
    ("6.9", {"stale_close_delay": "3s", "presence_update_interval": "5s"}),
])  # fmt: skip
def test_delays_are_whole_seconds_in_2_and_durations_later(
    tmp_path: Path, release: str, options: dict[str, Any]
) -> None:
    read = clients(tmp_path, release, **options)
    assert (read.stale_close_delay, read.presence_update_interval) == (3, 5)


@pytest.mark.parametrize(("release", "option"), [
    ("2.8", "client_anonymous"), ("3.2", "client_anonymous"),
    ("4.1", "allow_anonymous_connect_without_token"),
    ("5.4", "allow_anonymous_connect_without_token"),
    ("6.9", "allow_anonymous_connect_without_token"),
])  # fmt: skip
def test_connecting_without_a_token_is_allowed_in_the_words_of_each_release(
    tmp_path: Path, release: str, option: str
) -> None:
    assert clients(tmp_path, release, **{option: True}).anonymous_without_token
    assert not clients(tmp_path, release).anonymous_without_token


@pytest.mark.parametrize("release", ALL)
def test_tokens_have_a_secret_that_is_never_shown(tmp_path: Path, release: str) -> None:
    option = "token" if release == "6.9" else "token_hmac_secret_key"
    value: Any = {"hmac_secret_key": "hidden"} if release == "6.9" else "hidden"
    read = clients(tmp_path, release, **{option: value})
    assert read.token.hmac_secret == "hidden"
    assert read.subscription_token is None
    assert "hidden" not in repr(read)


def test_2_still_reads_the_secret_by_the_name_that_1_had(tmp_path: Path) -> None:
    assert clients(tmp_path, "2.8", secret="old").token.hmac_secret == "old"
    assert clients(tmp_path, "3.2", secret="old").token.hmac_secret == ""


@pytest.mark.parametrize("release", ["5.4", "6.9"])
def test_subscription_tokens_have_keys_of_their_own_if_told(tmp_path: Path, release: str) -> None:
    options: dict[str, Any] = {
        "separate_subscription_token_config": True,
        "subscription_token_hmac_secret_key": "other",
        "subscription_token": {"enabled": True, "hmac_secret_key": "other"},
    }
    read = clients(tmp_path, release, **options)
    assert read.subscription_token is not None
    assert read.subscription_token.hmac_secret == "other"


@pytest.mark.parametrize("release", ALL)
def test_origins_are_a_list_or_a_variable_of_words(tmp_path: Path, release: str) -> None:
    origins = ("https://a.example", "https://*.b.example")
    assert clients(tmp_path, release, allowed_origins=list(origins)).allowed_origins == origins
    variable = "CENTRIFUGO_CLIENT_ALLOWED_ORIGINS" if release == "6.9" else (
        "CENTRIFUGO_ALLOWED_ORIGINS")  # fmt: skip
    file = nested() if release == "6.9" else flat()
    node = load_one(tmp_path, file, release, environ={variable: " ".join(origins)})
    assert node.clients.allowed_origins == origins


def test_permissions_of_2_and_3_are_told_in_the_words_of_4(tmp_path: Path) -> None:
    for release in ("2.8", "3.2"):
        closed = hist(tmp_path, release)
        assert not closed.allow_publish_for_client
        assert closed.allow_presence_for_subscriber
        assert closed.allow_history_for_anonymous
        assert closed.allow_user_limited_channels
        assert hist(tmp_path, release, publish=True).allow_publish_for_client
        limited = hist(tmp_path, release, publish=True, subscribe_to_publish=True)
        assert not limited.allow_publish_for_client
        assert limited.allow_publish_for_subscriber
        assert limited.subscribe_to_publish
        hidden = hist(tmp_path, release, presence_disable_for_client=True)
        assert hidden.presence_disable_for_client


@pytest.mark.parametrize("release", ["4.1", "5.4", "6.9"])
@pytest.mark.parametrize("deed", ["publish", "presence", "history"])
@pytest.mark.parametrize("whom", ["client", "subscriber", "anonymous"])
def test_permissions_of_4_and_later_stand_each_for_itself(
    tmp_path: Path, release: str, deed: str, whom: str
) -> None:
    name = f"allow_{deed}_for_{whom}"
    allowed = hist(tmp_path, release, **{name: True})
    names = [f"allow_{d}_for_{w}" for d in ("publish", "presence", "history")
             for w in ("client", "subscriber", "anonymous")]  # fmt: skip
    assert [n for n in names if getattr(allowed, n)] == [name]


@pytest.mark.parametrize("release", ALL[1:])
def test_uni_grpc_is_off_unless_told_and_has_its_own_limit(tmp_path: Path, release: str) -> None:
    assert not load_one(
        tmp_path, flat() if release != "6.9" else nested(), release
    ).uni_grpc.enabled
    file = (
        nested(uni_grpc={"enabled": True, "port": 11001, "address": "127.0.0.2"})
        if release == "6.9"
        else flat(uni_grpc=True, uni_grpc_port=11001, uni_grpc_address="127.0.0.2")
    )
    uni = load_one(tmp_path, file, release).uni_grpc
    assert (uni.enabled, uni.port, uni.address) == (True, 11001, "127.0.0.2")
    assert uni.max_receive_bytes == (4_194_304 if release == "6.9" else 65536)


def test_2_has_no_uni_grpc(tmp_path: Path) -> None:
    assert not load_one(tmp_path, flat(uni_grpc=True), "2.8").uni_grpc.enabled


@pytest.mark.parametrize("release", ALL)
def test_ports_of_subscribers_come_from_flags_of_both_forms(tmp_path: Path, release: str) -> None:
    file = nested(uni_grpc={"enabled": True}) if release == "6.9" else flat(uni_grpc=True)
    for http, uni in (("--port", "--uni_grpc_port"), ("--http_server.port", "--uni_grpc.port")):
        node = load_one(tmp_path, file, release, http, "0", uni, "7")
        assert node.http.port == 0
        if release != "2.8":
            assert node.uni_grpc.port == 7


def test_6_takes_an_option_of_0_for_the_default(tmp_path: Path) -> None:
    read = clients(tmp_path, "6.9", channel_limit=0, stale_close_delay="0s", ping_interval="0s")
    assert (read.channel_limit, read.stale_close_delay, read.ping_interval) == (128, 10, 25)
    assert clients(tmp_path, "5.4", client_channel_limit=0).channel_limit == 0


@pytest.mark.parametrize("release", ALL)
@pytest.mark.parametrize(("personal", "namespaces", "told"), [
    ({"enabled": True, "namespace": "nope"}, [], "nope, is not configured"),
    ({"enabled": True, "single": True}, [], "need presence"),
    ({"single": True}, [], "need presence"),
    ({"enabled": True, "single": True, "namespace": "aa"}, [{"name": "aa"}],
     "namespace aa: single connections of users need presence"),
    ({"enabled": True, "single": True, "namespace": "aa"}, [{"name": "aa", "presence": True}],
     None),
    ({"namespace": "nope"}, [], None),
])  # fmt: skip
def test_a_personal_channel_needs_its_namespace_and_presence_if_it_is_to_be_single(
    tmp_path: Path, release: str, personal: dict[str, Any], namespaces: list[Any], told: str | None
) -> None:
    names = {"enabled": "user_subscribe_to_personal", "single": "user_personal_single_connection",
             "namespace": "user_personal_channel_namespace"}  # fmt: skip
    of_6 = {"enabled": "enabled", "single": "single_connection",
            "namespace": "personal_channel_namespace"}  # fmt: skip
    if release == "6.9":
        table = {of_6[key]: value for key, value in personal.items()}
        file = nested(
            client={"subscribe_to_user_personal_channel": table},
            channel={"namespaces": namespaces},
        )
    else:
        file = flat(namespaces=namespaces, **{names[k]: v for k, v in personal.items()})
    if told is None:
        assert load_one(tmp_path, file, release).clients.personal_channel
        return
    with pytest.raises(Problem, match=told):
        load_one(tmp_path, file, release)


@pytest.mark.parametrize("release", ["4.1", "5.4", "6.9"])
def test_pings_have_to_be_further_apart_than_their_answers_may_take(
    tmp_path: Path, release: str
) -> None:
    with pytest.raises(Problem, match="ping_interval of 5 s has to be over pong_timeout"):
        clients(tmp_path, release, ping_interval="5s")


@pytest.mark.parametrize("release", list(Release), ids=str)
def test_the_http_port_is_at_loopback_unless_an_address_is_given(
    tmp_path: Path, release: Release
) -> None:
    file = nested() if release is Release.V6_9 else flat()
    assert load_one(tmp_path, file, str(release)).http.address == "localhost"
    told = {"address": "127.0.0.2", "port": 8001}
    file = nested(http_server=told) if release is Release.V6_9 else flat(**told)
    http = load_one(tmp_path, file, str(release)).http
    assert (http.address, http.port) == ("127.0.0.2", 8001)


@pytest.mark.parametrize("release", ALL)
@pytest.mark.parametrize(("told", "size", "seconds"), [(0, 65536, 1), (-1, 0, 0)])
def test_limits_of_the_websocket_are_the_default_for_0_and_none_below(
    tmp_path: Path, release: str, told: int, size: int, seconds: float
) -> None:
    prefix = "" if release == "6.9" else "websocket_"
    timeout = told if release == "2.8" else f"{told}s"
    options = {f"{prefix}message_size_limit": told, f"{prefix}write_timeout": timeout}
    file = nested(websocket=options) if release == "6.9" else flat(**options)
    read = load_one(tmp_path, file, release).websocket
    assert (read.message_size_limit, read.write_timeout) == (size, seconds)
