"""How a call ends other than with a result, and what its answer may depend on besides its body."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import grpc

from centrifugo_grpc.errors import Code

Pair = tuple[str, str | bytes]
Trailers = tuple[Pair, ...]
Metadata = Callable[[], Iterable[Pair] | None]
"""Gives the metadata of a call. To ask costs, so only those do that need to know."""


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
