"""The plots, as SVG that stands in the page and takes its colours from the page's style."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from reports.loads import Group, Load, Points
from reports.showing import latency, number, size

DASHES = ((), (6, 2), (2, 2), (7, 2, 2, 2), (10, 3), (4, 1, 1, 1))
"""Lengths of dashes and gaps, so that lines tell apart without their colours."""
COLOURS = 6
_INK, _GRID, _PAPER = "#010203", "#010204", "#010205"
_SERIES = tuple(f"#0102{16 + place:02x}" for place in range(COLOURS))
_VARIABLES = {_INK: "var(--ink)", _GRID: "var(--rule)", _PAPER: "var(--paper)"} | {
    colour: f"var(--series-{place})" for place, colour in enumerate(_SERIES)
}
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "xtick.color": _GRID,
    "ytick.color": _GRID,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
}
_INCHES = (4.8, 2.9)
_NAMED = {"50%": 2, "90%": 10, "99%": 100, "99.9%": 1e3, "99.99%": 1e4, "99.999%": 1e5}


def percentiles(group: Group, key: str) -> Markup:
    """Latency by percentile, both on log scales; blank if no run has samples enough."""
    curves = [(load, load.percentile_curve) for load in group.loads]
    title = "Response time by percentile; the table has it too"
    return _by_percentile(curves, f"{key}-percentiles", title, "response time")


def deliveries(group: Group, key: str) -> Markup:
    """Publish-to-receive latency by percentile; blank if no run has subscribers."""
    curves = [(load, load.delivery_curve) for load in group.loads]
    title = "Publish-to-receive latency by percentile"
    return _by_percentile(curves, f"{key}-deliveries", title, "publish to receive")


def sizes(group: Group, key: str) -> Markup:
    """Publications a second over payload size, both on log scales; blank without a sweep."""
    drawn = [load for load in group.loads if len(load.sizes) > 1]
    if not drawn:
        return Markup()

    def draw(axes: Any) -> None:
        for load in drawn:
            axes.plot(*zip(*load.sizes, strict=True), **_line(load), marker=".", markersize=5)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        ticks = sorted({x for load in drawn for x, _ in load.sizes})
        axes.set_xticks(ticks, [size(tick).replace(".00", "") for tick in ticks], rotation=35)
        axes.xaxis.set_minor_locator(NullLocator())
        _scale(axes, [rate for load in drawn for _, rate in load.sizes], number)
        axes.set_xlabel("bytes of a payload")
        axes.set_ylabel("publications per second")

    return _drawn(draw, f"{key}-sizes", "Publications per second by payload size")


def knees(group: Group, key: str) -> Markup:
    """The p99 over the offered rate, what broke the bound marked; blank without a search."""
    drawn = [load for load in group.loads if len(load.knee) > 1]
    if not drawn:
        return Markup()

    def draw(axes: Any) -> None:
        for load in drawn:
            style = _line(load)
            rates, latencies, _ = zip(*load.knee, strict=True)
            axes.plot(rates, latencies, **style, marker=".", markersize=5)
            broken = [(rate, p99) for rate, p99, passed in load.knee if not passed]
            if broken:
                marks = {"color": style["color"], "linestyle": "", "marker": "x", "markersize": 7}
                axes.plot(*zip(*broken, strict=True), **marks)
        axes.set_yscale("log")
        _scale_latency(axes, [p99 for load in drawn for _, p99, _ in load.knee])
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axes.set_xlabel("calls a second, offered")
        axes.set_ylabel("p99 response time")

    return _drawn(draw, f"{key}-knees", "Response time by offered rate")


def _by_percentile(
    curves: Sequence[tuple[Load, Points]], key: str, title: str, axis: str
) -> Markup:
    drawn = [(load, curve) for load, curve in curves if curve]
    if not drawn:
        return Markup()

    def draw(axes: Any) -> None:
        for load, curve in drawn:
            axes.plot(*zip(*curve, strict=True), **_line(load))
        furthest = max(curve[-1][0] for _, curve in drawn)
        axes.set_xscale("log")
        axes.set_yscale("log")
        named = {name: x for name, x in _NAMED.items() if x <= furthest * 1.01}
        axes.set_xticks([1, *named.values()], ["min", *named])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(1, furthest * 1.05)
        _scale_latency(axes, [value for _, curve in drawn for _, value in curve])
        axes.set_xlabel("within (percentile)")
        axes.set_ylabel(axis)

    return _drawn(draw, key, title)


def rates(group: Group, key: str) -> Markup:
    """Publications a second over time, seconds with errors marked; blank if nothing was told."""
    drawn = [load for load in group.loads if load.rates]
    if not drawn:
        return Markup()

    def draw(axes: Any) -> None:
        for load in drawn:
            style = _line(load)
            axes.plot(*zip(*load.rates, strict=True), **{**style, "alpha": 0.3})
            whole = load.rates[1:-1] or load.rates
            axes.plot(*zip(*whole, strict=True), **style, marker=".", markersize=3.5)
            if load.error_seconds:
                seconds, counts = zip(*load.error_seconds, strict=True)
                colour = style["color"]
                axes.plot(seconds, counts, color=colour, linestyle="", marker="x", markersize=7)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("seconds since the start")
        axes.set_ylabel("publications per second")

    return _drawn(draw, f"{key}-rates", "Publications per second over time")


def swatch(load: Load) -> Markup:
    """A short piece of a run's line, for the legend."""
    dashes = " ".join(map(str, DASHES[load.style % len(DASHES)]))
    return Markup(
        '<svg class="swatch" viewBox="0 0 32 8" aria-hidden="true"><path d="M0 4H32"'
        ' fill="none" stroke="var(--series-{})" stroke-width="2.4" stroke-dasharray="{}"/></svg>'
    ).format(load.style % COLOURS, dashes)


