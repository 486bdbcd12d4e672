"""What stops a start: one clear line each, as the real release stops too."""

from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.problem import Problem
from reference_server.config.command_line import parse_command_line
from reference_server.config.load import load_settings
from tests.config.files import flat, load, load_one, nested, with_namespace

ALL = ("2.8", "3.2", "4.1", "5.4", "6.9")


def refusal(folder: Path, file: dict[str, Any], release: str) -> str:
    with pytest.raises(Problem) as caught:
        load_one(folder, file, release)
    told = str(caught.value)
    assert "\n" not in told
    assert f"{folder}/config.json" in told
    return told


def cases(releases: tuple[str, ...], told: str, **options: Any) -> list[Any]:
    first = next(iter(options))
    return [pytest.param(r, options, told, id=f"{r}-{first}-{options[first]}") for r in releases]


@pytest.mark.parametrize("release", ["4.1", "5.4", "6.9"])
@pytest.mark.parametrize("claim", ["audience", "issuer"])
def test_a_claim_is_checked_by_a_text_or_by_an_expression(
    tmp_path: Path, release: str, claim: str
) -> None:
    both = {claim: "a", f"{claim}_regex": "^a$"}
    file = (
        nested(client={"token": both})
        if release == "6.9"
        else flat(**{f"token_{name}": value for name, value in both.items()})
    )
    assert "do not go together" in refusal(tmp_path, file, release)


@pytest.mark.parametrize(("release", "options", "told"), [
    *cases(ALL[1:], "history_size and history_ttl go together", history_size=5),
    *cases(ALL[1:], "history_size and history_ttl go together", history_ttl="5s"),
    *cases(("2.8",), "recovery needs history", history_recover=True),
    *cases(("2.8",), "recovery needs history", history_recover=True, history_size=5),
    *cases(("3.2",), "recovery needs history", recover=True),
    *cases(ALL[2:], "recovery needs history", force_recovery=True),
    *cases(("5.4", "6.9"), "is over history_meta_ttl", history_size=1, history_ttl="10s",
           history_meta_ttl="5s"),
    *cases(("5.4", "6.9"), "is over history_meta_ttl", history_size=1, history_ttl="1000h"),
    *cases(("5.4", "6.9"), 'force_recovery_mode "x" is none of', force_recovery_mode="x"),
    *cases(("5.4", "6.9"), 'allowed_delta_types "x" is none of', allowed_delta_types=["x"]),
    *cases(("6.9",), "has a part of a second", history_size=1, history_ttl="1500ms"),
    *cases(("6.9",), "has a part of a second", history_size=1, history_ttl=5),
    *cases(("6.9",), "has a part of a second", history_meta_ttl="5500ms"),
    *cases(("6.9",), "auto_cache_recover needs force_recovery", auto_cache_recover=True),
    *cases(("6.9",), 'publication_data_format "x"', publication_data_format="x"),
    *cases(("6.9",), 'subscription_type "x"', subscription_type="x"),
    *cases(("6.9",), "map needs map.mode", subscription_type="map"),
    *cases(("6.9",), 'map.mode "x" is none of', subscription_type="map", map={"mode": "x"}),
    *cases(("6.9",), "ephemeral needs a map.key_ttl", map={"mode": "ephemeral"}),
    *cases(("6.9",), "keeps no stream",
           map={"mode": "ephemeral", "key_ttl": "2s", "stream_size": 1}),
    *cases(("6.9",), "has no map.key_ttl", map={"mode": "persistent", "key_ttl": "2s"}),
    *cases(("6.9",), "map.stream_size is negative", map={"mode": "persistent", "stream_size": -1}),
    *cases(("6.9",), "meta_ttl is under", map={"mode": "persistent", "meta_ttl": "5s"}),
    *cases(("6.9",), "map_users cannot be persistent", subscription_type="map_users",
           map={"mode": "persistent"}),
    *cases(("6.9",), "need shared_poll.hmac_secret_key", subscription_type="shared_poll"),
    *cases(ALL[1:], "has no unit", history_size=1, history_ttl="5"),
    *cases(ALL[1:], "is no duration", history_size=1, history_ttl="5d"),
    *cases(ALL[1:], "is no duration", history_size=1, history_ttl=[]),
    *cases(("2.8",), "is no whole number", history_size=1, history_lifetime="5s"),
    *cases(ALL, "is no whole number", history_size="many"),
    *cases(ALL, "is neither true nor false", presence="yes"),
])  # fmt: skip
def test_a_namespace_that_stops_the_real_release_stops_this_one(
    tmp_path: Path, release: str, options: dict[str, Any], told: str
) -> None:
    line = refusal(tmp_path, with_namespace(release, **options), release)
    assert told in line
    assert f"as Centrifugo {release}: namespace hist: " in line


@pytest.mark.parametrize(("rules", "told"), [
    ({"publish_enabled": True}, "needs versioned as shared_poll.mode"),
    ({"mode": "x"}, 'shared_poll.mode "x" is none of'),
    ({"proxy_name": "x"}, 'shared_poll.proxy_name "x" names none of proxies'),
])  # fmt: skip
def test_shared_polls_that_stop_6_stop_this_one(
    tmp_path: Path, rules: dict[str, Any], told: str
) -> None:
    namespace = {"name": "hist", "subscription_type": "shared_poll", "shared_poll": rules}
    poll = {"shared_poll": {"hmac_secret_key": "k"}}
    assert "need channel.proxy.shared_poll_refresh.endpoint" in refusal(
        tmp_path, nested(channel={"namespaces": [namespace | {"shared_poll": {}}]}, **poll), "6.9"
    )
    proxy = {"shared_poll_refresh": {"endpoint": "http://localhost:1"}}
    channel = {"proxy": proxy, "namespaces": [namespace]}
    assert told in refusal(tmp_path, nested(channel=channel, **poll), "6.9")


