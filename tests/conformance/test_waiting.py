"""Tests that wait run together, beside the others, and are judged as the others are."""

import json
import time
from pathlib import Path

import pytest

from centrifugo_grpc.releases import Release
from tests.conformance.small_corpus import PUBLISH, judge, one
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]

SECONDS = 1.0
WAIT = f"__import__('time').sleep({SECONDS}); "
REFUSED = "expect.error(api.publish('', b'1'), api.error(Code.BAD_REQUEST))"
CORPUS = (
    one("publish.accept.good")
    + "".join(one(f"wait.for.number{n}", body=WAIT + PUBLISH, waits=True) for n in range(8))
    + one("wait.for.failure", body=WAIT + REFUSED, waits=True)
)


def test_many_waits_take_as_long_as_one_and_are_judged_at_the_end(
    pytester: pytest.Pytester,
) -> None:
    began = time.monotonic()
    with small_server(Release.V6_9) as address:
        ran = judge(pytester, address, "--results", "out.json", corpus=CORPUS)
    assert time.monotonic() - began < 5 * SECONDS
    assert ran.outlines[-1] == "fails: 1 MUST failed (10 of 10 shown)"
    rows = json.loads(Path(pytester.path / "out.json").read_text())["requirements"]
    waited = [row for row in rows if row["id"].startswith("wait.")]
    assert all(row["evidence"] for row in waited)
    assert all(row["seconds"] >= SECONDS for row in waited if row["verdict"] == "passed")


def test_workers_wait_too(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    with small_server(Release.V6_9) as address:
        ran = judge(pytester, address, "-p", "xdist", "-n", "2", corpus=CORPUS)
    assert ran.outlines[-1] == "fails: 1 MUST failed (10 of 10 shown)"


def test_what_is_slow_runs_when_asked_to(pytester: pytest.Pytester) -> None:
    corpus = one("publish.accept.good") + one("publish.accept.slowly", slow=True)
    with small_server(Release.V6_9) as address:
        ran = judge(pytester, address, corpus=corpus)
        assert ran.outlines[-1] == "partial: 1 of 2 shown"
        ran.stdout.fnmatch_lines(["    1 slow: run them with --slow"])
        ran = judge(pytester, address, "--slow", corpus=corpus)
        assert ran.outlines[-1] == "conforms: 2 of 2 shown"
