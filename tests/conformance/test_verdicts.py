"""What a run says of a target, by the levels of what it got wrong."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from centrifugo_grpc.releases import Release
from protos.v3 import api_pb2 as v3
from tests.conformance.small_corpus import judge, one, profile
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]

GOOD = one("publish.accept.good")
REFUSED = "expect.error(api.publish('', b'1'), api.error(Code.BAD_REQUEST))"


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    """A server that accepts everything, a blank channel among it."""
    with small_server(Release.V6_9) as address:
        yield address


def test_everything_shown_and_right_conforms(pytester: pytest.Pytester, target: str) -> None:
    ran = judge(pytester, target, corpus=GOOD)
    assert ran.ret == 0
    assert ran.outlines[-1] == "conforms: 1 of 1 shown"


def test_a_must_that_fails_fails_the_run_and_is_told_in_plain_words(
    pytester: pytest.Pytester, target: str
) -> None:
    ran = judge(pytester, target, corpus=GOOD + one("publish.refuse.blank", "MUST", REFUSED))
    assert ran.ret == 1
    assert ran.outlines[-1] == "fails: 1 MUST failed (2 of 2 shown)"
    ran.assert_outcomes(passed=1, failed=1)
    ran.stdout.fnmatch_lines(
        [
            "*- breaks these rules (1) -*",
            "  publish.refuse.blank (MUST, v3): A publication is accepted.",
        ]
    )
    ran.stdout.no_fnmatch_line("*short test summary*")


@pytest.mark.parametrize("level", ["SHOULD", "MAY"])
def test_what_should_or_may_be_is_a_warning(
    pytester: pytest.Pytester, target: str, level: str
) -> None:
    corpus = GOOD + one("publish.refuse.blank", level, REFUSED)
    ran = judge(pytester, target, "--junit-xml", "junit.xml", corpus=corpus)
    assert ran.ret == 0
    assert ran.outlines[-1] == "conforms: 2 of 2 shown, 1 warned"
    ran.stdout.fnmatch_lines(
        [
            "*- warnings: what it should or may do and does not (1) -*",
            f"  publish.refuse.blank ({level}, v3): A publication is accepted.",
            "    expected gRPC status OK with the error 107 'bad request', got *",
        ]
    )
    (skipped,) = ET.parse(pytester.path / "junit.xml").iter("skipped")
    assert (skipped.get("message") or "").startswith("warning: publish.refuse.blank (")


def test_what_was_observed_differs(pytester: pytest.Pytester, target: str) -> None:
    ran = judge(pytester, target, corpus=GOOD + one("publish.refuse.blank", "OBSERVED", REFUSED))
    assert ran.ret == 0
    assert ran.outlines[-1] == "conforms: 2 of 2 shown, 1 differs from Centrifugo"
    ran.stdout.fnmatch_lines(["  publish.refuse.blank (OBSERVED, v3): *"])
    ran.stdout.no_fnmatch_line("*FAILED*")


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("OBSERVED", "fails: 1 differs from Centrifugo (2 of 2 shown)"),
        ("SHOULD", "fails: 1 SHOULD failed (2 of 2 shown)"),
    ],
)
def test_what_differs_or_warns_counts_when_strict(
    pytester: pytest.Pytester, target: str, level: str, said: str
) -> None:
    corpus = GOOD + one("publish.refuse.blank", level, REFUSED)
    ran = judge(pytester, target, "--strict", corpus=corpus)
    assert ran.ret == 1
    assert ran.outlines[-1] == said


def test_what_is_not_shown_counts_when_all_is_wanted(
    pytester: pytest.Pytester, target: str
) -> None:
    corpus = GOOD + one("history.read.one", needs=["history"])
    ran = judge(pytester, target, "--complete", corpus=corpus)
    assert ran.ret == 1
    assert ran.outlines[-1] == "partial: 1 of 2 shown; --complete wants all"
    assert judge(pytester, target, "--complete", corpus=GOOD).ret == 0


def test_a_failure_tells_the_requirement_and_the_exchange_without_a_traceback(
    pytester: pytest.Pytester, target: str
) -> None:
    ran = judge(pytester, target, corpus=one("publish.refuse.blank", "MUST", REFUSED))
    ran.stdout.fnmatch_lines(
        [
            "publish.refuse.blank (MUST, v3 as 6.9): A publication is accepted.",
            "  expected: gRPC status OK with the error 107 'bad request'",
            "  got:      gRPC status OK with {}",
            "  source:   a page#publish",
            "  exchanges:",
            '    1. Publish {"data": {"size": 1, "hex": "31", "text": "1"}}',
            "       -> gRPC status OK with {}",
        ],
        consecutive=True,
    )
    ran.stdout.no_fnmatch_line("*def test_*")
    ran.stdout.no_fnmatch_line("*Deviation*")


@pytest.mark.parametrize(
    "body", ["raise RuntimeError('broken')", "pytest.skip('no')", "api.publish('a', b'', no=1)"]
)
def test_a_test_that_breaks_is_an_error_and_no_verdict_on_the_target(
    pytester: pytest.Pytester, target: str, body: str
) -> None:
    ran = judge(pytester, target, corpus=GOOD + one("publish.refuse.broken", "OBSERVED", body))
    assert ran.ret == 1
    assert ran.outlines[-1] == "fails: 1 could not be judged (error) (1 of 2 shown)"


def test_a_run_that_judges_no_must_is_not_green(pytester: pytest.Pytester, target: str) -> None:
    ran = judge(pytester, target, corpus=one("publish.accept.good", "SHOULD"))
    assert ran.ret == 1
    assert ran.outlines[-1] == "not judged: no MUST was shown (1 of 1 shown)"


def test_what_needs_a_namespace_is_not_shown_without_a_profile(
    pytester: pytest.Pytester, target: str
) -> None:
    corpus = GOOD + one("history.read.one", needs=["history"])
    ran = judge(pytester, target, corpus=corpus)
    assert ran.ret == 0
    assert ran.outlines[-1] == "partial: 1 of 2 shown"
    ran.stdout.fnmatch_lines(["    1 no target profile for v3: give one with --target-profile"])


def test_what_the_profile_lacks_is_not_shown_and_named(
    pytester: pytest.Pytester, target: str
) -> None:
    corpus = GOOD + one("history.read.one", needs=["history", "presence"])
    ran = judge(pytester, target, profile(pytester, "history"), corpus=corpus)
    assert ran.outlines[-1] == "partial: 1 of 2 shown"
    ran.stdout.fnmatch_lines(["    1 the profile small offers no presence"])


@pytest.mark.parametrize(
    ("key", "shown", "why"),
    [
        (None, "auth.of.none", "need a server that is started in another way"),
        ("secret", "auth.of.key", "the target is judged with a key"),
    ],
)
def test_what_needs_a_key_or_none_is_shown_where_the_target_is_judged_so(
    pytester: pytest.Pytester, key: str | None, shown: str, why: str
) -> None:
    corpus = one("auth.of.key", variant="key") + one("auth.of.none", needs=["no_key"])
    given = ["--api-key", key] if key else []
    with small_server(Release.V6_9, key=key) as address:
        ran = judge(pytester, address, *given, "-v", corpus=corpus)
    assert ran.outlines[-1] == "partial: 1 of 2 shown"
    ran.stdout.fnmatch_lines([f"*test_{shown.replace('.', '_')}[[]v3[]] PASSED*"])
    ran.stdout.fnmatch_lines([f"    1 {why}*"])


def test_a_server_that_says_not_available_to_every_history_fails(
    pytester: pytest.Pytester,
) -> None:
    def not_available(_: bytes) -> v3.HistoryResponse:
        return v3.HistoryResponse(error=v3.Error(code=108, message="not available"))

    read = "expect.success(api.history(channel('history')))"
    corpus = GOOD + one("history.read.one", body=read, needs=["history"])
    with small_server(Release.V6_9, answers={"History": not_available}) as address:
        ran = judge(pytester, address, profile(pytester, "history"), corpus=corpus)
    assert ran.ret == 1
    assert ran.outlines[-1] == "fails: 1 MUST failed (2 of 2 shown)"


def test_channels_are_fresh_and_in_the_namespace_of_their_kind(
    pytester: pytest.Pytester, target: str
) -> None:
    body = (
        "a, b, c = channel('history'), channel('history'), channel();"
        " expect.that(a != b and a.startswith('history:') and ':' not in c, 'fresh names')"
    )
    corpus = one("history.name.fresh", body=body, needs=["history"])
    ran = judge(pytester, target, profile(pytester, "history"), corpus=corpus)
    assert ran.outlines[-1] == "conforms: 1 of 1 shown"
