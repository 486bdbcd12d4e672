"""The live subscribers of a test: who they are, where they connect, what they are expected to get.

A requirement that takes them needs `clients`: the endpoint by which a release's subscribers come,
uni GRPC from 3.2 on, a WebSocket with protocol v1 in protobuf before.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, TypeVar

import grpc

from centrifugo_grpc.releases import Dialect, Release
from centrifugo_grpc.subscriber.events import (
    Connected,
    Ended,
    Event,
    Publication,
    Refused,
    Replied,
    Subscription,
)
from centrifugo_grpc.subscriber.json_codecs import JsonV1, JsonV2
from centrifugo_grpc.subscriber.protobuf_codec import ProtobufV1
from centrifugo_grpc.subscriber.tokens import connection_token, subscription_token
from centrifugo_grpc.subscriber.uni import Position, UniSubscriber
from centrifugo_grpc.subscriber.websocket import Codec, WebSocketSubscriber
from conformance import expect
from conformance.api import Api
from conformance.expect import Deviation
from conformance.target import Target

Kind = TypeVar("Kind", bound=Event)
EVENTUALLY_SECONDS = 5.0
SHOWN_EVENTS = 12
_REPLIES = (Connected, Subscription, Replied, Refused)
"""What a client gets for what it has done itself."""


class Client:
    """A connected client: what it receives, and what it is expected to have received."""

    def __init__(
        self, inbox: UniSubscriber | WebSocketSubscriber, user: str, fence: str, api: Api
    ) -> None:
        self.inbox = inbox
        self.user = user
        self._fence = fence
        self._api = api

    @property
    def connected(self) -> Connected:
        """What the server told when it accepted the connection; deviates if it did not."""
        return self.expect(Connected)

    @property
    def id(self) -> str:
        """The client id."""
        return self.connected.client

    def expect(self, kind: type[Kind], **fields: Any) -> Kind:
        """The first event of a kind with these fields, awaited; deviates if none comes."""
        found = self.inbox.wait(kind, **fields)
        if not found:
            named = ", ".join(f"{name}={expect.shown(value)}" for name, value in fields.items())
            raise Deviation(f"{kind.__name__}({named}) for a subscriber", self.told())
        return found[0]

    def is_connected(self) -> None:
        """Deviates if the server did not accept the connection."""
        assert self.connected

    def subscription(self, channel: str) -> Subscription:
        """What the client was told of a subscription when it subscribed."""
        told = self.connected.subs.get(channel)
        return self.expect(Subscription, channel=channel) if told is None else told

    def payloads(self, channel: str, count: int) -> list[bytes]:
        """The payloads received in a channel, awaited until there are `count`."""
        return [pub.data for pub in self.publications(channel, count)]

    def publications(self, channel: str, count: int) -> list[Publication]:
        """The publications received in a channel, awaited until there are `count`."""
        return self.inbox.wait(Publication, count, channel=channel)

    def settled(self) -> list[Event]:
        """All that the server has pushed so far, but for fences.

        A publication of its own, awaited, comes after whatever the server had sent before.
        """
        payload = f'"{secrets.token_hex(8)}"'.encode()
        expect.success(self._api.publish(self._fence, payload))
        self.expect(Publication, channel=self._fence, data=payload)
        return [
            event
            for event in self.inbox.events
            if event.channel != self._fence and type(event) not in _REPLIES
        ]

    def settled_of(self, kind: type[Kind], channel: str) -> list[Kind]:
        """Of `settled` the events of a kind in a channel."""
        return [e for e in self.settled() if isinstance(e, kind) and e.channel == channel]

    def leave(self) -> None:
        """Close the connection."""
        self.inbox.close()

    def ended(self) -> Ended:
        """The end of the connection, awaited; deviates if the server leaves it open."""
        return self.expect(Ended)

    def told(self) -> str:
        """What was received, in words."""
        events = self.inbox.events
        shown = ", ".join(expect.shown(event) for event in events[-SHOWN_EVENTS:])
        return f"{len(events)} events, the last of them {shown}" if events else "nothing at all"


class Clients:
    """Connects clients to the target; they leave when `stack` ends."""

    def __init__(self, api: Api, target: Target, stack: ExitStack) -> None:
        self._api = api
        self._target = target
        self._stack = stack
        self._uni: grpc.Channel | None = None

    @property
    def release(self) -> Release:
        """Whose rules apply."""
        return self._api.release

    def token(self, user: str, **claims: Any) -> str:
        """A connection token for `user`."""
        return connection_token(self._secret, user, **claims)

    def subscription_token(self, channel: str, **claims: Any) -> str:
        """A token for a private channel."""
        return subscription_token(self._secret, channel, **claims)

    def connect(
        self,
        *channels: str,
        user: str | None = None,
        positions: Mapping[str, Position] | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> Client:
        """A client of a fresh user, subscribed to `channels`, as the release's clients connect.

        `positions` are more channels, to go on from there; `claims` go into the token.
        """
        wanted: dict[str, Position | None] = {**dict.fromkeys(channels), **(positions or {})}
        if self.release is Release.V2_8:
            return self.over_websocket(ProtobufV1(), wanted, user=user, claims=claims)
        return self.over_uni(wanted, user=user, claims=claims)

    def by_token(self, channel: str, **options: Any) -> Client:
        """A client that a token subscribes to a channel, which is a private one in 2.8."""
        if self.release is not Release.V2_8:
            return self.connect(claims={"subs": {channel: options}})
        client = self.over_websocket(ProtobufV1(), {})
        token = self.subscription_token(channel, client=client.id, **options)
        client.subscribe(channel, token=token)
        return client

    def over_uni(
        self,
        channels: Mapping[str, Position | None],
        *,
        user: str | None = None,
        claims: Mapping[str, Any] | None = None,
        **request: Any,
    ) -> Client:
        """A client on the uni stream; `request` is more of its ConnectRequest."""
        client = self.attempt_uni(channels, user=user, claims=claims, **request)
        for channel in channels:
            expect.that(channel in client.connected.subs, f"a subscription to {channel}")
        return client

    def attempt_uni(
        self,
        channels: Mapping[str, Position | None],
        *,
        user: str | None = None,
        claims: Mapping[str, Any] | None = None,
        token: str | None = None,
        **request: Any,
    ) -> Client:
        """As `over_uni`, not expecting to be let in."""
        user, fence = self._somebody(user), _fence()
        if token is None:
            token = self.token(user, **_with_channel(claims, fence))
        if self._uni is None:
            self._uni = grpc.insecure_channel(
                self._target.stream("uni"),
                options=(
                    ("grpc.max_receive_message_length", -1),
                    ("grpc.enable_http_proxy", 0),
                    ("grpc.use_local_subchannel_pool", 1),
                ),
            )
            self._stack.callback(self._uni.close)
        inbox = UniSubscriber(self._uni, token, channels, **request)
        self._stack.callback(inbox.close)
        return Client(inbox, user, fence, self._api)

    def over_websocket(
        self,
        codec: Codec,
        channels: Mapping[str, Position | None],
        *,
        user: str | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> "WebSocketClient":
        """A client on a WebSocket, subscribed to `channels` by its own commands."""
        client = self.attempt_websocket(codec, user=user, claims=claims)
        assert client.connected
        for channel, position in channels.items():
            client.subscribe(channel, position)
        return client

    def attempt_websocket(
        self, codec: Codec, *, user: str | None = None, claims: Mapping[str, Any] | None = None
    ) -> "WebSocketClient":
        """A client on a WebSocket, not expecting to be let in."""
        user, fence = self._somebody(user), _fence()
        try:
            socket = WebSocketSubscriber(self._target.stream("http"), codec)
        except OSError as error:
            raise Deviation("a WebSocket connection", str(error)) from error
        self._stack.callback(socket.close)
        client = WebSocketClient(socket, user, fence, self._api)
        socket.send("connect", token=self.token(user, **_with_channel(claims, fence)))
        return client

    @property
    def json(self) -> Codec:
        """The client protocol of the release in JSON."""
        if self.release is Release.V2_8:
            return JsonV1()
        # 3.2 and 4.1 speak v1 unless asked; later releases ignore the parameter.
        return JsonV2("cf_protocol_version=v2")

    def _somebody(self, user: str | None) -> str:
        return f"conformance-{secrets.token_hex(6)}" if user is None else user

    @property
    def _secret(self) -> str:
        assert self._target.profile is not None, "the requirement needs clients"
        return self._target.profile.token_secret


class WebSocketClient(Client):
    """A client that sends commands, too."""

    inbox: WebSocketSubscriber

    def subscribe(
        self, channel: str, position: Position | None = None, **params: Any
    ) -> Subscription:
        """Subscribe; deviates if that is refused."""
        self.inbox.subscribe(channel, position, **params)
        return self.expect(Subscription, channel=channel)

    def refused(self, command: str, channel: str) -> Refused:
        """The error that a command got."""
        return self.expect(Refused, command=command, channel=channel)


def listed(api: Api, channel: str) -> bool:
    """Whether Channels lists a channel."""
    pattern = {} if api.dialect is Dialect.V2 else {"pattern": channel}
    answer = api.channels(**pattern)
    expect.success(answer)
    return channel in answer.result.channels


def eventually(
    what: str, ask: Callable[[], object], expected: object, seconds: float = 0.0
) -> None:
    """`ask` gives what is expected within a while: for what the server promises no moment of."""
    deadline = time.monotonic() + (seconds or EVENTUALLY_SECONDS)
    while (found := ask()) != expected and time.monotonic() < deadline:
        time.sleep(0.01)
    expect.equal(what, found, expected)


def _fence() -> str:
    return f"conformance-fence-{secrets.token_hex(6)}"


def _with_channel(claims: Mapping[str, Any] | None, channel: str) -> dict[str, Any]:
    """The claims, with one more channel to be subscribed by the server."""
    given = dict(claims or {})
    return given | {"channels": [*given.get("channels", ()), channel]}
