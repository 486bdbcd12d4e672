"""The list of what is known to fail: it excuses what it names, and has to stay true."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from centrifugo_grpc import result_files
from centrifugo_grpc.releases import Release
from tests.conformance.small_corpus import complaint, judge, one
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]

REFUSED = "expect.error(api.publish('', b'1'), api.error(Code.BAD_REQUEST))"
OF_2_8 = one("publish.keep.early").replace("source=", "releases=V2, source=")
CORPUS = (
    one("publish.accept.good")
    + one("publish.refuse.blank", body=REFUSED)
    + one("publish.observe.blank", "OBSERVED", REFUSED)
    + OF_2_8
)
FAILS = "fails: 1 MUST failed (3 of 3 shown, 1 differs from Centrifugo)"


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    """A server that accepts everything, a blank channel among it."""
    with small_server(Release.V6_9) as address:
        yield address


def judged(pytester: pytest.Pytester, target: str, text: str, *arguments: str) -> pytest.RunResult:
    """A run with a list of this text."""
    Path(pytester.path / "known.txt").write_text(text)
    given = ["--known-failing", "known.txt", "--results", "out.json", *arguments]
    return judge(pytester, target, *given, corpus=CORPUS)


@pytest.mark.parametrize(
    "text",
    [
        "publish.refuse.blank  # as long as we have no checks\n\n# a note\npublish.observe.blank\n",
        "publish.*.blank",
        "publish.*.blank[v3]",
        "publish.refuse.blank: got gRPC status OK\npublish.observe.*: error 107",
    ],
)
def test_what_is_listed_does_not_fail_the_run_and_is_never_called_conforming(
    pytester: pytest.Pytester, target: str, text: str
) -> None:
    ran = judged(pytester, target, text)
    assert ran.outlines[-1] == "partial: 3 of 3 shown, 2 known to fail"
    assert ran.ret == 0
    ran.stdout.fnmatch_lines(
        ["*- known to fail (2) -*", "  publish.refuse.blank (MUST, v3): A publication is accepted."]
    )
    rows = result_files.read(Path(pytester.path / "out.json"))["requirements"]
    assert {row["id"] for row in rows if row["known_to_fail"]} == {
        "publish.refuse.blank",
        "publish.observe.blank",
    }


def test_another_message_than_the_listed_one_fails(pytester: pytest.Pytester, target: str) -> None:
    ran = judged(pytester, target, "publish.refuse.blank: no such words")
    assert (ran.ret, ran.outlines[-1]) == (1, FAILS)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("publish.accept.good", "passes by now: publish.accept.good"),
        ("publish.*", "passes by now: publish.accept.good"),
        ("history.read.none", "names no requirement of the corpus"),
        ("publish.keep.early[v3]", "names no requirement of the corpus"),
    ],
)
def test_an_entry_that_is_no_longer_true_fails_the_run(
    pytester: pytest.Pytester, target: str, entry: str, why: str
) -> None:
    ran = judged(pytester, target, f"publish.*.blank\n{entry}")
    assert ran.ret == 1
    assert ran.outlines[-1] == (
        "fails: 1 of --known-failing no longer true (3 of 3 shown, 2 known to fail)"
    )
    ran.stdout.fnmatch_lines(["*- no longer true of --known-failing (1) -*", f"  {entry}: {why}"])


def test_an_entry_of_what_was_not_selected_stays(pytester: pytest.Pytester, target: str) -> None:
    ran = judged(pytester, target, "publish.*.blank", "-k", "publish.accept.good")
    assert (ran.ret, ran.outlines[-1]) == (0, "partial: 1 of 3 shown")


@pytest.mark.parametrize("entry", ["publish.keep.early", "publish.keep.*[v2]", "*.early: words"])
def test_an_entry_of_another_release_stays(
    pytester: pytest.Pytester, target: str, entry: str
) -> None:
    ran = judged(pytester, target, f"publish.*.blank\n{entry}")
    assert (ran.ret, ran.outlines[-1]) == (0, "partial: 3 of 3 shown, 2 known to fail")


def test_workers_know_the_list(pytester: pytest.Pytester, target: str) -> None:
    pytest.importorskip("xdist")
    ran = judged(pytester, target, "publish.*.blank", "-p", "xdist", "-n", "2")
    assert (ran.ret, ran.outlines[-1]) == (0, "partial: 3 of 3 shown, 2 known to fail")


def test_a_list_that_is_none(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str], target: str
) -> None:
    Path(pytester.path / "known.txt").write_text("# a note\nPublish blank\n")
    said = complaint(pytester, capfd, target, "--known-failing", "known.txt")
    assert said == (
        "known.txt, line 2: 'Publish blank' is no entry; write the id of a requirement or a"
        " pattern, and after a colon words of the message if you like"
    )
    said = complaint(pytester, capfd, target, "--known-failing", "no.txt")
    assert said == "cannot read the list of known failures no.txt: No such file or directory"


def test_what_fails_by_chance_may_pass_as_well(pytester: pytest.Pytester, target: str) -> None:
    ran = judged(pytester, target, "~publish.accept.good\n~publish.*.blank\n")
    assert ran.outlines[-1] == "partial: 3 of 3 shown, 2 known to fail"
    assert ran.ret == 0
