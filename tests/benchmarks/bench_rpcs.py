"""Latency of each RPC, one call at a time: `make bench`.

The target is a reference server of its own, or the one that CENTRIFUGO_TARGET names.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.endpoint import Endpoint
from tests.reference_server.serve import serving

PAYLOAD = bytes(range(256))
CHANNEL = "benchmark"
CALLS: dict[str, Callable[[Any], Any]] = {
    "publish": lambda api: api.publish(channel=CHANNEL, data=PAYLOAD),
    "broadcast": lambda api: api.broadcast(channels=[CHANNEL] * 10, data=PAYLOAD),
    "history": lambda api: api.history(channel=CHANNEL),
    "history_remove": lambda api: api.history_remove(channel=CHANNEL),
    "presence": lambda api: api.presence(channel=CHANNEL),
    "presence_stats": lambda api: api.presence_stats(channel=CHANNEL),
    "unsubscribe": lambda api: api.unsubscribe(channel=CHANNEL, user="nobody"),
    "disconnect": lambda api: api.disconnect(user="nobody"),
    "channels": lambda api: api.channels(),
    "info": lambda api: api.info(),
    "rpc": lambda api: api.rpc(method="none"),
}
V3_CALLS: dict[str, Callable[[Any], Any]] = CALLS | {
    "subscribe": lambda api: api.subscribe(channel=CHANNEL, user="nobody"),
    "refresh": lambda api: api.refresh(user="nobody"),
    "batch": lambda api: api.batch(
        commands=[{"publish": {"channel": CHANNEL, "data": PAYLOAD}}] * 10
    ),
}


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    named = os.environ.get("CENTRIFUGO_TARGET")
    if named:
        yield named
        return
    with serving() as address:
        yield address


@pytest.mark.parametrize("name", CALLS)
def bench_v2(benchmark: Any, target: str, name: str) -> None:
    with V2Client(Endpoint(target)) as client:
        answer = benchmark(CALLS[name], client)
    assert answer.status is grpc.StatusCode.OK


@pytest.mark.parametrize("name", V3_CALLS)
def bench_v3(benchmark: Any, target: str, name: str) -> None:
    with V3Client(Endpoint(target)) as client:
        answer = benchmark(V3_CALLS[name], client)
    assert answer.status is grpc.StatusCode.OK
