"""Starts servers to measure, each with a copy of its configuration, on free ports."""

import json
import os
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from centrifugo_grpc.endpoint import split_address
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release

START_SECONDS = 60.0
STOP_SECONDS = 10.0
STREAM_SECONDS = 1.0
"""How much later than the GRPC API a stream may begin to listen."""
CONFIG = "{config}"
_LOG = "log"
_POLL_SECONDS = 0.02
_HOST = "127.0.0.1"
_FLAT_PORTS = {"grpc": "grpc_api_port", "uni": "uni_grpc_port", "http": "port"}
_SECTIONS = {"grpc": "grpc_api", "uni": "uni_grpc", "http": "http_server"}


@dataclass(frozen=True)
class Launch:
    """A server to start: by which command, what its configuration is, which ports it gets.

    `command` has `{config}` where the configuration's path belongs. `streams` are the addresses
    that the copy names besides the GRPC API's.
    """

    command: str
    config: Path
    release: Release
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: float = field(default_factory=lambda: START_SECONDS)
    ports: Mapping[str, int] = field(default_factory=lambda: _free_ports("grpc", "uni", "http"))

    @property
    def address(self) -> str:
        """Where its GRPC API will be."""
        return f"{_HOST}:{self.ports['grpc']}"

    @property
    def streams(self) -> dict[str, str]:
        """Where its subscribers will come."""
        kinds = ("http",) if self.release is Release.V2_8 else ("uni", "http")
        return {kind: f"{_HOST}:{self.ports[kind]}" for kind in kinds}

    def words(self, folder: Path) -> list[str]:
        """The command, with a copy of the configuration in `folder`."""
        if CONFIG not in self.command:
            raise Problem(f"--launch has no {CONFIG}: say where the configuration's path belongs")
        copy = folder / self.config.name
        copy.write_text(json.dumps(self._moved(), indent=1), encoding="utf-8")
        try:
            words = shlex.split(self.command)
        except ValueError as error:
            raise Problem(f"--launch is no command: {error}") from None
        return [word.replace(CONFIG, str(copy)) for word in words]

    def _moved(self) -> dict[str, Any]:
        """The configuration with the ports of this run, and paths that hold from any folder."""
        try:
            document = json.loads(self.config.read_text(encoding="utf-8"))
        except OSError as error:
            raise Problem(f"cannot read {self.config}: {error.strerror}") from error
        except ValueError as error:
            raise Problem(f"{self.config} is no JSON: {error}") from error
        for kind, port in self.ports.items():
            if self.release >= Release.V6_9:
                document.setdefault(_SECTIONS[kind], {})["port"] = port
            else:
                # 2.8 wants this one as text.
                document[_FLAT_PORTS[kind]] = str(port) if kind == "http" else port
        moved: dict[str, Any] = _absolute(document, self.config.parent)
        return moved


class Launcher:
    """The servers that a run has started; `close` stops them."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        self._folders: dict[str, Path] = {}

    def start(self, launches: Iterable[Launch]) -> None:
        """Start servers together and wait until all answer; raises `Problem` if one does not."""
        launches = list(launches)
        if not launches:
            return
        with ThreadPoolExecutor(len(launches)) as pool:
            for done in [pool.submit(self._start, launch) for launch in launches]:
                done.result()

    def close(self) -> None:
        """Stop what was started, all at once."""
        for process in self._servers.values():
            process.terminate()
        self._stack.close()

    def process(self, address: str) -> "subprocess.Popen[bytes]":
        """The server that was started at this address."""
        return self._servers[address]

    def reload(self, launch: Launch) -> None:
        """Have a server read its configuration, which has changed, again (SIGHUP).

        Returns when the server has told of it in its log.
        """
        folder = self._folders[launch.address]
        log = folder / _LOG
        before = log.stat().st_size
        launch.words(folder)
        self.process(launch.address).send_signal(signal.SIGHUP)
        deadline = time.monotonic() + launch.patience
        while log.stat().st_size == before:
            if time.monotonic() > deadline:
                raise Problem(f"the server on {launch.address} did not tell of a new configuration")
            time.sleep(_POLL_SECONDS)

    def ended(self, address: str) -> bool:
        """Whether the server at this address has ended by itself."""
        return address in self._servers and self._servers[address].poll() is not None

    def _start(self, launch: Launch) -> None:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-"))
        words = launch.words(Path(folder))
        log = Path(folder) / _LOG
        self._folders[launch.address] = Path(folder)
        with log.open("wb") as output:
            try:
                process = subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**environment(), **launch.environment},
                )
            except OSError as error:
                raise Problem(f"cannot start {words[0]}: {error.strerror}") from error
        self._servers[launch.address] = process
        self._stack.callback(_stop, process)
        _wait(launch, process, log)


def listens(address: str) -> bool:
    """Whether something takes connections there."""
    try:
        with socket.create_connection(split_address(address), 1.0):
            return True
    except OSError:
        return False


def environment() -> dict[str, str]:
    """Ours, without Centrifugo's own variables, with this suite's modules to be found."""
    home = str(Path(__file__).parent.parent)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: value for name, value in os.environ.items() if "CENTRIFUGO_" not in name}
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}


def _wait(launch: Launch, process: "subprocess.Popen[bytes]", log: Path) -> None:
    name = f"{launch.config.parent.name}/{launch.config.name}"
    deadline = time.monotonic() + launch.patience
    while not listens(launch.address):
        if process.poll() is not None:
            raise Problem(f"the server for {name} did not start: {_last_line(log)}")
        if time.monotonic() > deadline:
            raise Problem(
                f"the server for {name} did not listen on {launch.address} within"
                f" {launch.patience:g} s: does it read the file in place of {CONFIG}?"
            )
        time.sleep(_POLL_SECONDS)
    deadline = time.monotonic() + STREAM_SECONDS
    for address in launch.streams.values():
        while not listens(address) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _absolute(value: Any, folder: Path) -> Any:
    """A configuration whose paths of files, which are relative to its folder, are absolute."""
    if isinstance(value, dict):
        return {name: _absolute(item, folder) for name, item in value.items()}
    if isinstance(value, list):
        return [_absolute(item, folder) for item in value]
    if isinstance(value, str) and value.startswith(("./", "../")):
        return str((folder / value).resolve())
    return value


def _free_ports(*kinds: str) -> dict[str, int]:
    with ExitStack() as stack:
        sockets = {kind: stack.enter_context(socket.socket()) for kind in kinds}
        for each in sockets.values():
            each.bind((_HOST, 0))
        return {kind: int(each.getsockname()[1]) for kind, each in sockets.items()}
