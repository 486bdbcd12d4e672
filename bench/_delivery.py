"""The scenario *delivery*: subscribers count every publication, once each, in order, unaltered.

Each user publishes numbered payloads into a channel of its own, which subscribers of the same
process listen to, so that one clock tells how long a publication took to arrive.
"""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import gevent

from bench._connection import Connection
from bench._judges import Judge
from bench._latencies import Latencies
from bench._numbered import Number, Numbered, require_room
from bench._options import LoadOptions
from bench._publish import messages, publish_request
from bench._recorder import Token, clock
from bench._subscribers import Subscriber, subscribe
from bench._workload import Workload
from centrifugo_grpc.discovery import Found

_LAST_ONES = 3.0
_FOLD_AT = 4096


@dataclass(slots=True)
class Publication:
    """What is known of a number that not all subscribers have. Microseconds; 0 is not yet."""

    sent: int
    answered: int = 0
    failed: bool = False
    seen: int = 0


class Book:
    """Keeps account of what every subscriber received."""

    def __init__(self, numbered: Numbered, subscribers: int) -> None:
        self.found: Counter[str] = Counter()
        self.latencies = Latencies()
        self._raw: Counter[int] = Counter()
        self._numbered = numbered
        self._all = (1 << subscribers) - 1
        self._open: dict[int, Publication] = {}
        self._next = 0
        self._latest = [0] * subscribers

    def publish(self, now: int) -> tuple[int, bytes]:
        """The next number and its payload."""
        number = self._next
        self._next += 1
        self._open[number] = Publication(now)
        return number, self._numbered.make(Number(0, number, now))

    def answered(self, number: int, now: int) -> None:
        """A publication that the server took."""
        self.found["published"] += 1
        publication = self._open[number]
        publication.answered = now
        self._close_if_complete(number, publication)

    def failed(self, number: int) -> None:
        """Whether it was published nobody knows."""
        self._open[number].failed = True

    def received(self, subscriber: int, data: bytes) -> None:
        """What a subscriber got."""
        now = clock()
        read = self._numbered.read(data)
        if read is None or read.number >= self._next:
            self.found["altered"] += 1
            return
        publication, bit = self._open.get(read.number), 1 << subscriber
        if publication is None or publication.seen & bit:
            self.found["doubled"] += 1
            return
        publication.seen |= bit
        self.found["received"] += 1
        self._raw[max(now - read.at, 0)] += 1
        if len(self._raw) >= _FOLD_AT:
            self.fold()
        if publication.answered and publication.answered < self._latest[subscriber]:
            self.found["out_of_order"] += 1
        self._latest[subscriber] = max(self._latest[subscriber], publication.sent)
        self._close_if_complete(read.number, publication)

    @property
    def is_complete(self) -> bool:
        """Whether every subscriber has everything that the server took."""
        return all(not publication.answered for publication in self._open.values())

    def fold(self) -> None:
        """Move latencies to where they stay."""
        self.latencies.take(self._raw)
        self._raw.clear()

    def close(self) -> None:
        """What has not come by now is lost, unless it came altered."""
        missing = sum(
            (self._all & ~publication.seen).bit_count()
            for publication in self._open.values()
            if publication.answered
        )
        unsure = sum(publication.failed for publication in self._open.values())
        self.found.update(lost=max(missing - self.found["altered"], 0), unsure=unsure)
        self._open.clear()
        self.fold()

    def _close_if_complete(self, number: int, publication: Publication) -> None:
        if publication.answered and publication.seen == self._all:
            del self._open[number]


class Delivery(Workload):
    """One user and its subscribers."""

    def __init__(self, options: LoadOptions, found: Found) -> None:
        super().__init__(Judge(messages(found).PublishResponse))
        self._options = options
        self._server = found
        self._channel = f"{options.channel}-{secrets.token_hex(4)}"
        self._book = Book(Numbered(options), options.subscribers)
        self._subscribers: list[Subscriber] = []
        self.found = self._book.found
        self.latencies = self._book.latencies

    def begin(self) -> None:
        """Subscribe, and wait until the server has confirmed it."""
        for number in range(self._options.subscribers):
            hear = self._hear(number)
            one = subscribe(self._options, self._server, self._channel, hear)
            self._subscribers.append(one)
        for subscriber in self._subscribers:
            subscriber.wait()

    def send(self, connection: Connection, tokens: list[Token]) -> list[Token]:
        """Publish the next numbers."""
        sent: list[Token] = []
        for intended, started, *_ in tokens:
            number, data = self._book.publish(started)
            request = publish_request(self._server, self._channel, data)
            sent.append((intended, started, number))
            connection.call(request, sent[-1:])
        return sent

    def took(self, tokens: list[Token], now: int) -> None:
        """The server took these."""
        for _, _, number in tokens:
            self._book.answered(number, now)

    def failed(self, token: Token) -> None:
        """A call that ended with an error."""
        self._book.failed(token[2])

    def ended(self) -> None:
        """Wait for the last ones, then close the book."""
        with gevent.Timeout(_LAST_ONES, False):  # noqa: FBT003
            while not self._book.is_complete and any(s.is_open for s in self._subscribers):
                gevent.sleep(0.005)
        self._book.found["subscribers"] += len(self._subscribers)
        self._book.found["disconnected"] += sum(not one.is_open for one in self._subscribers)
        self._book.close()
        for subscriber in self._subscribers:
            subscriber.close()

    def _hear(self, number: int) -> Callable[[bytes], None]:
        return lambda data: self._book.received(number, data)


def require_delivery(options: LoadOptions, found: Found) -> None:
    """Raise `Problem` if nobody can subscribe."""
    require_room(options)
    one = subscribe(options, found, f"{options.channel}-{secrets.token_hex(4)}", lambda _: None)
    try:
        one.wait()
    finally:
        one.close()
