"""The thread that serves a test double, with an asyncio loop of its own."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from centrifugo_grpc.problem import Problem
from reference_server import event_loop
from reference_server.listener import Listener
from reference_server.node import Node
from reference_server.serving import running
from reference_server.settings import Settings

Result = TypeVar("Result")
PATIENCE_SECONDS = 10.0
"""How long starting, stopping and a task may take before something is wrong."""


class ServingThread:
    """Serves a node from `start` to `stop`; between, it may be down for a while."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._thread: threading.Thread | None = None
        self._process = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._has_started = threading.Event()
        self._failure: BaseException | None = None
        self._addresses: dict[str, str] = {}

    def start(self) -> None:
        """Begin to serve; raises what stopped the start."""
        if self._thread is not None:
            raise Problem("the server has been started already")
        self._has_started.clear()
        self._failure = None
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._serve, name="centrifugo", daemon=True)
        self._thread.start()
        self._has_started.wait(PATIENCE_SECONDS)
        if self._failure is not None:
            self._thread.join()
            self._thread = None
            raise self._failure

    def stop(self) -> None:
        """End to serve; nothing happens if it is not served, or by another process."""
        thread, self._thread = self._thread, None
        if thread is None or os.getpid() != self._process:
            return
        loop, end = self._loop, self._end
        if loop is not None and end is not None:
            loop.call_soon_threadsafe(end.set)
        thread.join(PATIENCE_SECONDS)

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Not served inside, and again after that, at the same addresses."""
        self._require_running()
        self.stop()
        try:
            yield
        finally:
            self.start()

    def address(self, name: str) -> str:
        """host:port of a listener, by its name."""
        if name not in self._addresses:
            raise Problem(f"no {name}: the server is not started, or its configuration has none")
        return self._addresses[name]

    def run(self, work: Callable[[], Result]) -> Result:
        """What `work` gives, done on the loop."""
        loop = self._require_running()

        async def task() -> Result:
            return work()

        return asyncio.run_coroutine_threadsafe(task(), loop).result(PATIENCE_SECONDS)

    def _require_running(self) -> asyncio.AbstractEventLoop:
        if self._thread is None or self._loop is None:
            raise Problem("the server is not started")
        if os.getpid() != self._process:
            raise Problem(
                "the server was started in another process, and a fork does not take it along;"
                " start one in this process, or begin processes with spawn"
            )
        return self._loop

    def _serve(self) -> None:
        try:
            event_loop.run(self._main())
        except BaseException as failure:  # whatever it is, the starting thread raises it
            self._failure = failure
        finally:
            self._has_started.set()

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with running([self._node]) as listeners:
            self._addresses = {listener.name: listener.address for listener in listeners}
            self._node.settings = _at(self._node.settings, listeners)
            self._has_started.set()
            await self._end.wait()


def _at(settings: Settings, listeners: Sequence[Listener]) -> Settings:
    """The settings with the ports that came of them, for the next start."""
    ports = {each.name: int(each.address.rpartition(":")[2]) for each in listeners}
    return replace(
        settings,
        grpc_port=ports.get("GRPC API", settings.grpc_port),
        http=replace(settings.http, port=ports.get("HTTP", settings.http.port)),
        uni_grpc=replace(settings.uni_grpc, port=ports.get("uni GRPC", settings.uni_grpc.port)),
    )
