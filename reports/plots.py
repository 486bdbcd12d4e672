"""The plots of load runs: which there are, and what is drawn."""

from collections.abc import Callable
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from reports.drawing import INK, band, line_of, picture, scale, scale_latency, ticks_between
from reports.groups import Group
from reports.loads import Load, Points
from reports.showing import number, short

SAYS = {
    "percentiles": (
        "Response time by percentile, from the intended start of a call to its answer, both axes"
        " logarithmic; drawn as far as ten samples lie beyond."
    ),
    "deliveries": (
        "From the start of a publish to its arrival at a subscriber, by percentile, both axes"
        " logarithmic."
    ),
    "rates": (
        "Successful publications by second. A cross marks a second with errors. The first and the"
        " last second are not whole ones: drawn faint, or not at all where there are rounds."
    ),
    "sizes": "Successful publications a second by size of the payload, both axes logarithmic.",
    "knees": (
        "The p99 response time by offered rate, from the intended start, both axes logarithmic. The"
        " level line is the bound; a cross marks a rate that failed, by its p99 or by calls that"
        " could not start."
    ),
}
"""What each kind of plot shows, in words."""
_NAMED = {"50%": 2, "90%": 10, "99%": 100, "99.9%": 1e3, "99.99%": 1e4, "99.999%": 1e5}


def of(group: Group, key: str) -> list[tuple[Markup, str]]:
    """The plots of a group with what each shows: those that its scenario has something to say in.

    A search and a sweep mix rates and payloads, so neither is drawn over percentiles or time.
    """
    drawn = [(sizes(group, key), SAYS["sizes"]), (knees(group, key), SAYS["knees"])]
    if not group.sizes and group.bound is None:
        drawn += [
            (deliveries(group, key), SAYS["deliveries"]),
            (percentiles(group, key), SAYS["percentiles"]),
            (rates(group, key), SAYS["rates"]),
        ]
    banded = " The band holds all rounds." if group.rounds > 1 else ""
    return [
        (plot, says + ("" if says is SAYS["rates"] or says is SAYS["knees"] else banded))
        for plot, says in drawn
        if plot
    ]


def percentiles(group: Group, key: str) -> Markup:
    """Latency by percentile, both on log scales; blank if no run has samples enough."""
    title = "Response time by percentile; the table has it too"
    return _by_percentile(
        group, lambda load: load.percentile_curve, f"{key}-percentiles", title, "response time"
    )


def deliveries(group: Group, key: str) -> Markup:
    """Publish-to-receive latency by percentile; blank if no run has subscribers."""
    title = "Publish-to-receive latency by percentile"
    return _by_percentile(
        group, lambda load: load.delivery_curve, f"{key}-deliveries", title, "publish to receive"
    )


def sizes(group: Group, key: str) -> Markup:
    """Publications a second over payload size, both on log scales; blank without a sweep."""
    servers = [server for server in group.servers if len(server.sizes) > 1]
    if not servers:
        return Markup()

    def draw(axes: Any) -> None:
        for server in servers:
            line, payloads = line_of(server.first), list(server.sizes)
            low, middle, high = zip(*server.sizes.values(), strict=True)
            axes.plot(payloads, middle, **line, marker=".", markersize=5)
            if server.first.rounds > 1:
                axes.fill_between(payloads, low, high, **band(line))
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        names = [short(tick) for tick in group.sizes]
        axes.set_xticks(group.sizes, names)
        axes.xaxis.set_minor_locator(NullLocator())
        ends = [rate for server in servers for rates in server.sizes.values() for rate in rates]
        scale(axes, ends, number)
        axes.set_xlabel("payload")
        axes.set_ylabel("publications per second")

    return picture(draw, f"{key}-sizes", "Publications per second by payload size")


def knees(group: Group, key: str) -> Markup:
    """The p99 over the offered rate, what broke the bound marked; blank without a search."""
    drawn = [load for load in group.loads if len(load.knee) > 1]
    if not drawn:
        return Markup()

    def draw(axes: Any) -> None:
        for load in drawn:
            style = line_of(load)
            passed = [(rate, p99) for rate, p99, within in load.knee if within]
            broken = [(rate, p99) for rate, p99, within in load.knee if not within]
            if passed:
                axes.plot(*zip(*passed, strict=True), **style, marker=".", markersize=5)
            if broken:
                style = {**style, "linestyle": "", "marker": "x", "markersize": 6}
                axes.plot(*zip(*broken, strict=True), **style)
        axes.set_xscale("log")
        axes.set_yscale("log")
        scale_latency(axes, [p99 for load in drawn for _, p99, _ in load.knee])
        offered = [rate for load in drawn for rate, _, _ in load.knee]
        ticks = ticks_between(min(offered) * 0.9, max(offered) * 1.1)
        axes.set_xticks(ticks, [number(tick) for tick in ticks])
        axes.xaxis.set_minor_locator(NullLocator())
        if group.bound is not None:
            axes.axhline(group.bound * 1000, color=INK, linewidth=0.8)
        axes.set_xlabel("calls a second, offered")
        axes.set_ylabel("p99 response time")

    return picture(draw, f"{key}-knees", "Response time by offered rate")


def _by_percentile(
    group: Group, curve_of: Callable[[Load], Points], key: str, title: str, axis: str
) -> Markup:
    drawn = [
        (server.first, curves)
        for server in group.servers
        if (curves := [curve for load in server.rounds if (curve := curve_of(load))])
    ]
    if not drawn:
        return Markup()

    def draw(axes: Any) -> None:
        for load, curves in drawn:
            # As far as all of them go, at the places of the shortest.
            places = [x for x, _ in min(curves, key=lambda curve: curve[-1][0])]
            values = [np.interp(places, *_axes_of(curve)) for curve in curves]
            line = line_of(load)
            axes.plot(places, np.median(values, axis=0), **line)
            if len(curves) > 1:
                axes.fill_between(places, np.min(values, 0), np.max(values, 0), **band(line))
        ends = [value for _, curves in drawn for curve in curves for _, value in curve]
        furthest = max(curve[-1][0] for _, curves in drawn for curve in curves)
        axes.set_xscale("log")
        axes.set_yscale("log")
        named = {name: x for name, x in _NAMED.items() if x <= furthest * 1.01}
        axes.set_xticks([1, *named.values()], ["min", *named])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(1, furthest * 1.05)
        scale_latency(axes, ends)
        axes.set_xlabel("within (percentile)")
        axes.set_ylabel(axis)

    return picture(draw, key, title)


def _axes_of(points: Points) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def rates(group: Group, key: str) -> Markup:
    """Publications a second over time, seconds with errors marked; blank if nothing was told."""
    drawn = [load for load in group.loads if load.rates]
    if not drawn:
        return Markup()

    def draw(axes: Any) -> None:
        for load in drawn:
            style = line_of(load)
            if load.rounds == 1:
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

    return picture(draw, f"{key}-rates", "Publications per second over time")
