"""What Go does at once is done in the order in which Go mostly does it: the last first."""

from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3
from reference_server.api.v2 import V2Api
from reference_server.api.v3 import V3Api
from reference_server.node import Node
from reference_server.settings import ChannelOptions
from tests.clients.serving import V3_RELEASES, settings

KEPT = ChannelOptions(history_size=10, history_ttl=300)


def node(release: Release) -> Node:
    return Node(settings(release, without_namespace=KEPT))


def call(release: Release, rpc: str, **fields: Any) -> Any:
    request = getattr(v3, f"{rpc}Request")(**fields)
    answer = V3Api(node(release)).answerer(rpc)(request, lambda: ())
    return getattr(v3, f"{rpc}Response").FromString(answer)


@pytest.mark.parametrize("release", V3_RELEASES, ids=str)
def test_of_a_broadcast_the_last_channel_is_published_to_first(release: Release) -> None:
    response = call(release, "Broadcast", channels=["a", "a", "b", "a"], data=b"1")
    assert [each.result.offset for each in response.result.responses] == [2, 3, 1, 1]


@pytest.mark.parametrize("release", V3_RELEASES[1:], ids=str)
@pytest.mark.parametrize("parallel", [True, False])
def test_of_a_parallel_batch_the_last_command_is_run_first_where_there_is_one(
    release: Release, parallel: bool
) -> None:
    commands = [v3.Command(publish={"channel": "a", "data": b"1"}) for _ in range(3)]
    response = call(release, "Batch", commands=commands, parallel=parallel)
    is_parallel = parallel and release >= Release.V5_4
    expected = [2, 3, 1] if is_parallel else [1, 2, 3]
    assert [each.publish.offset for each in response.replies] == expected


def test_of_a_broadcast_of_2_8_what_is_before_a_bad_channel_is_published() -> None:
    served = node(Release.V2_8)
    api = V2Api(served)
    published: list[str] = []
    publish = served.publish

    def watched(channel: str, *rest: Any) -> Any:
        published.append(channel)
        return publish(channel, *rest)

    served.publish = watched  # type: ignore[method-assign, assignment]
    request = v2.BroadcastRequest(channels=["a", "b", "c", "nobody:x", "d"], data=b"1")
    parsed = api.parser("Broadcast")(request.SerializeToString())
    response = v2.BroadcastResponse.FromString(api.answerer("Broadcast")(parsed, lambda: ()))
    assert response.error.code == 102
    assert published == ["c", "a", "b"]
