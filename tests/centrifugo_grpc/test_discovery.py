"""Which dialects and which release an endpoint speaks."""

import re

import grpc
import pytest

from centrifugo_grpc.discovery import Found, discover
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import TOO_OLD_SERVICE, Dialect, Release, releases_of
from centrifugo_grpc.releases.naming import parse_release
from tests.centrifugo_grpc.small_server import (
    Services,
    answering,
    guarded,
    info,
    refusing,
    serving,
    v2_service,
    v3_service,
)

V3_RELEASES = releases_of(Dialect.V3)


def found(services: Services, *, api_key: str | None = None) -> tuple[Found, ...]:
    with serving(services) as address:
        return discover(Endpoint(address, api_key=api_key))


def refused(services: Services, *, api_key: str | None = None) -> str:
    with pytest.raises(Problem) as caught:
        found(services, api_key=api_key)
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_info_tells_the_release(release: Release) -> None:
    version = release.full_version
    told = Found(Dialect.V3, release, told=True, version=version)
    assert found(v3_service(release, version)) == (told,)


@pytest.mark.parametrize("version", ["", "0.0.0", "dev", "0.0.0 OSS", "build 6"])
@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_where_info_tells_no_release_it_is_found_by_the_rpcs(
    release: Release, version: str
) -> None:
    by_rpcs = Found(Dialect.V3, release, told=False, version=version)
    assert found(v3_service(release, version)) == (by_rpcs,)


@pytest.mark.parametrize("version", ["6.9.1 OSS", "6.9.2", "v6.9.0", "6.9"])
def test_versions_of_an_observed_line_need_no_notice(version: str) -> None:
    assert found(v3_service(Release.V6_9, version)) == (
        Found(Dialect.V3, Release.V6_9, told=True, version=version),
    )


@pytest.mark.parametrize("version", ["6.10.0", "7.0.0", "12.1.3"])
def test_a_newer_release_gets_the_latest_rules_and_a_notice(version: str) -> None:
    (newer,) = found(v3_service(Release.V6_9, version, CancelPush=None))
    assert (newer.release, newer.told) == (Release.V6_9, True)
    assert newer.notice == f"{version} is newer than this suite knows: judged by the rules of 6.9"


@pytest.mark.parametrize(
    ("version", "rpcs", "judged_as"),
    [
        ("3.0.0", Release.V3_2, Release.V3_2),
        ("4.0.2", Release.V4_1, Release.V4_1),
        ("5.0.2", Release.V4_1, Release.V5_4),
        ("5.0.3", Release.V5_4, Release.V5_4),
        ("5.5.0", Release.V5_4, Release.V5_4),
        ("6.7.4", Release.V5_4, Release.V6_9),
        ("6.8.0", Release.V6_9, Release.V6_9),
    ],
)
def test_a_version_between_lines_is_judged_by_the_rules_of_its_major(
    version: str, rpcs: Release, judged_as: Release
) -> None:
    (between,) = found(v3_service(rpcs, version))
    assert (between.release, between.told) == (judged_as, True)
    assert between.notice == f"{version} is judged by the rules of {judged_as}"


def test_4_1_before_batch_is_4_1() -> None:
    (early,) = found(v3_service(Release.V4_1, "4.1.2", Batch=None))
    assert (early.release, early.notice) == (Release.V4_1, "")


@pytest.mark.parametrize(
    ("version", "rpcs"),
    [
        ("6.9.1", Release.V5_4),
        ("5.4.9", Release.V6_9),
        ("6.2.0", Release.V3_2),
        ("4.1.5", Release.V3_2),
        ("3.2.3", Release.V4_1),
    ],
)
def test_rpcs_that_contradict_info_ask_for_the_release(version: str, rpcs: Release) -> None:
    text = refused(v3_service(rpcs, version))
    assert f"Info tells version {version}" in text
    assert text.endswith("name it with --release")


def test_rpcs_that_contradict_each_other_ask_for_the_release() -> None:
    text = refused(v3_service(Release.V6_9, Batch=None))
    assert "its RPCs are those of no known release; name it with --release" in text


