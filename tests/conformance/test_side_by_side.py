"""Two endpoints side by side: what differs is found, made small, and explained or told."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from centrifugo_grpc.launching import Launch, Launcher
from centrifugo_grpc.releases import Release
from conformance import preflight
from conformance.profile import read_profile, shipped
from conformance.profile_from import profile_from
from conformance.side_by_side.generating import Generator, Pair
from conformance.side_by_side.kinds import kinds_of
from conformance.side_by_side.operations import Operation, Room
from conformance.side_by_side.shrinking import Shrinker
from protos.v3 import api_pb2 as v3
from tests.config.processes import binary_of
from tests.conformance.small_corpus import complaint, judge, one
from tests.conformance.small_server import Answer, small_server

pytest_plugins = ["pytester"]

UNUSED = one("publish.accept.good")


@contextmanager
def launched(*servers: tuple[str, Release]) -> Iterator[list[str]]:
    """Servers by their commands, each with the shipped configuration of its release."""
    launcher = Launcher()
    try:
        launches = [
            Launch(command, read_profile(shipped(release)).config, release)
            for command, release in servers
        ]
        launcher.start(launches)
        yield [launch.address for launch in launches]
    finally:
        launcher.close()


def reference(release: Release) -> tuple[str, Release]:
    return f"{sys.executable} -m reference_server --release {release} -c {{config}}", release


def real(release: Release) -> tuple[str, Release]:
    binary = binary_of(release)
    if binary is None:
        pytest.skip(f"no Centrifugo {release} here: CENTRIFUGO_BINARIES names a folder of them")
    return f"{binary} -c {{config}}", release


def compared(
    pytester: pytest.Pytester, first: str, second: str, *arguments: str
) -> pytest.RunResult:
    return judge(pytester, first, "--against", second, *arguments, corpus=UNUSED)


def profiles(*releases: Release) -> list[str]:
    return [f"--target-profile={shipped(release)}" for release in dict.fromkeys(releases)]


# ---- Finding and telling ------------------------------------------------------------------------


class Forgetful:
    """Refuses the third publication into a channel."""

    def __init__(self) -> None:
        self._published: Counter[str] = Counter()

    def __call__(self, body: bytes) -> v3.PublishResponse:
        request = v3.PublishRequest.FromString(body)
        self._published[request.channel] += 1
        if self._published[request.channel] % 3:
            return v3.PublishResponse()
        return v3.PublishResponse(error=v3.Error(code=100, message="internal server error"))


def nothing_wrong(_: bytes) -> v3.PublishResponse:
    return v3.PublishResponse()


def bad_five(body: bytes) -> v3.PublishResponse:
    if v3.PublishRequest.FromString(body).data == b"5":
        return v3.PublishResponse(error=v3.Error(code=107, message="bad request"))
    return v3.PublishResponse()


def both(pytester: pytest.Pytester, answer: Answer, *arguments: str) -> pytest.RunResult:
    with (
        small_server(Release.V6_9) as first,
        small_server(Release.V6_9, answers={"Publish": answer}) as second,
    ):
        return compared(pytester, first, second, "--seed", "1", *arguments)


def test_two_that_answer_alike(pytester: pytest.Pytester) -> None:
    ran = both(pytester, nothing_wrong, "--operations", "200")
    assert ran.ret == 0
    assert ran.outlines[-1] == "alike: 200 operations"
    ran.stdout.fnmatch_lines(["200 operations, 0 % answered with an error, seed 1"])


def test_the_first_answer_that_differs_is_told_by_the_one_operation_that_it_takes(
    pytester: pytest.Pytester,
) -> None:
    ran = both(pytester, bad_five)
    assert ran.ret == 1
    ran.stdout.fnmatch_lines(
        [
            "* (v3 as 6.9) and * (v3 as 6.9) answer the last of these otherwise:",
            "  1. Publish(channel=<top *>, data=b'5')",
            "  * (v3 as 6.9): {}",
            "  * (v3 as 6.9): {'error': {'code': 107, 'message': 'bad request'}}",
            "  seed 1: --seed 1 --operations 1000 repeats the run",
        ],
        consecutive=True,
    )
    assert ran.outlines[-1].startswith("differs after ")


def test_what_depends_on_earlier_operations_keeps_those_that_matter(
    pytester: pytest.Pytester,
) -> None:
    ran = both(pytester, Forgetful())
    assert ran.ret == 1
    told = [line.strip() for line in ran.outlines if line.strip()[:2] in ("1.", "2.", "3.", "4.")]
    assert told == [f"{number}. Publish(channel=<top 1>)" for number in (1, 2, 3)]


def test_a_side_that_ends_is_told_as_what_it_is(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_: bytes) -> v3.PublishResponse:
        time.sleep(1)
        return v3.PublishResponse()

    own_endpoint = preflight.own_endpoint
    monkeypatch.setattr(
        preflight, "own_endpoint", lambda *given: replace(own_endpoint(*given), deadline=0.5)
    )
    ran = both(pytester, late)
    assert ran.ret == 1
    ran.stdout.fnmatch_lines(
        ["ended early: localhost:* did not answer Publish(*DEADLINE_EXCEEDED*"]
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--against", "nowhere"], "not an address: 'nowhere'; give host:port, such as *"),
        (["--against", "localhost:1"], "nothing listens on localhost:1 (*"),
        (["--against", "{target}", "--operations", "0"], "--operations has to be at least 1"),
        (
            ["--against", "{target}", "--results", "out.json"],
            "--results tells how a server was judged: leave it out beside --against",
        ),
        (
            ["--profile-from", "no.json"],
            "cannot read the configuration no.json: No such file or directory",
        ),
    ],
)
def test_options_that_make_no_sense(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with small_server(Release.V6_9) as target:
        given = [argument.format(target=target) for argument in arguments]
        line = complaint(pytester, capfd, target, *given)
    assert line.startswith(said.rstrip("*"))


# ---- Making it small ----------------------------------------------------------------------------


def test_a_sequence_is_made_as_small_as_it_differs() -> None:
    room, other = Room("history", 1), Room("history", 2)
    needed = Operation("Publish", {"channel": room, "data": b"long enough", "tags": {"a": "b"}})
    last = Operation("History", {"channel": room, "limit": 5, "reverse": True})
    noise = [Operation("Publish", {"channel": other}), Operation("Info")] * 20

    def differs(operations: list[Operation]) -> bool:
        has_it = any(each.fields.get("tags") for each in operations[:-1])
        return has_it and operations[-1].fields.get("limit") == 5

    smallest = Shrinker(lambda each: differs(list(each))).shrink([*noise, needed, *noise, last])
    assert smallest == [
        Operation("Publish", {"channel": room, "tags": {"a": "b"}}),
        Operation("History", {"channel": room, "limit": 5}),
    ]


def test_what_does_not_differ_again_stays_as_it_was() -> None:
    operations = [Operation("Info"), Operation("Channels")]
    assert Shrinker(lambda _: False).shrink(operations) == operations


# ---- What is invented ---------------------------------------------------------------------------


def invented(first: Release, second: Release, seed: int, count: int) -> list[Operation]:
    one_side, other = (read_profile(shipped(release)) for release in (first, second))
    generator = Generator(Pair(first, second), kinds_of(one_side, other), seed)
    return list(islice(generator.operations(), count))


@pytest.mark.parametrize("release", list(Release), ids=str)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_rpc_and_option_comes_fifty_times_in_five_thousand(
    release: Release, seed: int
) -> None:
    options: Counter[str] = Counter()
    for operation in invented(release, release, seed, 5000):
        options.update(set(operation.options))
    assert {option: count for option, count in options.items() if count < 50} == {}
    assert Pair(release, release).rpcs == sorted(name for name in options if name.isalnum())


def test_the_same_seed_invents_the_same() -> None:
    pair = (Release.V5_4, Release.V6_9)
    assert invented(*pair, 3, 300) == invented(*pair, 3, 300)
    assert invented(*pair, 3, 300) != invented(*pair, 4, 300)


def test_nothing_that_is_invented_can_reach_a_connection() -> None:
    for operation in invented(Release.V6_9, Release.V6_9, 5, 3000):
        if operation.rpc in ("Disconnect", "Refresh", "Subscribe", "Unsubscribe"):
            whom = {operation.fields.get(name) or "" for name in ("user", "client")}
            assert any(str(each).startswith("conformance-nobody-") for each in whom), operation
        if operation.rpc in ("Disconnect", "Refresh"):
            assert "all_users" not in operation.fields


def test_an_option_that_one_side_ignores_is_left_out() -> None:
    options = {o for each in invented(Release.V3_2, Release.V5_4, 1, 2000) for o in each.options}
    assert "Publish.tags" in options
    assert not {"Publish.idempotency_key", "Publish.delta", "Batch.parallel"} & options


# ---- Whole servers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        (Release.V6_9, Release.V6_9, ()),
        (
            Release.V2_8,
            Release.V6_9,
            ("An error code has its words in each release", "Publish and Broadcast answer with"),
        ),
    ],
)
def test_the_reference_server_beside_itself_or_another_release(
    pytester: pytest.Pytester, first: Release, second: Release, rules: tuple[str, ...]
) -> None:
    with launched(reference(first), reference(second)) as (one_side, other):
        given = [*profiles(first, second), "--operations", "400"]
        ran = compared(pytester, one_side, other, *given)
    assert ran.outlines[-1].startswith("alike: 400 operations"), ran.stdout.str()
    for rule in rules:
        ran.stdout.fnmatch_lines([f"  expected * times: {rule}*"])


@pytest.mark.parametrize("release", list(Release), ids=str)
def test_the_reference_server_beside_the_real_one(
    pytester: pytest.Pytester, release: Release
) -> None:
    with launched(real(release), reference(release)) as (one_side, other):
        given = [*profiles(release), "--operations", os.environ.get("OPERATIONS", "1000")]
        ran = compared(pytester, one_side, other, *given)
    assert ran.ret == 0, ran.stdout.str()


# ---- One's own configuration --------------------------------------------------------------------

OWN = """
namespaces:
  - {name: chat-room, history_size: 20, history_ttl: 300s, presence: true}
  - {name: quick, history_size: 20, history_ttl: 5s}
  - {name: bare}
