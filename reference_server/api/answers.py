"""How a call ends other than with a result, and what its answer may depend on besides its body."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import grpc

from centrifugo_grpc.errors import Code

_WORD = re.compile(r"(?<=[a-z])([A-Z])")

Pair = tuple[str, str | bytes]
Trailers = tuple[Pair, ...]
Metadata = Callable[[], Iterable[Pair] | None]
"""Gives the metadata of a call. To ask costs, so only those do that need to know."""


def snake_case(method: str) -> str:
    """The name of a method in metrics and in Batch: PresenceStats is presence_stats, RPC rpc."""
    return _WORD.sub(r"_\1", method).lower()


class Refused(Exception):
    """The call is answered with an API error."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class GrpcFailure(Exception):
    """The call ends with a gRPC error."""

    status: grpc.StatusCode
    details: str
    trailers: Trailers = ()


def first(metadata: Metadata, key: str) -> str | bytes | None:
    """The first value of a key in a call's metadata."""
    return next((value for name, value in metadata() or () if name == key), None)
