"""Info: what runs there."""

import time

from conformance import expect
from conformance.api import Api
from conformance.requirement import V3, Level, requirement

INFO = "centrifugal.dev/docs/server/server_api#info; 2.8.7 docs/content/server/http_api.md#info"
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