@pytest.mark.parametrize(
    ("version", "told", "notice"),
    [
        ("2.8.7", True, ""),
        ("2.3.0", True, "2.3.0 is judged by the rules of 2.8"),
        ("", False, ""),
        ("0.0.0", False, ""),
        ("6.9.1", False, ""),
    ],
)
def test_whatever_speaks_v2_is_judged_as_2_8(version: str, *, told: bool, notice: str) -> None:
    expected = Found(Dialect.V2, Release.V2_8, told=told, version=version, notice=notice)
    assert found(v2_service(version)) == (expected,)


def test_a_version_of_2_tells_nothing_of_v3() -> None:
    (other,) = found(v3_service(Release.V5_4, "2.1.0"))
    assert (other.release, other.told) == (Release.V5_4, False)


def test_one_port_can_speak_both_dialects() -> None:
    both = found({**v3_service(Release.V6_9, "6.9.1"), **v2_service("2.8.7")})
    assert [(f.dialect, f.release) for f in both] == [
        (Dialect.V2, Release.V2_8),
        (Dialect.V3, Release.V6_9),
    ]
    assert [str(f) for f in both] == ["v2 as 2.8 (told 2.8.7)", "v3 as 6.9 (told 6.9.1)"]


def test_a_release_is_never_concluded_from_how_an_rpc_answers() -> None:
    errors = answering(b"\x0a\x02\x08\x64")  # Error 100 for everything.
    answers = dict.fromkeys(("Batch", "MapPublish", "Publish"), errors)
    (odd,) = found(v3_service(Release.V6_9, "", **answers))
    assert odd.release is Release.V6_9


def test_a_server_without_info_is_found_by_its_rpcs() -> None:
    missing = refusing(grpc.StatusCode.UNIMPLEMENTED, "method Info not implemented")
    (quiet,) = found(v3_service(Release.V6_9, Info=missing))
    assert (quiet.release, quiet.told, quiet.version) == (Release.V6_9, False, "")


def test_2_2_is_named_as_too_old() -> None:
    text = refused({TOO_OLD_SERVICE: {"Info": info("")}})
    assert "serves api.Centrifuge, which is Centrifugo 2.0 to 2.2: too old" in text


def test_neither_service_asks_for_the_right_port() -> None:
    text = refused({"other.Service": {}})
    assert "speaks gRPC but neither api.Centrifugo nor centrifugal.centrifugo.api" in text
    assert text.endswith("is this the port of the GRPC API?")


def test_a_missing_or_wrong_key_is_one_line_and_the_right_one_opens() -> None:
    services = {Dialect.V2.service: {"Info": guarded("secret", info("2.8.7"))}}
    assert "asks for an API key: give the right one with --api-key" in refused(services)
    text = refused(services, api_key="guess")
    assert "refuses the API key: give the right one with --api-key" in text
    assert "guess" not in text
    assert found(services, api_key="secret")[0].told


def test_an_info_that_does_not_parse_is_one_line() -> None:
    text = refused({Dialect.V2.service: {"Info": answering(b"\xff")}})
    assert "does not answer Info of api.Centrifugo: OK the answer is no InfoResponse" in text
    assert "--tls" not in text


def test_a_server_that_stops_answering_while_asked_is_not_judged() -> None:
    gone = refusing(grpc.StatusCode.UNAVAILABLE, "shutting down")
    text = refused(v3_service(Release.V6_9, "6.9.1", MapPublish=gone))
    assert "stopped answering: MapPublish ended as UNAVAILABLE shutting down" in text


@pytest.mark.parametrize("text", ["7.0", "2", "6.9.1", "latest", ""])
def test_an_unknown_release_is_one_line_with_the_known_ones(text: str) -> None:
    expected = f"unknown release {text!r}: the suite knows 2.8, 3.2, 4.1, 5.4, 6.9"
    with pytest.raises(Problem, match=f"^{re.escape(expected)}$"):
        parse_release(text)
