"""Which options a release knows, of those that concern the GRPC API.

An option that a release does not know has no effect there. Centrifugo 2 to 4 say nothing, 5 and
6 warn. Here 5 warns as there; before, what another release knows is named too.
Sources: the configuration types of each release.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from centrifugo_grpc.releases import Release
from reference_server.config.known_to_5 import NAMES, PREFIXES
from reference_server.config.option_tree import unknown_options

_ALL = tuple(Release)
_V3_ON, _V4_ON, _V5_ON, _V6 = _ALL[1:], _ALL[2:], _ALL[3:], _ALL[4:]
_V2, _V2_V3, _FLAT = _ALL[:1], _ALL[:2], _ALL[:4]

_CHANNEL: Mapping[tuple[Release, ...], str] = {
    _ALL: "presence join_leave history_size",
    _V2: "history_lifetime history_recover server_side",
    _V2_V3: (
        "publish subscribe_to_publish anonymous presence_disable_for_client"
        " history_disable_for_client"
    ),
    _ALL[1:2]: "recover position protected",
    _FLAT: "proxy_subscribe proxy_publish",
    _V3_ON: "history_ttl subscribe_proxy_name publish_proxy_name",
    _ALL[2:4]: "proxy_sub_refresh",
    _V4_ON: (
        "force_push_join_leave force_positioning allow_positioning force_recovery allow_recovery"
        " allow_subscribe_for_anonymous allow_subscribe_for_client allow_publish_for_anonymous"
        " allow_publish_for_subscriber allow_publish_for_client allow_presence_for_anonymous"
        " allow_presence_for_subscriber allow_presence_for_client allow_history_for_anonymous"
        " allow_history_for_subscriber allow_history_for_client allow_user_limited_channels"
        " channel_regex sub_refresh_proxy_name"
    ),
    _ALL[3:4]: (
        "proxy_cache_empty proxy_subscribe_stream proxy_subscribe_stream_bidirectional"
        " cache_empty_proxy_name"
    ),
    _V5_ON: (
        "history_meta_ttl force_recovery_mode allowed_delta_types delta_publish"
        " subscribe_stream_proxy_name"
    ),
    _V6: (
        "auto_cache_recover allow_tags_filter map_clients_presence_channel_prefix"
        " map_users_presence_channel_prefix publication_data_format subscribe_proxy_enabled"
        " publish_proxy_enabled sub_refresh_proxy_enabled subscribe_stream_proxy_enabled"
        " subscribe_stream_proxy_bidirectional subscription_type map shared_poll"
    ),
}
WHOLE_NUMBERS = frozenset({"history_size", "history_lifetime"})
DURATIONS = frozenset({"history_ttl", "history_meta_ttl"})
TEXTS = frozenset(
    {
        *("name", "channel_regex", "force_recovery_mode", "publication_data_format"),
        *("subscription_type", "map_clients_presence_channel_prefix"),
        "map_users_presence_channel_prefix",
    }
)
NO_SCALARS = frozenset({"allowed_delta_types", "map", "shared_poll"})
"""Kinds of options of channels; the names of proxies are texts, all others are switches."""


def is_text(name: str) -> bool:
    """Whether an option of channels is a string."""
    return name in TEXTS or name.endswith("_proxy_name")


_GRPC_API: Mapping[tuple[Release, ...], str] = {
    _FLAT: (
        "grpc_api grpc_api_port grpc_api_key grpc_api_tls grpc_api_tls_cert grpc_api_tls_key"
        " grpc_api_tls_disable"
    ),
    _ALL[1:4]: "grpc_api_address",
    _ALL[2:4]: (
        "grpc_api_tls_cert_pem grpc_api_tls_key_pem grpc_api_tls_root_ca grpc_api_tls_root_ca_pem"
        " grpc_api_tls_client_ca grpc_api_tls_client_ca_pem grpc_api_tls_server_name"
        " grpc_api_tls_insecure_skip_verify"
    ),
    _ALL[3:4]: "grpc_api_error_mode grpc_api_reflection grpc_api_max_receive_message_size",
}
_META: Mapping[tuple[Release, ...], str] = {
    _V2: "memory_history_meta_ttl redis_history_meta_ttl",
    _ALL[1:3]: "history_meta_ttl",
    _ALL[3:4]: "global_history_meta_ttl history_meta_ttl",
}


def _of(names: Mapping[tuple[Release, ...], str], release: Release) -> frozenset[str]:
    return frozenset(
        name for releases, text in names.items() if release in releases for name in text.split()
    )


def _any(names: Mapping[tuple[Release, ...], str]) -> frozenset[str]:
    return frozenset(name for text in names.values() for name in text.split())


def channel_option_names(release: Release) -> frozenset[str]:
    """The options that a namespace may have besides its name."""
    return _of(_CHANNEL, release)


def without_effect(
    file: Mapping[str, Any], namespaces: Iterable[Mapping[str, Any]], release: Release
) -> list[str]:
    """The names of options that stand in a file and have no effect in a release."""
    is_nested = release >= Release.V6_9
    top = set(unknown_options(file)) if is_nested else _flat(file, release)
    known = channel_option_names(release) | {"name"}
    listed = "channel.namespaces" if is_nested else "namespaces"
    unknown = {name for namespace in namespaces for name in namespace if name not in known}
    if is_nested:
        rules = "channel.without_namespace"
        tables = ({n: v for n, v in table.items() if n in known} for table in namespaces)
        unknown |= {n for table in tables for n in unknown_options(table, rules) if "." in n}
    return sorted(top) + [f"{name} in {listed}" for name in sorted(unknown)]


def _flat(file: Mapping[str, Any], release: Release) -> set[str]:
    """Of the top level only names that some release knows: the rest is not about this API."""
    if release is Release.V5_4:
        return {name for name in file if name not in NAMES and not name.startswith(PREFIXES)}
    judged = _any(_CHANNEL) | _any(_GRPC_API) | _any(_META)
    known = channel_option_names(release) | _of(_GRPC_API, release) | _of(_META, release)
    return {
        name for name in file if name not in known and (name in judged or _is_grpc_api_key(name))
    }


def _is_grpc_api_key(name: str) -> bool:
    return name.startswith("grpc_api_")
