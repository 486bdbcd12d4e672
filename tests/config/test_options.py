"""What options come to, by form and by where they are given."""

from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config.command_line import parse_command_line
from reference_server.config.load import load_settings, shipped_file
from tests.config.files import flat, hist, load, load_one, nested

FLAT = ["2.8", "3.2", "4.1", "5.4"]


@pytest.mark.parametrize(("text", "seconds"), [
    ("300s", 300), ("1m", 60), ("1h30m", 5400), ("1.5h", 5400), ("2h0m5s", 7205), ("0", 0),
    ("1000ms", 1), ("1000000us", 1), ("1000000µs", 1), ("1000000000ns", 1), ("+5s", 5), (".5m", 30),
    (5_000_000_000, 5),
])  # fmt: skip
@pytest.mark.parametrize("release", ["3.2", "4.1", "5.4", "6.9"])
def test_a_duration_is_written_as_in_go_and_a_number_counts_nanoseconds(
    tmp_path: Path, release: str, text: str | int, seconds: float
) -> None:
    size = 1 if seconds else 0
    assert hist(tmp_path, release, history_size=size, history_ttl=text).history_ttl == seconds


@pytest.mark.parametrize("release", ["3.2", "4.1", "5.4"])
def test_a_bare_5_as_history_ttl_leaves_no_usable_history(tmp_path: Path, release: str) -> None:
    options = hist(tmp_path, release, history_size=5, history_ttl=5)
    assert options.history_ttl == 5e-9


@pytest.mark.parametrize("lifetime", [60, "60"])
def test_2_8_counts_its_history_lifetime_in_whole_seconds(tmp_path: Path, lifetime: Any) -> None:
    assert hist(tmp_path, "2.8", history_size=5, history_lifetime=lifetime).history_ttl == 60


def test_2_8_starts_with_half_of_a_history_and_keeps_none(tmp_path: Path) -> None:
    assert not hist(tmp_path, "2.8", history_size=5).keeps_history
    assert not hist(tmp_path, "2.8", history_lifetime=5).keeps_history


@pytest.mark.parametrize(("release", "options"), [
    ("2.8", {"history_recover": True, "history_size": 1, "history_lifetime": 5}),
    ("3.2", {"recover": True, "position": True, "history_size": 1, "history_ttl": "5s"}),
    ("4.1", {"force_recovery": True, "force_positioning": True, "history_size": 1,
             "history_ttl": "5s"}),
    ("5.4", {"force_recovery": True, "force_positioning": True, "history_size": 1,
             "history_ttl": "5s"}),
    ("6.9", {"force_recovery": True, "force_positioning": True, "history_size": 1,
             "history_ttl": "5s"}),
])  # fmt: skip
def test_recovery_and_positioning_are_named_differently_by_the_releases(
    tmp_path: Path, release: str, options: dict[str, Any]
) -> None:
    read = hist(tmp_path, release, **options)
    assert (read.recovered, read.positioned) == (True, True)


@pytest.mark.parametrize(("release", "options", "may"), [
    ("2.8", {}, True), ("2.8", {"server_side": True}, False),
    ("3.2", {}, True), ("3.2", {"protected": True}, False),
    ("4.1", {}, False), ("4.1", {"allow_subscribe_for_client": True}, True),
    ("6.9", {}, False), ("6.9", {"allow_subscribe_for_client": True}, True),
])  # fmt: skip
def test_clients_may_subscribe_by_default_up_to_3_and_must_be_allowed_from_4(
    tmp_path: Path, release: str, options: dict[str, Any], may: bool
) -> None:
    assert hist(tmp_path, release, **options).allow_subscribe_for_client is may


@pytest.mark.parametrize(("release", "pushed"), [("3.2", True), ("4.1", False), ("6.9", False)])
def test_join_and_leave_are_pushed_without_being_forced_up_to_3(
    tmp_path: Path, release: str, pushed: bool
) -> None:
    assert hist(tmp_path, release, join_leave=True).force_push_join_leave is pushed


