"""What the engine holds after many publications: `python -m tools.footprint`.

A million publications of 256 bytes over 100,000 channels with history, each with an idempotency
key, in ten rounds; between rounds the clock is put past all lifetimes but that of the streams'
offsets and epochs. Printed for each round: resident memory with everything held, and after the
sweep. What is flat is the second column.
"""

import gc
import time

import psutil

from centrifugo_grpc.releases import LATEST
from reference_server.node import Node, PublishOptions
from reference_server.settings import ChannelOptions, Settings

ROUNDS, CHANNELS = 10, 100_000
RULES = ChannelOptions(history_size=10, history_ttl=60, history_meta_ttl=720 * 3600)
PAUSE = 400.0
PAYLOAD = bytes(range(256))


def main() -> None:
    """Measure and print."""
    now = 0.0
    node = Node(Settings(release=LATEST), lambda: now)
    print(f"at first: {_mebibytes():.0f} MiB")
    for number in range(ROUNDS):
        started = time.perf_counter()
        for channel in range(CHANNELS):
            # Payloads are objects of their own, as they are when they come over the wire.
            data = PAYLOAD + channel.to_bytes(4)
            node.publish(
                f"c{channel}", data, PublishOptions({}, idempotency_key=f"{number}"), RULES
            )
        rate = CHANNELS / (time.perf_counter() - started)
        full = _mebibytes()
        now += PAUSE
        node.sweep()
        gc.collect()
        print(
            f"round {number + 1:2}: {full:.0f} MiB held, {_mebibytes():.0f} MiB after the sweep"
            f" ({rate:,.0f} publications a second)"
        )
    now += RULES.history_meta_ttl
    node.sweep()
    gc.collect()
    print(f"streams forgotten: {_mebibytes():.0f} MiB, {len(node.streams)} streams")


def _mebibytes() -> float:
    resident: int = psutil.Process().memory_info().rss
    return resident / 2**20


if __name__ == "__main__":
    main()
