"""Starts the reference server, a process of its own like any other target, on a free port."""

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from conformance.options import KEY_VARIABLE, Options
from conformance.profile import shipped

START_SECONDS = 20.0
STOP_SECONDS = 10.0
NAME = "the reference server"
_GREETING = ["listening", "on"]


@contextlib.contextmanager
def reference_server(options: Options) -> Iterator[str]:
    """A reference server for one run; yields its address. Raises `Problem` if it does not start."""
    command = [sys.executable, "-m", "reference_server", "--grpc_api_port", "0"]
    if options.release is not None:
        command += ["--release", str(options.release)]
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=_environment(options),
        )
        assert process.stdout is not None
        try:
            yield _address(process.stdout, complaints)
        finally:
            _stop(process)


def profiles(options: Options) -> tuple[Path, ...]:
    """The profiles that go with what the reference server starts from."""
    releases = (Release.V2_8, Release.V6_9) if options.release is None else (options.release,)
    return options.profiles or tuple(shipped(release) for release in releases)


def _environment(options: Options) -> dict[str, str]:
    """Our own, with the modules that it has, and the key that the run uses."""
    home = str(Path(__file__).parent.parent)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return environment | ({KEY_VARIABLE: options.api_key} if options.api_key else {})


def _address(stdout: IO[str], complaints: IO[str]) -> str:
    first: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_drain, args=(stdout, first), daemon=True).start()
    try:
        words = first.get(timeout=START_SECONDS).split()
    except queue.Empty:
        raise Problem(f"the reference server did not answer in {START_SECONDS:g} s") from None
    if words[:2] != _GREETING or len(words) < 3:
        complaints.seek(0)
        said = complaints.read().strip().splitlines() or [" ".join(words) or "it said nothing"]
        raise Problem(f"the reference server did not start: {said[-1]}")
    return words[2]


def _drain(stdout: IO[str], first: "queue.Queue[str]") -> None:
    """Hand over the first line and read the rest away: a full pipe would stop the server."""
    with stdout:
        first.put(stdout.readline())
        for _ in stdout:
            pass


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
