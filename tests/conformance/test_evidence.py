"""What a run leaves for other programs: result files and JUnit files, from workers too."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from centrifugo_grpc import result_files
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.exchange import Exchange
from centrifugo_grpc.releases import Release
from conformance import evidence
from conformance.api import Api
from conformance.requirement import Level, Requirement
from conformance.verdicts import Verdict
from tests.conformance.small_corpus import judge, one, profile
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]

REFUSED = "expect.error(api.publish('', b'1'), api.error(Code.BAD_REQUEST))"
CORPUS = (
    one("publish.accept.good", core=True)
    + one("publish.refuse.blank", body=REFUSED)
    + one("publish.observe.blank", "OBSERVED", REFUSED)
    + one("publish.accept.broken", body="raise RuntimeError('broken')")
    + one("presence.read.none", needs=["presence"])
)
VERDICTS = {
    "publish.accept.good": "passed",
    "publish.refuse.blank": "failed",
    "publish.observe.blank": "differs",
    "publish.accept.broken": "error",
    "presence.read.none": "not shown",
}


def results_of(pytester: pytest.Pytester, *arguments: str) -> dict[str, Any]:
    """The document that a run of the corpus writes."""
    with small_server(Release.V6_9) as address:
        given = [profile(pytester, "history"), "--results", "out.json", *arguments]
        ran = judge(pytester, address, *given, corpus=CORPUS)
    assert ran.outlines[-1] == (
        "fails: 1 MUST failed, 1 could not be judged (error)"
        " (3 of 5 shown, 1 differs from Centrifugo)"
    )
    return result_files.read(Path(pytester.path / "out.json"))


def test_a_result_file_has_each_verdict_and_why(pytester: pytest.Pytester) -> None:
    document = results_of(pytester)
    rows = {row["id"]: row for row in document["requirements"]}
    assert {name: row["verdict"] for name, row in rows.items()} == VERDICTS
    assert rows["publish.accept.broken"]["reason"] == "RuntimeError: broken"
    assert rows["presence.read.none"]["reason"] == "the profile small offers no presence"
    assert rows["publish.refuse.blank"]["reason"] == (
        "expected gRPC status OK with the error 107 'bad request', got gRPC status OK with {}"
    )


def test_a_result_file_has_the_exchanges(pytester: pytest.Pytester) -> None:
    rows = {row["id"]: row for row in results_of(pytester)["requirements"]}
    (exchange,) = rows["publish.refuse.blank"]["evidence"]
    assert exchange["rpc"] == "centrifugal.centrifugo.api.CentrifugoApi/Publish"
    assert exchange["request"] == {"data": {"size": 1, "hex": "31", "text": "1"}}
    assert (exchange["status"], exchange["response"]) == ("OK", {})
    assert rows["presence.read.none"]["evidence"] == []


def test_a_result_file_says_what_was_judged_and_how_it_came_out(
    pytester: pytest.Pytester,
) -> None:
    document = results_of(pytester)
    assert document["verdict"] == "fails"
    assert document["summary"].startswith("fails: 1 MUST failed")
    assert document["counts"]["all"] == 5
    assert document["counts"]["shown"] == 3
    assert document["counts"]["by_level"]["MUST"] == {
        "passed": 1,
        "failed": 1,
        "differs": 0,
        "not_shown": 1,
        "error": 1,
    }
    (dialect,) = document["target"]["dialects"]
    assert (dialect["release"], dialect["told"], dialect["version"]) == ("6.9", True, "6.9.1")
    assert document["target"]["name"] == "small"


def test_workers_bring_the_same_results(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    document = results_of(pytester, "-p", "xdist", "-n", "2")
    rows = {row["id"]: row for row in document["requirements"]}
    assert {name: row["verdict"] for name, row in rows.items()} == VERDICTS
    assert len(rows["publish.refuse.blank"]["evidence"]) == 1


def test_a_junit_file_has_the_requirement_of_each_test(pytester: pytest.Pytester) -> None:
    results_of(pytester, "--junit-xml", "junit.xml")
    found = {}
    for case in ET.parse(pytester.path / "junit.xml").iter("testcase"):
        properties = {p.get("name"): p.get("value") for p in case.iter("property")}
        found[properties["requirement"]] = properties["verdict"]
        assert properties["sentence"] == "A publication is accepted."
        assert properties["source"] == "a page#publish"
        assert isinstance(json.loads(properties["evidence"] or ""), list)
    assert found == {name: v for name, v in VERDICTS.items() if v != "not shown"}


def test_the_evidence_of_a_long_series_keeps_its_begin_and_end() -> None:
    requirement = Requirement("a.b.c", "Many.", Level.MUST, "a page", (Release.V6_9,))
    with small_server(Release.V6_9) as address:
        exchanges: list[Exchange[Any]] = []
        api = Api(Endpoint(address), Release.V6_9, exchanges.append)
        for number in range(40):
            api.publish(f"channel-{number}", b"1")
        api.close()
    told = evidence.properties(requirement, "v3", Verdict.FAILED, "why", exchanges)
    kept = [exchange["request"]["channel"] for exchange in json.loads(told["evidence"])]
    assert kept == [f"channel-{n}" for n in (*range(10), *range(20, 40))]
    text = evidence.told(requirement, "v3", AssertionError("no"), exchanges)
    assert "... 32 more" in text
    assert "channel-39" in text
    assert "channel-20" not in text
