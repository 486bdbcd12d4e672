"""How plots look: lines, bands, ticks, and SVG that takes its colours from the page's style."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from reports.loads import Load
from reports.showing import latency

DASHES = ((), (6, 2), (2, 2), (7, 2, 2, 2), (10, 3), (4, 1, 1, 1))
"""Lengths of dashes and gaps, so that lines tell apart without their colours."""
COLOURS = 6
INK, _GRID, _PAPER = "#010203", "#010204", "#010205"
_SERIES = tuple(f"#0102{16 + place:02x}" for place in range(COLOURS))
_VARIABLES = {INK: "var(--ink)", _GRID: "var(--rule)", _PAPER: "var(--paper)"} | {
    colour: f"var(--series-{place})" for place, colour in enumerate(_SERIES)
}
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": _GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "xtick.color": _GRID,
    "ytick.color": _GRID,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}
_INCHES = (5.4, 2.9)


def swatch(load: Load) -> Markup:
    """A short piece of a run's line, for the legend."""
    dashes = " ".join(map(str, _dashes(load)))
    return Markup(
        '<svg class="swatch" viewBox="0 0 32 8" aria-hidden="true"><path d="M0 4H32"'
        ' fill="none" stroke="var(--series-{})" stroke-width="2.4" stroke-dasharray="{}"/></svg>'
    ).format(load.style % COLOURS, dashes)


def _dashes(load: Load) -> tuple[int, ...]:
    """Another pairing with the colours each time that these have all been used."""
    return DASHES[(load.style + load.style // COLOURS) % len(DASHES)]


def band(line: Mapping[str, Any]) -> dict[str, Any]:
    """The area between the lowest and the highest round of a line."""
    return {"color": line["color"], "alpha": 0.15, "linewidth": 0}


def line_of(load: Load) -> dict[str, Any]:
    """The looks of a run's line; rounds after the first are thin."""
    dashes = _dashes(load)
    return {
        "color": _SERIES[load.style % COLOURS],
        "linestyle": (0, dashes) if dashes else "-",
        "linewidth": 1.7 if load.round == 1 else 1.0,
        "alpha": 1.0 if load.round == 1 else 0.55,
    }


def scale_latency(axes: Any, values: Sequence[float]) -> None:
    """A logarithmic axis of latencies in microseconds."""
    scale(axes, values, _tick)


def scale(axes: Any, values: Sequence[float], show: Callable[[float], str]) -> None:
    """A logarithmic axis as far as the values reach."""
    low, high = max(min(values), 1) * 0.8, max(values) * 1.25
    ticks = ticks_between(low, high)
    axes.set_yticks(ticks, [show(tick) for tick in ticks])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(low, high)


def ticks_between(low: float, high: float) -> list[int]:
    """Where 1, 2 and 5 of each power of ten lie; 1 alone where that would be many."""
    steps = [step * 10**power for power in range(10) for step in (1, 2, 5)]
    ticks = [tick for tick in steps if low <= tick <= high]
    return ticks if len(ticks) <= 8 else [tick for tick in ticks if str(tick).startswith("1")]


def _tick(microseconds: float) -> str:
    return latency(microseconds).replace(".00", "").replace(".0 ", " ")


def picture(draw: Callable[[Any], None], key: str, title: str) -> Markup:
    """What `draw` puts on axes, as SVG whose ids begin with `key`."""
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
