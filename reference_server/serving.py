"""Runs the nodes of a process on one asyncio loop: every listener started and stopped together.

A listener is a function that starts to listen and gives a `Listener`; `LISTENERS` names them all.
A test that wants a server inside its own loop uses `running`.
"""

import asyncio
import contextlib
import resource
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from importlib import import_module

from centrifugo_grpc.problem import Problem
from reference_server import event_loop
from reference_server.api.listening import listen_api
from reference_server.listener import Listener
from reference_server.node import Node
from reference_server.settings import Settings
from reference_server.transports.http_listening import listen_http
from reference_server.transports.timing import TimerDriver
from reference_server.transports.uni_grpc import listen_uni

SWEEP_SECONDS = 1.0

LISTENERS: tuple[Callable[[Sequence[Node]], Awaitable[Listener | None]], ...] = (
    listen_api,
    listen_uni,
    listen_http,
)
"""Each listens for all nodes where the first one says, or gives None if it is switched off.

They stop in reverse order.
"""

Read = Callable[[], Sequence[Settings]]


def serve(
    nodes: Sequence[Settings], announce: Callable[[list[Listener]], None], read: Read
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` gets the listeners once calls are answered.

    `read` gives the settings anew on SIGHUP. Raises `Problem` if a port cannot be had.
    """
    _allow_many_connections()
    _load_for_clients(nodes)
    event_loop.run(_serve([Node(settings) for settings in nodes], announce, read))


@contextlib.asynccontextmanager
async def running(nodes: Sequence[Node]) -> AsyncIterator[list[Listener]]:
    """The nodes served in the running loop while the context lasts; yields the listeners."""
    async with contextlib.AsyncExitStack() as started:
        listeners = []
        for node in nodes:
            started.callback(TimerDriver(node.timers).stop)
        for listen in LISTENERS:
            listener = await listen(nodes)
            if listener is not None:
                started.push_async_callback(listener.stop)
                listeners.append(listener)
        sweeping = asyncio.create_task(_sweep(nodes))
        started.callback(sweeping.cancel)
        yield listeners


def _load_for_clients(nodes: Sequence[Settings]) -> None:
    """Load now what a server inside a test loads with its first client: none is to wait for it."""
    if any(node.uni_grpc.enabled for node in nodes):
        import_module("reference_server.transports.uni_stream")
    if any(node.websocket.enabled or node.http.health for node in nodes):
        import_module("reference_server.transports.http_port")


def _allow_many_connections() -> None:
    """Open as many files as the system lets this process, as Go does at its start."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(
    nodes: Sequence[Node], announce: Callable[[list[Listener]], None], read: Read
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, _reload, nodes, read)
    async with running(nodes) as listeners:
        if not listeners:
            raise Problem("there is nothing to serve: GRPC API, uni GRPC and WebSocket are all off")
        announce(listeners)
        await stop.wait()


def _reload(nodes: Sequence[Node], read: Read) -> None:
    """Take over what `reloaded` says; ports, the API key and limits stay as they were."""
    try:
        for node, settings in zip(nodes, read(), strict=True):
            node.reload(settings)
        print("the configuration was read again", file=sys.stderr, flush=True)
    except Problem as problem:
        print(f"the configuration stays as it was: {problem}", file=sys.stderr)


async def _sweep(nodes: Sequence[Node]) -> None:
    while True:
        for node in nodes:
            node.sweep()
        await asyncio.sleep(SWEEP_SECONDS)
