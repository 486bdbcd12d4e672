"""The shipped target files start their release and this server, and their profiles are true."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from reference_server.config.command_line import parse_command_line
from reference_server.config.load import Loaded, load_settings, shipped_file
from reference_server.config.values import duration

KINDS = {
    *("plain", "private", "history", "small_history", "short_history", "recovery", "presence"),
    *("join_leave", "full", "chat", "load"),
}
SINCE_5 = {"cache", "delta", "meta"}
ONLY_6 = {
    *("json", "json_object", "binary", "map", "map_ephemeral", "map_recoverable"),
    "map_unsound",
    *("shared_poll", "shared_poll_closed"),
}
RELEASES = pytest.mark.parametrize("release", list(Release), ids=str)


def loaded(release: Release) -> Loaded:
    return load_settings(parse_command_line(["--release", str(release)]), {})


def profile(release: Release) -> dict[str, Any]:
    return tomllib.loads(shipped_file(release).with_name("profile.toml").read_text())


@RELEASES
def test_a_target_file_loads_for_its_release_without_a_warning(release: Release) -> None:
    start = loaded(release)
    assert [node.release for node in start.nodes] == [release]
    assert start.notices == [
        f"no --config: starting from the shipped centrifugo-{release}/main.json"
    ]


@RELEASES
def test_a_target_listens_on_10000_at_loopback_without_a_key_or_tls(release: Release) -> None:
    (node,) = loaded(release).nodes
    assert (node.grpc_port, node.api_key, node.tls) == (10000, "", None)
    assert node.grpc_address in {"localhost", "127.0.0.1"}


@RELEASES
def test_a_target_serves_http_on_8000_and_streams_on_11000(release: Release) -> None:
    file = json.loads(shipped_file(release).read_text())
    http = file.get("http_server", file)
    assert (http["address"], int(http["port"])) == ("127.0.0.1", 8000)
    endpoints = {"grpc": "localhost:10000", "http": "localhost:8000"}
    if release >= Release.V3_2:
        uni = {
            name: file["uni_grpc"][name] if release >= Release.V6_9 else file[f"uni_grpc_{name}"]
            for name in ("address", "port")
        }
        assert uni == {"address": "127.0.0.1", "port": 11000}
        endpoints["uni"] = "localhost:11000"
    assert profile(release)["endpoints"] == endpoints


@RELEASES
def test_a_target_reports_no_usage(release: Release) -> None:
    file = json.loads(shipped_file(release).read_text())
    if release >= Release.V6_9:
        assert file["usage_stats"] == {"disabled": True}
    elif release >= Release.V3_2:
        assert file["usage_stats_disable"] is True


@RELEASES
def test_a_profile_offers_every_kind_of_namespace_that_its_release_has(release: Release) -> None:
    expected = KINDS | ({"position"} if release >= Release.V3_2 else set())
    expected |= SINCE_5 if release >= Release.V5_4 else set()
    expected |= ONLY_6 if release >= Release.V6_9 else set()
    assert expected <= profile(release)["namespaces"].keys()
    assert profile(release)["release"] == str(release)


@RELEASES
def test_a_profile_tells_what_is_configured(release: Release) -> None:
    (node,) = loaded(release).nodes
    for kind, told in profile(release)["namespaces"].items():
        options = node.namespaces[told["name"]]
        assert options.history_size == told.get("size", 0), kind
        assert options.history_ttl == duration(kind, told.get("ttl", 0)), kind
        assert options.map.stream_size == told.get("stream_size", 0), kind
        assert options.map.stream_ttl == duration(kind, told.get("stream_ttl", 0)), kind
        assert options.map.key_ttl == duration(kind, told.get("key_ttl", 0)), kind
        if "meta_ttl" in told:
            assert options.history_meta_ttl == duration(kind, told["meta_ttl"]), kind


@RELEASES
def test_the_kinds_of_a_profile_have_the_rules_that_they_are_named_for(release: Release) -> None:
    (node,) = loaded(release).nodes
    names = {kind: told["name"] for kind, told in profile(release)["namespaces"].items()}
    kinds = {kind: node.namespaces[name] for kind, name in names.items()}
    assert not kinds["plain"].keeps_history
    assert not kinds["load"].keeps_history
    assert not kinds["private"].allow_subscribe_for_client
    assert kinds["history"].history_size >= 10
    assert kinds["history"].history_ttl >= 60
    assert (kinds["small_history"].history_size, kinds["short_history"].history_ttl) == (3, 4)
    assert kinds["recovery"].recovered
    assert kinds["presence"].presence
    assert kinds["join_leave"].join_leave
    assert kinds["join_leave"].force_push_join_leave
    full = kinds["full"]
    assert (full.presence, full.join_leave, full.recovered, full.keeps_history) == (True,) * 4
    if release >= Release.V6_9:
        assert kinds["shared_poll"].poll.publish_enabled
        assert not kinds["shared_poll_closed"].poll.publish_enabled
        assert kinds["json_object"].publication_data_format == "json_object"
        assert kinds["map_recoverable"].map.mode == "recoverable"
        assert not kinds["map_unsound"].map.is_sound


def test_no_target_of_4_has_a_channel_regex_which_crashes_it() -> None:
    assert "channel_regex" not in shipped_file(Release.V4_1).read_text()


def test_without_a_file_two_nodes_start_from_the_shipped_ones() -> None:
    start = load_settings(parse_command_line([]), {})
    assert [node.release for node in start.nodes] == [Release.V2_8, Release.V6_9]
    (notice,) = start.notices
    assert "centrifugo-2.8/main.json" in notice
    assert "centrifugo-6.9/main.json" in notice
    assert str(Path.cwd()) not in notice
