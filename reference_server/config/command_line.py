"""The command line: Centrifugo's flags, in the form of 2 to 5 and in that of 6."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.naming import parse_release
from reference_server.config.flags import FLAGS, Kind


@dataclass(frozen=True)
class CommandLine:
    """What was asked for. `options` are the given flags by the name of the option they set."""

    config: Path | None = None
    release: Release | None = None
    address: str | None = None
    options: Mapping[str, str | bool] = field(default_factory=dict)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}; python -m reference_server --help lists the options")


def parse_command_line(arguments: Sequence[str]) -> CommandLine:
    """Read the arguments; raises `Problem` for what is no option."""
    given = vars(_parser().parse_args(arguments))
    config, release, address = (given.pop(name) for name in ("config", "release", "address"))
    return CommandLine(
        config=config,
        release=None if release is None else parse_release(release),
        address=address,
        options={name: value for name, value in given.items() if value is not None},
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m reference_server",
        usage="python -m reference_server [-c FILE] [--release RELEASE] [-a HOST] [FLAG ...]",
        description="A Centrifugo in Python: answers the GRPC API as a real release does.",
        epilog="The key is grpc_api_key (6: grpc_api.key) in the file, or CENTRIFUGO_GRPC_API_KEY."
        " Centrifugo's other flags are read too; what they would switch on is named as not served.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "-c", "--config", type=Path, metavar="FILE", help="Centrifugo's configuration file"
    )
    parser.add_argument(
        "--release", metavar="2.8|3.2|4.1|5.4|6.9", help="serve this release's service alone"
    )
    parser.add_argument(
        "-a", "--address", metavar="HOST", help="where to listen, all ports (loopback)"
    )
    switch: dict[str, Any] = {"nargs": "?", "const": True, "type": _truth, "metavar": "true|false"}
    for flag in FLAGS:
        how = switch if flag.kind is Kind.SWITCH else {"metavar": flag.value}
        names = [f"-{flag.short}"] * bool(flag.short) + [f"--{name}" for name in flag.names]
        told = flag.told or argparse.SUPPRESS
        parser.add_argument(*names, dest=flag.names[0], help=told, **how)
    return parser


def _truth(text: str) -> bool:
    if text.lower() in {"true", "1", "t"}:
        return True
    if text.lower() in {"false", "0", "f"}:
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
