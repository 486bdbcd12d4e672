"""What a page says of load runs."""

import re

from tests.reports.reading import Element, rendered, shown
from tests.reports.samples import MACHINE, conformance, load, point


def figures(page: Element) -> list[list[str]]:
    """The rows of the first table of figures."""
    rows = page.find("table", class_="figures")[0].one("tbody").find("tr")
    return [[cell.text for cell in row.all() if cell.tag in {"th", "td"}] for row in rows]


def test_throughput_latency_errors_and_limit_are_in_the_table() -> None:
    document = load(rate=2_000, limit={"label": "generator", "evidence": ["it took 99% of a CPU"]})
    (row,) = figures(shown(document))
    assert row == [
        "localhost:10000 v3 as 6.9",
        "2,000 500 KiB/s",
        *("2.40 ms", "4.00 ms", "4.36 ms"),
        *("–", "–"),  # noqa: RUF001  (the page has dashes)
        "4,000 sent, 4,000 answered well no API error, no transport error",
        "the generator's limit: the server may take more it took 99% of a CPU",
    ]


def test_errors_of_both_kinds_are_named_and_counted_apart() -> None:
    wrong = load(api_errors={"107 bad request": 12}, transport_errors={"UNAVAILABLE": 3})
    (row,) = figures(shown(wrong))
    assert "4,015 sent, 4,000 answered well" in row[-2]
    assert "12 × API error 107 bad request" in row[-2]
    assert "3 × transport error UNAVAILABLE" in row[-2]
    assert "no API error" not in row[-2]


def test_latency_from_the_real_start_has_a_row_where_calls_waited() -> None:
    document = load()
    document["latency"]["service"] = {**document["latency"]["service"], "percentiles": {"50": 900}}
    rows = figures(shown(document))
    assert len(rows) == 2
    assert rows[1][0] == "from the real start of each call"
    assert rows[1][2] == "900 µs"


def test_both_plots_are_vector_graphics_in_the_page() -> None:
    page = shown(load(), load(release="2.8"))
    plots = page.find("svg", class_="plot")
    assert [plot.attributes["aria-label"] for plot in plots] == [
        "Response time by percentile; the table has it too",
        "Publications per second over time",
    ]
    words = plots[0].text
    assert "50%" in words
    assert "99%" in words
    assert "99.9%" not in words  # Ten samples beyond it would need 10,000.
    assert page.find("img") == []


def test_the_lines_of_runs_differ_in_colour_and_in_dashes() -> None:
    page = rendered(load(), load(release="2.8"))
    lines = set(re.findall(r"stroke-dasharray: ([^;\"]+)[^\"]*stroke: (var\(--series-\d\))", page))
    solid = re.findall(r'style="fill: none; stroke: (var\(--series-0\))', page)
    assert solid
    assert {colour for _, colour in lines} == {"var(--series-1)"}
    legend = shown(load(), load(release="2.8")).one("ul", class_="legend")
    assert [line.text for line in legend.find("li")] == [
        "localhost:10000, v3 as 6.9",
        "localhost:10000, v2 as 2.8",
    ]


def test_seconds_with_errors_are_crossed() -> None:
    def marks(page: Element) -> int:
        plot = page.find("svg", class_="plot")[1]
        return sum("series-0" in use.attributes.get("style", "") for use in plot.find("use"))

    assert (
        marks(shown(load(api_errors={"100 internal server error": 5}))) == marks(shown(load())) + 1
    )


def test_runs_with_other_settings_are_drawn_apart() -> None:
    page = shown(load(payload_bytes=256), load(payload_bytes=65_536))
    heads = [group.one("h3").text for group in page.find("section", class_="group")]
    assert heads == [
        "publish, 256 B payloads, 1 user with 100 calls in flight each",
        "publish, 64.0 KiB payloads, 1 user with 100 calls in flight each",
    ]


def test_a_load_is_named_as_the_conformance_run_of_the_same_server() -> None:
    judged = conformance(name="the gateway", address="host:1")
    page = shown(judged, load(address="host:1"), load(address="host:2"))
    assert [row[0] for row in figures(page)] == ["the gateway v3 as 6.9", "host:2 v3 as 6.9"]


def test_a_server_that_was_never_reached_has_a_row_and_no_plot() -> None:
    dead = load(release=None, rate=0, samples=[], series=[], transport_errors={"UNAVAILABLE": 7})
    page = shown(dead)
    (row,) = figures(page)
    assert row[0] == "localhost:10000 never reached"
    assert "7 × transport error UNAVAILABLE" in row[-2]
    assert page.find("svg", class_="plot") == []


def test_a_day_of_seconds_with_gaps_is_drawn() -> None:
    long = load(series=[point(second, 1_000) for second in range(0, 86_400, 3)])
    assert len(rendered(long)) < 150_000


def test_loads_of_different_machines_are_marked() -> None:
    other = load(machine=MACHINE | {"cpus": 2})
    assert "The loads ran on 2 different machines" in shown(load(), other).one("aside").text
    assert shown(load(), load(release="2.8")).find("aside") == []


def test_what_the_figures_do_not_mean_is_said() -> None:
    said = shown(load()).one("section", id="limits").text
    assert "not of the software" in said
    assert "A few seconds tell nothing of a day" in said
    assert "Conforming is not being Centrifugo" not in said
