"""`python -m reports build RESULTS.json... -o PAGE.html`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.result_files import read
from reports.page import render


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; python -m reports --help lists the options")


def main(arguments: Sequence[str]) -> int:
    """Build a page; the exit code."""
    try:
        options = _parser().parse_args(arguments)
        page: Path = options.output
        if page.suffix != ".html":
            page = page / "index.html"
        documents = [read(path) for path in options.results]
        _write(page, render(documents))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"report: {page}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m reports", description="Pages from result files.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    build = commands.add_parser("build", help="one page from the results of any runs")
    build.add_argument("results", nargs="+", type=Path, metavar="RESULTS.json")
    build.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PAGE.html|FOLDER", help="where to"
    )
    return parser


def _write(page: Path, text: str) -> None:
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot write the page {page}: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
