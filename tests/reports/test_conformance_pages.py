"""What a page says of conformance runs."""

import pytest

from reports import page as page_module
from tests.reports.reading import Element, shown
from tests.reports.samples import conformance, exchange, found, requirement

FAILED = requirement(
    "publish.refuse.blank-channel",
    verdict="failed",
    reason="expected error 107 bad request, got success {}",
    sentence="Publish without a channel is answered with error 107.",
)


def cells(page: Element, name: str) -> list[str]:
    """The verdicts of a requirement in the matrix, by column."""
    return [cell.text for cell in page.one("tbody", id=f"r-{name}").find("td")[1:-1]]


def counts(page: Element) -> list[str]:
    """The summary row of the first implementation."""
    return [cell.text for cell in page.one("table", class_="summary").one("tbody").find("td")]


def test_a_failed_requirement_is_labelled_and_red_in_the_matrix() -> None:
    page = shown(conformance([FAILED]))
    assert cells(page, FAILED["id"]) == ["✗ failed"]
    assert "failed" in page.one("tbody", id=f"r-{FAILED['id']}").classes
    assert "failed" in page.one("td", **{"data-label": "v3 as 6.9"}).one("a").classes


def test_a_failed_requirement_stands_on_top_with_what_was_expected_and_got() -> None:
    page = shown(conformance([requirement(), FAILED]))
    on_top = page.one("section", id="failures")
    assert FAILED["id"] in on_top.text
    assert FAILED["sentence"] in on_top.text
    assert "publish.accept.data" not in on_top.text
    sides = [side.text for side in on_top.find("dd")]
    assert sides == ["error 107 bad request", "success {}"]
    order = [section.attributes.get("id") for section in page.find("section")]
    assert order.index("failures") < order.index("summary") < order.index("requirements")


def test_a_failure_leads_to_its_evidence() -> None:
    page = shown(conformance([FAILED]))
    targets = {element.attributes.get("id") for element in page.all()}
    links = [link.attributes["href"] for link in page.one("section", id="failures").find("a")]
    assert links
    assert all(link.removeprefix("#") in targets for link in links)


def test_what_could_not_be_judged_is_among_the_failures() -> None:
    broken = requirement("publish.a.b", verdict="error", reason="TypeError: no such thing")
    page = shown(conformance([broken]))
    assert "TypeError: no such thing" in page.one("section", id="failures").text
    assert cells(page, "publish.a.b") == ["! error"]


def test_differing_is_not_failing() -> None:
    differs = requirement("publish.a.b", level="OBSERVED", verdict="differs", reason="other words")
    page = shown(conformance([requirement(), differs]))
    top = page.one("section", id="failures").text
    assert "No requirement that was shown has failed." in top
    assert "publish.a.b" in top
    assert "differs from Centrifugo 6.9" in top
    assert cells(page, "publish.a.b") == ["≠ differs"]
    assert counts(page) == ["✓ conforms", "2 of 2", "1 passed", "none", "none", "1 differs"]


def test_not_shown_is_not_passed() -> None:
    hidden = requirement("publish.a.b", verdict="not shown", reason="no profile", evidence=[])
    page = shown(conformance([requirement(), hidden]))
    assert cells(page, "publish.a.b") == ["○ not shown"]
    assert counts(page)[:3] == ["◐ partial", "1 of 2", "1 passed 1 not shown"]
    assert "no profile" in page.one("tbody", id="r-publish.a.b").text


@pytest.mark.parametrize(
    ("verdict", "badge"),
    [
        ("conforms", "✓ conforms"),
        ("fails", "✗ fails"),
        ("partial", "◐ partial"),
        ("not judged", "○ not judged"),
    ],
)
def test_the_verdict_of_the_run_is_told_in_words(verdict: str, badge: str) -> None:
    page = shown(conformance(verdict=verdict))
    assert page.one("ul", class_="verdicts").one(class_="badge").text == badge


def test_a_requirement_tells_its_sentence_level_releases_needs_and_source() -> None:
    named = requirement("history.trim.size", needs=["history"], releases=["5.4", "6.9"])
    opened = shown(conformance([named])).one("tbody", id="r-history.trim.size").one("details")
    assert opened.one("summary").text == "The sentence of history.trim.size."
    assert opened.one("p", class_="origin").text == (
        "MUST in 5.4, 6.9 · needs history · source: centrifugal.dev/docs/server/server_api#publish"
    )


def test_evidence_shows_requests_and_answers_as_json_hex_and_text() -> None:
    error = {"error": {"code": 107, "message": "bad request"}}
    calls = [exchange(response=error), exchange("History", status="INTERNAL", details="broken")]
    del calls[1]["response"]
    page = shown(conformance([requirement(evidence=calls)]))
    shown_calls = page.one("section", class_="evidence").find("li")
    assert "Publish OK 1.25 ms" in shown_calls[0].text
    request, answer = (text.text for text in shown_calls[0].find("pre"))
    assert '"data": {"size": 2, "hex": "6869", "text": "hi"}' in request
    assert answer == '{"error": {"code": 107, "message": "bad request"}}'
    assert "INTERNAL" in shown_calls[1].text
    assert shown_calls[1].find("pre")[1].text == '{"details": "broken"}'


def test_of_long_evidence_of_what_passed_the_ends_are_shown_and_the_rest_counted() -> None:
    calls = [exchange(f"Call{number}") for number in range(1, 31)]
    passed = shown(conformance([requirement(evidence=calls)]))
    evidence = passed.one("section", class_="evidence").text
    assert "24 more exchanges are in the result file" in evidence
    assert "Call3 " in evidence
    assert "Call4 " not in evidence
    assert "Call28 " in evidence
    failed = shown(conformance([requirement(evidence=calls, verdict="failed", reason="no")]))
    assert "Call4 " in failed.one("section", class_="evidence").text


