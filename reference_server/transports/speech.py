"""What a WebSocket client and its server speak: version and encoding of the protocol, and pings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import EMPTY_COMMAND_IS_PING, PUBLICATION_EPOCH_AND_VERSION
from centrifugo_grpc.releases.websocket import (
    FRAME_PINGS_AS_CONFIGURED,
    FRAME_PINGS_ON_REQUEST,
    FRAME_PONG_TIMEOUT,
    PROTOBUF_QUERIES,
    PROTOCOL_VERSIONS,
    SUBPROTOCOLS,
    V1_OF_2_8,
)
from reference_server.protocol import codecs, decoding
from reference_server.settings import Settings

_VERSION_QUERY = "cf_protocol_version"
_FRAME_PINGS_QUERY = "cf_ws_frame_ping_pong"
_USUAL_INTERVAL = 25.0
_PROTOBUF = "centrifuge-protobuf"


@dataclass(frozen=True)
class FramePings:
    """WebSocket's own pings: every `interval` seconds, and how long the pong may take."""

    interval: float
    timeout: float


@dataclass(frozen=True)
class Speech:
    """What is spoken on one connection. `frame_pings` None: the protocol's own pings."""

    version: int
    decoder: decoding.Decoder
    codec: codecs.WireCodec
    frame_pings: FramePings | None


def version_of(settings: Settings, query: Mapping[str, str]) -> int | None:
    """The version of the protocol that a client is served with; None if there is none for it."""
    known = PROTOCOL_VERSIONS[settings.release]
    asked = query.get(_VERSION_QUERY, "")
    if len(known) == 1:
        return known[0]
    if asked not in {"", "v1", "v2"}:
        return None
    options = settings.websocket
    version = int(asked[1:]) if asked else 1 if options.protocol_v1_by_default else known[0]
    return None if version == 1 and options.protocol_v1_disabled else version


def is_binary(release: Release, query: Mapping[str, str], subprotocol: str | None) -> bool:
    """Whether protobuf was asked for."""
    return subprotocol == _PROTOBUF or any(
        query.get(name) == "protobuf" for name in PROTOBUF_QUERIES[release]
    )


def chosen_subprotocol(releases: Sequence[Release], offered: Sequence[str]) -> str | None:
    """The subprotocol that a server takes of those that are offered; none is fine, too."""
    known = [name for release in releases for name in SUBPROTOCOLS[release]]
    return next((name for name in known if name in offered), None)


def speech(
    settings: Settings, version: int, query: Mapping[str, str], subprotocol: str | None
) -> Speech:
    """What is spoken with a client that came with `query` and agreed to `subprotocol`."""
    binary = is_binary(settings.release, query, subprotocol)
    decoder, codec = _spoken(
        settings.release, version, halves=not settings.websocket.use_offset, binary=binary
    )
    return Speech(version, decoder, codec, _frame_pings(settings, version, query))


@cache
def _spoken(
    release: Release, version: int, *, halves: bool, binary: bool
) -> tuple[decoding.Decoder, codecs.WireCodec]:
    if version == 2:
        tells_epoch = PUBLICATION_EPOCH_AND_VERSION[release]
        codec = codecs.V2Codec(is_binary=binary, tells_epoch=tells_epoch)
        if EMPTY_COMMAND_IS_PING[release]:
            return (decoding.V2_OF_3_2_PROTOBUF if binary else decoding.V2_OF_3_2_JSON), codec
        return (decoding.V2_PROTOBUF if binary else decoding.V2_JSON), codec
    if V1_OF_2_8[release]:
        old = codecs.Of28(is_binary=binary, halves=halves)
        return (decoding.V1_OF_2_8_PROTOBUF if binary else decoding.V1_OF_2_8_JSON), old
    later = codecs.LaterV1(is_binary=binary)
    return (decoding.V1_PROTOBUF if binary else decoding.V1_JSON), later


def _frame_pings(settings: Settings, version: int, query: Mapping[str, str]) -> FramePings | None:
    release, clients = settings.release, settings.clients
    if FRAME_PINGS_ON_REQUEST[release]:
        if query.get(_FRAME_PINGS_QUERY) != "true":
            return None
    elif version == 2 and clients.ping_interval >= 0:
        return None
    configured = {
        "own": settings.websocket.frame_ping_interval,
        "protocol": clients.ping_interval,
    }.get(FRAME_PINGS_AS_CONFIGURED[release], 0)
    if configured < 0 and FRAME_PINGS_AS_CONFIGURED[release] == "own":
        return None
    interval = configured if configured > 0 else _USUAL_INTERVAL
    return FramePings(interval, interval * FRAME_PONG_TIMEOUT[release])
