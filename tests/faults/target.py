"""A reference server in a process that is killed, stopped and started again at the same place."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.reference_server.serve import FREE_PORTS, START_SECONDS


class Process:
    """One server; `address` is that of its API, `places` are all addresses by their names."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None
        self.places: dict[str, str] = {}
        self._start(FREE_PORTS)

    @property
    def address(self) -> str:
        """Where the API is."""
        return self.places["listening"]

    def freeze(self) -> None:
        """Let it do nothing, as on a machine that swaps."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def restart(self) -> None:
        """Kill it and start it again at the same places."""
        self.kill()
        port = {name: place.rpartition(":")[2] for name, place in self.places.items()}
        given = ("--grpc_api_port", port["listening"], "--port", port["HTTP"])
        self._start((*given, "--uni_grpc_port", port["uni GRPC"]))

    def close(self) -> None:
        """End it, whatever state it is in."""
        self.thaw()
        self.kill()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            os.kill(self._process.pid, number)

    def _start(self, ports: tuple[str, ...]) -> None:
        command = [sys.executable, "-m", "reference_server", *ports, *self._arguments]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        told = self._process.stdout.readline()
        assert told.startswith("listening on "), self._process.communicate(timeout=START_SECONDS)
        for part in told.split(", "):
            name, _, rest = part.partition(" on ")
            if rest:
                self.places[name] = rest.split()[0]


@contextmanager
def running(*arguments: str) -> Iterator[Process]:
    """A server while the context lasts."""
    process = Process(*arguments)
    try:
        yield process
    finally:
        process.close()
