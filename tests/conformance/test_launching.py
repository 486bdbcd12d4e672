"""`--launch`: the servers that a selection needs are started, judged and stopped."""

import json
import sys
from pathlib import Path

import pytest

from centrifugo_grpc.launching import listens
from centrifugo_grpc.releases import Release
from tests.conformance.small_corpus import complaint, judge, one
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]

SERVER = f"{sys.executable} -m reference_server --release 6.9 -c {{config}}"
INFO = "expect.success(api.info())"
CORPUS = (
    one("publish.accept.good")
    + one("key.accept.right", body=INFO, variant="key")
    + one("tls.accept.calls", body=INFO, variant="tls")
)


def launched(pytester: pytest.Pytester, *arguments: str, command: str = SERVER) -> pytest.RunResult:
    given = ["--release", "6.9", "--launch", command, "--results", "out.json", *arguments]
    return judge(pytester, None, *given, corpus=CORPUS)


def variants(pytester: pytest.Pytester) -> list[str]:
    told: list[str] = json.loads(Path(pytester.path / "out.json").read_text())["target"]["variants"]
    return told


def test_each_variant_that_is_needed_is_started_and_all_are_judged(
    pytester: pytest.Pytester,
) -> None:
    ran = launched(pytester)
    assert ran.outlines[-1] == "conforms: 3 of 3 shown", ran.stdout.str()
    assert variants(pytester) == ["key", "tls"]
    address = json.loads(Path(pytester.path / "out.json").read_text())["target"]["address"]
    assert not listens(address), "it was not stopped"


def test_what_is_not_selected_is_not_started(pytester: pytest.Pytester) -> None:
    ran = launched(pytester, "-k", "publish or key")
    assert ran.outlines[-1] == "partial: 2 of 3 shown"
    assert variants(pytester) == ["key"]


def test_workers_share_the_servers(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    ran = launched(pytester, "-p", "xdist", "-n", "2")
    assert ran.outlines[-1] == "conforms: 3 of 3 shown", ran.stdout.str()


def test_a_named_target_alone_shows_no_variant(pytester: pytest.Pytester) -> None:
    with small_server(Release.V6_9) as address:
        ran = judge(pytester, address, corpus=CORPUS)
    assert ran.outlines[-1] == "partial: 1 of 3 shown"
    ran.stdout.fnmatch_lines(["    2 need a server that is started in another way*"])


def test_a_profile_may_say_where_a_variant_is(pytester: pytest.Pytester) -> None:
    with small_server(Release.V6_9) as main, small_server(Release.V6_9, key="k") as keyed:
        Path(pytester.path / "p.toml").write_text(
            'release = "6.9"\n[variants.key]\napi_key = "k"\n'
            f'endpoints.grpc = "{keyed}"\n[variants.tls]\nendpoints.grpc = "localhost:1"\n'
        )
        ran = judge(pytester, main, "--target-profile", "p.toml", corpus=CORPUS)
    assert ran.outlines[-1] == "partial: 2 of 3 shown"
    ran.stdout.fnmatch_lines(["    1 variant tls: nothing listens on localhost:1 (*"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--launch", SERVER], "--launch needs --release: say which release the command starts"),
        (
            ["--release", "6.9", "--launch", "true"],
            "--launch has no {config}: say where the configuration's path belongs",
        ),
        (
            ["--release", "6.9", "--launch", "no-such-program {config}"],
            "cannot start no-such-program: No such file or directory",
        ),
        (
            ["--release", "6.9", "--launch", "sh -c 'echo broken; exit 3' {config}"],
            "the server for centrifugo-6.9/main.json did not start: broken",
        ),
        (["--release", "6.9", "--launch", "sh '{config}"], "--launch is no command: "),
    ],
)
def test_a_command_that_starts_nothing(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert complaint(pytester, capfd, None, *arguments).startswith(said)


def test_a_target_and_a_command_are_one_too_many(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str]
) -> None:
    given = ["--release", "6.9", "--launch", SERVER]
    said = complaint(pytester, capfd, "localhost:1", *given)
    assert said == "--target and --launch are both given: name a server or start one"


def test_a_variant_that_does_not_start_ends_the_run_with_its_reason(
    pytester: pytest.Pytester,
) -> None:
    broken = Path(pytester.path / "broken.sh")
    broken.write_text(
        "case $1 in *key.json) echo 'no key today'; exit 1;; esac\n"
        f"exec {sys.executable} -m reference_server --release 6.9 -c $1\n"
    )
    ran = launched(pytester, "-k", "key", command=f"sh {broken} {{config}}")
    assert ran.ret == 2
    assert "the server for centrifugo-6.9/key.json did not start: no key today" in ran.stderr.str()
