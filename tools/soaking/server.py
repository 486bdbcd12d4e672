"""A reference server on free ports, in a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from centrifugo_grpc.releases import LATEST

SECRET = "conformance-token-secret"
"""Of the shipped configuration, which it is started with."""
_PLACES = re.compile(r"listening on (\S+) .*uni GRPC on (\S+), HTTP on (\S+)")


@dataclass(frozen=True)
class Server:
    """Where it listens, and its process."""

    api: str
    uni: str
    http: str
    pid: int


@contextmanager
def started() -> Iterator[Server]:
    """The newest release, served while the context lasts."""
    command = [sys.executable, "-m", "reference_server", "--release", str(LATEST)]
    command += ["--grpc_api_port", "0", "--uni_grpc_port", "0", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            told = _PLACES.match(process.stdout.readline())
            assert told is not None, "the reference server does not start"
            yield Server(told[1], told[2], told[3], process.pid)
        finally:
            process.terminate()
