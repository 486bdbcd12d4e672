"""Loads of more than one step or round: their plots, and a table under each."""

from typing import Any

from tests.reports.reading import Element, shown
from tests.reports.samples import Document, latencies, load


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
    assert "Publications per second by payload size" in titles(page)
    assert figures(page, 1) == [["16 B", "3,000"], ["256 B", "2,900"], ["4.00 KiB", "2,000"]]
    assert figures(page, 2)[2] == ["4.00 KiB", "3,000"]


def test_a_search_is_drawn_over_offered_rates_up_to_what_broke_the_bound() -> None:
    page = shown(capacity((1_000, 900, True), (2_000, 1_800, True), (4_000, 90_000, False)))
    assert "Response time by offered rate" in titles(page)
    assert figures(page, 1) == [
        ["1,000", "900 µs", "yes"],
        ["2,000", "1.80 ms", "yes"],
        ["4,000", "90.0 ms", "no"],
    ]


def test_a_delivery_is_drawn_from_publish_to_receive_with_what_was_lost() -> None:
    delivery = {"published": 4_000, "lost": 3, "latency": latencies(range(500, 4_500))}
    page = shown(load(options=options("delivery"), delivery=delivery))
    assert "Publish-to-receive latency by percentile" in titles(page)
    assert figures(page, 1) == [["published", "4,000"], ["lost", "3"]]


def test_rounds_of_a_server_share_a_line_and_show_their_spread() -> None:
    mine = [load(rate=rate) for rate in (2_000, 2_200, 1_900)]
    page = shown(*mine, load(rate=3_000, address="localhost:1"))
    names = [row[0] for row in figures(page, 0)]
    assert [name.rpartition(", ")[2] for name in names[:3]] == [
        f"round {n} of 3" for n in (1, 2, 3)
    ]
    assert figures(page, 1) == [
        ["localhost:10000 v3 as 6.9", "3", "2,000 (1,900 to 2,200)", "4.36 ms (4.36 ms to 4.36 ms)"]
    ]
    assert len(page.one("ul", class_="legend").find("li")) == 2


def test_different_offered_rates_are_different_groups() -> None:
    page = shown(*(load(options=options("publish", rate=rate)) for rate in (None, 500.0)))
    titles_of_groups = [group.one("h3").text for group in page.find("section", class_="group")]
    assert "offering 500 calls a second each" in titles_of_groups[1]
    assert len(titles_of_groups) == 2
