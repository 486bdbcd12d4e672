"""Servers to repeat a recording on: configured like the recorded one, on free ports."""

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings.rows import Segment
from centrifugo_grpc.releases import Release

START_SECONDS = 30.0
_STEP = 0.02


@dataclass(frozen=True)
class Server:
    """Where a server listens: the GRPC API, uni gRPC and HTTP, each host:port."""

    api: str
    uni: str
    http: str
    process: "subprocess.Popen[bytes] | None" = None


@dataclass(frozen=True)
class Start:
    """How to start a server: a command in which `{config}` is the configuration file."""

    command: str

    def __call__(self, config: Path) -> list[str]:
        """The command line."""
        return [word.format(config=config) for word in shlex.split(self.command)]


def reference(release: Release) -> Start:
    """How to start the reference server as a release."""
    python = shlex.quote(sys.executable)
    return Start(f"{python} -m reference_server -c {{config}} --release {release}")


def config_of(segment: Segment, main: Mapping[str, Any], release: Release) -> dict[str, Any]:
    """The configuration of the rows of a segment; `main` is the recording's whole file.

    In 3 and later a row tells what its profile changes of it; in 2.8 the options that matter and
    the namespaces of its channels.
    """
    if release is not Release.V2_8:
        merged = _merged(main, segment.rows[0]["config"].get("options") or {})
        return _without_key(merged) if segment.profile == "nokey" else merged
    changes: dict[str, Any] = {}
    namespaces = {item["name"]: item for item in main["namespaces"]}
    for row in segment.rows:
        told = {key: value for key, value in row["config"].items() if not key.startswith("(")}
        named = told.pop("namespaces", [])
        if isinstance(named, list):
            namespaces |= {item["name"]: item for item in named}
        del told["id"]
        changes |= told
    return {**main, **changes, "namespaces": list(namespaces.values())}


@contextmanager
def running(
    start: Start,
    config: Mapping[str, Any],
    release: Release,
    folder: Path,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server with a configuration, on free ports of this machine."""
    api, uni, http = free_ports(3)
    file = folder / "config.json"
    file.write_text(json.dumps(_on_ports(config, release, api, uni, http)))
    log = folder / "server.log"
    kept = {name: value for name, value in os.environ.items() if "CENTRIFUGO" not in name}
    with log.open("wb") as output:
        process = subprocess.Popen(
            start(file), stdout=output, stderr=output, env={**kept, **(environ or {})}
        )
        try:
            _wait_for_port(process, api, log)
            yield Server(*(f"127.0.0.1:{port}" for port in (api, uni, http)), process)
        finally:
            process.terminate()
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_ports(count: int) -> Sequence[int]:
    """Ports that nobody listened on a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for held in sockets:
            held.bind(("127.0.0.1", 0))
        return [held.getsockname()[1] for held in sockets]
    finally:
        for held in sockets:
            held.close()


def _wait_for_port(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_STEP)
    raise Problem(f"the server did not start: {log.read_text(errors='replace')[-600:]}")


def _on_ports(
    config: Mapping[str, Any], release: Release, api: int, uni: int, http: int
) -> dict[str, Any]:
    if release >= Release.V6_9:
        return _merged(
            config,
            {
                "grpc_api": {"port": api},
                "uni_grpc": {"port": uni},
                "http_server": {"port": http},
            },
        )
    ports: dict[str, Any] = {"grpc_api_port": api, "port": str(http), "address": "127.0.0.1"}
    if release is not Release.V2_8:
        ports["uni_grpc_port"] = uni
    return {**config, **ports}


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
