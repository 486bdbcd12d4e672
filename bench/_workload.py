"""What scenarios have in common: payloads, and calls that are all the same."""

import random

from bench._connection import Connection
from bench._judges import Judge
from bench._outgoing import Request
from bench._recorder import Token
from centrifugo_grpc.discovery import Found


def payload(size: int, seed: int) -> bytes:
    """Incompressible bytes, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def path(found: Found, method: str) -> str:
    """The path of an RPC in a dialect."""
    return f"/{found.dialect.service}/{method}"


class Repeated:
    """One request, again and again."""

    def __init__(self, request: Request, judge: Judge, *, is_shallow: bool = True) -> None:
        self.judge = judge
        self.is_shallow = is_shallow
        self._request = request

    def send(self, connection: Connection, tokens: list[Token]) -> list[Token]:
        """Start the calls."""
        connection.call(self._request, tokens)
        return tokens

    def took(self, tokens: list[Token]) -> None:
        """Nothing more to do with an answer."""
