"""`python -m centrifugo_grpc record`: repeats recorded cases on a server, records its answers."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings.command import Order, record


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; {self.prog} --help lists the options")


def main(arguments: Sequence[str]) -> int:
    """Do what the command says; 0 if it could be done, 2 for input that is no good."""
    try:
        options = _parser().parse_args(arguments)
        record(
            Order(
                version=options.version,
                like=options.like or options.version,
                cases=options.cases,
                output=options.output,
                launch=options.launch or "",
                target=options.target or "",
                uni_target=options.uni_target or "",
                http_target=options.http_target or "",
                profiles=tuple(options.profile or ()),
            ),
            lambda line: print(line, flush=True),
        )
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _parser() -> _Parser:
    parser = _Parser(prog="python -m centrifugo_grpc")
    commands = parser.add_subparsers(required=True, metavar="record")
    record_parser = commands.add_parser(
        "record", help="repeat recorded cases on a server, and record what it answers"
    )
    add = record_parser.add_argument
    add("version", help="the version that is recorded, 6.9.1 say")
    add("--output", type=Path, required=True, help="the recording to write, a .jsonl.xz file")
    add("--like", metavar="VERSION", help="whose cases to repeat (default: the version's own)")
    add(
        "--cases",
        type=Path,
        default=Path("tests/recordings"),
        metavar="FOLDER",
        help="where recordings, setups and configurations are (default: tests/recordings)",
    )
    add(
        "--launch",
        metavar="COMMAND",
        help="starts the server for each configuration: 'centrifugo -c {config}'",
    )
    add("--target", metavar="HOST:PORT", help="the GRPC API of a server that runs already")
    add("--uni-target", metavar="HOST:PORT", help="its uni GRPC stream")
    add("--http-target", metavar="HOST:PORT", help="its HTTP port, for WebSocket clients")
    add(
        "--profile",
        action="append",
        help="only the rows of this configuration; with --target, the one that the server has",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