def _line(load: Load) -> dict[str, Any]:
    dashes = DASHES[load.style % len(DASHES)]
    return {
        "color": _SERIES[load.style % COLOURS],
        "linestyle": (0, dashes) if dashes else "-",
        "linewidth": 1.7 if load.round == 1 else 1.0,
        "alpha": 1.0 if load.round == 1 else 0.55,
    }


def _scale_latency(axes: Any, values: Sequence[float]) -> None:
    _scale(axes, values, _tick)


def _scale(axes: Any, values: Sequence[float], show: Callable[[float], str]) -> None:
    """Ticks at 1, 2 and 5 of each power of ten that the values reach."""
    low, high = max(min(values), 1) * 0.8, max(values) * 1.25
    steps = (step * 10**power for power in range(10) for step in (1, 2, 5))
    ticks = [tick for tick in steps if low <= tick <= high]
    if len(ticks) > 8:
        ticks = [tick for tick in ticks if str(tick).startswith("1")]
    axes.set_yticks(ticks, [show(tick) for tick in ticks])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(low, high)


def _tick(microseconds: float) -> str:
    return latency(microseconds).replace(".00", "").replace(".0 ", " ")


def _drawn(draw: Callable[[Any], None], key: str, title: str) -> Markup:
    with mpl.rc_context({**_RC, "svg.hashsalt": key}):
        figure = Figure(figsize=_INCHES, layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        draw(axes)
        file = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
    return _for_page(file.getvalue(), key, title)


def _for_page(svg: str, key: str, title: str) -> Markup:
    """The SVG without what only a file of its own needs, its ids unique in the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{key}-", svg)
    svg = re.sub(r"<style.*?</style>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r" ?font-family: [^;\"]*;?", "", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    svg = re.sub(r'<svg ([^>]*?)width="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'<svg ([^>]*?)height="[^"]*"', r"<svg \1", svg, count=1)
    svg = svg.replace("<svg ", f'<svg class="plot" role="img" aria-label="{title}" ', 1)
    return Markup(svg)  # Drawn from numbers: no text of a result is in it.
