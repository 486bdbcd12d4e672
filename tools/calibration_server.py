"""A server of known behaviour to hold the load harness against: `-m tools.calibration_server`.

It speaks the v2 dialect and a uni GRPC stream on one port, and does exactly what it is told: how
long a call takes, how many a second it takes, when it stalls, which publications it spoils.
"""

import argparse
import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import grpc.aio

from centrifugo_grpc.releases import Dialect
from protos.v2 import api_pb2 as v2
from protos.v3 import unistream_pb2 as uni

LOST = frozenset(range(50, 750, 100))
DOUBLED = frozenset({75, 175, 275})
ALTERED = frozenset({333})
"""Which publications `--faults` spoils, by their number: 7, 3 and 1."""

_CONSUME = "/centrifugal.centrifugo.unistream.CentrifugoUniStream/Consume"
_SHORTEST = 16
_CATCH_UP = 0.05


class Behaviour:
    """When a call is answered."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._first = 0.0
        self._free = 0.0
        self._calls = 0

    async def take(self) -> None:
        """Wait as long as a call takes."""
        options, now = self._options, time.monotonic()
        self._first = self._first or now
        self._calls += 1
        until = now + options.service_ms / 1000
        if options.slow_one_in and self._calls % options.slow_one_in == 0:
            until = now + options.slow_ms / 1000
        if options.cap:
            # What the loop was late by is made up for, so that the cap is met on average.
            self._free = max(self._free, now - _CATCH_UP) + 1 / options.cap
            until = self._free
        begin = self._first + options.stall_at
        if options.stall_seconds and begin <= now < begin + options.stall_seconds:
            until = begin + options.stall_seconds
        wait = until - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)


class Server:
    """Publish, History, Info and Consume."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._behaviour = Behaviour(options)
        self._faults = options.faults
        self._numbered = 0
        self._histories: dict[str, list[bytes]] = defaultdict(list)
        self._listeners: dict[str, list[asyncio.Queue[bytes]]] = defaultdict(list)
        service = f"/{Dialect.V2.service}/"
        self.unary = {
            f"{service}Publish": self._publish,
            f"{service}History": self._history,
            f"{service}Info": self._info,
        }

    async def _publish(self, body: bytes, _: Any) -> bytes:
        await self._behaviour.take()
        request = v2.PublishRequest.FromString(body)
        for data in self._spoiled(request.data):
            if self._faults:
                self._histories[request.channel].append(data)
            for queue in self._listeners[request.channel]:
                queue.put_nowait(data)
        return b""

    def _spoiled(self, data: bytes) -> list[bytes]:
        """What becomes of a publication; those too short for a number are not counted."""
        if not self._faults or len(data) < _SHORTEST:
            return [data]
        self._numbered += 1
        if self._numbered in LOST:
            return []
        if self._numbered in DOUBLED:
            return [data, data]
        return [data[:-1] + bytes([data[-1] ^ 1])] if self._numbered in ALTERED else [data]

    async def _history(self, body: bytes, _: Any) -> bytes:
        channel = v2.HistoryRequest.FromString(body).channel
        publications = [v2.Publication(data=data) for data in self._histories[channel]]
        return v2.HistoryResponse(
            result=v2.HistoryResult(publications=publications)
        ).SerializeToString()

    async def _info(self, _: bytes, __: Any) -> bytes:
        node = v2.NodeResult(version="2.8.0", name="calibration", uid="1")
        return v2.InfoResponse(result=v2.InfoResult(nodes=[node])).SerializeToString()

    async def consume(self, body: bytes, _: Any) -> AsyncIterator[bytes]:
        """A subscriber."""
        request = uni.ConnectRequest.FromString(body)
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        connect = uni.Connect(client="1")
        for channel in request.subs:
            self._listeners[channel].append(queue)
            connect.subs[channel].SetInParent()
        yield uni.Push(connect=connect).SerializeToString()
        while True:
            data = await queue.get()
            yield uni.Push(pub=uni.Publication(data=data)).SerializeToString()


class Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Finds the handler of a call."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """The handler, None for what is not served."""
        method = handler_call_details.method
        if method == _CONSUME:
            return grpc.unary_stream_rpc_method_handler(self._server.consume)
        handler = self._server.unary.get(method)
        return grpc.unary_unary_rpc_method_handler(handler) if handler else None


async def serve(options: argparse.Namespace) -> None:
    """Serve until killed; says where on the first line."""
    server = grpc.aio.server(handlers=[Handlers(Server(options))])
    port = server.add_insecure_port(f"127.0.0.1:{options.port}")
    await server.start()
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


def parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="tools.calibration_server", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--service-ms", type=float, default=0.0, help="how long each call takes")
    add("--cap", type=float, default=0.0, help="calls a second that it takes at most")
    add("--stall-at", type=float, default=1.5, help="seconds after the first call")
    add("--stall-seconds", type=float, default=0.0, help="for how long nothing is answered")
    add("--slow-one-in", type=int, default=0, help="each so-manieth call is slow")
    add("--slow-ms", type=float, default=300.0, help="how slow")
    add("--faults", action="store_true", help="lose 7, double 3 and alter 1 publications")
    return parser


def main(arguments: Sequence[str]) -> None:
    """Serve as the options say."""
    try:
        asyncio.run(serve(parser().parse_args(arguments)))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