"""


def test_namespaces_come_from_ones_own_file(pytester: pytest.Pytester) -> None:
    Path(pytester.path / "own.yaml").write_text(OWN)
    kinds = {kind: f"channel({kind!r}).startswith({name!r})" for kind, name in (
        ("history", "chat-room:"), ("presence", "chat-room:"), ("plain", "bare:"),
    )}  # fmt: skip
    corpus = "".join(
        one(f"{kind}.name.own", body=f"expect.that({body}, 'its namespace')", needs=[kind])
        for kind, body in kinds.items()
    )
    with small_server(Release.V5_4) as target:
        ran = judge(pytester, target, "--profile-from", "own.yaml", corpus=corpus)
    assert ran.outlines[-1] == "conforms: 3 of 3 shown"


def test_what_does_not_last_is_not_compared(pytester: pytest.Pytester) -> None:
    Path(pytester.path / "own.yaml").write_text(OWN)
    seen: set[str] = set()

    def publish(body: bytes) -> v3.PublishResponse:
        seen.add(v3.PublishRequest.FromString(body).channel.lstrip("$").partition(":")[0])
        return v3.PublishResponse()

    with (
        small_server(Release.V5_4) as first,
        small_server(Release.V5_4, answers={"Publish": publish}) as second,
    ):
        given = ["--profile-from", "own.yaml", "--operations", "400", "--seed", "1"]
        compared(pytester, first, second, *given)
    assert {"chat-room", "bare"} <= seen
    assert "quick" not in seen


def test_no_channel_has_two_names_of_which_a_broadcast_would_reach_both(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN)
    profile = profile_from(own, Release.V5_4)
    assert (
        len({kind for kind in profile.namespaces if "chat-room" in profile.channel(kind, "")}) > 1
    )
    kinds = [kind for kind in kinds_of(profile, profile).all if kind in profile.namespaces]
    names = [profile.channel(kind, "") for kind in kinds]
    assert sorted(names) == ["bare:", "chat-room:"]
