"""Info's metrics have the names that the real releases have, at their start and later."""

import hashlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.recordings import rows
from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.metrics import RUNTIME_METRICS
from protos.v3 import api_pb2 as api
from reference_server.api.v3 import V3Api
from reference_server.node import Node
from tests.clients.serving import V3_RELEASES, settings

RECORDED = Path(__file__).parent.parent / "recordings" / "rows"
CALL = "centrifugo.api.command_duration_seconds.{}.method.{}.protocol.grpc"
KINDS = ("count", "sum", "quantile.50", "quantile.99", "quantile.999")


def recorded_items(version: str, case: str) -> dict[str, Any]:
    """Info's metrics in a row."""
    found = rows.load(RECORDED / f"{version}.jsonl.xz")
    row = next(row for row in found if row.get("case") == case)
    items: dict[str, Any] = row["response"]["result"]["nodes"][0]["metrics"]["items"]
    return items


class World:
    """A node of a release, its API called without a wire."""

    def __init__(self, release: Release) -> None:
        self.now = 0.0
        self.node = Node(settings(release), lambda: self.now, lambda: self.now)
        self._api = V3Api(self.node)

    def call(self, rpc: str, **fields: Any) -> None:
        request = getattr(api, f"{rpc}Request")(**fields)
        self._api.answerer(rpc)(request, lambda: ())

    def later(self) -> dict[str, float]:
        """The metrics of the interval that ends now."""
        self.now += 60
        return dict(self.node.metrics())


def test_from_the_start_2_8_tells_what_is_recorded_all_but_the_process_s_own_0() -> None:
    recorded = recorded_items("2.8.7", "info-nobody")
    told = Node(settings(Release.V2_8)).metrics()
    assert told.keys() == recorded.keys()
    ours = {name: value for name, value in told.items() if name.startswith("centrifugo.")}
    assert ours == {name: recorded[name] for name in ours}


@pytest.mark.parametrize("release", [each for each in Release if RUNTIME_METRICS[each]], ids=str)
def test_the_process_is_told_of_as_it_is(release: Release) -> None:
    told = Node(settings(release)).metrics()
    assert told["process.open.fds"] >= 3
    assert told["process.max.fds"] > told["process.open.fds"]
    assert told["process.virtual.memory_bytes"] > told["process.resident.memory_bytes"] > 1e6
    assert time.time() - 3600 < told["process.start.time_seconds"] <= time.time()
    assert told["go.threads"] == threading.active_count()


@pytest.mark.parametrize(("release", "version"), [
    (Release.V4_1, "4.1.5"), (Release.V5_4, "5.4.9"),
])  # fmt: skip
def test_from_the_start_names_are_those_recorded(release: Release, version: str) -> None:
    names = Node(settings(release)).metrics().keys()
    digest = hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
    recorded = recorded_items(version, "grpc-empty-body-info")
    assert (len(names), digest) == (recorded["count"], recorded["sha256_of_keys"])


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_a_called_method_has_a_count_and_durations(release: Release) -> None:
    world = World(release)
    before = world.later().keys()
    world.call("Publish", channel="x", data=b"1")
    world.call("Publish", channel="x", data=b"1")
    told = world.later()
    assert told.keys() - before == {CALL.format(kind, "publish") for kind in KINDS}
    assert told[CALL.format("count", "publish")] == 2
    assert 0 < told[CALL.format("quantile.50", "publish")] < 10
    assert told["centrifugo.node.messages_received_count.type.publication"] == 2
    assert world.later()[CALL.format("count", "publish")] == 0


@pytest.mark.parametrize("release", V3_RELEASES[1:], ids=str)
def test_what_a_batch_runs_is_counted_and_not_the_batch(release: Release) -> None:
    world = World(release)
    world.call("Batch", commands=[api.Command(publish={"channel": "x", "data": b"1"})])
    told = world.later()
    assert told[CALL.format("count", "publish")] == 1
    assert not any("batch" in name for name in told)


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_channels_is_a_survey_too(release: Release) -> None:
    world = World(release)
    world.call("Channels")
    assert world.later()["centrifugo.node.survey_duration_seconds.count.op.channels"] == 1


def test_6_counts_errors_by_code_and_method() -> None:
    world = World(Release.V6_9)
    world.call("Publish", channel="nobody:x", data=b"1")
    name = "centrifugo.api.command_errors_total.error.102.method.publish.protocol.grpc"
    assert world.later()[name] == 1


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_the_version_is_a_metric_after_the_first_interval(release: Release) -> None:
    world = World(release)
    name = f"centrifugo.node.build.version.{world.node.version}"
    assert name not in world.node.metrics()
    assert world.later()[name] == 1
