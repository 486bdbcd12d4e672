"""The lower bounds in pyproject.toml are true: what they allow is installed, and it works.

With the oldest Python, that is: newer ones have no wheels of such old packages.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.packaging.environments import PYTHON, ROOT, UV, environment, install, run
from tests.packaging.using import judge_load_and_report

SCRIPT = """
import grpc, sys
from centrifugo_grpc.releases import Release
from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.json_codecs import JsonV2
from centrifugo_grpc.subscriber.websocket import WebSocketSubscriber
from reference_server.testing import CentrifugoServer

for release in map(str, Release):
    with CentrifugoServer(release) as server:
        server.publish("news", {"n": 1})
        assert server.call("History", channel="news").error.code == 0
with CentrifugoServer() as server:
    client = WebSocketSubscriber(server.http_url.removeprefix("http://"), JsonV2())
    client.send("connect", token=server.token("42"))
    client.subscribe("news")
    server.wait_for_subscribers("news")
    server.publish("news", {"n": 1})
    assert client.wait(events.Publication)
    client.close()
"""


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def lowest() -> dict[str, str]:
    """The lower bounds of the base and of every extra, by package."""
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"]]
    wanted += [each for name in extras if name != "all" for each in extras[name]]
    found: dict[str, str] = {}
    for name, _, version in (each.partition(">=") for each in wanted):
        assert found.setdefault(name, version) == version, f"two lower bounds of {name}"
    return found


def oldest_python() -> str:
    """What makes an environment of the oldest Python that pyproject.toml allows."""
    oldest: str = PROJECT["requires-python"].removeprefix(">=")
    if "PACKAGING_PYTHON" not in os.environ and oldest == ".".join(map(str, sys.version_info[:2])):
        return PYTHON
    found = subprocess.run([UV, "python", "find", oldest], capture_output=True, check=False)
    if found.returncode:
        pytest.skip(f"there is no Python {oldest} here, which the lower bounds are for")
    return oldest


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The `bin` of an environment with the lower bounds of all that there is."""
    pinned = [f"{name}=={version}" for name, version in lowest().items()]
    folder = tmp_path_factory.mktemp("oldest") / "env"
    python = environment(folder, *pinned, python=oldest_python())
    install(python, wheel, options=("--no-deps",))
    return python.parent


def test_server_double_subscriber_and_corpus_work_with_the_oldest_that_is_allowed(
    oldest: Path, tmp_path: Path
) -> None:
    python = str(oldest / "python")
    run(tmp_path, python, "-W", "error", "-c", SCRIPT)
    told = run(
        tmp_path, python, "-m", "pytest", "--pyargs", "conformance", "-p", "no:cacheprovider",
        "--release", "6.9", "-k", "test_errors",
        "--launch", f"{python} -m reference_server -c {{config}} --release 6.9",
    )  # fmt: skip
    assert " passed" in told


def test_harness_and_reports_work_with_the_oldest_that_is_allowed(
    oldest: Path, tmp_path: Path
) -> None:
    judge_load_and_report(oldest, tmp_path, {"PYTHONWARNINGS": "error"})
