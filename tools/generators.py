"""The load generators that `tools.compare` sets side by side: how each is run, what it tells."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from centrifugo_grpc.problem import Problem


@dataclass(frozen=True)
class Task:
    """What each of them has to do."""

    address: str
    dialect: str
    service: str
    channel: str
    payload_bytes: int
    message: bytes
    in_flight: int
    seconds: float

    @property
    def method(self) -> str:
        """The path of Publish."""
        return f"/{self.service}/Publish"


@dataclass(frozen=True)
class Measured:
    """What one of them did. `cpu` is in seconds; `rate` in calls a second."""

    ok: int
    errors: int
    rate: float
    p50_ms: float | None
    p99_ms: float | None
    cpu: float
    limit: str = ""

    @property
    def cpu_per_100k(self) -> float:
        """CPU seconds for 100,000 calls."""
        return self.cpu / self.ok * 1e5 if self.ok else float("inf")


def harness(task: Task) -> Measured:
    """The harness of this suite, one process, one user."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "load.json"
        _run(
            *(sys.executable, "-m", "locust", "-f", "bench", "--headless", "--only-summary"),
            *("--host", task.address, "--dialect", task.dialect, "--channel", task.channel),
            *("-u", "1", "-t", f"{task.seconds:g}s", "--in-flight", str(task.in_flight)),
            *("--payload-bytes", str(task.payload_bytes), "--results", str(results)),
            *("--fail-above", "1"),
        )
        result = json.loads(results.read_text())
    outcomes, percentiles = result["outcomes"], result["latency"]["response"]["percentiles"]
    errors = sum(outcomes["api_errors"].values()) + sum(outcomes["transport_errors"].values())
    return Measured(
        outcomes["ok"],
        errors,
        result["throughput"]["publications_per_second"],
        _ms(percentiles.get("50")),
        _ms(percentiles.get("99")),
        result["generator"]["cpu_seconds"],
        result["limit"]["label"],
    )


def recipe(task: Task) -> Measured:
    """Locust's own recipe, one process, as many users as calls in flight."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "recipe.json"
        users = str(task.in_flight)
        _run(
            *(sys.executable, "-m", "locust", "-f", "tools/rivals/recipe.py", "--headless"),
            *("--only-summary", "--host", task.address, "-u", users, "-r", users),
            *("-t", f"{task.seconds:g}s"),
            environ={
                "RIVAL_METHOD": task.method,
                "RIVAL_MESSAGE": task.message.hex(),
                "RIVAL_RESULT": str(result),
            },
        )
        return Measured(**json.loads(result.read_text()))


def grpc_aio(task: Task) -> Measured:
    """grpc.aio, one process, one channel."""
    said, _ = _run(
        *(sys.executable, "-m", "tools.rivals.grpc_aio", task.address, task.method),
        *(task.message.hex(), str(task.in_flight), str(task.seconds)),
    )
    return Measured(**json.loads(said))


def ghz(task: Task) -> Measured:
    """Ghz, one connection."""
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / "message"
        body.write_bytes(_varint(len(task.message)) + task.message)
        folder_of_protos = f"protos/{task.dialect}"
        said, cpu = _run(
            *("ghz", "--insecure", "-i", folder_of_protos, "--proto", "api.proto"),
            *("--call", f"{task.service}.Publish", "-B", str(body), "-c", str(task.in_flight)),
            *("--connections", "1", "-z", f"{task.seconds:g}s", "-t", "5s"),
            *("--duration-stop", "wait", "-O", "json"),
            task.address,
        )
    told = json.loads(said)
    statuses = told.get("statusCodeDistribution") or {}
    ok = statuses.get("OK", 0)
    by_percentile = {entry["percentage"]: entry for entry in told["latencyDistribution"] or []}
    return Measured(
        ok,
        sum(statuses.values()) - ok,
        ok / (told["total"] / 1e9),
        p50_ms=by_percentile[50]["latency"] / 1e6 if 50 in by_percentile else None,
        p99_ms=by_percentile[99]["latency"] / 1e6 if 99 in by_percentile else None,
        cpu=cpu,
    )


def h2load(task: Task) -> Measured:
    """h2load, one connection; it looks at HTTP statuses only."""
    with tempfile.TemporaryDirectory() as folder:
        body, log = Path(folder) / "body", Path(folder) / "log"
        size = len(task.message).to_bytes(4, "big")
        body.write_bytes(b"\0" + size + task.message)
        headers = ["te: trailers", "content-type: application/grpc", "grpc-timeout: 5000m"]
        said, cpu = _run(
            *("h2load", "-c", "1", "-t", "1", "-m", str(task.in_flight)),
            *("-D", f"{task.seconds:g}", "-d", str(body), f"--log-file={log}"),
            *(word for header in headers for word in ("-H", header)),
            f"http://{task.address}{task.method}",
        )
        times = sorted(int(line.split("\t")[2]) for line in log.read_text().splitlines())
    rate = re.search(r"([\d.]+) req/s", said)
    counts = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored", said)
    if rate is None or counts is None:
        raise Problem(f"h2load said nothing to be understood: {said[-200:]}")
    return Measured(
        int(counts[1]),
        int(counts[2]),
        float(rate[1]),
        p50_ms=times[len(times) // 2] / 1000 if times else None,
        p99_ms=times[int(len(times) * 0.99)] / 1000 if times else None,
        cpu=cpu,
    )


GENERATORS: dict[str, Callable[[Task], Measured]] = {
    "harness": harness,
    "h2load": h2load,
    "ghz": ghz,
    "grpc.aio": grpc_aio,
    "recipe": recipe,
}
_COMMANDS = {"ghz": "ghz", "h2load": "h2load"}


def installed() -> dict[str, Callable[[Task], Measured]]:
    """Those that can be run here."""
    return {
        name: run
        for name, run in GENERATORS.items()
        if name not in _COMMANDS or shutil.which(_COMMANDS[name])
    }


def _run(*command: str, environ: dict[str, str] | None = None) -> tuple[str, float]:
    """Output and CPU seconds of a command."""
    before = os.times()
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | (environ or {}),
    )
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    if ran.returncode not in {0, 1}:
        said = (ran.stderr or ran.stdout).strip().splitlines()
        raise Problem(f"{command[0]} failed: {said[-1] if said else ran.returncode}")
    return ran.stdout, cpu


def _varint(value: int) -> bytes:
    """What ghz wants before each message of a binary file."""
    low = value & 0x7F
    return bytes([low]) if value < 0x80 else bytes([low | 0x80]) + _varint(value >> 7)


def _ms(us: float | None) -> float | None:
    return None if us is None else us / 1000