@pytest.mark.parametrize(("release", "seconds"), [
    ("2.8", 0), ("3.2", 0), ("4.1", 90 * 86400), ("5.4", 30 * 86400), ("6.9", 30 * 86400),
])  # fmt: skip
def test_each_release_has_its_own_default_for_what_is_known_of_a_stream(
    tmp_path: Path, release: str, seconds: float
) -> None:
    assert hist(tmp_path, release).history_meta_ttl == seconds


@pytest.mark.parametrize(("release", "options"), [
    ("2.8", {"memory_history_meta_ttl": 7}), ("3.2", {"history_meta_ttl": "7s"}),
    ("4.1", {"history_meta_ttl": "7s"}), ("5.4", {"global_history_meta_ttl": "7s"}),
    ("6.9", {"channel": {"history_meta_ttl": "7s"}}),
])  # fmt: skip
def test_the_global_meta_ttl_goes_for_channels_without_their_own(
    tmp_path: Path, release: str, options: dict[str, Any]
) -> None:
    file = nested(**options) if release == "6.9" else flat(**options)
    assert load_one(tmp_path, file, release).without_namespace.history_meta_ttl == 7


@pytest.mark.parametrize("release", FLAT)
def test_the_options_at_the_top_level_of_a_flat_file_are_those_without_a_namespace(
    tmp_path: Path, release: str
) -> None:
    node = load_one(tmp_path, flat(presence=True, namespaces=[{"name": "aa"}]), release)
    assert node.without_namespace.presence
    assert not node.namespaces["aa"].presence


def test_the_options_without_a_namespace_have_a_table_in_a_nested_file(tmp_path: Path) -> None:
    node = load_one(tmp_path, nested(channel={"without_namespace": {"presence": True}}), "6.9")
    assert node.without_namespace.presence


def test_a_data_format_is_inherited_from_the_channel_table(tmp_path: Path) -> None:
    namespaces = [{"name": "aa"}, {"name": "bb", "publication_data_format": "binary"}]
    channel = {"publication_data_format": "json", "namespaces": namespaces}
    node = load_one(tmp_path, nested(channel=channel), "6.9")
    assert node.namespaces["aa"].publication_data_format == "json"
    assert node.namespaces["bb"].publication_data_format == "binary"
    assert node.without_namespace.publication_data_format == "json"


def test_what_clients_may_do_with_a_map_is_read(tmp_path: Path) -> None:
    rules = {
        "mode": "recoverable", "key_ttl": "1m", "client_key": "user_id",
        "remove_client_on_unsubscribe": True, "allow_publish_for_client": True,
        "allow_publish_for_anonymous": True, "allow_remove_for_subscriber": True,
        "default_page_size": 5, "min_page_size": 2, "max_page_size": 9,
        "live_transition_max_publication_limit": 7, "subscribe_catch_up_timeout": "3s",
    }  # fmt: skip
    present = {"mode": "ephemeral", "key_ttl": "1m"}
    namespaces = [
        {"name": "aa", "subscription_type": "map", "map": rules},
        {"name": "clients", "subscription_type": "map_clients", "map": present},
        {"name": "users", "subscription_type": "map_users", "map": present},
        {"name": "bb", "map_clients_presence_channel_prefix": "clients:"},
        {"name": "cc", "map_users_presence_channel_prefix": "users:"},
    ]
    node = load_one(tmp_path, nested(channel={"namespaces": namespaces}), "6.9")
    given = node.namespaces["aa"].map
    wanted = rules | {"key_ttl": 60, "subscribe_catch_up_timeout": 3}
    assert {name: getattr(given, name) for name in wanted} == wanted
    assert not given.allow_remove_for_client
    assert node.namespaces["bb"].map_clients_presence_channel_prefix == "clients:"
    assert node.namespaces["cc"].map_users_presence_channel_prefix == "users:"


