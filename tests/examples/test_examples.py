"""Each example runs by the lines beside it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.endpoint import Endpoint
from tests.reference_server.serve import serving

ROOT = Path(__file__).parents[2]
DIALECTS = ("v2", "v3")
GO_TOOLS = (
    "google.golang.org/protobuf/cmd/protoc-gen-go@latest",
    "google.golang.org/grpc/cmd/protoc-gen-go-grpc@latest",
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as address:
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
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_python_client_asks_for_info(server: str, dialect: str, tmp_path: Path) -> None:
    folder = copied(f"python/{dialect}", tmp_path)
    line = re.search(r"python (-m grpc_tools.protoc .*)", (folder / "client.py").read_text())
    assert line is not None
    assert python(folder, *line[1].split()).returncode == 0
    ran = python(folder, "client.py", server)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.fullmatch(r"node \S+ runs (2\.8\.7|6\.9\.1 OSS)\n", ran.stdout)
    failed = python(folder, "client.py", "localhost:1")
    assert failed.returncode == 1
    assert failed.stderr.startswith("transport error UNAVAILABLE")


@pytest.fixture(scope="module")
def go_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    if not (shutil.which("go") and shutil.which("protoc")):
        pytest.skip("the Go example needs go and protoc on PATH")
    tools = tmp_path_factory.mktemp("gobin")
    for tool in GO_TOOLS:
        installing = os.environ | {"GOBIN": str(tools)}
        subprocess.run(["go", "install", tool], env=installing, check=True, timeout=300)
    return f"{tools}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_go_client_publishes(server: str, dialect: str, go_path: str, tmp_path: Path) -> None:
    folder = copied(f"go/{dialect}", tmp_path)
    lines = (folder / "README.md").read_text().split("```")[1].strip().splitlines()
    environ = os.environ | {"PATH": go_path}
    for line in lines[:-1]:
        subprocess.run(line, shell=True, cwd=folder, env=environ, check=True, timeout=120)
    assert lines[-1] == "go run . localhost:10000"
    subprocess.run(["go", "build", "-o", "client", "."], cwd=folder, check=True, timeout=500)
    with subprocess.Popen(
        [folder / "client", server], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.terminate()
    assert said.rstrip().endswith("published")
    endpoint = Endpoint(server)
    with V2Client(endpoint) as old, V3Client(endpoint) as new:
        answer = (
            old.history(channel="chat:index")
            if dialect == "v2"
            else new.history(channel="chat:index", limit=-1)
        )
    stored = {publication.data for publication in answer.result.publications}
    assert b'{"input": "hello from GRPC"}' in stored
