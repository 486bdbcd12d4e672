"""Servers to repeat a recording on, configured like the recorded one."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from centrifugo_grpc.launching import Launch, Launcher
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.releases import Release

STARTS = 3
START_SECONDS = 60.0
"""Several servers start at once beside whatever else a machine does."""

_UNNAMED = {"minimal"}
"""Profiles of 2.8 whose file gave the node no name."""


class NotStartedHereError(Exception):
    """What was asked for takes a server that was started here."""


class Server(Protocol):
    """A server and where it listens: the GRPC API, uni gRPC and HTTP, each host:port."""

    @property
    def api(self) -> str:
        """The address of the GRPC API."""

    @property
    def uni(self) -> str:
        """The address of uni gRPC."""

    @property
    def http(self) -> str:
        """The address of the WebSocket endpoint."""

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running server; raises `NotStartedHereError` if it runs elsewhere."""

    def down(self) -> contextlib.AbstractContextManager[None]:
        """Stopped inside, and started again after that, on the same ports."""

    def reload(self, config: Mapping[str, Any], /) -> None:
        """Change its configuration and have it read that again."""


@dataclass(frozen=True)
class Given:
    """A server that was running already."""

    api: str
    uni: str
    http: str

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """Not ours."""
        raise NotStartedHereError

    def down(self) -> contextlib.AbstractContextManager[None]:
        """Not ours to stop."""
        raise NotStartedHereError

    def reload(self, _config: Mapping[str, Any], /) -> None:
        """Not ours to configure."""
        raise NotStartedHereError


@dataclass
class Launched:
    """A server that was started here."""

    launcher: Launcher
    launch: Launch

    @property
    def api(self) -> str:
        """The address of the GRPC API."""
        return self.launch.address

    @property
    def uni(self) -> str:
        """The address of uni gRPC, which 2.8 does not have."""
        return self.launch.streams.get("uni", self.api)

    @property
    def http(self) -> str:
        """The address of the WebSocket endpoint."""
        return self.launch.streams["http"]

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running server."""
        return self.launcher.process(self.launch.address)

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Stopped inside, and started again after that, on the same ports."""
        self.process.terminate()
        self.process.wait()
        yield
        self.launcher.start([self.launch])

    def reload(self, config: Mapping[str, Any], /) -> None:
        """Change its configuration and have it read that again."""
        self.launch.config.write_text(json.dumps(config), encoding="utf-8")
        self.launcher.reload(self.launch)


def reference(release: Release) -> str:
    """The command that starts the reference server as a release."""
    return f"'{sys.executable}' -m reference_server -c {{config}} --release {release}"


def config_of(rows: Sequence[Row], main: Mapping[str, Any], release: Release) -> dict[str, Any]:
    """The configuration that rows were recorded with; `main` is the recording's whole file.

    In 3 and later a row tells what its profile changes of it; in 2.8 the options that matter and
    the namespaces of its channels.
    """
    if release is not Release.V2_8:
        merged = _merged(main, rows[0]["config"].get("options") or {})
        return _without_key(merged) if rows[0]["config"]["profile"] == "nokey" else merged
    changes: dict[str, Any] = {}
    namespaces = {item["name"]: item for item in main["namespaces"]}
    for row in rows:
        told = {key: value for key, value in row["config"].items() if not key.startswith("(")}
        named = told.pop("namespaces", [])
        if isinstance(named, list):
            namespaces |= {item["name"]: item for item in named}
        del told["id"]
        changes |= told
    if rows[0]["config"]["id"] in _UNNAMED:
        changes["name"] = ""
    return {**main, **changes, "namespaces": list(namespaces.values())}


@contextlib.contextmanager
def running(
    command: str, config: Mapping[str, Any], release: Release, environ: Mapping[str, str]
) -> Iterator[Server]:
    """Run a server with a configuration, on free ports of this machine."""
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        file = Path(folder) / "recorded.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        launcher = Launcher()
        try:
            launch = _started(
                launcher, lambda: Launch(command, file, release, environ, START_SECONDS)
            )
            yield Launched(launcher, launch)
        finally:
            launcher.close()


def _started(launcher: Launcher, made: Callable[[], Launch]) -> Launch:
    """Start a server; again if it ended, for somebody else may have taken its port before it."""
    for _ in range(STARTS - 1):
        launch = made()
        try:
            launcher.start([launch])
        except Problem:
            if not launcher.ended(launch.address):
                raise
        else:
            if not launcher.ended(launch.address):
                return launch
    launch = made()
    launcher.start([launch])
    return launch


def _without_key(config: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in config.items() if name != "grpc_api_key"}
    if isinstance(kept["grpc_api"], Mapping):
        kept["grpc_api"] = {name: item for name, item in kept["grpc_api"].items() if name != "key"}
    return kept


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        held = merged.get(key)
        is_section = isinstance(held, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(held, value) if is_section else value  # type: ignore[arg-type]
    return merged
