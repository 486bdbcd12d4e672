"""Channels, Info, RPC: what is asked of the node itself."""

from centrifugo_grpc.errors import Code
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import V3, Level, requirement

CHANNELS = (
    "centrifugal.dev/docs/server/server_api#channels;"
    " 2.8.7 docs/content/server/http_api.md#channels"
)
INFO = "centrifugal.dev/docs/server/server_api#info; 2.8.7 docs/content/server/http_api.md#info"
RPC = "facts v2.md 3 RPC, v3-v6.md 5 RPC"


@requirement(
    "channels.return.result",
    "Channels succeeds with `result` set.",
    level=Level.MUST,
    source=CHANNELS,
    core=True,
)
def test_channels_answers(api: Api) -> None:
    answer = api.channels()
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)


@requirement(
    "channels.omit.unsubscribed",
    "A channel with a history but no subscribers is not listed.",
    level=Level.MUST,
    source=CHANNELS,
    needs=["history"],
)
def test_channels_without_subscribers_are_not_listed(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"{}"))
    answer = api.channels()
    expect.success(answer)
    expect.that(room not in answer.result.channels, f"{room} is not listed", answer)


@requirement(
    "channels.match.nothing",
    "A pattern that no channel matches gives an empty list.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#channelsrequest",
    releases=V3,
)
def test_a_pattern_without_matches_is_empty(api: Api, channel: Channels) -> None:
    answer = api.channels(pattern=f"{channel()}*")
    expect.success(answer)
    expect.equal("channels", dict(answer.result.channels), {})


@requirement(
    "channels.refuse.bad-pattern",
    "A pattern that does not parse is answered with error 100.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 Channels, 9.8",
    releases=V3,
)
def test_a_bad_pattern_is_refused(api: Api) -> None:
    for pattern in ("[", "plain:["):
        expect.error(api.channels(pattern=pattern), api.error(Code.INTERNAL))


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
    "rpc.refuse.blank-method",
    "RPC without a method is answered with error 107.",
    level=Level.MUST,
    source=RPC,
)
def test_rpc_refuses_a_blank_method(api: Api) -> None:
    expect.error(api.rpc(), api.error(Code.BAD_REQUEST))


@requirement(
    "rpc.refuse.unknown-method",
    "RPC of a method that nothing serves is answered with error 104.",
    level=Level.MUST,
    source=RPC,
)
def test_rpc_refuses_an_unknown_method(api: Api) -> None:
    answer = api.rpc(method="no-such-method", params=b"{}")
    expect.error(answer, api.error(Code.METHOD_NOT_FOUND))
