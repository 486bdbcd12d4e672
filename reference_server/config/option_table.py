"""The options that touch subscribers: what each release calls them, and what they are if not told.

A row fills one field of `reference_server.settings`. The names are those of Centrifugo's own
configuration; a release without a name has no such option, and its default counts. Sources: the
defaults and the readers of each release's configuration (`main.go` in 2 to 5,
`internal/configtypes` in 6).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from centrifugo_grpc.releases import Release
from reference_server.config import values
from reference_server.config.sources import Options

Read = Callable[[Options, Release, str, Any], Any]
"""Reads an option by its name, with its default."""
V2, V3, V4, V5, V6 = Release


def _truth(options: Options, _: Release, name: str, default: Any) -> bool:
    return options.truth(name, default=default)


def _whole(options: Options, _: Release, name: str, default: Any) -> int:
    return options.whole(name, default)


def _text(options: Options, _: Release, name: str, default: Any) -> str:
    return options.text(name, default)


def _seconds(options: Options, release: Release, name: str, default: Any) -> float:
    """2.8 counts whole seconds; 3 to 5 want a unit; 6 takes a bare number for nanoseconds."""
    if release is V2:
        return float(options.whole(name, default))
    given = options.get(name)
    if given is None:
        return float(default)
    read = values.duration_with_unit if release < V6 else values.duration
    return read(options.named(name), given)


def _texts(options: Options, _: Release, name: str, default: Any) -> Any:
    return options.texts(name, default)


def _port(options: Options, _: Release, name: str, default: Any) -> int:
    return values.port(options.named(name), options.get(name, default))


@dataclass(frozen=True)
class Row:
    """One option. `otherwise` and `defaults` are by release what differs from the first three."""

    read: Read
    flat: str
    nested: str
    default: Any
    otherwise: Mapping[Release, str] = field(default_factory=dict)
    defaults: Mapping[Release, Any] = field(default_factory=dict)

    def name(self, release: Release) -> str:
        """What a release calls the option, blank if it has none."""
        return self.otherwise.get(release, self.nested if release >= V6 else self.flat)

    def value(self, options: Options, release: Release) -> Any:
        """What it comes to."""
        default = self.defaults.get(release, self.default)
        name = self.name(release)
        if not name:
            return default
        given = self.read(options, release, name, default)
        # 6 takes nothing at all, 0 and "" too, for the default, unless a flag says so.
        if release >= V6 and not given and not options.is_flag(name):
            return default
        return given


def switch(
    flat: str,
    nested: str,
    otherwise: Mapping[Release, str] | None = None,
    *,
    default: bool = False,
    defaults: Mapping[Release, bool] | None = None,
) -> Row:
    """An option that is on or off, off by default."""
    return Row(_truth, flat, nested, default, otherwise or {}, defaults or {})


def _none(*releases: Release) -> dict[Release, str]:
    return dict.fromkeys(releases, "")


CLIENTS: Mapping[str, Row] = {
    "insecure": switch(
        "client_insecure",
        "client.insecure",
    ),
    "insecure_skip_token_signature_verify": switch(
        "client_insecure_skip_token_signature_verify",
        "client.insecure_skip_token_signature_verify",
        _none(V2, V3, V4),
    ),
    "anonymous_without_token": switch(
        "allow_anonymous_connect_without_token",
        "client.allow_anonymous_connect_without_token",
        {V2: "client_anonymous", V3: "client_anonymous"},
    ),
    "no_anonymous_tokens": switch(
        "disallow_anonymous_connection_tokens",
        "client.disallow_anonymous_connection_tokens",
        _none(V2, V3),
    ),
    "allowed_origins": Row(
        _texts, "allowed_origins", "client.allowed_origins", (), defaults={V2: None}
    ),
    "channel_limit": Row(_whole, "client_channel_limit", "client.channel_limit", 128),
    "channel_max_length": Row(_whole, "channel_max_length", "channel.max_length", 255),
    "queue_max_size": Row(
        _whole,
        "client_queue_max_size",
        "client.queue_max_size",
        1_048_576,
        defaults={V2: 10_485_760},
    ),
    "connection_limit": Row(
        _whole, "client_connection_limit", "client.connection_limit", 0, _none(V2, V3)
    ),
    "connection_rate_limit": Row(
        _whole, "client_connection_rate_limit", "client.connection_rate_limit", 0, _none(V2, V3)
    ),
    "user_connection_limit": Row(
        _whole, "client_user_connection_limit", "client.user_connection_limit", 0
    ),
    "expired_close_delay": Row(
        _seconds, "client_expired_close_delay", "client.expired_close_delay", 25
    ),
    "expired_sub_close_delay": Row(
        _seconds, "client_expired_sub_close_delay", "client.expired_sub_close_delay", 25
    ),
    "stale_close_delay": Row(
        _seconds,
        "client_stale_close_delay",
        "client.stale_close_delay",
        10,
        defaults={V2: 25, V3: 25},
    ),
    "presence_update_interval": Row(
        _seconds,
        "client_presence_update_interval",
        "client.presence_update_interval",
        27,
        {V2: "client_presence_ping_interval"},
        {V2: 25},
    ),
    "position_check_delay": Row(
        _seconds,
        "client_channel_position_check_delay",
        "client.channel_position_check_delay",
        40,
    ),
    "position_max_time_lag": Row(
        _seconds,
        "client_channel_position_max_time_lag",
        "client.channel_position_max_time_lag",
        0,
        _none(V2, V3, V4),
    ),
    "history_max_publications": Row(
        _whole,
        "client_history_max_publication_limit",
        "client.history_max_publication_limit",
        300,
        _none(V2),
        {V2: 0},
    ),
    "recovery_max_publications": Row(
        _whole,
        "client_recovery_max_publication_limit",
        "client.recovery_max_publication_limit",
        300,
        _none(V2),
        {V2: 0},
    ),
    "unlimited_history_by_default": switch(
        "use_unlimited_history_by_default", "", _none(V2, V4, V5)
    ),
    "ping_interval": Row(
        _seconds, "ping_interval", "client.ping_interval", 25, _none(V2, V3), {V2: 0}
    ),
    "pong_timeout": Row(
        _seconds, "pong_timeout", "client.pong_timeout", 8, _none(V2, V3), {V2: 0, V3: 25 / 3}
    ),
    "connect_includes_server_time": switch(
        "client_connect_include_server_time",
        "client.connect_include_server_time",
        _none(V2, V3, V4),
    ),
    "rpc_ping": switch("rpc_ping", "rpc.ping.enabled", _none(V2, V3, V4)),
    "rpc_ping_method": Row(_text, "rpc_ping_method", "rpc.ping.method", "ping", _none(V2, V3, V4)),
}
PERSONAL_CHANNEL: Mapping[str, Row] = {
    "enabled": switch(
        "user_subscribe_to_personal",
        "client.subscribe_to_user_personal_channel.enabled",
    ),
    "namespace": Row(
        _text,
        "user_personal_channel_namespace",
        "client.subscribe_to_user_personal_channel.personal_channel_namespace",
        "",
    ),
    "single_connection": switch(
        "user_personal_single_connection",
        "client.subscribe_to_user_personal_channel.single_connection",
    ),
}
WEBSOCKET: Mapping[str, Row] = {
    "path": Row(
        _text, "websocket_handler_prefix", "websocket.handler_prefix", "/connection/websocket"
    ),
    "message_size_limit": Row(
        _whole, "websocket_message_size_limit", "websocket.message_size_limit", 65536
    ),
    "decompressed_size_limit": Row(_whole, "", "websocket.decompressed_message_size_limit", 0),
    "frame_ping_interval": Row(
        _seconds, "websocket_ping_interval", "", 25, _none(V5), {V5: 0, V6: 0}
    ),
    "write_timeout": Row(_seconds, "websocket_write_timeout", "websocket.write_timeout", 1),
    "compression": switch(
        "websocket_compression",
        "websocket.compression",
    ),
    "compression_min_size": Row(
        _whole, "websocket_compression_min_size", "websocket.compression_min_size", 0
    ),
    "use_offset": switch(
        "v3_use_offset", "", {**_none(V3, V4, V5), V6: ""}, default=True, defaults={V2: False}
    ),
    "protocol_v1_by_default": switch("use_client_protocol_v1_by_default", "", _none(V2, V3, V5)),
    "protocol_v1_disabled": switch("disable_client_protocol_v1", "", _none(V2, V3, V5)),
}
HEALTH: Mapping[str, Row] = {
    "health": switch("health", "health.enabled"),
    "health_path": Row(_text, "health_handler_prefix", "health.handler_prefix", "/health"),
}
UNI_GRPC: Mapping[str, Row] = {
    "enabled": switch("uni_grpc", "uni_grpc.enabled", _none(V2)),
    "port": Row(_port, "uni_grpc_port", "uni_grpc.port", 11000, _none(V2)),
    "max_receive_bytes": Row(
        _whole,
        "uni_grpc_max_receive_message_size",
        "uni_grpc.max_receive_message_size",
        65536,
        _none(V2),
        {V6: 0},
    ),
}
TOKEN: Mapping[str, Row] = {
    "hmac_secret": Row(_text, "token_hmac_secret_key", "client.token.hmac_secret_key", ""),
    "previous_hmac_secret": Row(_text, "", "client.token.hmac_previous_secret_key", ""),
    "previous_valid_until": Row(_whole, "", "client.token.hmac_previous_secret_key_valid_until", 0),
    "audience": Row(_text, "token_audience", "client.token.audience", "", _none(V2)),
    "audience_regex": Row(
        _text, "token_audience_regex", "client.token.audience_regex", "", _none(V2, V3)
    ),
    "issuer": Row(_text, "token_issuer", "client.token.issuer", "", _none(V2)),
    "issuer_regex": Row(
        _text, "token_issuer_regex", "client.token.issuer_regex", "", _none(V2, V3)
    ),
    "user_id_claim": Row(
        _text, "token_user_id_claim", "client.token.user_id_claim", "", _none(V2, V3, V4)
    ),
}
SUBSCRIPTION_TOKEN: Mapping[str, Row] = {
    field: Row(
        row.read,
        f"subscription_{row.flat}" if row.flat else "",
        row.nested.replace("client.token.", "client.subscription_token."),
        row.default,
        _none(V2, V3, V4),
    )
    for field, row in TOKEN.items()
}
SEPARATE_SUBSCRIPTION_TOKEN = switch(
    "separate_subscription_token_config",
    "client.subscription_token.enabled",
    _none(V2, V3, V4),
)
BOUNDARIES: Mapping[str, Row] = {
    "private_prefix": Row(_text, "channel_private_prefix", "channel.private_prefix", "$"),
    "boundary": Row(_text, "channel_namespace_boundary", "channel.namespace_boundary", ":"),
    "user_boundary": Row(_text, "channel_user_boundary", "channel.user_boundary", "#"),
    "user_separator": Row(_text, "channel_user_separator", "channel.user_separator", ","),
}


def read_rows(rows: Mapping[str, Row], options: Options, release: Release) -> dict[str, Any]:
    """What a table's options come to, by field."""
    return {field: row.value(options, release) for field, row in rows.items()}