def test_the_options_of_the_api_itself_are_read_in_both_forms(tmp_path: Path) -> None:
    wanted = {
        "error_mode": "transport", "reflection": True, "max_receive_message_size": 100,
        "address": "127.0.0.2", "port": 12345, "key": "k",
    }  # fmt: skip
    for release, file in (
        ("5.4", flat(**{f"grpc_api_{name}": value for name, value in wanted.items()})),
        ("6.9", nested(wanted)),
    ):
        node = load_one(tmp_path, file, release)
        assert (node.error_mode_transport, node.reflection) == (True, True)
        assert (node.max_receive_bytes, node.api_key) == (100, "k")
        assert (node.grpc_address, node.grpc_port) == ("127.0.0.2", 12345)


def test_options_that_came_with_5_have_no_effect_before(tmp_path: Path) -> None:
    file = flat(grpc_api_error_mode="transport", grpc_api_max_receive_message_size=100)
    node = load_one(tmp_path, file, "4.1")
    assert (node.error_mode_transport, node.max_receive_bytes) == (False, 4_194_304)


@pytest.mark.parametrize("release", list(Release), ids=str)
def test_loopback_is_the_address_unless_one_is_given(tmp_path: Path, release: Release) -> None:
    file = nested() if release is Release.V6_9 else flat(address="0.0.0.0")
    start = load(tmp_path, file, "--release", str(release))
    assert start.nodes[0].grpc_address == "localhost"
    assert not start.notices
    for flag in ("--address", "--grpc_api_address", "--grpc_api.address"):
        start = load(tmp_path, file, "--release", str(release), flag, "0.0.0.0")
        assert start.nodes[0].grpc_address == "0.0.0.0"
        assert "without an API key" in start.notices[-1]


@pytest.mark.parametrize(("address", "is_open"), [
    ("127.0.0.5", False), ("::1", False), ("localhost", False), ("::", True), ("10.1.2.3", True),
    ("127.example.org", True),
])  # fmt: skip
def test_a_port_that_others_reach_and_that_asks_for_no_key_or_token_is_told(
    tmp_path: Path, address: str, is_open: bool
) -> None:
    file = nested(uni_grpc={"enabled": True}, client={"insecure": True})
    told = load(tmp_path, file, "--address", address).notices
    assert ["may publish" in each or "may be any user" in each for each in told] == [True] * (
        2 * is_open
    )
    file = nested({"key": "k"}, uni_grpc={"enabled": True})
    assert not load(tmp_path, file, "--address", address).notices


@pytest.mark.parametrize(("prefix", "boundary", "file", "release"), [
    ("!", "/", flat(channel_private_prefix="!", channel_namespace_boundary="/"), "2.8"),
    ("$", "", flat(channel_namespace_boundary=""), "5.4"),
    ("!", "/", nested(channel={"private_prefix": "!", "namespace_boundary": "/"}), "6.9"),
])  # fmt: skip
def test_the_characters_that_part_a_channel_can_be_chosen(
    tmp_path: Path, prefix: str, boundary: str, file: dict[str, Any], release: str
) -> None:
    node = load_one(tmp_path, file, release)
    assert (node.private_prefix, node.boundary) == (prefix, boundary)


@pytest.mark.parametrize("release", ["2.8", "5.4", "6.9"])
def test_flags_beat_the_environment_and_that_beats_the_file(tmp_path: Path, release: str) -> None:
    file = nested({"port": 1}) if release == "6.9" else flat(grpc_api_port=1)
    environ = {"CENTRIFUGO_GRPC_API_PORT": "2"}
    assert load_one(tmp_path, file, release).grpc_port == 1
    assert load_one(tmp_path, file, release, environ=environ).grpc_port == 2
    for flag in ("--grpc_api_port", "--grpc_api.port"):
        assert load_one(tmp_path, file, release, flag, "3", environ=environ).grpc_port == 3


