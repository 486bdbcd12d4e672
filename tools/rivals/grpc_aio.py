"""Publishes with grpc.aio, so many calls under way on one channel; prints JSON."""

import asyncio
import json
import sys
import time

import grpc
import grpc.aio


async def load(address: str, method: str, message: bytes, in_flight: int, seconds: float) -> None:
    """Keep the calls under way, and say what came of it."""
    latencies: list[float] = []
    errors = 0
    async with grpc.aio.insecure_channel(address) as channel:
        publish = channel.unary_unary(method, None, None)
        end = time.perf_counter() + seconds

        async def caller() -> None:
            nonlocal errors
            while (started := time.perf_counter()) < end:
                try:
                    await publish(message, timeout=5)
                except grpc.RpcError:
                    errors += 1
                else:
                    latencies.append(time.perf_counter() - started)

        cpu = time.process_time()
        await asyncio.gather(*(caller() for _ in range(in_flight)))
    latencies.sort()
    told = {
        "ok": len(latencies),
        "errors": errors,
        "rate": len(latencies) / seconds,
        "p50_ms": latencies[len(latencies) // 2] * 1000 if latencies else None,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000 if latencies else None,
        "cpu": time.process_time() - cpu,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    where, what, hexed, calls, duration = sys.argv[1:]
    asyncio.run(load(where, what, bytes.fromhex(hexed), int(calls), float(duration)))
