"""What a server was called with, and what it published."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True)
class Publication:
    """What a channel's subscribers were sent; `offset` is 0 where no history is kept."""

    channel: str
    data: bytes
    tags: Mapping[str, str] = field(default_factory=dict)
    offset: int = 0

    @property
    def json(self) -> Any:
        """The payload read as JSON; raises `ValueError` if it is none."""
        return json.loads(self.data)


@dataclass(frozen=True)
class Call:
    """One call of the GRPC API, in the order in which they were answered.

    Request and response are messages of the API. `request` is None if the body did not parse,
    `response` if the call ended with a gRPC error, whose `status` and `details` are told then. An
    API error has the status OK and an `error_code`.
    """

    rpc: str
    metadata: Metadata = field(repr=False)
    request: Any
    response: Any
    status: grpc.StatusCode = grpc.StatusCode.OK
    details: str = ""

    @property
    def error_code(self) -> int:
        """The code of the API error in the response, 0 if there is none."""
        error = getattr(self.response, "error", None)
        return int(error.code) if error is not None else 0
