"""Plots of load runs, as SVG that stands in the page itself."""

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from hdrh.histogram import HdrHistogram
from matplotlib.figure import Figure

Document = dict[str, Any]

# Okabe and Ito's colours, which stay apart for the colour-blind; lines differ in style too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_STYLES = ("-", "--", "-.", ":")
_SETTINGS: Any = {"svg.hashsalt": "centrifugo-suite", "svg.fonttype": "none", "font.size": 10}
_FEWEST_BEYOND = 10


def latency_plot(runs: Sequence[Document], names: Sequence[str]) -> str:
    """Latency by percentile, the percentiles on a log scale; ends with ten samples beyond."""
    with mpl.rc_context(_SETTINGS):
        figure, axes = _figure("percentile", "response time in ms")
        axes.set_xscale("log")
        axes.set_yscale("log")
        for number, (run, name) in enumerate(zip(runs, names, strict=True)):
            points = _percentile_points(run["latency"]["response"]["histogram"])
            if points:
                axes.plot(*zip(*points, strict=True), label=name, **_style(number))
        ticks = (2, 10, 100, 1000, 10000)
        axes.set_xticks(ticks, ["50", "90", "99", "99.9", "99.99"])
        axes.minorticks_off()
        return _svg(figure, axes, "Latency by percentile")


def rate_plot(runs: Sequence[Document], names: Sequence[str]) -> str:
    """Publications answered in each second; seconds with errors are marked."""
    with mpl.rc_context(_SETTINGS):
        figure, axes = _figure("second of the run", "publications/s")
        for number, (run, name) in enumerate(zip(runs, names, strict=True)):
            series = run["series"]
            axes.plot(
                [p["second"] for p in series],
                [p["ok"] for p in series],
                label=name,
                **_style(number),
            )
            bad = [p for p in series if p["api_errors"] or p["transport_errors"]]
            axes.plot([p["second"] for p in bad], [p["ok"] for p in bad], "x", color="#D55E00")
        axes.set_ylim(bottom=0)
        return _svg(figure, axes, "Rate over time")


def _percentile_points(encoded: str) -> list[tuple[float, float]]:
    """1 / (1 - quantile) and milliseconds, up to the last quantile with ten samples beyond."""
    histogram = HdrHistogram.decode(encoded)
    count = histogram.get_total_count()
    points: list[tuple[float, float]] = []
    beyond = 1.0
    while count / beyond >= _FEWEST_BEYOND:
        quantile = 1 - 1 / beyond
        value = histogram.get_value_at_percentile(quantile * 100)
        points.append((beyond, max(value, 1) / 1000))
        beyond *= 1.15
    return points


def _figure(x: str, y: str) -> tuple[Any, Any]:
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(visible=True, alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _style(number: int) -> dict[str, Any]:
    return {
        "color": _COLOURS[number % len(_COLOURS)],
        "linestyle": _STYLES[number % len(_STYLES)],
        "linewidth": 2,
    }


def _svg(figure: Any, axes: Any, title: str) -> str:
    axes.legend(frameon=False)
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    # The text of the plot follows the colour scheme of the page.
    svg = re.sub(r"#000000", "currentColor", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)
