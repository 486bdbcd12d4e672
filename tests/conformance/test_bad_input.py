"""Bad input is one clear line and a status of 2, before any test."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from centrifugo_grpc import launching
from centrifugo_grpc.releases import Release
from tests.conformance.small_corpus import complaint, judge, one, profile
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    """A server of the newest release without a key."""
    with small_server(Release.V6_9) as address:
        yield address


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--dialect", "v4"], "unknown dialect 'v4': give one of auto, v2, v3, both"),
        (
            ["--release", "7.0"],
            "unknown release '7.0': the suite knows 2.8, 3.2, 4.1, 5.4, 6.9",
        ),
        (
            ["--release", "6.9", "--dialect", "v2"],
            "--release 6.9 speaks v3 alone: correct --dialect",
        ),
        (["--ca", "ca.pem"], "a CA file is given without TLS: add --tls or leave --ca out"),
        (
            ["--tls", "--ca", "no.pem"],
            "cannot read the CA file {here}/no.pem: No such file or directory",
        ),
        (["--tls"], "{target} does not speak TLS: leave --tls out"),
        (
            ["--dialect", "both"],
            "{target} does not serve api.Centrifugo, the service of v2: correct --dialect",
        ),
        (
            ["--release", "2.8"],
            "{target} does not serve api.Centrifugo, the service of 2.8: correct --release",
        ),
        (
            ["--target-profile", "no.toml"],
            "cannot read the target profile no.toml: No such file or directory",
        ),
        (
            ["--results", "no/results.json"],
            "cannot write results to no/results.json: give a file in a folder that exists",
        ),
    ],
)
def test_an_option_that_makes_no_sense(
    pytester: pytest.Pytester,
    capfd: pytest.CaptureFixture[str],
    target: str,
    arguments: list[str],
    line: str,
) -> None:
    said = complaint(pytester, capfd, target, *arguments)
    assert said == line.format(target=target, here=pytester.path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("release = ", "the target profile p.toml is no TOML: Invalid value (at end of document)"),
        ('name = "x"', 'the target profile p.toml names no release: add release = "6.9"'),
        (
            'release = "9.9"',
            "the target profile p.toml: unknown release '9.9': the suite knows 2.8, 3.2, 4.1,"
            " 5.4, 6.9",
        ),
        (
            'release = "6.9"\n[namespaces.history]\n',
            "the target profile p.toml: [namespaces.history] has no name",
        ),
        (
            'release = "6.9"\nnamespaces = "history"\n',
            "the target profile p.toml: namespaces is no table",
        ),
        (
            'release = "5.4"',
            "the target profile p.toml is of 5.4, but the target is judged as 6.9: give the"
            " profile of 6.9, or --release 5.4",
        ),
    ],
)
def test_a_profile_that_is_none(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], target: str, text: str, line: str
) -> None:
    Path(pytester.path / "p.toml").write_text(text)
    said = complaint(pytester, capfd, target, "--target-profile", "p.toml")
    assert said == line


def test_two_profiles_of_one_release(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], target: str
) -> None:
    twice = profile(pytester, "history")
    said = complaint(pytester, capfd, target, twice, twice)
    assert said.startswith("two target profiles of 6.9: ")


def test_a_target_that_does_not_listen(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str]
) -> None:
    said = complaint(pytester, capfd, "localhost:1")
    assert said.startswith("nothing listens on localhost:1 (")


@pytest.mark.parametrize("release", ["auto", "6.9"])
def test_a_wrong_key(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], release: str
) -> None:
    with small_server(Release.V6_9, key="right") as address:
        given = ["--api-key", "wrong", "--release", release]
        said = complaint(pytester, capfd, address, *given)
        assert said == (f"{address} refuses the API key: give the right one with --api-key")


def test_the_right_key_opens_and_is_told_nowhere(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str]
) -> None:
    with small_server(Release.V6_9, key="open-sesame") as address:
        given = ["--api-key", "open-sesame", "--junit-xml", "junit.xml", "--results", "out.json"]
        sends_it = "api.info(options=CallOptions(metadata=(('x-told', 'Bearer open-sesame'),)))"
        corpus = one("publish.accept.good") + one("key.send.other", body=sends_it)
        ran = judge(pytester, address, *given, corpus=corpus)
    assert ran.outlines[-1] == "conforms: 2 of 2 shown"
    files = [Path(pytester.path / name).read_text() for name in ("junit.xml", "out.json")]
    assert all("Bearer <key>" in text.replace("&lt;", "<").replace("&gt;", ">") for text in files)
    assert "open-sesame" not in "".join([ran.stdout.str(), ran.stderr.str(), *files])


def test_tls_without_a_target(pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str]) -> None:
    said = complaint(pytester, capfd, None, "--tls")
    assert said == "--tls and --ca need --target: a server that is started has its own"


def test_a_reference_server_that_does_not_start(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Path(pytester.path / "broken")
    broken.write_text("#!/bin/sh\necho 'no such luck' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    said = complaint(pytester, capfd, None, "--release", "6.9")
    assert said == "the server for centrifugo-6.9/main.json did not start: no such luck"


def test_a_reference_server_that_says_nothing(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = Path(pytester.path / "silent")
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(silent))
    monkeypatch.setattr(launching, "START_SECONDS", 0.2)
    said = complaint(pytester, capfd, None, "--release", "6.9")
    assert said.startswith("the server for centrifugo-6.9/main.json did not listen on 127.0.0.1:")
