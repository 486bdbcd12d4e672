"""*delivery* and *capacity* from end to end: what a server does, right or wrong, is told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.bench.test_bad_targets import calibrated, load
from tests.bench.test_distributed import free_port
from tests.reference_server.serve import serving

SECRET = "a secret of thirty-two characters"
CONFIGS: dict[str, Any] = {
    "2.8": {"grpc_api": True, "token_hmac_secret_key": SECRET},
    "3.2": {"grpc_api": True, "token_hmac_secret_key": SECRET, "uni_grpc": True},
    "6.9": {
        "grpc_api": {"enabled": True},
        "client": {"token": {"hmac_secret_key": SECRET}},
        "uni_grpc": {"enabled": True},
    },
}


@pytest.mark.parametrize("release", CONFIGS)
def test_ten_subscribers_miss_nothing(release: str, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CONFIGS[release]))
    http, uni = free_port(), free_port()
    ports, at = ["--port", f"{http}"], f"ws://127.0.0.1:{http}/connection/websocket"
    if release != "2.8":
        ports, at = [*ports, "--uni_grpc_port", f"{uni}"], f"127.0.0.1:{uni}"
    with serving("--release", release, "-c", str(config), *ports) as address:
        ran, result = load(
            tmp_path,
            *("--host", address, "--scenario", "delivery", "--subscribers", "10"),
            *("--subscribe", at, "--token-secret", SECRET, "-t", "3s", "--in-flight", "4"),
            *("--payload-bytes", "64"),
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    delivery = result["delivery"]
    assert delivery["published"] == result["outcomes"]["ok"] > 10
    assert delivery["received"] == 10 * delivery["published"]
    assert delivery["subscribers"] == 10
    assert delivery["lost"] == 0
    wrong = ("doubled", "altered", "out_of_order", "disconnected", "unsure")
    assert not any(delivery.get(what) for what in wrong), delivery
    assert delivery["latency"]["count"] == delivery["received"]
    assert re.search(r"delivery: .*publish to receive in ms: p50", ran.stdout)


def test_capacity_is_searched_and_never_told_too_high(tmp_path: Path) -> None:
    """A busy machine may hold fewer than the cap of the server, or none; never more."""
    with calibrated("--cap", "1000") as (address, _):
        ran, result = load(
            tmp_path,
            *("--host", address, "--scenario", "capacity", "--p99-below", "100"),
            *("--step-seconds", "2", "--rate", "800", "--in-flight", "5000"),
        )
    capacity = result["capacity"]
    steps = capacity["steps"]
    passed = [step["rate"] for step in steps if step["passed"]]
    assert steps[0]["rate"] == 800
    # A tenth above the cap the queue is 200 ms long at the end of a step.
    assert max(passed, default=0) <= 1000 * 1.1
    assert max(passed, default=None) == capacity["rate"]
    assert ran.returncode == (0 if passed else 1)
    assert re.search("^capacity: .* p99 below 100 ms", ran.stdout, re.MULTILINE)
    assert all(step["passed"] or step["why"] for step in steps)
    assert all(step["ok"] <= step["sent"] for step in steps)
    assert sum(step["sent"] for step in steps) <= result["outcomes"]["sent"]
