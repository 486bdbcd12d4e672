"""What a test of the corpus calls the target with: one dialect, by the rules of one release."""

import itertools
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.client import Recorder, V2Client, V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.errors import ApiError, Code, api_error
from centrifugo_grpc.exchange import CallOptions, Exchange
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from conformance import expect
from conformance.profile import Profile
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3

Answer = Exchange[Any]
SETTLE_SECONDS = 1.0
"""How long an effect that may come after its answer is waited for."""


class Api:
    """A dialect of the target, with calls that know the dialect's messages.

    The fields of a call are those of its request message. A field that the dialect does not
    declare raises `ValueError`: such a test needs fewer releases, or `raw`. Where the target is a
    cluster the calls go to its nodes in turn: `others` are those besides the first.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        release: Release,
        record: Recorder | None,
        others: Sequence[Endpoint] = (),
    ) -> None:
        self.release = release
        self.dialect = dialect_of(release)
        self._record = record
        self._others = others
        client_of = V2Client if self.dialect is Dialect.V2 else V3Client
        clients = [client_of(each, record) for each in (endpoint, *others)]
        self.client: V2Client | V3Client = clients[0]
        self._clients = clients
        self._turns = itertools.cycle(clients)

    @property
    def messages(self) -> ModuleType:
        """The module of the dialect's messages."""
        return v2 if self.dialect is Dialect.V2 else v3

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            client.close()

    @contextmanager
    def another(self) -> Iterator["Api"]:
        """The same target over a connection of its own."""
        other = Api(self.client.endpoint, self.release, self._record, self._others)
        try:
            yield other
        finally:
            other.close()

    def error(self, code: Code) -> ApiError:
        """The error `code` in the words of the release."""
        return api_error(code, self.release)

    def call(self, method: str, /, *, options: CallOptions | None = None, **fields: Any) -> Answer:
        """Call an RPC by its name; a field that is None is not set."""
        request: Message = getattr(self.messages, f"{method}Request")(**fields)
        return next(self._turns).call(
            self.dialect.service, method, request, self._response(method), options
        )

    def raw(
        self,
        method: str,
        body: bytes,
        options: CallOptions | None = None,
        service: str | None = None,
    ) -> Answer:
        """Send `body` as it is, to any method of any service."""
        service = service or self.dialect.service
        return next(self._turns).call(service, method, body, self._response(method), options)

    def _response(self, method: str) -> type[Message]:
        name = f"{method}Response"
        response: type[Message] = getattr(self.messages, name, self.messages.InfoResponse)
        return response

    def publish(self, channel: str, data: bytes, **fields: Any) -> Answer:
        """Publish."""
        return self.call("Publish", channel=channel, data=data, **fields)

    def broadcast(self, channels: Iterable[str], data: bytes, **fields: Any) -> Answer:
        """Broadcast."""
        return self.call("Broadcast", channels=channels, data=data, **fields)

    def history(self, channel: str, **fields: Any) -> Answer:
        """History; v3 answers no publications unless `limit` asks for them."""
        return self.call("History", channel=channel, **fields)

    def publications(self, channel: str) -> list[Any]:
        """All that the history of a channel holds, oldest first; deviates if it is refused."""
        everything = {} if self.dialect is Dialect.V2 else {"limit": -1}
        answer = self.history(channel, **everything)
        expect.success(answer)
        return [] if answer.result is None else list(answer.result.publications)

    def payloads(self, channel: str) -> list[bytes]:
        """The payloads of `publications`."""
        return [publication.data for publication in self.publications(channel)]

    def settled_payloads(self, channel: str, count: int) -> list[bytes]:
        """The payloads, awaited until there are `count`: 2.8 broadcasts after it has answered."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while len(found := self.payloads(channel)) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return found

    def history_remove(self, channel: str, **fields: Any) -> Answer:
        """HistoryRemove."""
        return self.call("HistoryRemove", channel=channel, **fields)

    def presence(self, channel: str, **fields: Any) -> Answer:
        """Presence."""
        return self.call("Presence", channel=channel, **fields)

    def presence_stats(self, channel: str, **fields: Any) -> Answer:
        """PresenceStats."""
        return self.call("PresenceStats", channel=channel, **fields)

    def channels(self, **fields: Any) -> Answer:
        """Channels."""
        return self.call("Channels", **fields)

    def info(self, **fields: Any) -> Answer:
        """Info."""
        return self.call("Info", **fields)

    def unsubscribe(self, **fields: Any) -> Answer:
        """Unsubscribe."""
        return self.call("Unsubscribe", **fields)

    def disconnect(self, **fields: Any) -> Answer:
        """Disconnect."""
        return self.call("Disconnect", **fields)

    def rpc(self, **fields: Any) -> Answer:
        """RPC."""
        return self.call("RPC", **fields)

    def subscribe(self, **fields: Any) -> Answer:
        """Subscribe."""
        return self.call("Subscribe", **fields)

    def refresh(self, **fields: Any) -> Answer:
        """Refresh."""
        return self.call("Refresh", **fields)

    def batch(self, commands: Iterable[Message | Mapping[str, Any]], **fields: Any) -> Answer:
        """Batch of commands, each a message or its fields."""
        return self.call("Batch", commands=commands, **fields)


class Channels:
    """Names channels that nobody has used before, so that runs may repeat and overlap."""

    def __init__(self, profile: Profile | None) -> None:
        self._profile = profile

    def __call__(self, kind: str | None = None) -> str:
        """A fresh name in the profile's namespace of `kind`, or without a namespace."""
        fresh = f"conformance-{secrets.token_hex(8)}"
        if kind is None:
            return fresh
        if self._profile is None:
            raise LookupError(f"no profile, so no namespace of kind {kind!r}: declare it in needs")
        return self._profile.channel(kind, fresh)

    def option(self, kind: str, name: str) -> Any:
        """What the profile says of a namespace, such as its `size`."""
        assert self._profile is not None, "the requirement needs the kind"
        return self._profile.namespaces[kind][name]


def unknown_namespace() -> str:
    """A channel in a namespace that no target has."""
    return f"no-such-namespace-{secrets.token_hex(4)}:{secrets.token_hex(4)}"
