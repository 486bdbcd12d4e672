"""Prints the bytes of the first publication in a channel.

python receive.py ws://localhost:8000/connection/websocket binary
"""

import asyncio
import sys

from centrifuge import Client, PublicationContext, SubscribedContext, SubscriptionEventHandler


class Printing(SubscriptionEventHandler):
    def __init__(self) -> None:
        self.received = asyncio.Event()

    async def on_subscribed(self, ctx: SubscribedContext) -> None:
        print("subscribed", flush=True)

    async def on_publication(self, ctx: PublicationContext) -> None:
        print(f"received {ctx.pub.data.hex(' ')}", flush=True)
        self.received.set()


async def main(url: str, channel: str) -> None:
    # With JSON, the default, `data` would be parsed, and bytes that are no JSON end the connection.
    client = Client(url, use_protobuf=True)
    printing = Printing()
    await client.connect()
    await client.new_subscription(channel, events=printing).subscribe()
    await printing.received.wait()
    await client.disconnect()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