@pytest.mark.parametrize("release", list(Release), ids=str)
def test_the_key_comes_from_the_environment_for_every_release(release: Release) -> None:
    command_line = parse_command_line(["--release", str(release)])
    (node,) = load_settings(command_line, {"CENTRIFUGO_GRPC_API_KEY": "from there"}).nodes
    assert node.api_key == "from there"
    (node,) = load_settings(command_line, {"CENTRIFUGO_GRPC_API_KEY": ""}).nodes
    assert node.api_key == ""
    assert "from there" not in repr(node)


@pytest.mark.parametrize(("release", "variable"), [
    ("2.8", "CENTRIFUGO_NAMESPACES"), ("5.4", "CENTRIFUGO_NAMESPACES"),
    ("6.9", "CENTRIFUGO_CHANNEL_NAMESPACES"),
])  # fmt: skip
def test_namespaces_come_from_the_environment_as_json(
    tmp_path: Path, release: str, variable: str
) -> None:
    file = nested() if release == "6.9" else flat()
    environ = {variable: '[{"name": "aa", "presence": true}]'}
    node = load_one(tmp_path, file, release, environ=environ)
    assert node.namespaces["aa"].presence
    with pytest.raises(Problem, match=f"{variable} holds no JSON"):
        load_one(tmp_path, file, release, environ={variable: "[{"})


def test_6_reads_options_of_one_namespace_from_the_environment(tmp_path: Path) -> None:
    file = nested(channel={"namespaces": [{"name": "my-room", "history_size": 1,
                                           "history_ttl": "5s"}]})  # fmt: skip
    environ = {
        "CENTRIFUGO_CHANNEL_NAMESPACES_MY_ROOM_HISTORY_SIZE": "7",
        "CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_PRESENCE": "true",
    }
    node = load_one(tmp_path, file, "6.9", environ=environ)
    assert node.namespaces["my-room"].history_size == 7
    assert node.without_namespace.presence


def test_6_warns_about_variables_that_it_does_not_know(tmp_path: Path) -> None:
    environ = {
        "CENTRIFUGO_GRPC_API": "true", "CENTRIFUGO_NAMESPACES": "[]", "CENTRIFUGO_VAR_A": "",
        "CENTRIFUGO_PORT_8000_TCP": "", "CENTRIFUGO_GRPC_API_KEY": "k", "OTHER": "",
    }  # fmt: skip
    (notice,) = load(tmp_path, nested(), environ=environ).notices
    assert notice == (
        "warning: without effect in Centrifugo 6.9: CENTRIFUGO_GRPC_API, CENTRIFUGO_NAMESPACES"
    )


YAML = "GRPC_API: true\nnamespaces:\n  - Name: aa\n    presence: true\n"
TOML = 'grpc_api = true\n[[namespaces]]\nname = "aa"\npresence = true\n'


