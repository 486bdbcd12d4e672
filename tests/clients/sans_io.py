"""Sessions without any transport, by a clock that the test moves."""

from dataclasses import dataclass, field, replace
from typing import Any

from reference_server.clients.commands import Command, Connect, Request
from reference_server.clients.failures import ReplyError, UnencodableError
from reference_server.clients.handling import handle
from reference_server.clients.link import Link
from reference_server.clients.pushes import Body, Joined, Left, Published
from reference_server.clients.results import ConnectResult, HistoryResult, Result, SubscribeResult
from reference_server.clients.session import Session
from reference_server.node import Node, PublishOptions
from reference_server.settings import Settings
from tests.clients.serving import token

PLAIN = PublishOptions(tags={})


class Told:
    """A codec that keeps what is said. `is_json`: payloads that begin with NUL are refused."""

    def __init__(self, *, is_json: bool = False) -> None:
        self.frames: list[Any] = []
        self._is_json = is_json

    def _frame(self, what: Any) -> bytes:
        self.frames.append(what)
        return str(len(self.frames) - 1).encode()

    def _require_json(self, *payloads: bytes) -> None:
        if self._is_json and any(payload.startswith(b"\0") for payload in payloads):
            raise UnencodableError

    def push(self, channel: str, body: Body) -> bytes:
        if isinstance(body, Published):
            self._require_json(body.publication.data)
        elif isinstance(body, Joined | Left):
            self._require_json(body.info.conn_info, body.info.chan_info)
        return self._frame((channel, body))

    def reply(self, command_id: int, request: Request, result: Result) -> bytes:
        told = result.subs.values() if isinstance(result, ConnectResult) else [result]
        for each in told:
            if isinstance(each, SubscribeResult | HistoryResult):
                self._require_json(*(publication.data for publication in each.publications))
        return self._frame((command_id, result))

    def error(self, command_id: int, request: Request, error: ReplyError) -> bytes:
        return self._frame((command_id, error))

    def ping(self) -> bytes:
        return self._frame("ping")


@dataclass
class World:
    """A node and its clocks."""

    settings: Settings
    now: float = 1_000_000.5
    node: Node = field(init=False)

    def __post_init__(self) -> None:
        self.node = Node(self.settings, lambda: self.now, lambda: self.now)

    def wait(self, seconds: float) -> None:
        """Let time go by, second by second as the serving loop would see it."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + 1, end)
            self.node.timers.run_due()
            self.node.sweep()

    def connected(
        self, user: str = "u1", *, v: int = 2, one_way: bool = False, **claims: Any
    ) -> "Client":
        """A connected client; its `claims` and `subs` are those of a token."""
        client = Client(self, v=v, one_way=one_way)
        client.connect(user, **claims)
        return client

    def publish(self, channel: str, data: bytes = b"1") -> None:
        """Publish by the server's API."""
        rules = self.settings.channel_options(channel)
        assert rules is not None
        self.node.publish(channel, data, PLAIN, rules)


class Client:
    """One session, and what it was told."""

    def __init__(
        self,
        world: World,
        *,
        v: int = 2,
        one_way: bool = False,
        is_json: bool = False,
        **link: Any,
    ) -> None:
        self.codec = Told(is_json=is_json)
        made = Link(
            codec=self.codec,
            protocol_version=v,
            wake=lambda: None,
            unidirectional=one_way,
            pushes_disconnect=one_way,
        )
        self.session = Session(world.node, replace(made, **link))
        self._commands = 0

    def connect(self, user: str = "u1", **claims: Any) -> None:
        """Connect with a token."""
        request = Connect(token=token(sub=user, **claims))
        if self.session.link.unidirectional:
            self.session.connect_one_way(request)
        else:
            self.do(request)

    def do(self, request: Request) -> Any:
        """Send a command; what came last of it."""
        self._commands += 1
        before = len(self.codec.frames)
        self.goes_on = handle(self.session, Command(self._commands, request))
        new = self.codec.frames[before:]
        replies = [said for number, said in new if number == self._commands]
        return replies[0] if replies else None

    def told(self) -> list[Any]:
        """What waits in the outbox, oldest first; it is taken."""
        return [self.codec.frames[int(frame)] for frame in self.session.outbox.take(10**6)]

    @property
    def code(self) -> int | None:
        """The code with which it was closed; None while it is open."""
        return self.session.closed.code if self.session.closed else None
