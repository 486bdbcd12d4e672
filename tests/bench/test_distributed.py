"""Locust stays locust: workers, load shapes, its own files, stop time-outs, the web form."""

import csv
import json
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench._told import told
from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.result_files import read
from tests.bench.test_publish import adds_up, locust
from tests.reference_server.serve import serving

SHAPE = """
from locust import LoadTestShape

class Steps(LoadTestShape):
    def tick(self):
        run = self.get_run_time()
        return (1, 10) if run < 1.5 else (3, 10) if run < 3 else None
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def history_offset(server: str, channel: str) -> int:
    with V3Client(Endpoint(server)) as client:
        return int(client.history(channel=channel).result.offset)


def test_one_master_and_three_workers_add_up_to_the_last_call(server: str, tmp_path: Path) -> None:
    port, channel = str(free_port()), "history:three"
    results = tmp_path / "load.json"
    worker = [sys.executable, "-m", "locust", "-f", "bench", "--worker"]
    where = ["--master-host", "127.0.0.1", "--master-port", port]
    workers = [
        subprocess.Popen([*worker, *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(3)
    ]
    try:
        ran = locust(
            *(
                "--master",
                "--master-bind-port",
                port,
                "--expect-workers",
                "3",
                "-u",
                "3",
                "-r",
                "9",
            ),
            *("--host", server, "--channel", channel, "-t", "8s", "--in-flight", "5"),
            *("--results", str(results), "--csv", str(tmp_path / "stats")),
        )
    finally:
        for one in workers:
            one.kill()
            one.wait()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    result = read(results)
    assert result["generator"]["processes"] == 3
    outcomes = result["outcomes"]
    assert adds_up(outcomes)
    assert outcomes["ok"] == outcomes["sent"] == history_offset(server, channel) > 0
    assert result["latency"]["response"]["count"] == outcomes["ok"]
    assert sum(point["ok"] for point in result["series"]) == outcomes["ok"]
    with (tmp_path / "stats_stats.csv").open() as file:
        totals = {row["Name"]: int(row["Request Count"]) for row in csv.DictReader(file)}
    assert totals["Publish"] == totals["Aggregated"] == outcomes["ok"]


def test_a_load_shape_beside_it_leads_the_run(server: str, tmp_path: Path) -> None:
    shape = tmp_path / "shape.py"
    shape.write_text(SHAPE)
    results = tmp_path / "load.json"
    command = [sys.executable, "-m", "locust", "-f", f"bench,{shape}", "--headless"]
    options = ["--host", server, "--in-flight", "2", "--results", str(results)]
    ran = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Ramping to 3 users" in ran.stderr
    result = read(results)
    assert adds_up(result["outcomes"])
    assert result["outcomes"]["ok"] > 0


def test_its_own_html_tells_response_times_below_a_millisecond(server: str, tmp_path: Path) -> None:
    page, numbers = tmp_path / "report.html", tmp_path / "stats"
    ran = locust(
        *("--host", server, "-u", "1", "-t", "3s", "--in-flight", "1"),
        *("--html", str(page), "--json-file", str(numbers)),
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Publish" in page.read_text()
    entry = next(iter(json.loads(numbers.with_suffix(".json").read_text())))
    times = [float(time) for time in entry["response_times"]]
    assert any(time % 1 for time in times), "no whole milliseconds"
    assert sum(entry["response_times"].values()) == entry["num_requests"]


def test_a_warm_up_is_left_out_and_still_adds_up(server: str, tmp_path: Path) -> None:
    results, channel = tmp_path / "load.json", "history:warm"
    ran = locust(
        *("--host", server, "-u", "1", "-t", "3s", "--warmup", "1", "--in-flight", "4"),
        *("--channel", channel, "--results", str(results)),
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    result = read(results)
    warmup, measured = result["warmup"]["outcomes"], result["outcomes"]
    assert warmup["ok"] > 0
    assert measured["ok"] > 0
    assert warmup["ok"] + measured["ok"] == history_offset(server, channel)
    assert 1.5 < result["seconds"] < 3


def test_a_run_that_measured_nothing_says_why(server: str) -> None:
    ran = locust("--host", server, "-u", "1", "-t", "1s", "--warmup", "5", "--in-flight", "2")
    assert ran.returncode == 1
    assert "nothing was measured: the run ended within its --warmup of 5 s" in ran.stdout


def test_a_run_that_ended_before_its_users_were_connected_says_so(
    server: str, tmp_path: Path
) -> None:
    results = tmp_path / "load.json"
    assert (
        locust("--host", server, "-u", "1", "-t", "1s", "--results", str(results)).returncode == 0
    )
    result = read(results)
    assert "before a user" not in told(result)
    nothing = result | {"outcomes": dict.fromkeys(("sent", "ok", "cut_off", "missed"), 0)}
    nothing["outcomes"] |= {"api_errors": {}, "transport_errors": {}}
    assert "the run ended before a user was connected" in told(nothing)
    assert "before a user" not in told(nothing | {"connections": {"refused": {"refused": 3}}})


def test_a_stop_time_out_lets_the_last_calls_end(server: str, tmp_path: Path) -> None:
    results = tmp_path / "load.json"
    ran = locust(
        *("--host", server, "-u", "2", "-r", "9", "-t", "2s", "--stop-timeout", "5"),
        *("--results", str(results)),
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert read(results)["outcomes"]["cut_off"] == 0


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("", "no target: give --host localhost:10000"),
        ("localhost", "not an address: 'localhost'; give host:port, such as localhost:10000"),
        ("http://localhost:1", "not an address: 'http://localhost:1'; give host:port"),
    ],
)
def test_the_web_form_is_told_in_one_line(web: str, host: str, line: str) -> None:
    told = swarm(web, host=host, user_count="1", spawn_rate="1")
    assert told["success"] is False
    assert line in told["message"]


def test_a_run_from_the_web_form(web: str, server: str) -> None:
    told = swarm(web, host=server, user_count="1", spawn_rate="1", in_flight="3")
    assert told["success"] is True, told
    deadline = time.monotonic() + 30
    while stats(web)["total_rps"] == 0 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert stats(web)["total_rps"] > 0
    with urllib.request.urlopen(f"{web}/stop", b"") as answer:
        assert answer.status == 200


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    command = [sys.executable, "-m", "locust", "-f", "bench", "--web-host", "127.0.0.1"]
    port = free_port()
    with subprocess.Popen(
        [*command, "--web-port", str(port)], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any(re.search("Starting web interface", line) for line in lines)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.stderr.read()


def swarm(web: str, **form: str) -> Any:
    data = urllib.parse.urlencode(form).encode()
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"{web}/swarm", data) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("the web interface does not come up")


def stats(web: str) -> Any:
    with urllib.request.urlopen(f"{web}/stats/requests") as answer:
        return json.load(answer)
