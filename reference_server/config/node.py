"""From options to the settings of a node: the flat form of 2 to 5, the nested one of 6."""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import (
    ERROR_MODE,
    RECEIVE_LIMIT_OPTION,
    REFLECTION,
    Release,
)
from reference_server.config import values
from reference_server.config.channels import channel_options, namespaces
from reference_server.config.checks import require_data_format, require_whole_seconds
from reference_server.config.elsewhere import require_elsewhere
from reference_server.config.option_names import (
    DURATIONS,
    NO_SCALARS,
    WHOLE_NUMBERS,
    channel_option_names,
    is_text,
)
from reference_server.config.option_table import BOUNDARIES, read_rows
from reference_server.config.option_tree import require_kinds
from reference_server.config.proxies import asked, named_proxies, require_proxies
from reference_server.config.shared_poll import require_shared_poll, track_keys
from reference_server.config.sources import Options
from reference_server.config.subscribers import (
    client_options,
    http,
    require_personal_channel,
    uni_grpc,
    websocket,
)
from reference_server.config.tls import tls_of
from reference_server.settings import ChannelOptions, Settings

_MAX_RECEIVE = 4_194_304
_TOP_LEVEL = "channels without a namespace"
_META_TTL = {
    Release.V2_8: ("memory_history_meta_ttl", 0),
    Release.V3_2: ("history_meta_ttl", 0),
    Release.V4_1: ("history_meta_ttl", "2160h"),
    Release.V5_4: ("global_history_meta_ttl", "720h"),
    Release.V6_9: ("channel.history_meta_ttl", "720h"),
}
"""How long a stream's position is known by default: the option, and its default."""
_MAP_NAMES = ("mode", "key_ttl", "stream_size", "stream_ttl", "meta_ttl")
_SHARED_POLL_NAMES = (
    *("mode", "publish_enabled", "proxy_name", "max_keys_per_connection"),
    *("channel_shutdown_delay", "track_expired_extra_delay"),
)


def _serves_api(options: Options, release: Release) -> bool:
    return options.truth("grpc_api.enabled" if release >= Release.V6_9 else "grpc_api")


def settings(options: Options, release: Release, address: str | None) -> Settings:
    """The settings of a node of `release`; `address` wins over the configured one."""
    require_elsewhere(options, release)
    read = (_nested if release >= Release.V6_9 else _flat)(options, release, address)
    require_personal_channel(read.clients.personal_channel, read.without_namespace, read.namespaces)
    return read


def _flat(options: Options, release: Release, address: str | None) -> Settings:
    meta_ttl = _flat_meta_ttl(options, release)
    port = values.port if release is Release.V2_8 else values.port_as_text
    return Settings(
        release=release,
        serves_api=_serves_api(options, release),
        grpc_address=address or options.text("grpc_api_address") or "localhost",
        grpc_port=port(options.named("grpc_api_port"), options.get("grpc_api_port", 10000)),
        api_key=options.text("grpc_api_key"),
        tls=tls_of(options, release) if _serves_api(options, release) else None,
        error_mode_transport=(
            ERROR_MODE[release] and _is_transport(options, "grpc_api_error_mode")
        ),
        reflection=REFLECTION[release] and options.truth("grpc_api_reflection"),
        max_receive_bytes=(
            _receive_limit(options, "grpc_api_max_receive_message_size")
            if RECEIVE_LIMIT_OPTION[release]
            else _MAX_RECEIVE
        ),
        node_name=_node_name(options, "name", "port"),
        metrics_interval=_flat_metrics_interval(options, release),
        history_meta_ttl=meta_ttl,
        without_namespace=_flat_top_level(options, release, meta_ttl),
        namespaces=_asking(
            namespaces(options.tables("namespaces"), release, meta_ttl),
            options.tables("namespaces"),
            options,
            release,
        ),
        **_about_subscribers(options, release, address),
    )


def _flat_meta_ttl(options: Options, release: Release) -> float:
    name, default = _META_TTL[release]
    if release is Release.V2_8:
        return float(options.whole(name))
    seconds = values.duration_with_unit(options.named(name), options.get(name, default))
    require_whole_seconds(name, seconds)
    return seconds


def _flat_top_level(options: Options, release: Release, meta_ttl: float) -> ChannelOptions:
    given = {
        name: _flat_channel_option(options, name)
        for name in channel_option_names(release)
        if options.get(name) is not None
    }
    rules = channel_options(_TOP_LEVEL, given, release, meta_ttl=meta_ttl)
    return replace(rules, **asked(given, options, release))


def _flat_channel_option(options: Options, name: str) -> Any:
    if name in DURATIONS:
        seconds = values.duration_with_unit(options.named(name), options.get(name))
        require_whole_seconds(name, seconds)
        return options.get(name)
    if name in WHOLE_NUMBERS:
        return options.whole(name)
    if is_text(name):
        return options.text(name)
    if name in NO_SCALARS:
        return list(options.texts(name) or ())
    return options.truth(name)


def _flat_metrics_interval(options: Options, release: Release) -> float:
    name = "node_info_metrics_aggregate_interval"
    if release is Release.V2_8:
        return float(options.whole(name, 60))
    return values.duration_with_unit(options.named(name), options.get(name, "60s"))


