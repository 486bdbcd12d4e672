"""What the reference server's own code costs: `python -m tools.serving_cost`.

Publishes of 256 bytes to the reference server as 6.9, without and with history, against a bare
grpcio handler that returns constant bytes of the same length, with the same options and the same
client, in alternating rounds: once on asyncio's own event loop, once on the one that the reference
server has, which shows what its code costs by itself. Prints the calls a second of each (median
and spread) and the ratios of the medians. It takes a machine with nothing else to do; on any
other the spread tells.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import grpc
import grpc.aio

from centrifugo_grpc.endpoint import split_address
from centrifugo_grpc.releases import LATEST, Dialect
from protos.v3 import api_pb2 as api
from reference_server import event_loop
from reference_server.api.listening import OPTIONS
from tools.raw_load import Measured, RawLoad

PATH = f"/{Dialect.V3.service}/Publish"
PAYLOAD = bytes(range(256))
CHANNELS = {"without history": "plain:cost", "with history": "history:cost"}
BARE_ONES = ("bare", "bare on the same loop")
WARM_UP_SECONDS = 1.0
BARE, SAME_LOOP = "--bare", "--same-loop"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="of each server (default 7)")
    parser.add_argument("--seconds", type=float, default=2.0, help="a round (default 2)")
    parser.add_argument("--in-flight", type=int, default=16, help="calls at once (default 16)")
    parser.add_argument(BARE, metavar="BYTES", type=int, help=argparse.SUPPRESS)
    parser.add_argument(SAME_LOOP, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare is not None:
        run = event_loop.run if options.same_loop else asyncio.run
        run(_serve_constant(bytes(options.bare)))
        return
    for name, channel in CHANNELS.items():
        request = api.PublishRequest(channel=channel, data=PAYLOAD).SerializeToString()
        with ExitStack() as started:
            reference = started.enter_context(_reference())
            length = _answer_length(reference, request)
            bare = _bare(length), _bare(length, SAME_LOOP)
            loads = [
                started.enter_context(_loading(address, request, length))
                for address in (reference, *(started.enter_context(each) for each in bare))
            ]
            rounds = _rounds(loads, options.rounds, options.seconds, options.in_flight)
        _report(name, rounds)


def _rounds(
    loads: Sequence[RawLoad], rounds: int, seconds: float, in_flight: int
) -> list[list[Measured]]:
    """The measurements of each load; who is first changes from round to round."""
    for load in loads:
        load.run(WARM_UP_SECONDS, in_flight)
    measured: list[list[Measured]] = [[] for _ in loads]
    for number in range(rounds):
        order = list(zip(loads, measured, strict=True))
        for load, results in order if number % 2 else reversed(order):
            results.append(load.run(seconds, in_flight))
    return measured


def _report(name: str, rounds: Sequence[Sequence[Measured]]) -> None:
    rates = [[round_.rate for round_ in results] for results in rounds]
    for who, each in zip(("reference", *BARE_ONES), rates, strict=True):
        spread = f"{min(each):.0f} to {max(each):.0f}"
        print(f"{name}: {who:21} {statistics.median(each):6.0f} calls/s ({spread})", flush=True)
    ours = rates[0]
    for who, bare in zip(BARE_ONES, rates[1:], strict=True):
        ratios = [one / other for one, other in zip(ours, bare, strict=True)]
        ratio = statistics.median(ours) / statistics.median(bare)
        spread = f"round by round {min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name}: reference : {who} {ratio:.2f} ({spread})", flush=True)


@contextmanager
def _loading(address: str, request: bytes, length: int) -> Iterator[RawLoad]:
    load = RawLoad(split_address(address), PATH, request, length)
    try:
        yield load
    finally:
        load.close()


def _answer_length(address: str, request: bytes) -> int:
    """How long an answer is once the offset has two bytes; it then stays so for a while."""
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(PATH, None, None)
        return max(len(call(request)) for _ in range(200))


@contextmanager
def _reference() -> Iterator[str]:
    with _running("reference_server", "--release", str(LATEST), "--grpc_api_port", "0") as address:
        yield address


@contextmanager
def _bare(length: int, *more: str) -> Iterator[str]:
    with _running("tools.serving_cost", BARE, str(length), *more) as address:
        yield address


@contextmanager
def _running(module: str, *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[2]
        finally:
            process.terminate()


async def _serve_constant(answer: bytes) -> None:
    async def handle(_body: bytes, _context: object) -> bytes:
        return answer

    method = grpc.unary_unary_rpc_method_handler(handle)

    class Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
        def service(self, _details: grpc.HandlerCallDetails) -> Any:
            return method

    server = grpc.aio.server(handlers=[Handlers()], options=OPTIONS)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    main()
