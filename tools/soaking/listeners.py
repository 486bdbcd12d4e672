"""Subscribers that keep no publications: they look at the number in each as it comes."""

import threading

import grpc

from centrifugo_grpc.subscriber import events
from centrifugo_grpc.subscriber.json_codecs import JsonV2
from centrifugo_grpc.subscriber.uni import UniSubscriber
from centrifugo_grpc.subscriber.websocket import WebSocketSubscriber


class Watch:
    """What has come on one channel whose publications are numbered from 1 on.

    A subscriber that comes later begins where it begins; from there on each number comes once.
    """

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.received = 0
        self.last = 0
        self.wrong: list[str] = []
        self.ended: str | None = None
        self._came = threading.Condition()

    def saw(self, event: events.Event) -> None:
        """Take an event in."""
        match event:
            case events.Publication():
                self._count(int(event.data))
            case events.Subscription():
                self.ready.set()
            case events.Connected() if event.subs:
                self.ready.set()
            case events.Disconnected() | events.Refused() | events.Undecodable():
                self.wrong.append(repr(event))
            case events.Ended():
                self.ended = f"{event.status} {event.details}".strip()
                self._notify()
            case _:
                pass

    def wait(self, number: int, seconds: float) -> bool:
        """Whether the publication of this number, or a later one, comes in time."""
        with self._came:
            return self._came.wait_for(
                lambda: self.last >= number or self.ended is not None, seconds
            ) and (self.last >= number)

    def _count(self, number: int) -> None:
        if self.last and number != self.last + 1:
            self.wrong.append(f"{number} came after {self.last}")
        self.last = number
        self.received += 1
        self._notify()

    def _notify(self) -> None:
        with self._came:
            self._came.notify_all()


class UniListener(UniSubscriber):
    """On the stream of uni GRPC."""

    def __init__(self, channel: grpc.Channel, token: str, name: str) -> None:
        self.watch = Watch()
        super().__init__(channel, token, {name: None})

    def put(self, event: events.Event) -> None:
        """Look at what came, and forget it."""
        self.watch.saw(event)


class WebSocketListener(WebSocketSubscriber):
    """On a WebSocket; its pings are answered."""

    def __init__(self, address: str, token: str, name: str) -> None:
        self.watch = Watch()
        super().__init__(address, JsonV2())
        self.send("connect", token=token)
        self.subscribe(name)

    def put(self, event: events.Event) -> None:
        """Look at what came, and forget it; a ping is answered with an empty command."""
        if isinstance(event, events.Ping):
            self._socket.send("{}")
        self.watch.saw(event)
