"""Which releases a file is served as, and which it is refused as."""

from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.problem import Problem
from tests.config.files import flat, load, load_one, nested


def served_as(folder: Path, file: dict[str, Any], *arguments: str) -> list[str]:
    return [str(node.release) for node in load(folder, file, *arguments).nodes]


def test_a_flat_file_is_served_as_2_8_and_5_4_and_that_is_said(tmp_path: Path) -> None:
    start = load(tmp_path, flat())
    assert [str(node.release) for node in start.nodes] == ["2.8", "5.4"]
    assert start.notices == [
        f"{tmp_path}/config.json is a flat file, which does not tell its release:"
        " served as 2.8 and 5.4; --release names one"
    ]


def test_a_nested_file_is_served_as_6_9_alone(tmp_path: Path) -> None:
    start = load(tmp_path, nested())
    assert [str(node.release) for node in start.nodes] == ["6.9"]
    assert not start.notices


def test_a_file_without_options_is_served_in_both_dialects(tmp_path: Path) -> None:
    assert served_as(tmp_path, {}, "--grpc_api") == ["2.8", "6.9"]


@pytest.mark.parametrize("release", ["2.8", "3.2", "4.1", "5.4"])
def test_a_flat_file_is_served_as_the_named_release(tmp_path: Path, release: str) -> None:
    assert served_as(tmp_path, flat(), "--release", release) == [release]


@pytest.mark.parametrize("option", ["grpc_api", "uni_grpc"])
def test_a_flat_file_is_refused_as_6_9(tmp_path: Path, option: str) -> None:
    with pytest.raises(Problem, match=f"flat form of Centrifugo 2 to 5: {option} is no table"):
        load(tmp_path, {option: True}, "--release", "6.9")


@pytest.mark.parametrize("release", ["2.8", "3.2", "4.1", "5.4"])
def test_a_nested_file_is_refused_as_an_older_release(tmp_path: Path, release: str) -> None:
    with pytest.raises(
        Problem,
        match=f"nested form of Centrifugo 6.*{release} does not read it|"
        f"nested form of Centrifugo 6, which Centrifugo {release}",
    ):
        load(tmp_path, nested(), "--release", release)


def test_a_switch_in_place_of_a_table_is_refused_as_6_9_refuses_it(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="engine is no table"):
        load(tmp_path, nested(engine="memory"))


def test_a_leftover_key_in_a_nested_file_is_warned_about_by_name(tmp_path: Path) -> None:
    start = load(tmp_path, nested(grpc_api_key="k", namespaces=[], grpc_api_port=5))
    assert start.nodes[0].api_key == ""
    assert start.nodes[0].grpc_port == 10000
    assert start.notices == [
        f"warning: {tmp_path}/config.json: grpc_api_key has no effect in Centrifugo 6.9,"
        " whose GRPC API asks for grpc_api.key",
        f"warning: {tmp_path}/config.json: without effect in Centrifugo 6.9:"
        " grpc_api_port, namespaces",
    ]


def test_unknown_options_of_a_nested_file_are_warned_about_by_name(tmp_path: Path) -> None:
    file = nested(
        {"keys": 1, "tls": {"cert": ""}},
        channel={"namespaces": [{"name": "aa", "history_lifetime": 5}], "sizes": 1},
    )
    (notice,) = load(tmp_path, file).notices
    assert notice.endswith(
        ": channel.sizes, grpc_api.keys, grpc_api.tls.cert, history_lifetime in channel.namespaces"
    )


def test_options_that_a_release_does_not_know_have_no_effect_and_are_named(tmp_path: Path) -> None:
    file = flat(
        namespaces=[
            {"name": "hist", "history_size": 5, "history_lifetime": 60, "history_ttl": "30s"}
        ],
        grpc_api_reflection=True,
    )
    start = load(tmp_path, file)
    assert [node.namespaces["hist"].history_ttl for node in start.nodes] == [60, 30]
    assert [node.reflection for node in start.nodes] == [False, True]
    assert [notice.rsplit("Centrifugo ")[1] for notice in start.notices[1:]] == [
        "2.8: grpc_api_reflection, history_ttl in namespaces",
        "5.4: history_lifetime in namespaces",
    ]


@pytest.mark.parametrize(("release", "file", "option"), [
    ("2.8", {"port": "8000"}, "grpc_api"),
    ("5.4", {"grpc_api": False}, "grpc_api"),
    ("6.9", {"grpc_api": {"port": 10000}}, "grpc_api.enabled"),
])  # fmt: skip
def test_a_file_that_leaves_the_api_off_is_served_without_it_and_a_warning_says_so(
    tmp_path: Path, release: str, file: dict[str, Any], option: str
) -> None:
    loaded = load(tmp_path, file, "--release", release)
    assert not loaded.nodes[0].serves_api
    assert loaded.notices[0] == (
        f"warning: {tmp_path}/config.json leaves the GRPC API off, subscribers alone are served:"
        f" set {option} to true in it, or give --{option}"
    )
    for flag in ("--grpc_api", "--grpc_api.enabled"):
        assert load_one(tmp_path, file, release, flag).serves_api


def test_a_file_that_has_it_on_can_be_overruled_by_the_flag(tmp_path: Path) -> None:
    assert not load(tmp_path, flat(), "--grpc_api=false").nodes[0].serves_api


@pytest.mark.parametrize("release", ["2.8", "5.4", "6.9"])
def test_certificates_of_an_api_that_is_off_are_not_asked_for(tmp_path: Path, release: str) -> None:
    tls = {"grpc_api_tls": True, "grpc_api_tls_cert": "none.pem", "grpc_api_tls_key": "none.pem"}
    off = {"grpc_api": {"tls": {"enabled": True, "cert_pem": "none.pem"}}}
    assert load_one(tmp_path, off if release == "6.9" else tls, release).tls is None


@pytest.mark.parametrize("release", ["1.0", "2", "7.0", "latest", ""])
def test_an_unknown_release_is_refused(tmp_path: Path, release: str) -> None:
    with pytest.raises(Problem):
        load(tmp_path, flat(), "--release", release)


@pytest.mark.parametrize("release", ["2.8", "3.2", "4.1", "5.4"])
def test_5_names_any_unknown_option_and_those_before_are_silent(
    tmp_path: Path, release: str
) -> None:
    start = load(tmp_path, flat(no_such_option=1, log_level="info"), "--release", release)
    told = [notice for notice in start.notices if "no_such_option" in notice]
    assert len(told) == (1 if release == "5.4" else 0)
    assert not any("log_level" in notice for notice in start.notices)


@pytest.mark.parametrize(("release", "file", "told"), [
    ("5.4", {"admin": True, "engine": "redis", "proxy_connect_endpoint": "http://a"},
     "admin, proxy_connect_endpoint, engine redis"),
    ("6.9", {"sse": {"enabled": True}, "http_api": {"key": "k"}}, "sse.enabled"),
])  # fmt: skip
def test_what_the_release_has_and_this_server_has_not_is_named(
    tmp_path: Path, release: str, file: dict[str, Any], told: str
) -> None:
    whole = nested(**file) if release == "6.9" else flat(**file)
    (notice,) = load(tmp_path, whole, "--release", release).notices
    assert notice == f"warning: {tmp_path}/config.json: not served here: {told}"
