"""Info: what runs there."""

import math
import time

from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api
from conformance.clients import Clients
from conformance.requirement import V3, Level, requirement

INFO = "centrifugal.dev/docs/server/server_api#info; 2.8.7 docs/content/server/http_api.md#info"
SNAPSHOT_TRIES = 4
SNAPSHOT_SECONDS = 3
"""How often a node renews what it tells (facts v2.md 3 Info, v3-v6.md 5 Info)."""


@requirement(
    "info.return.node",
    "Info tells at least one node, with a uid and a name.",
    level=Level.MUST,
    source=INFO,
    core=True,
)
def test_info_tells_a_node(api: Api) -> None:
    answer = api.info()
    expect.success(answer)
    expect.that(answer.result is not None and answer.result.nodes, "a node", answer)
    node = answer.result.nodes[0]
    expect.that(node.uid and node.name, "a node with uid and name", answer)


@requirement(
    "info.keep.uid",
    "The uids of the nodes are the same from call to call, and no two nodes share one.",
    level=Level.MUST,
    source=INFO,
)
def test_uids_stay(api: Api) -> None:
    first, second = api.info(), api.info()
    expect.success(first)
    expect.success(second)
    uids = [node.uid for node in first.result.nodes]
    expect.equal("different uids", len(set(uids)), len(uids))
    expect.equal("uids", sorted(node.uid for node in second.result.nodes), sorted(uids))


@requirement(
    "info.omit.process",
    "The open-source server never sets `process`.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 Info",
    releases=V3,
)
def test_process_is_not_set(api: Api) -> None:
    answer = api.info()
    expect.success(answer)
    told = [node.HasField("process") for node in answer.result.nodes]
    expect.that(not any(told), "no node with `process`", answer)


@requirement(
    "info.count.uptime",
    "The uptime of a node grows by the seconds that pass, as of its latest snapshot.",
    level=Level.MUST,
    source=INFO,
    waits=True,
)
def test_the_uptime_grows(api: Api) -> None:
    first, began = api.info(), time.monotonic()
    expect.success(first)
    time.sleep(SNAPSHOT_SECONDS + 1.5)
    second, passed = api.info(), time.monotonic() - began
    expect.success(second)
    before = {node.uid: node.uptime for node in first.result.nodes}
    grown = [node.uptime - before[node.uid] for node in second.result.nodes if node.uid in before]
    longest = passed + SNAPSHOT_SECONDS + 1
    expect.that(grown, "a node that was there before", second)
    expect.that(
        all(0 < more <= longest for more in grown), f"growth by up to {longest:.0f} s", second
    )


@requirement(
    "info.equal.in-batch",
    "Info in a batch tells of the nodes what Info alone tells, as of one snapshot.",
    level=Level.MUST,
    source=INFO,
    releases=[release for release in V3 if release >= Release.V4_1],
)
def test_info_in_a_batch(api: Api) -> None:
    for _ in range(SNAPSHOT_TRIES):
        alone, batch = api.info(), api.batch([{"info": {}}])
        expect.success(alone)
        expect.success(batch)
        told = [reply.info for reply in batch.response.replies] if batch.response else []
        if told == [alone.result]:
            return
    expect.equal("Info in a batch", str(told), str([alone.result]))


@requirement(
    "info.tell.version-of-clients",
    "Info tells the version that clients are told when they connect.",
    level=Level.MUST,
    source=INFO,
    needs=["clients"],
)
def test_the_version_of_clients(api: Api, clients: Clients) -> None:
    answer = api.info()
    expect.success(answer)
    versions = {node.version for node in answer.result.nodes}
    expect.that(clients.connect().connected.version in versions, "the version told to a client")


@requirement(
    "info.return.metrics",
    "Info tells metrics of the last minute: finite numbers by dotted names.",
    level=Level.OBSERVED,
    source="facts v2.md 3 Info, v3-v6.md 5 Info",
)
def test_metrics_are_told(api: Api) -> None:
    answer = api.info()
    expect.success(answer)
    for node in answer.result.nodes:
        expect.equal("interval", node.metrics.interval, 60.0)
        items = dict(node.metrics.items)
        expect.that(items and all("." in name for name in items), "metrics by dotted names", answer)
        expect.that(all(math.isfinite(value) for value in items.values()), "finite numbers", answer)
