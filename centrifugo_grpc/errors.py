"""API errors: they travel inside the response, with gRPC status OK.

Source: facts v2.md section 1, v3-v6.md sections 1 and 3, observed on 2.8.7 to 6.9.1.
"""

from dataclasses import dataclass
from enum import IntEnum

import grpc

from centrifugo_grpc.releases import Release


class Code(IntEnum):
    """The codes that the GRPC API of any release answers with."""

    INTERNAL = 100
    UNKNOWN_CHANNEL = 102
    METHOD_NOT_FOUND = 104
    BAD_REQUEST = 107
    NOT_AVAILABLE = 108
    UNRECOVERABLE_POSITION = 112
    CONFLICT = 113


@dataclass(frozen=True)
class ApiError:
    """An error as it stands in a response."""

    code: int
    message: str


_MESSAGES = {
    Code.INTERNAL: "internal server error",
    Code.UNKNOWN_CHANNEL: "unknown channel",
    Code.METHOD_NOT_FOUND: "not found",
    Code.BAD_REQUEST: "bad request",
    Code.NOT_AVAILABLE: "not available",
    Code.UNRECOVERABLE_POSITION: "unrecoverable position",
    Code.CONFLICT: "conflict",
}
_OTHER_MESSAGES = {
    (Release.V2_8, Code.UNKNOWN_CHANNEL): "namespace not found",
    (Release.V2_8, Code.METHOD_NOT_FOUND): "method not found",
    (Release.V3_2, Code.METHOD_NOT_FOUND): "method not found",
    (Release.V4_1, Code.METHOD_NOT_FOUND): "method not found",
}

TRANSPORT_STATUS = {
    Code.INTERNAL: grpc.StatusCode.INTERNAL,
    Code.UNKNOWN_CHANNEL: grpc.StatusCode.NOT_FOUND,
    Code.METHOD_NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Code.BAD_REQUEST: grpc.StatusCode.INVALID_ARGUMENT,
    Code.NOT_AVAILABLE: grpc.StatusCode.INVALID_ARGUMENT,
    Code.UNRECOVERABLE_POSITION: grpc.StatusCode.OUT_OF_RANGE,
    Code.CONFLICT: grpc.StatusCode.ALREADY_EXISTS,
}
"""The gRPC status of each code in the error mode `transport` of 5.1 and later."""


def api_error(code: Code, release: Release) -> ApiError:
    """The error `code` in the words of `release`."""
    return ApiError(int(code), _OTHER_MESSAGES.get((release, code), _MESSAGES[code]))