def test_areas_come_by_name_with_their_counts() -> None:
    names = ["publish.a.b", "history-remove.a.b", "history.a.b", "history.a.c"]
    page = shown(conformance([requirement(name) for name in names]))
    areas = [area.text for area in page.find("tbody", class_="area")]
    assert areas == ["history 2 passed", "history-remove 1 passed", "publish 1 passed"]


def test_implementations_and_their_dialects_are_columns() -> None:
    both = conformance(
        [requirement("publish.a.b", dialect="v2"), requirement("publish.a.b", dialect="v3")],
        name="both",
        target={
            "address": "localhost:1",
            "tls": False,
            "key": False,
            "name": "both",
            "dialects": [found("v2", "2.8"), found("v3", "6.9", told=False, version="")],
            "profiles": [],
        },
    )
    one = conformance([requirement("publish.a.b", verdict="failed", reason="no")], name="one")
    page = shown(both, one)
    assert cells(page, "publish.a.b") == ["✓ passed", "✓ passed", "✗ failed"]
    heads = [head.text for head in page.one("table", class_="matrix").one("thead").find("th")]
    assert heads == ["Requirement", "Level", "both", "one", "v2 as 2.8", "v3 as 6.9", "v3 as 6.9"]
    row = page.one("table", class_="summary").one("tbody").find("th")[0].text
    assert row == "both v2 as 2.8 (told 2.8.7) v3 as 6.9 (found by its RPCs)"


def test_where_columns_disagree_a_filter_finds_it() -> None:
    rows = [requirement("publish.a.b"), requirement("publish.a.c")]
    other = [requirement("publish.a.b"), requirement("publish.a.c", verdict="failed", reason="no")]
    page = shown(conformance(rows, name="one"), conformance(other, name="two"))
    assert "disagree" in page.one("tbody", id="r-publish.a.c").classes
    assert "disagree" not in page.one("tbody", id="r-publish.a.b").classes
    assert "columns disagree 1" in page.one("div", class_="filters").text


def test_what_a_release_does_not_have_is_told_apart_from_what_a_run_lacks() -> None:
    rows = [requirement("batch.a.b", releases=["6.9"]), requirement("publish.a.b")]
    old = conformance([requirement("publish.a.c")], name="old", release="5.4")
    page = shown(conformance(rows, name="new"), old)
    assert cells(page, "batch.a.b") == ["✓ passed", "· n/a"]
    assert cells(page, "publish.a.b") == ["✓ passed", "· not in it"]


def test_implementations_of_one_name_are_told_apart() -> None:
    page = shown(
        conformance(name="gateway", address="a:1"),
        conformance(name="gateway", address="b:1"),
        conformance(name="gateway", address="b:1"),
    )
    names = [name.text for name in page.one("ul", class_="verdicts").find("strong")]
    assert names == ["gateway at a:1", "gateway at b:1 (run 1)", "gateway at b:1 (run 2)"]


def test_notices_about_releases_and_suite_versions_are_told() -> None:
    told = conformance(name="new")
    told["target"]["dialects"][0]["notice"] = "7.0.0 is newer than this suite knows"
    other = conformance(name="old", suite={"name": "centrifugo-suite", "version": "0.0.9"})
    notices = shown(told, other).one("aside").text
    assert "new: 7.0.0 is newer than this suite knows" in notices
    assert "different versions of the suite" in notices


def test_without_notices_there_is_none() -> None:
    assert shown(conformance()).find("aside") == []


def test_implementations_that_fail_alike_are_named_together() -> None:
    rows = [requirement(verdict="failed", reason="expected 1, got 2", known_to_fail=True)]
    other = [requirement(verdict="failed", reason="expected 1, got 3")]
    page = shown(
        conformance(rows, name="One"),
        conformance(rows, name="Two"),
        conformance(other, name="Three"),
    )
    (found,) = page.one("section", id="failures").find("ul", class_="found")
    told = [each.text for each in found.find("li")[1:]]
    assert told == [
        "✗ failed One, v3 as 6.9; ✗ failed Two, v3 as 6.9 listed as known expected 1 got 2",
        "✗ failed Three, v3 as 6.9 expected 1 got 3",
    ]


def test_where_a_page_would_be_too_long_one_evidence_stands_for_all_that_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_module, "_MOST_BYTES", 0)
    rows = [requirement(evidence=[exchange()] * 9)]
    failing = [requirement(verdict="failed", reason="no", evidence=[exchange()] * 9)]
    page = shown(*(conformance(r, name=n) for r, n in ((rows, "A"), (rows, "B"), (failing, "C"))))
    links = [link.attributes["href"] for link in page.one("tbody", class_="r").find("a")]
    assert links == [f"#e-{column}-v3-publish.accept.data" for column in ("c0", "c0", "c2")]
    assert "with exchanges that the result files have: B, v3 as 6.9" in page.text
    assert len(page.one("section", id="e-c2-v3-publish.accept.data").find("pre")) == 18


def test_many_columns_keep_their_words_for_those_who_do_not_see_the_signs() -> None:
    page = shown(*(conformance(name=f"Server {n}") for n in range(5)))
    assert "many" in page.one("table", class_="matrix").classes
    (cell, *_) = page.one("tbody", class_="r").find("a", class_="passed")
    assert (cell.text, cell.attributes["aria-label"]) == ("✓", "passed")
