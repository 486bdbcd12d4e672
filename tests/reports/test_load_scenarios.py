"""Loads of more than one step or round: their plots, and a table under each."""

from typing import Any

import pytest

from reports.readme import readme
from reports.runs import Run
from reports.targets import Plan, Target
from tests.reports.reading import Element, shown
from tests.reports.samples import Document, conformance, latencies, load


def options(scenario: str, **more: Any) -> Document:
    """The options of a run of one user."""
    usual = {"users": 1, "payload_bytes": 256, "in_flight": 100, "channel": "bench"}
    return {"scenario": scenario, **usual, **more}


def sweep(*rates: float, **fields: Any) -> Document:
    """A sweep over payloads of 16 bytes, 256 bytes and so on."""
    steps = [
        {
            "payload_bytes": 16 ** (place + 1),
            "seconds": 5.0,
            "outcomes": {},
            "throughput": {"publications_per_second": rate, "bytes_per_second": rate},
            "latency": {},
        }
        for place, rate in enumerate(rates)
    ]
    return load(options=options("sweep"), steps=steps, **fields)


def capacity(*steps: tuple[float, float, bool]) -> Document:
    """A search whose steps offered a rate, had a p99, and passed or not."""
    told = [
        {"rate": rate, "p99_us": p99, "passed": passed, "why": "", "sent": 1, "ok": 1, "seconds": 1}
        for rate, p99, passed in steps
    ]
    found = {"p99_below_ms": 5.0, "rate": steps[0][0], "failed_at": steps[-1][0], "steps": told}
    return load(options=options("capacity"), capacity=found)


def titles(page: Element) -> list[str]:
    return [plot.attributes["aria-label"] for plot in page.find("svg", class_="plot")]


def figures(page: Element, which: int) -> list[list[str]]:
    """The body rows of one of the tables of figures, a list of texts each."""
    body = page.find("table", class_="figures")[which].one("tbody")
    return [[each.text for each in row.find("th") + row.find("td")] for row in body.find("tr")]


def test_a_sweep_is_drawn_over_payload_sizes_with_its_figures_below() -> None:
    page = shown(sweep(3_000, 2_900, 2_000), sweep(4_000, 3_900, 3_000, address="localhost:1"))
    assert titles(page) == ["Publications per second by payload size"]
    assert [row[:4] for row in figures(page, 0)] == [
        ["localhost:10000 v3 as 6.9", "3,000", "2,900", "2,000"],
        ["localhost:1 v3 as 6.9", "4,000", "3,900", "3,000"],
    ]
    heads = page.find("table", class_="figures")[0].one("thead").find("th")
    assert [head.text for head in heads[1:4]] == ["16 B", "256 B", "4 KiB"]


def test_rounds_of_a_sweep_show_their_spread_at_each_size() -> None:
    page = shown(sweep(3_000, 2_900), sweep(3_200, 2_800), sweep(2_000, 2_850))
    assert figures(page, 0)[0][1:3] == ["3,000 2,000 to 3,200", "2,850 2,800 to 2,900"]
    assert "The band holds all rounds." in page.find("figcaption")[0].text


def test_a_search_is_drawn_over_offered_rates_up_to_what_broke_the_bound() -> None:
    page = shown(
        capacity((1_000, 900, True), (2_000, 7_000, False), (2_000, 1_800, True), (4_000, 9, False))
    )
    assert titles(page) == ["Response time by offered rate"]
    heads = page.find("table", class_="figures")[0].one("thead").find("th")
    assert heads[1].text == "Highest rate with p99 ≤ 5.00 ms"
    assert "✓ 1,000/s: 900 µs, ✓ 2,000/s: 1.80 ms, ✗ 4,000/s: 9 µs" in figures(page, 1)[0][-1]


def test_a_delivery_is_drawn_from_publish_to_receive_with_what_was_lost() -> None:
    delivery = {"published": 4_000, "lost": 3, "latency": latencies(range(5_000, 9_000))}
    page = shown(load(options=options("delivery"), delivery=delivery))
    assert titles(page)[0] == "Publish-to-receive latency by percentile"
    assert figures(page, 0)[0][2] == "7.00 ms"
    assert figures(page, 1) == [["localhost:10000 v3 as 6.9", "4,000", "3"]]


def test_rounds_of_a_server_share_a_line_and_show_their_spread() -> None:
    mine = [load(rate=rate) for rate in (2_000, 2_200, 1_900)]
    page = shown(*mine, load(rate=3_000, address="localhost:1"))
    assert [row[:2] for row in figures(page, 0)] == [
        ["localhost:10000 v3 as 6.9", "2,000 1,900 to 2,200"],
        ["localhost:1 v3 as 6.9", "3,000 750 KiB/s"],
    ]
    names = [row[0].rpartition(", ")[2] for row in figures(page, 1)]
    assert names[:3] == [f"round {n} of 3" for n in (1, 2, 3)]
    assert len(page.one("ul", class_="legend").find("li")) == 2


def test_rounds_that_met_different_limits_say_so() -> None:
    found = [
        load(limit={"label": label, "evidence": []}) for label in ("server", "server", "generator")
    ]
    said = figures(shown(*found), 0)[0][-1]
    assert said.startswith("the server's limit in 2 of 3 rounds")
    assert "the generator's limit: the server may take more in 1 of 3 rounds" in said


def test_what_kept_a_load_from_being_measured_is_said() -> None:
    page = shown(load(rate=0, samples=[], series=[], problems=["cannot subscribe <b>"]))
    assert figures(page, 0)[0][-1].startswith("cannot subscribe <b>")


def test_the_machine_is_named_in_every_group() -> None:
    machine = load()["machine"] | {"cpus": 2}
    page = shown(load(), load(machine=machine), sweep(3_000, 2_000))
    notes = [
        group.find("p", class_="note")[0].text for group in page.find("section", class_="group")
    ]
    assert notes[0] == (
        "Measured on Example 9000, 8 CPUs, 16.0 GiB of memory, Linux 6.1;"
        " and on Example 9000, 2 CPUs, 16.0 GiB of memory, Linux 6.1."
    )
    assert notes[1] == "Measured on Example 9000, 8 CPUs, 16.0 GiB of memory, Linux 6.1."


def test_different_offered_rates_are_different_groups() -> None:
    page = shown(*(load(options=options("publish", rate=rate)) for rate in (None, 500.0)))
    titles_of_groups = [group.one("h3").text for group in page.find("section", class_="group")]
    assert "offering 500 calls a second each" in titles_of_groups[1]
    assert len(titles_of_groups) == 2


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (load(), "2,000 publications a second; limit: unknown"),
        (sweep(3_000, 2_900, 2_000), "3,000 (16 B) to 2,000 (4 KiB) publications a second; "),
        (capacity((2_000, 900, True)), "2,000 publications a second with p99 below 5 ms; "),
        (
            load(delivery={"published": 2_000, "received": 20_000, "lost": 3}),
            "2,000 publications a second, received 20,000 times, 3 lost; ",
        ),
    ],
)
def test_the_readme_beside_a_result_says_what_its_scenario_found(
    document: Document, words: str
) -> None:
    target = Target("a server", None, None, "localhost:1", None, None)
    found = [Run("conformance.json", conformance()), Run("load.json", document)]
    text = readme(target, Plan((target,)), found)
    assert f"| `load.json` | {words}" in text
