"""The server of a test double: a node, served by a thread of its own on free ports of loopback."""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from centrifugo_grpc.subscriber.tokens import connection_token
from reference_server.api.gate import api_of
from reference_server.testing.faults import ANY, Failure, Faults
from reference_server.testing.records import Call, Publication
from reference_server.testing.setup import node_settings
from reference_server.testing.thread import ServingThread
from reference_server.testing.watched import Records, WatchedNode

Result = TypeVar("Result")
TIMEOUT_SECONDS = 5.0
"""How long what a test waits for may take, unless it says otherwise."""


class CentrifugoServer:
    """A Centrifugo that runs while its context lasts, or from `start` to `stop`.

    `release` is "2.8", "3.2", "4.1", "5.4" or "6.9". `config` is what Centrifugo's own
    configuration file of that release holds, as a dict, or the path of such a file; without one,
    channels without a namespace keep history and presence, and subscribers may do everything.
    Addresses and ports in it do not count: all are on 127.0.0.1, on ports that are free.
    `api_key` stands for the configured one. Raises `Problem`, one line, for what stops the release.
    """

    def __init__(
        self,
        release: str = "6.9",
        config: Mapping[str, Any] | str | os.PathLike[str] | None = None,
        api_key: str | None = None,
    ) -> None:
        source = Path(config) if isinstance(config, str | os.PathLike) else config
        settings = node_settings(release, source, api_key)
        self._records, self._faults = Records(), Faults()
        self._node = WatchedNode(settings, self._records, self._faults)
        self._thread = ServingThread(self._node)
        self._api = api_of(self._node)
        self._messages = self._node.messages

    # ---- Life -----------------------------------------------------------------------------------

    def start(self) -> "CentrifugoServer":
        """Serve, and come back once calls are answered."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Serve no more; calls that are under way have a second to end."""
        self._thread.stop()

    def __enter__(self) -> "CentrifugoServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reset(self) -> None:
        """Forget everything: calls, publications, faults, channels; who is connected is cut off."""
        self._on_loop(self._node.reset)
        self._faults.clear()
        self._records.clear()

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Inside this context nothing listens, and connections are cut; after it, as before.

        Histories outlive it. A gRPC channel that met it tries again after a second or so; a call
        with `wait_for_ready=True` waits for that.
        """
        with self._thread.down():
            yield

    # ---- Where it is ----------------------------------------------------------------------------

    @property
    def release(self) -> Release:
        """The release that it behaves as."""
        return self._node.release

    @property
    def grpc_address(self) -> str:
        """host:port of the GRPC API."""
        return self._thread.address("GRPC API")

    @property
    def uni_address(self) -> str:
        """host:port of the unidirectional GRPC stream (3 and later)."""
        return self._thread.address("uni GRPC")

    @property
    def http_url(self) -> str:
        """The base URL of the HTTP port."""
        scheme = "https" if self._node.settings.http.tls else "http"
        return f"{scheme}://{self._thread.address('HTTP')}"

    @property
    def ws_url(self) -> str:
        """The URL that WebSocket clients connect to."""
        return "ws" + self.http_url.removeprefix("http") + self._node.settings.websocket.path

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a call has to bring if there is an API key; empty if there is none."""
        key = self._node.settings.api_key
        return (("authorization", f"apikey {key}"),) if key else ()

    def token(self, user: str = "", **claims: Any) -> str:
        """A token that connects `user`, or with a `channel` claim, subscribes them to it."""
        secret = self._node.settings.clients.token.hmac_secret
        if not secret:
            raise Problem("the configuration has no HMAC secret to sign a token with")
        return connection_token(secret, user, **claims)

    # ---- What has happened ----------------------------------------------------------------------

    def calls(self, rpc: str | None = None) -> list[Call]:
        """The calls of the GRPC API so far, those of one RPC if it is named."""
        return [call for call in self._records.calls() if rpc in {None, call.rpc}]

    def publications(self, channel: str | None = None) -> list[Publication]:
        """What has been published so far, to one channel if it is named, by whatever call."""
        return [p for p in self._records.publications() if channel in {None, p.channel}]

    def subscribers(self, channel: str) -> list[str]:
        """The users that are subscribed to a channel now, once for each connection."""
        return self._on_loop(lambda: [c.user for c in self._node.hub.subscribers(channel)])

    def wait_for_publications(
        self, channel: str, count: int = 1, timeout: float = TIMEOUT_SECONDS
    ) -> list[Publication]:
        """The publications of a channel, once there are `count`; else raises `TimeoutError`."""
        return self._wait(
            f"{count} publications to {channel}", lambda: self.publications(channel), count, timeout
        )

    def wait_for_calls(
        self, rpc: str, count: int = 1, timeout: float = TIMEOUT_SECONDS
    ) -> list[Call]:
        """The calls of an RPC, once there are `count`; else raises `TimeoutError`."""
        return self._wait(f"{count} calls of {rpc}", lambda: self.calls(rpc), count, timeout)

    def wait_for_subscribers(
        self, channel: str, count: int = 1, timeout: float = TIMEOUT_SECONDS
    ) -> list[str]:
        """The users subscribed to a channel, once there are `count`; else raises `TimeoutError`."""
        return self._wait(
            f"{count} subscribers of {channel}", lambda: self.subscribers(channel), count, timeout
        )

    # ---- What a test does -----------------------------------------------------------------------

    def call(self, rpc: str, **fields: Any) -> Any:
        """Call an RPC past key, faults and records; gives its response message."""
        request_type = getattr(self._messages, f"{rpc}Request", None)
        if request_type is None:
            raise Problem(f"{rpc}: no RPC of Centrifugo {self.release}")
        request: Message = request_type(**fields)
        sent: Any = self._api.parser(rpc)(request.SerializeToString())
        body = self._on_loop(lambda: self._api.answerer(rpc)(sent, lambda: ()))
        return getattr(self._messages, f"{rpc}Response").FromString(body)

    def publish(self, channel: str, data: Any, **fields: Any) -> None:
        """Publish bytes as they are, or anything else as JSON. Raises `Problem` if refused."""
        payload = data if isinstance(data, bytes) else json.dumps(data).encode()
        error = self.call("Publish", channel=channel, data=payload, **fields).error
        if error.code:
            raise Problem(f"publish to {channel}: {error.code} {error.message}")

    def disconnect(self, user: str) -> None:
        """Disconnect all connections of a user, as the API's Disconnect does: not to come back."""
        self.call("Disconnect", user=user)

    def drop_connections(self) -> None:
        """Cut every subscriber off as a node does that stops: its clients connect again."""
        self._on_loop(self._node.shut_down)

    # ---- What goes wrong ------------------------------------------------------------------------

    def fail_next(
        self,
        rpc: str = ANY,
        *,
        code: int = 0,
        status: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE,
        message: str = "",
        times: int = 1,
        applied: bool = False,
    ) -> None:
        """Let the next `times` calls of an RPC, or of any, end in an error.

        With `code`, an API error inside a response with status OK; else the gRPC `status`.
        `applied`: the call is carried out, only its answer is lost, as when a connection breaks.
        """
        self._faults.add(rpc, Failure(times, code, message, status, applied))

    def delay(self, seconds: float, rpc: str = ANY) -> None:
        """Let every call of an RPC, or of any, wait before it is looked at; 0 ends that."""
        self._faults.delay(rpc, seconds)

    # ---- The inside -----------------------------------------------------------------------------

    def _on_loop(self, work: Callable[[], Result]) -> Result:
        return self._thread.run(work)

    def _wait(
        self, what: str, found: Callable[[], list[Result]], count: int, timeout: float
    ) -> list[Result]:
        until = time.monotonic() + timeout
        while True:
            seen = self._records.version
            there = found()
            if len(there) >= count:
                return there
            if not self._records.wait_for_change(seen, until - time.monotonic()):
                raise TimeoutError(f"{what} awaited for {timeout:g} s; there are {there}")
