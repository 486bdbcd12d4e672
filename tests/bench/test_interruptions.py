"""What happens to a run in its middle: the server restarts, somebody stops it, a worker is gone."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.result_files import read
from tests.bench.test_distributed import free_port, history_offset
from tests.bench.test_publish import adds_up
from tests.reference_server.serve import serving, serving_process

COMMAND = (sys.executable, "-m", "locust", "-f", "bench", "--headless", "--only-summary")
PATIENCE = 60


def _heed_interrupts() -> None:
    """A shell has what it runs in the background ignore SIGINT, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A run that ends when somebody says so."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 - no other thread runs here
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.05)


def test_a_server_that_restarts_in_mid_run_is_found_again_and_all_of_it_is_counted(
    tmp_path: Path,
) -> None:
    port, channel, results = str(free_port()), "history:again", tmp_path / "load.json"
    where = ("--grpc_api_port", port)
    options = ("--host", f"localhost:{port}", "--channel", channel, "--in-flight", "7")
    with (
        serving_process(*where) as (first, address),
        running("-u", "1", *options, "--fail-above", "0.5", "--results", str(results)) as run,
    ):
        wait_until(lambda: history_offset(address, channel) > 50)
        before = history_offset(address, channel)
        first.terminate()
        first.wait(PATIENCE)
        with serving(*where) as again:
            wait_until(lambda: history_offset(again, channel) > 50)
            run.send_signal(signal.SIGTERM)
            said, _ = run.communicate(timeout=PATIENCE)
            after = history_offset(again, channel)
    assert run.returncode == 0, said
    assert "Traceback" not in said
    result = read(results)
    outcomes = result["outcomes"]
    assert adds_up(outcomes)
    assert outcomes["cut_off"] == 0
    errors = sum(outcomes["transport_errors"].values())
    assert errors <= 7, "no more than were under way"
    # What a server that stops says to the last calls is up to it.
    names = {name.split()[0] for name in outcomes["transport_errors"]}
    assert names <= {"UNAVAILABLE", "CANCELLED"}
    assert outcomes["ok"] - after >= before
    assert result["connections"]["refused"]["Connection refused"] >= 1
    assert "connections refused: " in said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_stopped_tells_what_it_counted(how: signal.Signals, tmp_path: Path) -> None:
    channel, results = f"history:{how.name}", tmp_path / "load.json"
    with serving() as address:
        options = ("--host", address, "--channel", channel, "--results", str(results))
        with running("-u", "1", "--in-flight", "5", *options) as run:
            wait_until(lambda: history_offset(address, channel) > 50)
            run.send_signal(how)
            said, _ = run.communicate(timeout=PATIENCE)
        taken = history_offset(address, channel)
    assert run.returncode == 0, said
    assert "Traceback" not in said
    outcomes = read(results)["outcomes"]
    assert outcomes["sent"] == outcomes["ok"] == taken
    assert f"{taken} sent = {taken} ok + 0 errors + 0 cut off" in said


def test_a_worker_that_is_killed_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    port, channel, results = str(free_port()), "history:gone", tmp_path / "load.json"
    worker = [sys.executable, "-m", "locust", "-f", "bench", "--worker"]
    where = ["--master-host", "127.0.0.1", "--master-port", port]
    with serving() as address:
        workers = [
            subprocess.Popen(
                [*worker, *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            for _ in range(2)
        ]
        try:
            with running(
                *("--master", "--master-bind-port", port, "--expect-workers", "2"),
                *("-u", "2", "-r", "9", "--host", address, "--channel", channel),
                *("--in-flight", "5", "--results", str(results)),
            ) as master:
                wait_until(lambda: history_offset(address, channel) > 50)
                workers[0].kill()
                time.sleep(5)
                master.send_signal(signal.SIGTERM)
                said, _ = master.communicate(timeout=PATIENCE)
            taken = history_offset(address, channel)
        finally:
            for one in workers:
                one.kill()
                one.wait()
    assert master.returncode == 1, said
    line = "1 of the workers went missing: what they did after they last reported is not counted"
    assert line in said
    result: Any = read(results)
    assert result["problems"] == [line]
    assert adds_up(result["outcomes"])
    assert 0 < result["outcomes"]["ok"] <= taken


def test_a_port_that_is_taken_over_by_something_else_is_named(tmp_path: Path) -> None:
    """A server that dies, in whose place something listens that speaks no HTTP/2."""
    port, results = free_port(), tmp_path / "load.json"
    options = ("--host", f"localhost:{port}", "--in-flight", "3", "--channel", "history:other")
    with (
        serving_process("--grpc_api_port", f"{port}") as (first, address),
        running("-u", "1", *options, "--results", str(results)) as run,
    ):
        wait_until(lambda: history_offset(address, "history:other") > 50)
        first.terminate()
        first.wait(PATIENCE)
        with socket.create_server(("localhost", port)) as listener:
            greeted: list[object] = []
            threading.Thread(target=_greet, args=(listener, greeted), daemon=True).start()
            # It comes again once it has seen what the first greeting was.
            wait_until(lambda: len(greeted) > 1)
            run.send_signal(signal.SIGTERM)
            said, _ = run.communicate(timeout=PATIENCE)
            listener.shutdown(socket.SHUT_RDWR)
    assert "Traceback" not in said
    refused = read(results)["connections"]["refused"]
    assert any("PROTOCOL_ERROR" in why or "FRAME_SIZE" in why for why in refused), refused


def _greet(listener: socket.socket, greeted: list[object]) -> None:
    while True:
        try:
            connection, whom = listener.accept()
        except OSError:
            return
        greeted.append(whom)
        with connection:
            connection.sendall(b"220 mail.example ESMTP ready, and what would you like?\r\n")
            time.sleep(0.05)
