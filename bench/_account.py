"""The scenario *account*: publish, read the histories back, and account for every publication.

Payloads are numbered and go out in parallel, as many into a channel as its history keeps; then the
history is read, and each number has to be there once, unaltered, at offsets without a gap in one
epoch. Two publications are out of order if one was answered before the other was sent, and yet
comes after it.
"""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bench._connection import Connection
from bench._history import require_history
from bench._judges import Judge
from bench._numbered import Number, Numbered, require_room
from bench._options import LoadOptions
from bench._outgoing import Request
from bench._publish import messages, publish_request
from bench._recorder import Token, clock
from bench._workload import ASIDE, Workload, path
from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect

_MANY = 1_000_000


@dataclass
class Channel:
    """What was published into one channel. Times in microseconds."""

    name: str
    sent: dict[int, int] = field(default_factory=dict)
    answered: dict[int, int] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    is_asked: bool = False


class Account(Workload):
    """One user's publications and the account of them, in `found`."""

    def __init__(self, options: LoadOptions, found: Found) -> None:
        self._api = messages(found)
        super().__init__(Judge(self._api.PublishResponse))
        self._options = options
        self._server = found
        self._run = secrets.token_hex(4)
        self._numbered = Numbered(options)
        self._channels: dict[int, Channel] = {}
        self._latest = -1
        self._full: list[int] = []

    def send(self, connection: Connection, tokens: list[Token]) -> list[Token]:
        """Publish the next numbers, into a new channel when the last one is full."""
        while self._full:
            self._ask(connection, self._full.pop())
        sent: list[Token] = []
        for intended, started, *_ in tokens:
            channel = self._channels.get(self._latest)
            if channel is None or len(channel.sent) >= self._options.history_size:
                self._latest += 1
                channel = Channel(f"{self._options.channel}-{self._run}-{self._latest}")
                self._channels[self._latest] = channel
            number = len(channel.sent)
            data = self._numbered.make(Number(self._latest, number, started))
            channel.sent[number] = started
            token = (intended, started, self._latest, number)
            connection.call(publish_request(self._server, channel.name, data), [token])
            sent.append(token)
        return sent

    def took(self, tokens: list[Token], now: int) -> None:
        """Note which were answered, and when."""
        for _, _, index, number in tokens:
            self._channels[index].answered[number] = now
            self._look_whether_full(index)

    def failed(self, token: Token) -> None:
        """Whether it was published nobody knows."""
        if token[2] == ASIDE:
            self.found["unread"] += 1
            del self._channels[token[3]]
        else:
            self._channels[token[2]].failed.add(token[3])
            self._look_whether_full(token[2])

    def closing(self, connection: Connection) -> None:
        """Read the histories back that have not been yet."""
        for index, channel in self._channels.items():
            if not channel.is_asked:
                self._ask(connection, index)

    def heard(self, token: Token, response: bytes) -> None:
        """A history: account for it."""
        channel = self._channels.pop(token[3])
        result = self._api.HistoryResponse.FromString(response).result
        self.found["channels"] += 1
        self.found.update(account(token[3], channel, result, self._numbered))

    def ended(self) -> None:
        """Histories that could not be read any more, say because the server is gone."""
        self.found["unread"] += len(self._channels)

    def _look_whether_full(self, index: int) -> None:
        channel = self._channels[index]
        if len(channel.answered) + len(channel.failed) == self._options.history_size:
            self._full.append(index)

    def _ask(self, connection: Connection, index: int) -> None:
        channel = self._channels[index]
        channel.is_asked = True
        request = self._api.HistoryRequest(channel=channel.name)
        if self._server.dialect is Dialect.V3:
            request.limit = -1
        call = Request(path(self._server, "History"), request.SerializeToString())
        connection.ask(call, (0, clock(), ASIDE, index))


def account(index: int, channel: Channel, result: Any, numbered: Numbered) -> Counter[str]:
    """What became of the publications of a channel, by its history."""
    publications = list(result.publications)
    read = [numbered.read(publication.data) for publication in publications]
    ours = [one.number for one in read if one is not None and one.stream == index]
    times = Counter(ours)
    found = Counter(
        published=len(channel.answered),
        found=sum(number in times for number in channel.answered),
        lost=sum(number not in times for number in channel.answered),
        doubled=sum(count - 1 for count in times.values()),
        altered=len(read) - len(ours),
        unsure=sum(number in times for number in channel.failed),
        out_of_order=_out_of_order(channel, ours),
    )
    # An altered publication is missing from the numbers, too: it is not lost, it is altered.
    found["lost"] -= min(found["lost"], found["altered"])
    offsets = [publication.offset for publication in publications if hasattr(publication, "offset")]
    found["offset_gaps"] = sum(after != before + 1 for before, after in pairwise(offsets))
    return found


def _out_of_order(channel: Channel, numbers: list[int]) -> int:
    latest_start, wrong = 0, 0
    for number in numbers:
        answered = channel.answered.get(number)
        if answered is not None and answered < latest_start:
            wrong += 1
        latest_start = max(latest_start, channel.sent.get(number, 0))
    return wrong


def require_account(options: LoadOptions, found: Found) -> None:
    """Raise `Problem` unless the channel's history keeps as many as the options say."""
    require_room(options)
    require_history(options, found)
    name = f"{options.channel}-{secrets.token_hex(4)}"
    client: Any = (V2Client if found.dialect is Dialect.V2 else V3Client)(options.endpoint)
    limit = {} if found.dialect is Dialect.V2 else {"limit": -1}
    with client:
        for number in range(min(options.history_size, _MANY)):
            client.publish(channel=name, data=b"%d" % number)
        history = client.history(channel=name, **limit)
        kept = len(history.result.publications) if history.result is not None else 0
    if kept < options.history_size:
        raise Problem(
            f"the history of {options.channel!r} keeps {kept} publications: give"
            f" --history-size {kept} or less"
        )
