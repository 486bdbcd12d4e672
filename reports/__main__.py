"""`python -m reports build RESULTS.json... -o PAGE.html`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from centrifugo_grpc.problem import Problem


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; {self.prog} --help lists the options")


def main(arguments: Sequence[str]) -> int:
    """Build the page, print where it is; the exit code."""
    try:
        options = _parser().parse_args(arguments)
        print(f"report: {_build(options.results, options.output)}")
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _build(results: Sequence[Path], output: str) -> Path:
    try:
        from reports import page, runs  # noqa: PLC0415  (they may not be installed)
    except ModuleNotFoundError as error:
        raise Problem(
            f"pages need {error.name}: install the suite with pip install centrifugo-suite[reports]"
        ) from error
    path = page.place(output, results)
    page.write(path, page.render(runs.read(results), path.name))
    return path


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m reports", description="Pages from result files.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    build = commands.add_parser("build", help="make one page from result files")
    build.add_argument("results", type=Path, nargs="+", metavar="RESULTS.json")
    build.add_argument(
        "-o", "--output", required=True, metavar="PAGE.html|DIR", help="a folder gets index.html"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
