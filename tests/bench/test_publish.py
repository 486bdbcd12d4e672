"""`locust -f bench`, run as its users run it, in a process of its own."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.result_files import read
from tests.reference_server.serve import serving

TOO_SHORT = "the run ended before a user was connected; give it a longer --run-time"
LONGER = "30s"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


def locust(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it; anew and longer, as it says itself, if a busy machine gave it no time to connect."""
    command = [sys.executable, "-m", "locust", "-f", "bench", "--headless", "--only-summary"]
    ran = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=900, check=False
    )
    if TOO_SHORT in ran.stdout + ran.stderr and LONGER not in arguments:
        return locust(*arguments, "-t", LONGER)
    return ran


def loaded(tmp_path: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], Any]:
    results = tmp_path / "load.json"
    ran = locust("-u", "1", "-t", "2s", "--in-flight", "8", "--results", str(results), *arguments)
    return ran, read(results)


def adds_up(outcomes: dict[str, Any]) -> bool:
    errors = sum(outcomes["api_errors"].values()) + sum(outcomes["transport_errors"].values())
    return bool(outcomes["sent"] == outcomes["ok"] + errors + outcomes["cut_off"])


@pytest.mark.parametrize("dialect", ["v2", "v3"])
def test_it_publishes_binary_payloads(server: str, dialect: str, tmp_path: Path) -> None:
    channel = f"history:load-{dialect}"
    ran, result = loaded(
        tmp_path,
        "--host",
        server,
        "--dialect",
        dialect,
        "--channel",
        channel,
        "--payload-bytes",
        "64",
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert result["target"]["dialect"] == dialect
    assert result["outcomes"]["ok"] > 100
    assert result["outcomes"]["api_errors"] == result["outcomes"]["transport_errors"] == {}
    assert adds_up(result["outcomes"])
    assert result["latency"]["response"]["count"] == result["outcomes"]["ok"]
    assert sum(point["ok"] for point in result["series"]) == result["outcomes"]["ok"]
    if dialect == "v3":
        with V3Client(Endpoint(server)) as client:
            history = client.history(channel=channel, limit=-1).result
        assert history.offset == result["outcomes"]["ok"]
        assert {len(publication.data) for publication in history.publications} == {64}


def test_api_errors_are_counted_apart_and_fail_the_run(server: str, tmp_path: Path) -> None:
    ran, result = loaded(tmp_path, "--host", server, "--channel", "nope:a")
    assert ran.returncode == 1
    outcomes = result["outcomes"]
    assert list(outcomes["api_errors"]) == ["102 unknown channel"]
    assert outcomes["transport_errors"] == {}
    assert outcomes["ok"] == 0
    assert adds_up(outcomes)


def test_two_processes_add_up(server: str, tmp_path: Path) -> None:
    channel = "history:two"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    # Else its workers meet at locust's own port, where another run's may be.
    meeting = ("--master-bind-port", port, "--master-port", port)
    options = ("--channel", channel, "--processes", "2", "-u", "2", "-t", "5s", *meeting)
    ran, result = loaded(tmp_path, "--host", server, *options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert result["generator"]["processes"] == 2
    assert adds_up(result["outcomes"])
    with V3Client(Endpoint(server)) as client:
        assert client.history(channel=channel).result.offset == result["outcomes"]["ok"]


def test_exactly_one_user_class_is_found() -> None:
    ran = locust("--list")
    assert ran.stdout.split() == ["Available", "Users:", "CentrifugoUser"]


def test_no_percentile_is_shown_with_fewer_than_ten_samples_beyond_it(
    server: str, tmp_path: Path
) -> None:
    _, result = loaded(tmp_path, "--host", server)
    latency = result["latency"]["response"]
    for name in ("50", "90", "99", "99.9", "99.99"):
        enough = latency["count"] * (100 - float(name)) / 100 >= 10
        assert (name in latency["percentiles"]) == enough


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "no target: give --host localhost:10000"),
        (("--host", "localhost"), "not an address: 'localhost'"),
        (("--host", "http://localhost:10000"), "without a scheme"),
        (("--host", "localhost:1"), "nothing listens on localhost:1"),
        (("--host", "localhost:1", "--scenario", "nope"), "unknown scenario 'nope'"),
        (("--host", "localhost:1", "--dialect", "v9"), "unknown dialect 'v9'"),
        (("--host", "localhost:1", "--payload-bytes", "0"), "--payload-bytes 0"),
        (("--host", "localhost:1", "--in-flight", "0"), "--in-flight 0"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], line: str) -> None:
    ran = locust("-u", "1", "-t", "5s", *arguments)
    assert ran.returncode != 0
    said = ran.stdout + ran.stderr
    assert line in said
    assert "Traceback" not in said


def test_tls_against_plaintext_is_one_line(server: str) -> None:
    ran = locust("-u", "1", "-t", "5s", "--host", server, "--tls")
    assert ran.returncode != 0
    assert "does not speak TLS" in ran.stdout + ran.stderr


def test_a_wrong_key_is_one_line(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"grpc_api": {"enabled": True, "key": "right"}}))
    with serving("-c", str(config)) as guarded:
        ran = locust("-u", "1", "-t", "5s", "--host", guarded, "--api-key", "wrong")
        assert "refuses the API key" in ran.stdout + ran.stderr
        assert ran.returncode != 0
        _, result = loaded(tmp_path, "--host", guarded, "--api-key", "right")
    assert result["outcomes"]["ok"] > 10
    assert "right" not in json.dumps(result["options"])
