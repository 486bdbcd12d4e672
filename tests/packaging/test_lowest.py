"""The lower bounds in pyproject.toml are true: what they allow is installed, and it works."""

import tomllib
from pathlib import Path

from tests.packaging.environments import ROOT, environment, install, run

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


def lowest() -> dict[str, str]:
    """The lower bounds of the base and of the corpus, by package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["conformance"]]
    found = (each.partition(">=") for each in wanted)
    return {name: version for name, _, version in found}


def test_server_double_subscriber_and_corpus_work_with_the_oldest_that_is_allowed(
    wheel: Path, tmp_path: Path
) -> None:
    pinned = [f"{name}=={version}" for name, version in lowest().items()]
    python = environment(tmp_path / "env", *pinned)
    install(python, wheel, options=("--no-deps",))
    run(tmp_path, str(python), "-W", "error", "-c", SCRIPT)
    told = run(
        tmp_path, str(python), "-m", "pytest", "--pyargs", "conformance", "-p", "no:cacheprovider",
        "--release", "6.9", "-k", "test_errors",
        "--launch", f"{python} -m reference_server -c {{config}} --release 6.9",
    )  # fmt: skip
    assert " passed" in told
