"""`python -m reference_server`."""

import os
import sys
from collections.abc import Mapping, Sequence

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import dialect_of
from reference_server.config.command_line import parse_command_line
from reference_server.config.load import load_settings
from reference_server.listener import Listener
from reference_server.serving import serve
from reference_server.settings import Settings


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve by the command line, the configuration and the environment; the exit code."""
    try:
        command_line = parse_command_line(arguments)
        loaded = load_settings(command_line, environ)
        for notice in loaded.notices:
            print(notice, file=sys.stderr)
        serve(
            loaded.nodes,
            announce=lambda found: print(_announcement(found, loaded.nodes), flush=True),
            read=lambda: load_settings(command_line, environ).nodes,
        )
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _announcement(listeners: Sequence[Listener], nodes: Sequence[Settings]) -> str:
    """The address of the GRPC API and what is served, then the other listeners."""
    served = ", ".join(f"{dialect_of(n.release)} as {n.release}" for n in nodes)
    first, *others = listeners
    named = "" if nodes[0].serves_api else f"{first.name} on "
    return f"listening on {named}{first.address} ({served})" + "".join(
        f", {other.name} on {other.address}" for other in others
    )


def command() -> int:
    """`centrifugo-reference-server`: the same."""
    return main(sys.argv[1:], os.environ)


if __name__ == "__main__":
    sys.exit(command())
