"""A node of a release served in the test's own loop, reached over its HTTP port and its API."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import grpc.aio

from centrifugo_grpc.releases import Release, dialect_of
from protos.v2 import api_pb2 as api_v2
from protos.v3 import api_pb2 as api_v3
from reference_server.clients.failures import disconnects_of
from reference_server.node import Node
from reference_server.serving import running
from reference_server.settings import (
    ChannelOptions,
    ClientOptions,
    Http,
    Settings,
    TokenKeys,
    UniGrpc,
)

SECRET = "hmac-secret"
PATIENCE = 60.0

OPEN = ChannelOptions(
    allow_subscribe_for_client=True,
    allow_publish_for_client=True,
    allow_presence_for_client=True,
    allow_history_for_client=True,
)
HISTORY = replace(OPEN, history_size=10, history_ttl=300)
RECOVERED = replace(HISTORY, recovered=True, positioned=True, presence=True)
PRESENT = replace(OPEN, presence=True, join_leave=True, force_push_join_leave=True)


def settings(release: Release, **changes: Any) -> Settings:
    """A node of `release` on free ports, with namespaces for each purpose."""
    clients = changes.pop("clients", ClientOptions(allowed_origins=None))
    given = Settings(
        release=release,
        grpc_address="127.0.0.1",
        grpc_port=0,
        uni_grpc=UniGrpc(enabled=False),
        http=Http(address="127.0.0.1", port=0),
        clients=replace(clients, token=TokenKeys(hmac_secret=SECRET)),
        without_namespace=OPEN,
        namespaces={"hist": HISTORY, "rec": RECOVERED, "pres": PRESENT},
    )
    return replace(given, **changes)


@dataclass(frozen=True)
class Site:
    """What is served: `http` and `api` are addresses of one node's ports."""

    node: Node
    http: str
    api: Any

    @property
    def url(self) -> str:
        """Where WebSocket clients connect."""
        return f"ws://{self.http}/connection/websocket"

    @property
    def node_bad_request(self) -> int:
        """The code with which a client that makes no sense is closed."""
        return disconnects_of(self.node.release).bad_request.code

    async def call(self, rpc: str, **fields: Any) -> Any:
        """Call the API in the node's dialect; the response."""
        dialect = dialect_of(self.node.release)
        module: Any = api_v2 if self.node.release is Release.V2_8 else api_v3
        request = getattr(module, f"{rpc}Request")(**fields)
        method = self.api.unary_unary(
            f"/{dialect.service}/{rpc}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=getattr(module, f"{rpc}Response").FromString,
        )
        return await asyncio.wait_for(method(request), PATIENCE)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; fails if it never does."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def served(given: Settings, *others: Settings) -> AsyncIterator[Site]:
    """Serve nodes in the running loop; the site is that of the first."""
    nodes = [Node(settings) for settings in (given, *others)]
    async with running(nodes) as listeners:
        addresses = {listener.name: listener.address for listener in listeners}
        async with grpc.aio.insecure_channel(addresses["GRPC API"]) as channel:
            yield Site(nodes[0], addresses["HTTP"], channel)


def protocol_v2_releases() -> Sequence[Release]:
    """The releases whose clients speak protocol v2 without asking for it."""
    return tuple(release for release in Release if release >= Release.V4_1)
