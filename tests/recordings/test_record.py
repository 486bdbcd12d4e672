"""`python -m centrifugo_grpc record` repeats cases on a server and writes what it answers."""

import subprocess
import sys
from pathlib import Path

from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.rows import load, profile_of
from centrifugo_grpc.releases import LATEST
from tests.reference_server.serve import serving

CASES = str(Path(__file__).parent)


def record(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "centrifugo_grpc", "record", *arguments, "--cases", CASES]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_server_that_is_started_is_recorded_profile_by_profile(tmp_path: Path) -> None:
    output = tmp_path / "own.jsonl.xz"
    done = record(
        *("6.9.1", "--profile", "transport", "--output", str(output)),
        *("--launch", servers.reference(LATEST)),
    )
    assert done.returncode == 0, done.stderr
    recorded = [row for row in load(Path(CASES, "rows", "6.9.1.jsonl.xz")) if _is_transport(row)]
    written = load(output)
    assert [row["case"] for row in written] == [row["case"] for row in recorded]
    assert [row.get("grpc_error") for row in written] == [row.get("grpc_error") for row in recorded]
    assert "13 rows, 0 of them not as in 6.9.1" in done.stdout


def test_a_server_that_runs_is_recorded_and_what_differs_is_told(tmp_path: Path) -> None:
    output = tmp_path / "own.jsonl.xz"
    with serving("--release", "6.9", CENTRIFUGO_GRPC_API_KEY="another") as address:
        done = record(
            *("6.9.1", "--profile", "transport", "--output", str(output)),
            *("--target", address.removesuffix(",")),
        )
    assert done.returncode == 0, done.stderr
    assert "transport-errors-config-ok\n    /response: recorded {'result': {}}" in done.stdout
    assert len(load(output)) == 13


def test_what_cannot_be_recorded_is_told_in_one_line(tmp_path: Path) -> None:
    output = str(tmp_path / "own.jsonl.xz")
    for arguments in (
        ("6.9.1", "--output", output),
        ("6.9.1", "--output", output, "--target", "a:1", "--launch", "x {config}"),
        ("7.0.1", "--output", output, "--target", "a:1"),
        ("6.9.1", "--output", output, "--launch", "no-such-server {config}"),
        ("6.9.1", "--output", output, "--target", "a:1", "--profile", "none-such"),
    ):
        done = record(*arguments)
        assert done.returncode == 2, arguments
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1, done.stderr


def _is_transport(row: dict[str, object]) -> bool:
    return profile_of(row) == "transport"
