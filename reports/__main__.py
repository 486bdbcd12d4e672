"""`python -m reports`: measures, makes pages and summaries, and tells what got worse."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from centrifugo_grpc.problem import Problem


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; {self.prog} --help lists the options")


def main(arguments: Sequence[str]) -> int:
    """Do what the command says; 0 is well, 1 a regression, 2 input that is no good."""
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(
            f"reports need {error.name}: install the suite with"
            " pip install 'centrifugo-suite[reports]'",
            file=sys.stderr,
        )
        return 2


def _build(options: argparse.Namespace) -> int:
    from reports import page, runs  # noqa: PLC0415  (they may not be installed)

    path = page.place(options.output, options.results)
    page.write(path, page.render(runs.read(options.results), path.name))
    print(f"report: {path}")
    return 0


def _releases(options: argparse.Namespace) -> int:
    from reports import page, runs  # noqa: PLC0415  (they may not be installed)

    path = page.place(options.output, options.results)
    page.write(path, page.render_upgrades(runs.read(options.results)))
    print(f"report: {path}")
    return 0


def _survey(options: argparse.Namespace) -> int:
    from reports import survey, targets  # noqa: PLC0415  (they may not be installed)

    plan = targets.only(targets.read_plan(options.targets), options.only)
    results = options.results or options.output / "results"
    path, measured = survey.survey(
        plan, options.output, results, lambda line: print(line, flush=True)
    )
    print(f"report: {path}")
    return 0 if measured else 1


def _markdown(options: argparse.Namespace) -> int:
    from reports import markdown, runs  # noqa: PLC0415  (they may not be installed)

    print(markdown.render(runs.read(options.results)), end="")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from reports import compare  # noqa: PLC0415  (scipy may not be installed)

    thresholds = compare.Thresholds(options.throughput, options.p99)
    old, new = (compare.read_side(path) for path in (options.old, options.new))
    return 1 if compare.compare(old, new, thresholds, print) else 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m reports", description="Pages from result files.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    build = commands.add_parser("build", help="make one page from result files")
    summary = commands.add_parser(
        "markdown", help="print a summary for a pull request or a job's summary"
    )
    releases = commands.add_parser(
        "releases", help="make the page of how the releases differ, with results that show it"
    )
    for command, does, fewest in (
        (build, _build, "+"),
        (summary, _markdown, "+"),
        (releases, _releases, "*"),
    ):
        command.add_argument("results", type=Path, nargs=fewest, metavar="RESULTS.json|DIR")
        command.set_defaults(command=does)
    for command in (build, releases):
        command.add_argument(
            "-o",
            "--output",
            required=True,
            metavar="PAGE.html|DIR",
            help="a folder gets index.html",
        )
    survey = commands.add_parser(
        "survey", help="measure every target of a file, one after the other, and make the page"
    )
    survey.add_argument("targets", type=Path, metavar="TARGETS.toml")
    survey.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    survey.add_argument(
        "--results", type=Path, metavar="DIR", help="keep the results there (DIR/results)"
    )
    survey.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="measure this target alone"
    )
    survey.set_defaults(command=_survey)
    compare = commands.add_parser(
        "compare", help="tell what got worse between two results; exit code 1 if anything did"
    )
    for name in ("old", "new"):
        compare.add_argument(
            name, type=Path, metavar=name.upper(), help="a result file, or a folder of rounds"
        )
    for name, share in (("throughput", 0.05), ("p99", 0.10)):
        compare.add_argument(
            f"--{name}",
            type=_share,
            default=share,
            metavar="PERCENT",
            help=f"how much worse is let pass ({share:.0%})",
        )
    compare.set_defaults(command=_compare)
    return parser


def _share(text: str) -> float:
    """A percentage as a share; raises ValueError for what is none, which argparse tells."""
    share = float(text.removesuffix("%")) / 100
    if not 0 <= share < 1:
        raise ValueError(text)
    return share


def command() -> int:
    """`centrifugo-reports`: the same."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(command())
