"""What scenarios have in common: payloads, and calls that are all the same."""

import random
from collections import Counter

from bench._connection import Connection
from bench._connection import Judge as JudgeCall
from bench._judges import Judge
from bench._latencies import Latencies
from bench._outgoing import Request
from bench._recorder import Token
from centrifugo_grpc.discovery import Found


def payload(size: int, seed: int) -> bytes:
    """Incompressible bytes, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def path(found: Found, method: str) -> str:
    """The path of an RPC in a dialect."""
    return f"/{found.dialect.service}/{method}"


ASIDE = "aside"
"""Third in the token of a call that is no publication, and is not counted as one."""


class Workload:
    """What a user sends, and what it makes of the answers.

    `judge` and `is_shallow` are for its `Connection`; `found` counts by name what the scenario
    itself looks for, `latencies` are those that it measures itself.
    """

    def __init__(self, judge: JudgeCall, *, is_shallow: bool = True) -> None:
        self.judge = judge
        self.is_shallow = is_shallow
        self.found: Counter[str] = Counter()
        self.latencies = Latencies()

    def begin(self) -> None:
        """The session is about to start; this one may wait."""

    def send(self, connection: Connection, tokens: list[Token]) -> list[Token]:
        """Start a call for each token; returns the tokens as they went."""
        raise NotImplementedError

    def took(self, tokens: list[Token], now: int) -> None:
        """Calls were answered without an error at `now`."""

    def failed(self, token: Token) -> None:
        """A call ended with an error."""

    def heard(self, token: Token, response: bytes) -> None:
        """The response that `Connection.ask` was for."""

    def closing(self, connection: Connection) -> None:
        """Nothing more is sent and everything was answered: the last chance to ask."""

    def ended(self) -> None:
        """The session is over."""


class Repeated(Workload):
    """One request, again and again."""

    def __init__(self, request: Request, judge: Judge, *, is_shallow: bool = True) -> None:
        super().__init__(judge, is_shallow=is_shallow)
        self._request = request

    def send(self, connection: Connection, tokens: list[Token]) -> list[Token]:
        """Start the calls."""
        connection.call(self._request, tokens)
        return tokens
