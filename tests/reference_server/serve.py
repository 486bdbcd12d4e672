"""A reference server in a process of its own, on a free port."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

START_SECONDS = 60
FREE_PORTS = ("--grpc_api_port", "0", "--uni_grpc_port", "0", "--port", "0")


@contextmanager
def serving(*arguments: str, **environ: str) -> Iterator[str]:
    """Run the server with these arguments; yields its address."""
    with serving_process(*arguments, **environ) as (_, address):
        yield address


@contextmanager
def serving_process(
    *arguments: str, **environ: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run the server with these arguments; yields its process and its address."""
    command = [sys.executable, "-m", "reference_server", *FREE_PORTS, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_env(environ)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on "), process.stderr.read()
            yield process, line.split()[2]
        finally:
            process.terminate()
            process.wait(START_SECONDS)
        assert process.returncode == 0, "it stops cleanly on SIGTERM"


def refused(*arguments: str) -> str:
    """What the server says when it does not start with these arguments."""
    command = [sys.executable, "-m", "reference_server", *arguments]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=START_SECONDS, check=False, env=_env({})
    )
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert ran.stdout == ""
    return ran.stderr


def _env(changes: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "CENTRIFUGO" not in name}
    return kept | changes
