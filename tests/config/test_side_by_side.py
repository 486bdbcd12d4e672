"""Configurations that were given to the real releases: what stopped them stops this server.

`starts.jsonl` holds what 2.8.7, 3.2.3, 4.1.5, 5.4.9 and 6.9.1 did with each. Where a release is at
hand (CENTRIFUGO_BINARIES), a part of them is given to it again.
"""

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config.command_line import parse_command_line
from reference_server.config.load import load_settings
from tests.config import processes
from tests.config.processes import START_SECONDS, binary_of, environment, free_port, running

CASES = [
    json.loads(line) for line in Path(__file__).with_name("starts.jsonl").read_text().splitlines()
]
RELEASES = pytest.mark.parametrize("release", list(Release), ids=str)
EVERY = 12
"""Of so many cases one is given to the real release again."""


def cases_of(release: Release) -> list[dict[str, Any]]:
    found = [case for case in CASES if case["release"] == str(release)]
    assert len(found) > 50
    return found


def written(case: dict[str, Any], folder: Path) -> Path:
    path = folder / str(case.get("name", "config.json"))
    path.write_text(case["text"] if "text" in case else json.dumps(case["file"]))
    return path


@RELEASES
def test_what_stops_a_release_stops_this_server_and_nothing_else_does(
    release: Release, tmp_path: Path
) -> None:
    wrong = []
    for case in cases_of(release):
        line = ["-c", str(written(case, tmp_path)), "--release", str(release)]
        line += ["--grpc_api"] if "text" in case else []
        try:
            load_settings(parse_command_line(line), case.get("environ", {}))
        except Problem as problem:
            if case["starts"] or "\n" in str(problem):
                wrong.append((case, str(problem)))
        else:
            if not case["starts"]:
                wrong.append((case, "starts"))
    assert wrong == []


@RELEASES
def test_the_real_release_still_does_what_is_written_down(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = binary_of(release)
    if binary is None:
        pytest.skip(f"no Centrifugo {release} in the folder CENTRIFUGO_BINARIES, nor on PATH")
    for case in cases_of(release)[::EVERY]:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        file = written(case, folder)
        with monkeypatch.context() as patched:
            environ = environment() | case.get("environ", {})
            patched.setattr(processes, "environment", lambda environ=environ: environ)
            assert _starts(binary, file, folder, release) is case["starts"], case


def _starts(binary: Path, file: Path, folder: Path, release: Release) -> bool:
    http = free_port()
    ports = (
        [f"--http_server.port={http}", f"--grpc_api.port={free_port()}"]
        if release >= Release.V6_9
        else [f"--port={http}", f"--grpc_api_port={free_port()}"]
    )
    with running([str(binary), "-c", file.name, *ports], folder) as process:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", http)) == 0:
                    return True
            time.sleep(0.02)
    return False
