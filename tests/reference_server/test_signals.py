"""What signals do to the server."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

from centrifugo_grpc.client import V2Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.errors import ApiError
from tests.reference_server.serve import serving_process

SECONDS = 10.0
NO_NAMESPACE = ApiError(102, "namespace not found")


def write(config: Path, **changes: Any) -> None:
    options = {"grpc_api": True, "grpc_api_key": "old", "namespaces": [{"name": "first"}]}
    config.write_text(json.dumps(options | changes))


def awaited(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not (found := is_so()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def test_a_hangup_renews_the_namespaces_and_leaves_key_and_history_as_they_were(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config.json"
    namespaces = [{"name": "first", "history_size": 5, "history_lifetime": 60}]
    write(config, namespaces=namespaces)
    with serving_process("--release", "2.8", "-c", str(config)) as (process, address):
        with V2Client(Endpoint(address, "old")) as client:
            client.publish(channel="first:a", data=b"kept")
            assert client.publish(channel="second:a", data=b"x").error == NO_NAMESPACE
            write(config, grpc_api_key="new", namespaces=[*namespaces, {"name": "second"}])
            os.kill(process.pid, signal.SIGHUP)
            assert awaited(lambda: client.publish(channel="second:a", data=b"x").error is None)
            kept = client.history(channel="first:a").result.publications
            assert [publication.data for publication in kept] == [b"kept"]
        with V2Client(Endpoint(address, "new")) as client:
            assert client.info().status is grpc.StatusCode.UNAUTHENTICATED


def test_a_hangup_with_a_wrong_configuration_changes_nothing_and_says_why(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    write(config)
    with (
        serving_process("--release", "2.8", "-c", str(config)) as (process, address),
        V2Client(Endpoint(address, "old")) as client,
    ):
        write(config, namespaces=[{"name": "x"}])
        os.kill(process.pid, signal.SIGHUP)
        assert process.stderr is not None
        said = next(line for line in process.stderr if "stays as it was" in line)
        assert "x" in said
        assert client.publish(channel="first:a", data=b"x").error is None
