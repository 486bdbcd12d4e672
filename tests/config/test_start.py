"""The target files start this server, and each its real release where that is at hand."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from centrifugo_grpc.releases import Release, dialect_of
from reference_server.config.load import shipped_file
from tests.config.processes import (
    answers,
    binary_of,
    environment,
    running,
    wait_for_end,
    with_free_ports,
)
from tests.reference_server.serve import FREE_PORTS

RELEASES = pytest.mark.parametrize("release", list(Release), ids=str)
SERVER = [sys.executable, "-m", "reference_server"]


def ended(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*SERVER, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment() | {"PYTHONPATH": str(shipped_file(Release.V2_8).parents[3])},
        cwd=folder,
        check=False,
    )


@RELEASES
def test_a_target_file_starts_the_reference_server(release: Release, tmp_path: Path) -> None:
    path = str(shipped_file(release))
    command = [*SERVER, "-c", path, "--release", str(release), *FREE_PORTS]
    with running(command, tmp_path) as process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        assert words[:2] == ["listening", "on"]
        assert words[3:6] == [f"({dialect_of(release)}", "as", f"{release}),"]
        assert answers(words[2])


@RELEASES
def test_a_target_file_starts_its_real_release(release: Release, tmp_path: Path) -> None:
    binary = binary_of(release)
    if binary is None:
        pytest.skip(
            f"no Centrifugo {release} in the folder CENTRIFUGO_BINARIES, nor as centrifugo on PATH"
        )
    file, port = with_free_ports(shipped_file(release), tmp_path, release)
    with running([str(binary), "-c", str(file)], tmp_path):
        assert answers(f"127.0.0.1:{port}")


def test_6_9_does_not_start_from_a_flat_file_and_this_server_does_not_either(
    tmp_path: Path,
) -> None:
    flat = shipped_file(Release.V5_4)
    assert ended(tmp_path, "-c", str(flat), "--release", "6.9").returncode == 2
    binary = binary_of(Release.V6_9)
    if binary is None:
        pytest.skip("no Centrifugo 6.9 in the folder CENTRIFUGO_BINARIES, nor on PATH")
    with running([str(binary), "-c", str(flat)], tmp_path) as process:
        assert wait_for_end(process) == 1


def test_a_broken_file_ends_the_server_with_one_line_and_2(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{\n"grpc_api": true,,\n}')
    end = ended(tmp_path, "-c", "config.json")
    assert end.returncode == 2
    assert end.stdout == ""
    (line,) = end.stderr.splitlines()
    assert "config.json does not parse" in line
    assert "line 2 column 18" in line


def test_with_the_api_off_clients_are_served_and_a_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    command = [*SERVER, "--config=config.json", "--release", "2.8", "--port", "0"]
    with running(command, tmp_path) as process:
        assert process.stdout is not None
        warning, listening = process.stdout.readline(), process.stdout.readline()
        assert warning.startswith("warning: config.json leaves the GRPC API off")
        assert listening.startswith("listening on HTTP on ")
        port = int(listening.split()[4].rpartition(":")[2])
        with socket.create_connection(("localhost", port), 10) as client:
            client.sendall(b"GET /connection/websocket HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 400"


def test_with_everything_off_the_server_ends_with_one_line_and_2(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"websocket_disable": true}')
    end = ended(tmp_path, "--config=config.json", "--release", "2.8")
    assert (end.returncode, end.stdout) == (2, "")
    assert end.stderr.splitlines()[1:] == [
        "there is nothing to serve: GRPC API, uni GRPC and WebSocket are all off"
    ]
