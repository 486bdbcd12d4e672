"""The generic client: it finds the API by reflection, and calls what it has no code for."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_server.testing import CentrifugoServer

FOLDER = Path(__file__).parents[2] / "examples" / "reflection"


@pytest.fixture(scope="module")
def server() -> Iterator[CentrifugoServer]:
    with CentrifugoServer(release="6.9", config=FOLDER / "config.json") as started:
        yield started


def client(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "client.py", *arguments]
    return subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False
    )


def test_it_lists_the_rpcs_that_the_server_describes(server: CentrifugoServer) -> None:
    ran = client(server.grpc_address)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert {"Publish", "Broadcast", "History", "Info"} <= set(ran.stdout.split())


def test_it_publishes_by_json_with_the_bytes_in_base64(server: CentrifugoServer) -> None:
    request = {"channel": "news", "data": base64.b64encode(b'{"n": 1}').decode()}
    ran = client(server.grpc_address, "Publish", json.dumps(request))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "{'result': {}}\n", "")
    assert [publication.data for publication in server.publications("news")] == [b'{"n": 1}']


def test_it_tells_api_errors_transport_errors_and_its_own_apart(server: CentrifugoServer) -> None:
    refused = client(server.grpc_address, "Publish", "{}")
    assert (refused.returncode, refused.stderr) == (1, "API error 107: bad request\n")
    assert client("localhost:1").stderr.startswith("transport error UNAVAILABLE: ")
    assert client(server.grpc_address, "Fly").stderr.startswith("there is no Fly: Batch, ")
    assert client(server.grpc_address, "Info", "{").stderr.startswith("not a request: ")


def test_a_server_that_describes_nothing_is_told(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"grpc_api": {"enabled": true}}')
    with CentrifugoServer(release="6.9", config=config) as silent:
        ran = client(silent.grpc_address)
    assert ran.returncode == 1
    assert ran.stderr.startswith("transport error UNIMPLEMENTED: ")
