"""A node of a release served in the test's own loop, and streams of subscribers to it."""

import asyncio
import contextlib
import json
import time
import warnings
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import grpc
import grpc.aio
import jwt

from centrifugo_grpc.releases import Release
from protos.v3 import api_pb2 as api
from protos.v3 import unistream_pb2 as unistream
from reference_server.node import Node
from reference_server.serving import running
from reference_server.settings import (
    ChannelOptions,
    ClientOptions,
    Settings,
    TokenKeys,
    UniGrpc,
    WebSocket,
)

SECRET = "hmac-secret"
PATIENCE = 60.0
V3_RELEASES = tuple(release for release in Release if release > Release.V2_8)
_CONSUME = "/centrifugal.centrifugo.unistream.CentrifugoUniStream/Consume"
_UNLIMITED = (("grpc.max_receive_message_length", -1),)

OPEN = ChannelOptions(allow_subscribe_for_client=True, allow_user_limited_channels=True)
HISTORY = replace(OPEN, history_size=10, history_ttl=300)
RECOVERED = replace(HISTORY, recovered=True, positioned=True)
PRESENT = replace(OPEN, presence=True, join_leave=True, force_push_join_leave=True)


def settings(release: Release, **changes: Any) -> Settings:
    """A node of `release` on free ports, with namespaces for each purpose."""
    changes["clients"] = replace(
        changes.get("clients", ClientOptions()), token=TokenKeys(hmac_secret=SECRET)
    )
    limit = 4_194_304 if release is Release.V6_9 else 65_536
    given = Settings(
        release=release,
        grpc_port=0,
        grpc_address="127.0.0.1",
        uni_grpc=UniGrpc(enabled=True, address="127.0.0.1", port=0, max_receive_bytes=limit),
        websocket=WebSocket(enabled=False),
        without_namespace=OPEN,
        namespaces={
            "hist": HISTORY,
            "rec": RECOVERED,
            "pres": PRESENT,
            "shut": ChannelOptions(protected=True, allow_user_limited_channels=True),
        },
    )
    return replace(given, **changes)


def token(key: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A signed token. PyJWT finds the key of the tests short."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.encode(claims, key, algorithm=algorithm)


@dataclass
class Stream:
    """A subscriber's stream. `pushes` are all that has come so far."""

    call: Any
    pushes: list[unistream.Push] = field(default_factory=list)

    async def next(self) -> unistream.Push:
        """The next push; pings are left out."""
        while True:
            push = await asyncio.wait_for(self.call.read(), PATIENCE)
            assert isinstance(push, unistream.Push), "the stream has ended"
            if push.ByteSize():
                self.pushes.append(push)
                return push

    async def end(self) -> tuple[grpc.StatusCode, str]:
        """How the stream ends; nothing is pushed before."""
        try:
            push = await asyncio.wait_for(self.call.read(), PATIENCE)
        except grpc.aio.AioRpcError as error:
            return error.code(), error.details() or ""
        assert not isinstance(push, unistream.Push), f"pushed instead of ending: {push}"
        return await self.call.code(), await self.call.details()

    @property
    def client(self) -> str:
        """The client's id, as the first push told it."""
        return self.pushes[0].connect.client


class Served:
    """A served node, with calls over the wire.

    Streams stay open to its end: grpcio cancels a call that nobody holds any more.
    """

    def __init__(self, node: Node, api_channel: Any, uni_channel: Any) -> None:
        self.node = node
        self._api = api_channel
        self._uni = uni_channel
        self._streams: list[Stream] = []

    def consume(
        self,
        request: unistream.ConnectRequest | bytes,
        metadata: tuple[tuple[str, str], ...] = (("x-cf-protocol-version", "v2"),),
    ) -> Stream:
        """Open a stream; by default of protocol v2."""
        body = request if isinstance(request, bytes) else request.SerializeToString()
        method = self._uni.unary_stream(_CONSUME, response_deserializer=unistream.Push.FromString)
        stream = Stream(method(body, metadata=metadata))
        self._streams.append(stream)
        return stream

    async def subscriber(
        self, user: str = "u1", wishes: Mapping[str, Any] | Sequence[str] = (), **claims: Any
    ) -> Stream:
        """A connected subscriber; `wishes` are channels, or channels and recoveries."""
        if not isinstance(wishes, Mapping):
            wishes = {channel: {} for channel in wishes}
        stream = self.consume(connect_request(token(sub=user, **claims), wishes))
        assert (await stream.next()).HasField("connect"), stream.pushes
        return stream

    async def call(self, rpc: str, **fields: Any) -> Any:
        """Call the API; the response."""
        request = getattr(api, f"{rpc}Request")(**fields)
        method = self._api.unary_unary(
            f"/centrifugal.centrifugo.api.CentrifugoApi/{rpc}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=getattr(api, f"{rpc}Response").FromString,
        )
        return await asyncio.wait_for(method(request), PATIENCE)

    async def until(self, holds: Any) -> None:
        """Wait until something holds; fails if it does not."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "it never came to hold"
            await asyncio.sleep(0.01)


def connect_request(
    token: str = "", subs: Mapping[str, Any] | None = None
) -> unistream.ConnectRequest:
    """A request to connect."""
    wishes = {
        channel: unistream.SubscribeRequest(**recovery)
        for channel, recovery in (subs or {}).items()
    }
    return unistream.ConnectRequest(token=token, subs=wishes)


@contextlib.asynccontextmanager
async def served(given: Settings) -> AsyncIterator[Served]:
    """Serve a node in the running loop."""
    node = Node(given)
    async with contextlib.AsyncExitStack() as stack:
        listeners = {
            listener.name: listener.address
            for listener in await stack.enter_async_context(running([node]))
        }
        channels = [
            await stack.enter_async_context(
                grpc.aio.insecure_channel(listeners[name], options=_UNLIMITED)
            )
            for name in ("GRPC API", "uni GRPC")
        ]
        yield Served(node, *channels)


def claims_of(**claims: Any) -> bytes:
    """Claims as compact JSON."""
    return json.dumps(claims, separators=(",", ":")).encode()
