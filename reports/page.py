"""The page: everything in one HTML file that needs no network and no script."""

import os
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from centrifugo_grpc.result_files import write_whole
from reports import (
    drawing,
    exchanges,
    groups,
    implementations,
    loads,
    matrix,
    plots,
    reproduce,
    runs,
    showing,
    upgrades,
)
from reports.matrix import Keeping

_MOST_BYTES = 2_900_000
_KEPT = (
    Keeping(3),
    Keeping(1),
    Keeping(2, first=True),
    Keeping(1, first=True),
    Keeping(0, first=True),
)
"""Of the exchanges of what passed, the most that a page of that size holds."""


def place(output: str, results: Sequence[Path]) -> Path:
    """Where the page goes: the file that is named, or index.html in the folder that is."""
    path = Path(output)
    if path.is_dir() or output.endswith(("/", os.sep)) or not path.suffix:
        path /= "index.html"
    if path.suffix.lower() not in {".html", ".htm"}:
        raise Problem(f"cannot write the page to {output}: give a name that ends in .html")
    if path.absolute() in {result.absolute() for result in results}:
        raise Problem(f"{path} is one of the result files: name another file for the page")
    return path


def render(
    found: Sequence[runs.Run], name: str, absent: Sequence[implementations.Absent] = ()
) -> str:
    """The page of these runs as HTML; `name` is the file's that it goes to.

    `absent` are the implementations that could not be measured.
    """
    judged = implementations.implementations(found)
    compared = groups.groups(found, judged)
    drawn = [plots.of(group, f"g{number}") for number, group in enumerate(compared, start=1)]
    template = _environment().get_template("page.html.jinja")
    text = ""
    for kept in _KEPT:
        text = template.render(
            runs=found,
            notices=runs.notices(found),
            implementations=judged,
            absent=absent,
            drawn=drawn,
            matrix=matrix.matrix(judged, kept),
            groups=compared,
            owners=implementations.owners(found, judged),
            name=name,
        )
        if len(text.encode()) <= _MOST_BYTES:
            break
    return text


def render_upgrades(found: Sequence[runs.Run]) -> str:
    """The page of how the releases differ, with what these conformance runs show of it."""
    rules = upgrades.rules(found)
    judged = implementations.implementations(upgrades.first_of_each_release(found))
    return (
        _environment()
        .get_template("upgrades.html.jinja")
        .render(
            releases=list(Release),
            rules=rules,
            upgrades=upgrades.upgrades(rules),
            runs=[each.run for each in judged],
            names=[each.name for each in judged],
        )
    )


def write(path: Path, text: str) -> None:
    """Write the page whole, or not at all."""
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise Problem(f"cannot write the page to {path}: {error.strerror}") from error


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=showing.visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        levels=implementations.LEVELS,
        percentiles=loads.PERCENTILES,
        words=matrix.WORDS,
        slug=matrix.slug,
        as_json=exchanges.as_json,
        swatch=drawing.swatch,
        command=reproduce.command,
        page_command=reproduce.page_command,
        prose=showing.prose,
        version_of=implementations.version_of,
        profile_name=reproduce.profile_name,
        label=showing.label,
        latency=showing.latency,
        moment=showing.moment,
        number=showing.number,
        short=showing.short,
        size=showing.size,
    )
    return environment