def _nested(options: Options, release: Release, address: str | None) -> Settings:
    require_kinds(options.file)
    meta_ttl = _nested_meta_ttl(options, release)
    data_format = options.text("channel.publication_data_format")
    require_data_format("channel", data_format)
    tables = _nested_namespaces(options, release)
    without = _with_variables(
        options, options.get("channel.without_namespace"), "channel.without_namespace", release
    )
    proxies = named_proxies(options)
    for place, table in [(_TOP_LEVEL, without), *((f"namespace {t['name']}", t) for t in tables)]:
        require_proxies(place, table, options, proxies)
        require_shared_poll(place, table, options)
        _require_presence_maps(place, table, options, [{"name": ""} | without, *tables])
    interval = "node.info_metrics_aggregate_interval"
    return Settings(
        release=release,
        serves_api=_serves_api(options, release),
        grpc_address=address or options.text("grpc_api.address") or "localhost",
        grpc_port=values.port(options.named("grpc_api.port"), options.get("grpc_api.port", 10000)),
        api_key=options.text("grpc_api.key"),
        tls=tls_of(options, release) if _serves_api(options, release) else None,
        error_mode_transport=_is_transport(options, "grpc_api.error_mode"),
        reflection=options.truth("grpc_api.reflection"),
        max_receive_bytes=_receive_limit(options, "grpc_api.max_receive_message_size"),
        node_name=_node_name(options, "node.name", "http_server.port"),
        metrics_interval=values.duration(options.named(interval), options.get(interval, "60s")),
        history_meta_ttl=meta_ttl,
        without_namespace=replace(
            channel_options(
                _TOP_LEVEL, without, release, meta_ttl=meta_ttl, data_format=data_format
            ),
            **asked(without, options, release),
        ),
        namespaces=_asking(
            namespaces(tables, release, meta_ttl, data_format), tables, options, release
        ),
        track_keys=track_keys(options),
        **_about_subscribers(options, release, address),
    )


def _asking(
    rules: Mapping[str, ChannelOptions],
    tables: Iterable[Mapping[str, Any]],
    options: Options,
    release: Release,
) -> dict[str, ChannelOptions]:
    """The namespaces, with what clients are told where the application would be asked."""
    told = {table["name"]: asked(table, options, release) for table in tables}
    return {name: replace(each, **told.get(name, {})) for name, each in rules.items()}


def _about_subscribers(options: Options, release: Release, address: str | None) -> dict[str, Any]:
    return {
        **read_rows(BOUNDARIES, options, release),
        "clients": client_options(options, release),
        "websocket": websocket(options, release),
        "http": http(options, release, address),
        "uni_grpc": uni_grpc(options, release, address),
    }


def _require_presence_maps(
    place: str, table: Mapping[str, Any], options: Options, tables: list[dict[str, Any]]
) -> None:
    """The channels that presence is mirrored to have to be of the type made for it."""
    boundary = options.text("channel.namespace_boundary") or ":"
    for kind in ("map_clients", "map_users"):
        option = f"{kind}_presence_channel_prefix"
        prefix = values.text(f"{place}: {option}", table.get(option, ""))
        if not prefix:
            continue
        name = prefix.split(boundary)[0] if boundary in prefix else ""
        found = [t.get("subscription_type") for t in tables if t["name"] == name]
        if kind not in found:
            raise Problem(
                f'{place}: {option} "{prefix}" is in no namespace with {kind} as subscription_type'
            )


def _nested_meta_ttl(options: Options, release: Release) -> float:
    name, default = _META_TTL[release]
    # None at all, "0s" too, is the default in 6.
    seconds = values.duration(options.named(name), options.get(name, default))
    require_whole_seconds(name, seconds)
    return seconds or values.duration(name, default)


def _nested_namespaces(options: Options, release: Release) -> list[dict[str, Any]]:
    """The namespaces, each with what the variables named for it say."""
    tables = []
    for table in options.tables("channel.namespaces"):
        name = values.namespace_name(table.get("name", ""))
        tables.append(_with_variables(options, table, f"channel.namespaces.{name}", release))
    return tables


def _with_variables(options: Options, table: Any, prefix: str, release: Release) -> dict[str, Any]:
    names = [
        *(channel_option_names(release) - {"map", "shared_poll"}),
        *(f"map.{name}" for name in _MAP_NAMES),
        *(f"shared_poll.{name}" for name in _SHARED_POLL_NAMES),
    ]
    return options.overlaid(values.table(prefix, table), prefix, names)


def _node_name(options: Options, name: str, port: str) -> str:
    return options.text(name) or f"{platform.node()}_{options.text(port, '8000')}"


def _receive_limit(options: Options, name: str) -> int:
    limit = options.whole(name)
    return limit if limit > 0 else _MAX_RECEIVE


def _is_transport(options: Options, name: str) -> bool:
    mode = options.text(name)
    if mode not in {"", "transport"}:
        raise Problem(f'{name}: "{mode}" is no error mode; leave it out, or write "transport"')
    return mode == "transport"