@pytest.mark.parametrize(("name", "text"), [
    ("config.yaml", YAML), ("config.yml", YAML), ("config.toml", TOML),
    ("Config.JSON", '{"grpc_api": true, "namespaces": [{"name": "aa", "presence": true}]}'),
])  # fmt: skip
def test_a_file_is_read_by_its_ending(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    for arguments in (["-c", str(tmp_path / name)], [f"--config={tmp_path / name}"]):
        for node in load_settings(parse_command_line(arguments), {}).nodes:
            assert node.namespaces["aa"].presence


def test_options_of_6_may_be_written_with_dots(tmp_path: Path) -> None:
    file = {"grpc_api.enabled": True, "grpc_api.port": 5, "channel.history_meta_ttl": "7s"}
    node = load_one(tmp_path, file, "6.9")
    assert (node.grpc_port, node.without_namespace.history_meta_ttl) == (5, 7)


def test_the_line_of_the_api_page_works(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"token_hmac_secret_key": "s"}')
    line = [f"--config={tmp_path / 'config.json'}", "--grpc_api"]
    nodes = load_settings(parse_command_line(line), {}).nodes
    assert [(str(node.release), node.grpc_port) for node in nodes] == [
        ("2.8", 10000), ("5.4", 10000),
    ]  # fmt: skip


def test_the_name_of_a_node_is_its_own_or_made_of_its_http_port(tmp_path: Path) -> None:
    assert load_one(tmp_path, flat(name="one"), "2.8").node_name == "one"
    assert load_one(tmp_path, nested(node={"name": "six"}), "6.9").node_name == "six"
    assert load_one(tmp_path, flat(port=9001), "5.4").node_name.endswith("_9001")


def test_the_shipped_files_stand_beside_each_other() -> None:
    assert all(shipped_file(release).is_file() for release in Release)


@pytest.mark.parametrize(("sections", "told"), [
    ({"client": {"channel_limits": 1}}, "client.channel_limits"),
    ({"client": {"token": {"secret": "x"}}}, "client.token.secret"),
    ({"websocket": {"path": "/x"}}, "websocket.path"),
    ({"channel": {"without_namespace": {"publish": True}}}, "channel.without_namespace.publish"),
    ({"http_server": {"tls": {"cert": "x"}}}, "http_server.tls.cert"),
    ({"channel": {"namespaces": [{"name": "ab", "map": {"size": 1}}]}},
     "map.size in channel.namespaces"),
])  # fmt: skip
def test_6_names_unknown_options_wherever_they_stand(
    tmp_path: Path, sections: dict[str, Any], told: str
) -> None:
    (notice,) = load(tmp_path, nested(**sections), "--release", "6.9").notices
    assert notice == (f"warning: {tmp_path}/config.json: without effect in Centrifugo 6.9: {told}")


@pytest.mark.parametrize("sections", [
    {"shutdown": {"timeout": "5"}},
    {"log": {"level": ["a"]}},
    {"admin": {"enabled": "x"}},
    {"websocket": {"compression_level": []}},
    {"client": {"token": "x"}},
    {"engine": {"redis": {"sentinel_tls": {"enabled": "x"}}}},
])  # fmt: skip
def test_6_reads_all_options_and_refuses_what_is_of_another_kind(
    tmp_path: Path, sections: dict[str, Any]
) -> None:
    with pytest.raises(Problem):
        load_one(tmp_path, nested(**sections), "6.9")


def test_6_names_variables_that_set_nothing(tmp_path: Path) -> None:
    names = ("CLIENT_CHANNEL_LIMITS", "CLIENT_CHANNEL_LIMIT", "CHANNEL_NAMESPACES_AB_PRESENCE")
    environ = {f"CENTRIFUGO_{name}": "1" for name in names}
    (notice,) = load(tmp_path, nested(), "--release", "6.9", environ=environ).notices
    assert notice == "warning: without effect in Centrifugo 6.9: CENTRIFUGO_CLIENT_CHANNEL_LIMITS"


@pytest.mark.parametrize(("release", "file", "told"), [
    ("2.8", {"internal_port": "x"}, 'internal_port: "x" is no port'),
    ("6.9", {"http_server": {"internal_port": "-1"}}, 'internal_port: "-1" is no port'),
    ("5.4", {"log_file": "/nowhere/at/all"}, "there is no folder for /nowhere/at/all"),
    ("6.9", {"log": {"file": "/nowhere/at/all"}}, "there is no folder for /nowhere/at/all"),
    ("5.4", {"api_handler_prefix": "x"}, 'api_handler_prefix: "x" begins with no /'),
    ("3.2", {"port": "0x10"}, 'port: "0x10" is no port'),
    ("3.2", {"grpc_api_port": "0x10"}, 'grpc_api_port: "0x10" is no port'),
])  # fmt: skip
def test_places_that_stop_a_release_are_told(
    tmp_path: Path, release: str, file: dict[str, Any], told: str
) -> None:
    with pytest.raises(Problem, match=told):
        load_one(tmp_path, nested(**file) if release == "6.9" else flat(**file), release)
