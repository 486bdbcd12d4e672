"""What Centrifugo does besides and this server does not: checked as there, and named when it is on.

Sources: `main.go` of 2.8 to 5.4, `internal/config/validate.go` and `internal/app` of 6.9.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config import values
from reference_server.config.sources import Options

_FLAT = (
    "admin debug health prometheus swagger graphite opentelemetry sockjs sse http_stream"
    " webtransport http3 uni_websocket uni_sse uni_http_stream internal_port internal_address"
    " tls_external api_insecure consumers granular_proxy_mode proxies rpc_namespaces"
    " connect_proxy_name refresh_proxy_name rpc_proxy_name subscribe_proxy_name publish_proxy_name"
    " sub_refresh_proxy_name subscribe_stream_proxy_name cache_empty_proxy_name"
    " proxy_connect_endpoint proxy_refresh_endpoint proxy_rpc_endpoint proxy_subscribe_endpoint"
    " proxy_publish_endpoint proxy_sub_refresh_endpoint proxy_subscribe_stream_endpoint"
    " token_rsa_public_key token_ecdsa_public_key token_jwks_public_endpoint"
    " subscription_token_rsa_public_key subscription_token_ecdsa_public_key"
    " subscription_token_jwks_public_endpoint client_concurrency client_user_id_http_header"
    " client_connect_code_to_unidirectional_disconnect.enabled v5_api"
    " skip_user_check_in_subscription_token"
)
_NESTED = (
    "admin.enabled debug.enabled health.enabled prometheus.enabled swagger.enabled"
    " graphite.enabled opentelemetry.enabled sse.enabled http_stream.enabled webtransport.enabled"
    " http_server.http3.enabled uni_websocket.enabled uni_sse.enabled uni_http_stream.enabled"
    " init.enabled http_server.internal_port http_server.internal_address http_server.tls_external"
    " http_server.h2c_external http_server.internal_tls.enabled http_api.insecure consumers"
    " proxies rpc.namespaces rpc.proxy.endpoint rpc.without_namespace.proxy_enabled"
    " client.proxy.connect.enabled client.proxy.refresh.enabled client.concurrency"
    " client.user_id_http_header client.connect_code_to_unidirectional_disconnect.enabled"
    " client.token.rsa_public_key client.token.ecdsa_public_key client.token.jwks_public_endpoint"
    " client.subscription_token.rsa_public_key client.subscription_token.ecdsa_public_key"
    " client.subscription_token.jwks_public_endpoint controller.enabled"
)
_CHANNEL = (
    "proxy_subscribe proxy_publish proxy_sub_refresh proxy_subscribe_stream proxy_cache_empty"
    " subscribe_proxy_enabled publish_proxy_enabled sub_refresh_proxy_enabled"
    " subscribe_stream_proxy_enabled"
)
_NAMED_PROXIES = " ".join(
    f"{deed}_proxy_name" for deed in ("subscribe", "publish", "sub_refresh", "subscribe_stream")
)
"""Before 6 their names alone switch them on in a namespace."""
_STORES = {
    "engine": {"memory", "redis", "tarantool", "redisnats"},
    "broker": {"", "nats"},
    "engine.type": {"", "memory", "redis"},
    "broker.type": {"", "memory", "nats", "redis", "redisnats", "postgres"},
    "presence_manager.type": {"", "memory", "redis"},
    "map_broker.type": {"", "memory", "redis", "postgres"},
}
_NEEDS_ENABLED = ("broker.type", "presence_manager.type")
"""Of these only what is enabled counts, though a broker's type is checked all the same."""
_CONSUMERS = {
    *("postgresql", "kafka", "nats_jetstream", "google_pub_sub", "aws_sqs"),
    *("azure_service_bus", "redis_stream"),
}
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----\n.+\n-----END [A-Z ]+-----", re.DOTALL)


def require_elsewhere(options: Options, release: Release) -> None:
    """Refuse what stops the release, though it is about something that is not served here."""
    is_nested = release >= Release.V6_9
    for name, known in _STORES.items():
        if ("." in name) is is_nested:
            _require_store(options, release, name, known)
    _require_public_keys(options, release)
    _require_places(options, release)
    if release >= Release.V3_2:
        _require_names(options, "rpc.namespaces" if is_nested else "rpc_namespaces")
    if release >= Release.V5_4:
        _require_consumers(options)
        mode = "http_api.error_mode" if is_nested else "api_error_mode"
        if options.text(mode) not in {"", "transport"}:
            raise Problem(f'{mode}: leave it out, or write "transport"')
        _require_codes(options, is_nested=is_nested)
    if release >= Release.V4_1:
        _require_http3(options, is_nested=is_nested)
    if release is Release.V3_2 and options.get("v3_use_offset") is not None:
        raise Problem("v3_use_offset: 3 and later have no such option, and 3.2 refuses it")


