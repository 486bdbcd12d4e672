"""Servers in processes of their own: this one, and real releases where they are offered."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.naming import parse_release

START_SECONDS = 60.0


def environment() -> dict[str, str]:
    """This process's without Centrifugo's variables."""
    return {name: value for name, value in os.environ.items() if "CENTRIFUGO" not in name}


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment() | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=folder,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def answers(address: str) -> bool:
    """Whether a gRPC server answers there in time."""
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(START_SECONDS)
        except grpc.FutureTimeoutError:
            return False
    return True


def binary_of(release: Release) -> Path | None:
    """A real Centrifugo of a release: from the folder CENTRIFUGO_BINARIES, else from PATH.

    In the folder the names tell the version: builds from source do not know theirs.
    """
    folder = os.environ.get("CENTRIFUGO_BINARIES")
    if folder:
        found = sorted(Path(folder).glob(f"centrifugo-{release}*"))
        return found[0] if found else None
    on_path = shutil.which("centrifugo")
    if on_path and _told_release(on_path) is release:
        return Path(on_path)
    return None


def _told_release(binary: str) -> Release | None:
    told = subprocess.run([binary, "version"], capture_output=True, text=True, check=False)
    for word in (told.stdout + told.stderr).split():
        with contextlib.suppress(Problem):
            return parse_release(word.lstrip("v"))
    return None


def with_free_ports(file: Path, folder: Path, release: Release) -> tuple[Path, int]:
    """A copy of a target file on ports of its own, and that of its GRPC API."""
    options: dict[str, Any] = json.loads(file.read_text())
    port = free_port()
    if release >= Release.V6_9:
        options["grpc_api"]["port"] = port
        options["uni_grpc"]["port"] = free_port()
        options["http_server"]["port"] = free_port()
    else:
        options |= {"grpc_api_port": port, "uni_grpc_port": free_port(), "port": str(free_port())}
    copy = folder / "main.json"
    copy.write_text(json.dumps(options))
    return copy, port


def wait_for_end(process: "subprocess.Popen[str]") -> int | None:
    """The exit code, or None if the process is still running in the end."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return process.poll()