@pytest.mark.parametrize(("namespaces", "told"), [
    ([{"name": "a"}], '"a" is no name of a namespace'),
    ([{"name": ""}], '"" is no name of a namespace'),
    ([{}], '"" is no name of a namespace'),
    ([{"name": "a b"}], '"a b" is no name of a namespace'),
    ([{"name": "näme"}], '"näme" is no name of a namespace'),
    ([{"name": "aa"}, {"name": "aa"}], "two namespaces are named aa"),
    ({"aa": {"presence": True}}, "namespace"),
    (["aa"], "not a list of tables"),
    (5, "not a list of tables"),
])  # fmt: skip
@pytest.mark.parametrize("release", ALL)
def test_namespaces_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, release: str, namespaces: Any, told: str
) -> None:
    is_nested = release == "6.9"
    file = nested(channel={"namespaces": namespaces}) if is_nested else flat(namespaces=namespaces)
    assert told in refusal(tmp_path, file, release)


@pytest.mark.parametrize(("release", "options", "told"), [
    ("3.2", {"history_size": 5}, "go together"),
    ("3.2", {"history_size": 5, "history_ttl": 5}, 'history_ttl: 5 has no unit; write it as "5s"'),
    ("4.1", {"history_size": 5, "history_ttl": "1500ms"}, "has a part of a second"),
    ("4.1", {"history_meta_ttl": 5}, "history_meta_ttl: 5 has no unit"),
    ("2.8", {"history_recover": True}, "recovery needs history"),
    ("5.4", {"force_recovery": True}, "recovery needs history"),
    ("5.4", {"grpc_api_error_mode": "x"}, 'grpc_api_error_mode: "x" is no error mode'),
    ("5.4", {"grpc_api_port": "x"}, 'grpc_api_port: "x" is no port'),
    ("5.4", {"grpc_api_port": 70000}, "grpc_api_port: 70000 is no port"),
    ("5.4", {"grpc_api_port": -1}, "grpc_api_port: -1 is no port"),
])  # fmt: skip
def test_the_top_level_of_a_flat_file_is_checked(
    tmp_path: Path, release: str, options: dict[str, Any], told: str
) -> None:
    assert told in refusal(tmp_path, flat(**options), release)


@pytest.mark.parametrize(("file", "told"), [
    (nested({"error_mode": "x"}), 'grpc_api.error_mode: "x" is no error mode'),
    (nested({"port": "x"}), 'grpc_api.port: "x" is no whole number'),
    (nested({"tls": True}), "grpc_api.tls: True is no table"),
    (nested(channel={"without_namespace": {"history_size": 1}}), "go together"),
    (nested(channel={"without_namespace": []}), "channel.without_namespace: [] is no table"),
    (nested(channel={"publication_data_format": "x"}), 'publication_data_format "x"'),
    (nested(channel={"history_meta_ttl": "1500ms"}), "has a part of a second"),
])  # fmt: skip
def test_the_tables_of_a_nested_file_are_checked(
    tmp_path: Path, file: dict[str, Any], told: str
) -> None:
    assert told in refusal(tmp_path, file, "6.9")


@pytest.mark.parametrize(("name", "text", "told"), [
    ("c.json", '{\n "grpc_api": true\n "port": 1}', "line 3 column 2"),
    ("c.json", "", "line 1 column 1"),
    ("c.json", '{"a": NaN}', "NaN is no JSON"),
    ("c.json", "[]", "is no table of options"),
    ("c.yaml", "grpc_api: true\nnamespaces: [\n", "line 3 column 1"),
    ("c.yaml", "- a", "is no table of options"),
    ("c.toml", "grpc_api = true\nport = \n", "line 2, column 8"),
    ("c.ini", "grpc_api = true", "has to end in .json, .yaml, .yml or .toml"),
    ("config", "{}", "has to end in .json, .yaml, .yml or .toml"),
])  # fmt: skip
def test_a_broken_file_is_refused_with_the_place_of_the_fault(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(Problem) as caught:
        load_settings(parse_command_line(["-c", str(tmp_path / name), "--grpc_api"]), {})
    assert told in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xff"}')
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000)
    for path, told in (
        (tmp_path / "none.json", "No such file"), (tmp_path, "directory"),
        (tmp_path / "latin.json", "not UTF-8"), (deep, "nested too deep"),
    ):  # fmt: skip
        with pytest.raises(Problem, match=told):
            load_settings(parse_command_line(["-c", str(path)]), {})


@pytest.mark.parametrize(("arguments", "told"), [
    (["--grpc_api_port", "x"], '--grpc_api_port: "x" is no '),
    (["--grpc_api.port", "70000"], "--grpc_api_port: 70000 is no port"),
    (["--grpc_api=maybe"], "'maybe' is neither true nor false"),
    (["--grpc_api_por", "1"], "unrecognized arguments: --grpc_api_por"),
    (["serve"], "'serve' is neither true nor false|unrecognized arguments: serve"),
    (["--config"], "expected one argument"),
])  # fmt: skip
def test_a_wrong_command_line_is_refused_in_one_line(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    with pytest.raises(Problem, match=told) as caught:
        load(tmp_path, flat(), *arguments)
    assert "\n" not in str(caught.value)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="CENTRIFUGO_GRPC_API_PORT: 99999 is no port"):
        load(tmp_path, flat(), environ={"CENTRIFUGO_GRPC_API_PORT": "99999"})
    told = load(tmp_path, flat(), environ={"CENTRIFUGO_GRPC_API": "yes"}).notices
    assert any('leaves the GRPC API off (CENTRIFUGO_GRPC_API is "yes")' in line for line in told)
