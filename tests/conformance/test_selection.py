"""Which requirements run, and what a selection leaves of a verdict."""

from collections.abc import Iterator

import pytest

from centrifugo_grpc.releases import Release
from tests.conformance.small_corpus import judge, one
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]

TWO = one("publish.accept.good", core=True) + one("broadcast.accept.good")
CASES = """
@requirement("publish.accept.sizes", "Sizes.", level=Level.MUST, source="a page")
@pytest.mark.parametrize("size", [1, 2, 3])
def test_sizes(api, channel, size):
    expect.success(api.publish(channel(), b"1" * size))
"""


@pytest.fixture(scope="module")
def both() -> Iterator[str]:
    """A server of both dialects."""
    with small_server(Release.V2_8, Release.V6_9) as address:
        yield address


def test_each_dialect_that_the_target_serves_is_judged(
    pytester: pytest.Pytester, both: str
) -> None:
    ran = judge(pytester, both, corpus=TWO)
    assert ran.outlines[-1] == "conforms: 4 of 4 shown"


def test_only_requirements_of_the_release_are_counted(pytester: pytest.Pytester) -> None:
    corpus = """
@requirement("map.accept.good", "Maps.", level=Level.MUST, source="a page", releases=[Release.V6_9])
def test_map(api):
    raise RuntimeError("not for 5.4")
"""
    with small_server(Release.V5_4) as address:
        ran = judge(pytester, address, corpus=corpus + TWO)
    assert ran.outlines[-1] == "conforms: 2 of 2 shown"


def test_the_dialect_option_judges_one_of_two(pytester: pytest.Pytester, both: str) -> None:
    ran = judge(pytester, both, "--dialect", "v2", corpus=TWO)
    assert ran.outlines[-1] == "conforms: 2 of 2 shown"
    ran.stdout.fnmatch_lines(["  v2 as 2.8 (told 2.8.7), no profile: no namespaces"])
    ran.stdout.no_fnmatch_line("*v3 as*")


def test_the_release_option_sets_the_rules(pytester: pytest.Pytester, both: str) -> None:
    ran = judge(pytester, both, "--release", "4.1", corpus=TWO)
    assert ran.outlines[-1] == "conforms: 2 of 2 shown"
    ran.stdout.fnmatch_lines(["  v3 as 4.1 (named by --release, it tells 6.9.1)*"])


@pytest.mark.parametrize(
    "selection",
    [("-m", "core"), ("-k", "publish.accept.good"), ("test_corpus.py::test_publish_accept_good",)],
)
def test_a_selection_is_partial(
    pytester: pytest.Pytester, both: str, selection: tuple[str, ...]
) -> None:
    ran = judge(pytester, both, *selection, corpus=TWO)
    assert ran.ret == 0
    assert ran.outlines[-1] == "partial: 2 of 4 shown"
    ran.stdout.fnmatch_lines(["    2 not selected"])


def test_a_selection_that_matches_nothing_is_not_green(
    pytester: pytest.Pytester, both: str
) -> None:
    ran = judge(pytester, both, "-k", "no.such.requirement", corpus=TWO)
    assert ran.ret != 0
    assert ran.outlines[-1] == "not judged: no MUST was shown (0 of 4 shown)"


def test_a_part_of_the_cases_of_a_requirement_does_not_show_it(
    pytester: pytest.Pytester, both: str
) -> None:
    ran = judge(pytester, both, "-k", "1 or publish.accept.good", corpus=CASES + TWO)
    assert ran.outlines[-1] == "partial: 2 of 6 shown"
    ran.stdout.fnmatch_lines(["    2 only some of its cases selected"])


def test_all_cases_of_a_requirement_count_as_one(pytester: pytest.Pytester, both: str) -> None:
    ran = judge(pytester, both, corpus=CASES)
    assert ran.outlines[-1] == "conforms: 2 of 2 shown"


def test_listing_the_tests_needs_no_target(pytester: pytest.Pytester) -> None:
    ran = judge(pytester, None, "--collect-only", "-q", corpus=TWO)
    assert ran.ret == 0
    assert "test_corpus.py::test_publish_accept_good[v2]" in ran.outlines
    ran.stdout.no_fnmatch_line("*shown*")


def test_a_test_without_a_requirement_is_refused(pytester: pytest.Pytester, both: str) -> None:
    ran = judge(pytester, both, corpus="def test_bare(api):\n    pass\n" + TWO)
    assert ran.ret != 0
    ran.stdout.fnmatch_lines(["*test_bare: a test of the corpus has @requirement and takes `api`"])
