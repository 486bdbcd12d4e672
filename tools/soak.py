"""Whether the reference server holds out: `python -m tools.soak`, a minute; `--minutes 30` by hand.

A server of the newest release is published to without a pause, at a steady rate, in channels with
history and without. Ten subscribers stay, on uni GRPC and on WebSocket; others come, receive a
publication in a channel of their own and go, some with a close and some without a word. Every
subscriber looks at the number in each publication: none may be lost, doubled or out of order.
Memory and open descriptors are looked at every half second; neither may grow from the second
quarter of the time to the last. Tells what grew or was lost, and exits with 1 then.
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field

import grpc
import psutil

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.subscriber.tokens import connection_token
from tools.soaking.listeners import UniListener, Watch, WebSocketListener
from tools.soaking.samples import Sample, growth, sample, shown
from tools.soaking.server import SECRET, Server, started

CHANNELS = ("plain:soak-a", "plain:soak-b", "history:soak-c", "history:soak-d", "history:soak-e")
COME_AND_GO = 2
"""So many subscribers come and go at a time."""
EVERY_SECONDS = 0.5
PATIENCE = 30.0
Listener = UniListener | WebSocketListener


@dataclass
class Counts:
    """What was done, and what went wrong, which is nothing in the end."""

    published: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0))
    came_and_went: int = 0
    wrong: list[str] = field(default_factory=list)


class Soak:
    """One server under load, and everybody around it."""

    def __init__(self, server: Server, rate: float) -> None:
        self.counts = Counts()
        self.samples: list[Sample] = []
        self._server = server
        self._rate = rate
        self._is_over = threading.Event()
        self._channel = grpc.insecure_channel(server.uni)

    def run(self, seconds: float) -> None:
        """Do everything for so long, then wait for what is on its way."""
        with ExitStack() as stack:
            stack.callback(self._channel.close)
            staying = [
                stack.enter_context(self._listening(name, on_websocket=on_websocket))
                for name in CHANNELS
                for on_websocket in (False, True)
            ]
            threads = [threading.Thread(target=self._publish)]
            threads += [
                threading.Thread(target=self._come_and_go, args=(number,))
                for number in range(COME_AND_GO)
            ]
            for thread in threads:
                thread.start()
            try:
                self._look(seconds)
            finally:
                self._is_over.set()
                for thread in threads:
                    thread.join()
            for number, watch in enumerate(staying):
                name = CHANNELS[number // 2]
                self._judge(name, watch, self.counts.published[name])

    def _look(self, seconds: float) -> None:
        process = psutil.Process(self._server.pid)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.counts.wrong:
            self.samples.append(sample(process))
            time.sleep(EVERY_SECONDS)

    def _publish(self) -> None:
        due = time.monotonic()
        with V3Client(Endpoint(self._server.api)) as client:
            while not self._is_over.is_set():
                for name in CHANNELS:
                    number = self.counts.published[name] + 1
                    told = client.publish(channel=name, data=b"%d" % number)
                    if told.status is not grpc.StatusCode.OK or told.error is not None:
                        self.counts.wrong.append(f"a publication failed: {told}")
                        return
                    self.counts.published[name] = number
                due += len(CHANNELS) / self._rate
                self._is_over.wait(max(0.0, due - time.monotonic()))

    def _come_and_go(self, number: int) -> None:
        with V3Client(Endpoint(self._server.api)) as client:
            turn = 0
            while not self._is_over.is_set() and not self.counts.wrong:
                turn += 1
                name = f"plain:come-and-go-{number}-{turn}"
                with self._listening(
                    name, on_websocket=bool(turn % 2), drops=turn % 4 > 1
                ) as watch:
                    client.publish(channel=name, data=b"1")
                    self._judge(name, watch, 1)
                self.counts.came_and_went += 1

    @contextmanager
    def _listening(self, name: str, *, on_websocket: bool, drops: bool = False) -> Iterator[Watch]:
        token = connection_token(SECRET, "soak")
        listener: Listener
        if on_websocket:
            listener = WebSocketListener(self._server.http, token, name)
        else:
            listener = UniListener(self._channel, token, name)
        with closing(listener):
            yield self._awaited(name, listener)
            if drops and isinstance(listener, WebSocketListener):
                listener.drop()

    def _awaited(self, name: str, listener: Listener) -> Watch:
        if not listener.watch.ready.wait(PATIENCE):
            self.counts.wrong.append(f"no subscription to {name}: {listener.watch.ended}")
        return listener.watch

    def _judge(self, name: str, watch: Watch, published: int) -> None:
        if not watch.wait(published, PATIENCE):
            self.counts.wrong.append(
                f"{name}: {watch.received} of {published} publications came, the last of them"
                f" {watch.last}; {watch.ended or 'the connection stands'}"
            )
        elif watch.received != published:
            self.counts.wrong.append(f"{name}: {watch.received} came of {published}")
        self.counts.wrong += [f"{name}: {each}" for each in watch.wrong]


def soak(seconds: float, rate: float) -> int:
    """Do it and print; the exit code."""
    with started() as server:
        run = Soak(server, rate)
        run.run(seconds)
        counts = run.counts
        published = sum(counts.published.values())
        print(
            f"{published} publications in {seconds:.0f} s, each to two subscribers;"
            f" {counts.came_and_went} subscribers came and went"
        )
        print(shown(run.samples))
        wrong = [*counts.wrong, *growth(run.samples)]
    for each in wrong:
        print(f"wrong: {each}", file=sys.stderr)
    if not wrong:
        print("nothing was lost, nothing grew")
    return 1 if wrong else 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (default 1)")
    parser.add_argument(
        "--rate", type=float, default=200.0, help="publications a second (default 200)"
    )
    options = parser.parse_args()
    return soak(options.minutes * 60, options.rate)


if __name__ == "__main__":
    sys.exit(main())
