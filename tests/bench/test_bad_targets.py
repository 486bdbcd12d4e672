"""Targets that fail: counted and named, one line, a non-zero exit, and the result file written."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.result_files import read
from tests.bench.test_publish import adds_up, locust
from tests.faults.network import network


@contextmanager
def calibrated(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "tools.calibration_server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[2], process
        finally:
            process.kill()
            process.wait()


def load(tmp_path: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], Any]:
    results = tmp_path / "load.json"
    ran = locust("-u", "1", "--results", str(results), *arguments)
    result = read(results)
    assert adds_up(result["outcomes"])
    assert "Traceback" not in ran.stdout + ran.stderr
    return ran, result


def test_no_server_is_one_line_and_a_result(tmp_path: Path) -> None:
    ran, result = load(tmp_path, "--host", "localhost:1", "-t", "3s")
    assert ran.returncode == 2
    assert result["outcomes"]["sent"] == 0
    assert result["target"]["release"] is None
    assert len(result["problems"]) == 1
    assert result["problems"][0].startswith("nothing listens on localhost:1")


def test_a_server_that_dies_in_mid_run_is_named(tmp_path: Path) -> None:
    with calibrated("--service-ms", "20") as (address, server), network(address) as between:
        between.at(4_000, server.kill)
        ran, result = load(tmp_path, "--host", between.address, "-t", "5s", "--in-flight", "5")
    assert ran.returncode == 1
    outcomes = result["outcomes"]
    assert outcomes["ok"] > 0
    assert all(name.startswith("UNAVAILABLE") for name in outcomes["transport_errors"])
    assert sum(outcomes["transport_errors"].values()) == 5, "those that were under way"
    assert sum(result["connections"]["lost"].values()) == 1
    assert result["connections"]["refused"]
    assert "connections lost: 1" in ran.stdout


def test_a_share_of_errors_that_is_allowed_does_not_fail_the_run(tmp_path: Path) -> None:
    slow = ("--slow-one-in", "20", "--slow-ms", "3000", "--service-ms", "5")
    options = ("-t", "3s", "--in-flight", "10", "--deadline", "0.5")
    with calibrated(*slow) as (address, _):
        ran, result = load(tmp_path, "--host", address, *options)
        assert ran.returncode == 1
        names = result["outcomes"]["transport_errors"]
        assert all(name.startswith("DEADLINE_EXCEEDED") for name in names)
        ran, _ = load(tmp_path, "--host", address, *options, "--fail-above", "0.9")
    assert ran.returncode == 0


def test_a_server_slower_than_the_asked_rate_is_told(tmp_path: Path) -> None:
    options = ("--rate", "200", "--in-flight", "5", "--deadline", "1", "-t", "4s")
    with calibrated("--cap", "40") as (address, _):
        ran, result = load(tmp_path, "--host", address, *options, "--fail-above", "1")
    outcomes = result["outcomes"]
    assert outcomes["missed"] > 100
    assert re.search(r"\d+ starts never happened", ran.stdout)
    asked = 200 * result["seconds"]
    assert outcomes["sent"] + outcomes["missed"] == pytest.approx(asked, rel=0.1)
    latency = result["latency"]
    assert latency["send_delay"]["max"] > 500_000
    assert latency["response"]["max"] > latency["service"]["max"]


def test_a_result_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with calibrated() as (address, _):
        ran = locust(
            *("-u", "1", "-t", "1s", "--in-flight", "2", "--host", address),
            *("--results", str(tmp_path / "file" / "load.json")),
        )
    assert ran.returncode == 2
    said = ran.stdout + ran.stderr
    assert said.count("cannot write the results to") == 1
    assert " sent = " not in said, "the load does not start"
