"""How a call ends other than with a result."""

from dataclasses import dataclass

import grpc

from centrifugo_grpc.errors import Code

Trailers = tuple[tuple[str, str | bytes], ...]


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


@dataclass(frozen=True)
class Call:
    """What an answer may depend on besides the request: the call's metadata."""

    metadata: tuple[tuple[str, str | bytes], ...] = ()

    def first(self, key: str) -> str | bytes | None:
        """The first value of a metadata key."""
        return next((value for name, value in self.metadata if name == key), None)