def _require_places(options: Options, release: Release) -> None:
    """What would be listened to, served or written has to be a place for it."""
    is_nested = release >= Release.V6_9
    internal = "http_server.internal_port" if is_nested else "internal_port"
    values.port_as_text(options.named(internal), options.text(internal) or 0)
    for name in ("log.file" if is_nested else "log_file", "pid_file"):
        file = options.text(name)
        if file and not Path(file).parent.is_dir():
            raise Problem(f"{options.named(name)}: there is no folder for {file}")
    path = "http_api.handler_prefix" if is_nested else "api_handler_prefix"
    prefix = options.text(path)
    if release >= Release.V5_4 and prefix.strip("/") and not prefix.startswith("/"):
        raise Problem(f'{options.named(path)}: "{prefix}" begins with no /')


def _require_public_keys(options: Options, release: Release) -> None:
    prefixes = ("client.token.", "client.subscription_token.")
    if release < Release.V6_9:
        prefixes = ("token_", "subscription_token_")
    for prefix, is_used in zip(prefixes, (True, _has_own_token(options, release)), strict=True):
        for kind in ("rsa_public_key", "ecdsa_public_key"):
            key = options.text(prefix + kind)
            if is_used and key and not _PEM.search(key.strip()):
                raise Problem(f"{options.named(prefix + kind)} holds no PEM")
        name = f"{prefix}jwks_public_endpoint"
        is_checked = is_used and release >= Release.V4_1
        if is_checked and not re.match("https?://|$", options.text(name)):
            raise Problem(f"{options.named(name)} has to begin with http:// or https://")


def _require_store(options: Options, release: Release, name: str, known: set[str]) -> None:
    if name == "engine" and options.get(name) is None:
        return
    value = options.text(name)
    is_known = value in known and (value != "tarantool" or release > Release.V2_8)
    if value == "redisnats":
        is_known = release >= Release.V5_4 and options.truth("enable_unreleased_features")
    matters = name in {"engine", "broker", "broker.type", "map_broker.type"} or options.truth(
        name.replace(".type", ".enabled"), default=name == "engine.type"
    )
    if matters and not is_known:
        raise Problem(f'{name}: Centrifugo {release} has no "{value}"')


def _has_own_token(options: Options, release: Release) -> bool:
    if release >= Release.V6_9:
        return options.truth("client.subscription_token.enabled")
    return release >= Release.V5_4 and options.truth("separate_subscription_token_config")


def _require_names(options: Options, name: str) -> list[str]:
    names: list[str] = []
    for table in options.tables(name):
        found = values.namespace_name(table.get("name", ""), name)
        if found in names:
            raise Problem(f"{name}: two are named {found}: rename one or leave it out")
        names.append(found)
    return names


def _require_consumers(options: Options) -> None:
    names: set[str] = set()
    for table in options.tables("consumers"):
        name, kind = (values.text(f"consumers: {k}", table.get(k, "")) for k in ("name", "type"))
        if not re.fullmatch(r"[a-zA-Z0-9_]{2,}", name) or name in names:
            raise Problem(f'consumers: "{name}" is no name of a consumer, or stands twice')
        if kind not in _CONSUMERS:
            raise Problem(f'consumers: "{kind}" is none of {", ".join(sorted(_CONSUMERS))}')
        names.add(name)


def _require_codes(options: Options, *, is_nested: bool) -> None:
    """The codes that unidirectional clients get instead of others."""
    prefix = "client." if is_nested else "client_"
    name = f"{prefix}connect_code_to_unidirectional_disconnect"
    if not is_nested and not options.truth(f"{name}.enabled"):
        return
    for table in options.tables(f"{name}.transforms"):
        to = values.table(f"{name}.transforms: to", table.get("to"))
        if not table.get("code") or not to.get("code"):
            raise Problem(f"{name}.transforms: each takes a code, and a code in to")


def _require_http3(options: Options, *, is_nested: bool) -> None:
    webtransport, http3, tls = (
        ("webtransport.enabled", "http_server.http3.enabled", "http_server.tls.enabled")
        if is_nested
        else ("webtransport", "http3", "tls")
    )
    if options.truth(webtransport) and not options.truth(http3):
        raise Problem(f"{webtransport} needs {http3}")
    if options.truth(http3) and not options.truth(tls):
        raise Problem(f"{http3} needs {tls}")


def not_served(
    options: Options, namespaces: Iterable[Mapping[str, Any]], release: Release
) -> list[str]:
    """The names of options that are on, and that do nothing here though the release knows them."""
    is_nested = release >= Release.V6_9
    found = [
        name for name in (_NESTED if is_nested else _FLAT).split() if _is_on(options.get(name))
    ]
    for name in (name for name in _STORES if ("." in name) is is_nested):
        if name in _NEEDS_ENABLED and not options.truth(name.replace("type", "enabled")):
            continue
        store = options.text(name)
        found += [f"{name} {store}"] if store not in {"", "memory"} else []
    switches = _CHANNEL.split() + ([] if is_nested else _NAMED_PROXIES.split())
    listed = "channel.namespaces" if is_nested else "namespaces"
    of_channels = {name for table in namespaces for name in switches if _is_on(table.get(name))}
    return found + [f"{name} in {listed}" for name in sorted(of_channels)]


def _is_on(value: Any) -> bool:
    return (
        value not in {"", "0", "f", "F", "false", "False", "FALSE"}
        if isinstance(value, str)
        else bool(value)
    )
