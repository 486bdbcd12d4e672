"""Compressed requests, told by their first bytes.

grpcio hands over a message as it came, if told to, but neither its flag nor the header
`grpc-encoding`. No request starts like gzip does: its first byte is no protobuf tag. A request may
start like zlib does, but then not end with the right checksum.
"""

import zlib

import grpc

from centrifugo_grpc.releases import GZIP, GZIP_CORRUPT, GZIP_TOO_LARGE, Release
from reference_server.api.answers import GrpcFailure

_GZIP = b"\x1f\x8b\x08"
_ZLIB = b"x"
MAY_BE_COMPRESSED = (_GZIP, _ZLIB)
"""How a compressed message starts; one that does not need not be looked at."""
_EITHER_FORMAT = 47
"""zlib's `wbits` for a gzip or a zlib header, told by itself."""


def is_gzip(body: bytes) -> bool:
    """Whether a message is compressed with gzip."""
    return body.startswith(_GZIP)


def inflated(body: bytes, release: Release, limit: int) -> bytes:
    """The message in `body`, compressed or not; raises `GrpcFailure` as `release` does."""
    if body.startswith(_ZLIB):
        _refuse_deflate(body, limit)
    if not is_gzip(body):
        return body
    if not GZIP[release]:
        raise _not_installed("gzip")
    reader = zlib.decompressobj(_EITHER_FORMAT)
    try:
        message = reader.decompress(body, limit + 1)
    except zlib.error:
        raise GrpcFailure(
            grpc.StatusCode.INTERNAL, f"{GZIP_CORRUPT[release]}: gzip: invalid checksum"
        ) from None
    if len(message) > limit:
        details = GZIP_TOO_LARGE[release].format(size=limit + 1, limit=limit)
        raise GrpcFailure(grpc.StatusCode.RESOURCE_EXHAUSTED, details)
    if not reader.eof:
        raise GrpcFailure(grpc.StatusCode.INTERNAL, f"{GZIP_CORRUPT[release]}: unexpected EOF")
    return message


def _refuse_deflate(body: bytes, limit: int) -> None:
    reader = zlib.decompressobj()
    try:
        reader.decompress(body, limit + 1)
    except zlib.error:
        return
    if reader.eof or reader.unconsumed_tail:
        raise _not_installed("deflate")


def _not_installed(encoding: str) -> GrpcFailure:
    return GrpcFailure(
        grpc.StatusCode.UNIMPLEMENTED,
        f'grpc: Decompressor is not installed for grpc-encoding "{encoding}"',
    )
