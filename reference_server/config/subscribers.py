"""How subscribers connect: the options of clients, of the WebSocket endpoint and of uni GRPC."""

import re
from collections.abc import Mapping

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config import values
from reference_server.config.option_table import (
    CLIENTS,
    HEALTH,
    PERSONAL_CHANNEL,
    SEPARATE_SUBSCRIPTION_TOKEN,
    SUBSCRIPTION_TOKEN,
    TOKEN,
    UNI_GRPC,
    WEBSOCKET,
    Row,
    read_rows,
)
from reference_server.config.patterns import require_expression, require_origins
from reference_server.config.sources import Options
from reference_server.config.tls import tls_of_http, tls_of_uni_grpc
from reference_server.settings import (
    ChannelOptions,
    ClientOptions,
    Http,
    PersonalChannel,
    TokenKeys,
    UniGrpc,
    WebSocket,
)

_GRPC_DEFAULT = 4_194_304
_LIMITS = ("message_size_limit", "write_timeout")


def client_options(options: Options, release: Release) -> ClientOptions:
    """What clients may do and have."""
    separate = SEPARATE_SUBSCRIPTION_TOKEN.value(options, release)
    read = ClientOptions(
        **read_rows(CLIENTS, options, release),
        token=_token_keys(options, release),
        subscription_token=(
            TokenKeys(**read_rows(SUBSCRIPTION_TOKEN, options, release)) if separate else None
        ),
        personal_channel=PersonalChannel(**read_rows(PERSONAL_CHANNEL, options, release)),
    )
    _require_ping(read, release)
    named = CLIENTS["allowed_origins"].name(release)
    require_origins(named, read.allowed_origins or ())
    own = TokenKeys(**read_rows(SUBSCRIPTION_TOKEN, options, release))
    for keys, rows in ((read.token, TOKEN), (own, SUBSCRIPTION_TOKEN)):
        _require_claims(keys, rows, release)
    return read


def _require_claims(keys: TokenKeys, rows: Mapping[str, Row], release: Release) -> None:
    for field in ("audience", "issuer"):
        text, regex = rows[field].name(release), rows[f"{field}_regex"].name(release)
        require_expression(regex, getattr(keys, f"{field}_regex"))
        if getattr(keys, field) and getattr(keys, f"{field}_regex"):
            raise Problem(f"{text} and {regex} do not go together; leave one of them out")
    if keys.user_id_claim and not re.fullmatch(r"[a-zA-Z_]+", keys.user_id_claim):
        name = rows["user_id_claim"].name(release)
        raise Problem(f'{name}: "{keys.user_id_claim}" is no name of a claim: letters and _ only')


def _token_keys(options: Options, release: Release) -> TokenKeys:
    read = read_rows(TOKEN, options, release)
    if release is Release.V2_8 and not read["hmac_secret"]:
        # What 1 called it still counts in 2.8.
        read["hmac_secret"] = options.text("secret")
    return TokenKeys(**read)


def _require_ping(clients: ClientOptions, release: Release) -> None:
    if release >= Release.V4_1 and clients.ping_interval <= clients.pong_timeout:
        raise Problem(
            f"ping_interval of {clients.ping_interval:g} s has to be over pong_timeout, which is"
            f" {clients.pong_timeout:g} s"
        )


def websocket(options: Options, release: Release) -> WebSocket:
    """The WebSocket endpoint."""
    is_off = options.truth("websocket.disabled" if release >= Release.V6_9 else "websocket_disable")
    read = read_rows(WEBSOCKET, options, release)
    is_checked = release >= Release.V5_4
    if is_checked and read["path"].strip("/") and not read["path"].startswith("/"):
        raise Problem(f'{WEBSOCKET["path"].name(release)}: "{read["path"]}" begins with no /')
    # 0 is the default, and what is negative is no limit.
    limits = {name: read[name] or WEBSOCKET[name].default for name in _LIMITS}
    limits = {name: max(limit, 0) for name, limit in limits.items()}
    return WebSocket(
        enabled=not is_off, **read | limits | {"path": read["path"].rstrip("/") or "/"}
    )


def http(options: Options, release: Release, address: str | None) -> Http:
    """Where that endpoint is: at loopback unless an address is given."""
    prefix = "http_server." if release >= Release.V6_9 else ""
    port = f"{prefix}port"
    given = options.get(port, 8000)
    read = values.port if release >= Release.V6_9 else values.port_as_text
    return Http(
        address=address or options.text(f"{prefix}address") or "localhost",
        port=read(options.named(port), given or (given if options.is_flag(port) else 8000)),
        tls=tls_of_http(options, release),
        **read_rows(HEALTH, options, release),
    )


def uni_grpc(options: Options, release: Release, address: str | None) -> UniGrpc:
    """The unidirectional stream."""
    read = read_rows(UNI_GRPC, options, release)
    if not read["enabled"]:
        return UniGrpc(enabled=False)
    limit = read["max_receive_bytes"]
    name = "uni_grpc.address" if release >= Release.V6_9 else "uni_grpc_address"
    return UniGrpc(
        **read
        | {
            # 6 leaves it at grpc-go's own limit.
            "max_receive_bytes": limit if limit > 0 or release < Release.V6_9 else _GRPC_DEFAULT,
            "address": address or options.text(name) or "localhost",
            "tls": tls_of_uni_grpc(options, release),
        }
    )


def require_personal_channel(
    personal: PersonalChannel,
    without_namespace: ChannelOptions,
    namespaces: Mapping[str, ChannelOptions],
) -> None:
    """Refuse a personal channel in a namespace that is not there, or that cannot be single."""
    place, rules = "channels without a namespace", without_namespace
    if personal.enabled and personal.namespace:
        if personal.namespace not in namespaces:
            raise Problem(
                f"the namespace of personal channels, {personal.namespace}, is not configured"
            )
        place, rules = f"namespace {personal.namespace}", namespaces[personal.namespace]
    elif personal.namespace in namespaces:
        # Not in use, but checked all the same.
        place, rules = f"namespace {personal.namespace}", namespaces[personal.namespace]
    if personal.single_connection and not rules.presence:
        raise Problem(f"{place}: single connections of users need presence")
