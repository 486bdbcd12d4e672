"""One self-contained page from the results of any runs."""

from collections.abc import Sequence
from typing import Any

import jinja2
from markupsafe import Markup

from centrifugo_grpc.problem import Problem
from reports.matrix import LEVELS, Document, matrix
from reports.plots import latency_plot, rate_plot

_PERCENTILES = ("50", "90", "99", "99.9", "99.99")
_VERDICTS = ("passed", "failed", "differs", "not_shown", "error")


def render(documents: Sequence[Document]) -> str:
    """The page as HTML. It loads nothing and needs no script."""
    conformance = [document for document in documents if document["kind"] == "conformance"]
    load = [document for document in documents if document["kind"] == "load"]
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = [_load_name(run) for run in load]
    try:
        return environment.get_template("page.html.j2").render(
            conformance=conformance,
            load=list(zip(load, names, strict=True)),
            matrix=matrix(conformance),
            levels=LEVELS,
            verdicts=_VERDICTS,
            percentiles=_PERCENTILES,
            plots=_plots(load, names),
            machines=_machines(documents),
            documents=documents,
        )
    except jinja2.UndefinedError as error:
        raise Problem(f"a result file lacks what the page shows: {error.message}") from error


def _plots(load: Sequence[Document], names: Sequence[str]) -> list[Markup]:
    answered = [
        (run, name)
        for run, name in zip(load, names, strict=True)
        if run["latency"]["response"]["count"]
    ]
    if not answered:
        return []
    runs, labels = zip(*answered, strict=True)
    # matplotlib escapes the labels that it writes into its SVG.
    return [Markup(plot(runs, labels)) for plot in (latency_plot, rate_plot)]


def _load_name(run: Document) -> str:
    target, options = run["target"], run["options"]
    spoken = f"{target['dialect']} as {target['release']}" if target["dialect"] else "not reached"
    return f"{options['scenario']} at {target['address']}, {spoken}"


def _machines(documents: Sequence[Document]) -> list[dict[str, Any]]:
    machines: list[dict[str, Any]] = []
    for document in documents:
        if document["machine"] not in machines:
            machines.append(document["machine"])
    return machines
