"""Each example runs by the lines beside it, and tells the two kinds of error apart."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Dialect
from protos.v2 import api_pb2 as v2
from tests.centrifugo_grpc.small_server import answering
from tests.centrifugo_grpc.small_server import serving as serving_small
from tests.reference_server.serve import serving

ROOT = Path(__file__).parents[2]
DIALECTS = pytest.mark.parametrize("dialect", Dialect, ids=str)
NOWHERE = "localhost:1"
PAYLOAD = b'{"input": "hello from GRPC"}'


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def failing_server() -> Iterator[str]:
    """Answers with an API error; responses of both dialects have it in the same field."""
    error = v2.Error(code=Code.INTERNAL, message="internal server error")
    answer = answering(v2.InfoResponse(error=error).SerializeToString())
    rpcs = {"Info": answer, "Publish": answer}
    with serving_small({dialect.service: rpcs for dialect in Dialect}) as address:
        yield address


def copied(folder: str, tmp_path: Path) -> Path:
    """The example in a tree of its own: it generates code beside itself."""
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    there = tmp_path / "examples" / folder
    ignored = shutil.ignore_patterns("*_pb2*", "centrifugopb")
    shutil.copytree(ROOT / "examples" / folder, there, ignore=ignored)
    return there


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@DIALECTS
def test_the_python_client_asks_for_info(
    server: str, failing_server: str, dialect: Dialect, tmp_path: Path
) -> None:
    folder = copied(f"python/{dialect}", tmp_path)
    lines = re.findall(r"^    python (.*)$", (folder / "client.py").read_text(), re.MULTILINE)
    assert python(folder, *lines[0].split()).returncode == 0
    assert lines[1] == "client.py localhost:10000"
    ran = python(folder, "client.py", server)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.fullmatch(r"node \S+ runs (2\.8\.7|6\.9\.1 OSS)\n", ran.stdout)
    unreachable = python(folder, "client.py", NOWHERE)
    assert unreachable.returncode == 1
    assert unreachable.stderr.startswith("transport error UNAVAILABLE: ")
    failed = python(folder, "client.py", failing_server)
    assert (failed.returncode, failed.stderr) == (1, "API error 100: internal server error\n")


def test_the_python_client_says_that_a_key_is_missing(tmp_path: Path) -> None:
    folder = copied("python/v3", tmp_path)
    generate = "-m grpc_tools.protoc -I../../../protos/v3 --python_out=. --grpc_python_out=."
    assert python(folder, *generate.split(), "api.proto").returncode == 0
    with serving("--release", "6.9", CENTRIFUGO_GRPC_API_KEY="secret") as guarded:
        refused = python(folder, "client.py", guarded)
    assert refused.stderr == "transport error UNAUTHENTICATED: unauthenticated\n"


@pytest.fixture(scope="module")
def go_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where `go install` puts the generators, on the PATH."""
    missing = [tool for tool in ("go", "protoc") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the Go example needs {' and '.join(missing)} on the PATH")
    tools = str(tmp_path_factory.mktemp("gobin"))
    path = os.pathsep.join([tools, os.environ["PATH"]])
    return {**os.environ, "GOBIN": tools, "PATH": path}


def first_line_of_go(folder: Path, address: str, environ: dict[str, str]) -> str:
    """What `go run` logs first; it starts the client as a child, so both are stopped."""
    # What is downloaded is told on the same stream.
    subprocess.run(["go", "build", "-o", os.devnull, "."], cwd=folder, env=environ, check=True)
    with subprocess.Popen(
        ["go", "run", ".", address],
        cwd=folder,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        try:
            return process.stderr.readline().rstrip()
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@DIALECTS
def test_the_go_client_publishes(
    server: str,
    failing_server: str,
    dialect: Dialect,
    go_environ: dict[str, str],
    tmp_path: Path,
) -> None:
    folder = copied(f"go/{dialect}", tmp_path)
    lines = (folder / "README.md").read_text().split("```")[1].strip().splitlines()
    for line in lines[:-1]:
        subprocess.run(line, shell=True, cwd=folder, env=go_environ, check=True, timeout=300)
    assert lines[-1] == "go run . localhost:10000"
    assert first_line_of_go(folder, server, go_environ).endswith(" published")
    assert PAYLOAD in stored(server, dialect)
    failed = first_line_of_go(folder, failing_server, go_environ)
    assert failed.endswith(" API error 100: internal server error")
    unreachable = first_line_of_go(folder, NOWHERE, go_environ)
    assert " transport error: rpc error: code = Unavailable " in unreachable


def stored(address: str, dialect: Dialect) -> set[bytes]:
    """The payloads in the history of the channel that the page names."""
    endpoint = Endpoint(address)
    if dialect is Dialect.V2:
        with V2Client(endpoint) as old:
            return {p.data for p in old.history(channel="chat:index").result.publications}
    with V3Client(endpoint) as new:
        answer = new.history(channel="chat:index", limit=-1)
    return {publication.data for publication in answer.result.publications}
