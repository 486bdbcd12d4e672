"""From options to the settings of a node: the flat form of 2 to 5, the nested one of 6."""

import ssl
import tempfile
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config.channels import channel_options, namespaces
from reference_server.config.sources import Options
from reference_server.config.values import duration, port, truth, whole
from reference_server.settings import Settings, Tls

_MAX_RECEIVE = 4_194_304
_FLAT_CHANNEL_OPTIONS = (
    *("history_size", "history_lifetime", "history_ttl", "history_recover", "recover"),
    *("position", "force_recovery", "force_positioning", "force_recovery_mode", "presence"),
    *("join_leave", "force_push_join_leave", "publish", "anonymous", "protected"),
    *("allow_subscribe_for_client", "allow_subscribe_for_anonymous", "allow_publish_for_client"),
    "allow_user_limited_channels",
)


def is_enabled(options: Options, release: Release) -> bool:
    """Whether the GRPC API is switched on."""
    name = "grpc_api.enabled" if release >= Release.V6_9 else "grpc_api"
    return truth(name, options.get(name, False))


def settings(options: Options, release: Release, address: str | None) -> Settings:
    """The settings of a node of `release`; `address` wins over the configured one."""
    return (_nested if release >= Release.V6_9 else _flat)(options, release, address)


def _flat(options: Options, release: Release, address: str | None) -> Settings:
    meta = "global_history_meta_ttl" if release >= Release.V5_4 else "history_meta_ttl"
    meta_ttl = 0.0
    if release > Release.V2_8:
        meta_ttl = duration(meta, options.get(meta, 0 if release is Release.V3_2 else "720h"))
    top_level = {name: options.get(name) for name in _FLAT_CHANNEL_OPTIONS}
    top_level = {name: value for name, value in top_level.items() if value is not None}
    is_new = release >= Release.V5_4
    return Settings(
        release=release,
        grpc_address=address or str(options.get("grpc_api_address") or "localhost"),
        grpc_port=port("grpc_api_port", options.get("grpc_api_port", 10000)),
        api_key=str(options.get("grpc_api_key") or ""),
        tls=_flat_tls(options),
        error_mode_transport=is_new and _is_transport(options, "grpc_api_error_mode"),
        reflection=is_new
        and truth("grpc_api_reflection", options.get("grpc_api_reflection", False)),
        max_receive_bytes=_receive_limit(options, "grpc_api_max_receive_message_size", is_new),
        node_name=str(options.get("name") or ""),
        metrics_interval=_metrics_interval(options, release),
        without_namespace=channel_options("top level", top_level, release, meta_ttl),
        namespaces=namespaces(options.tables("namespaces"), release, meta_ttl),
        private_prefix=str(options.get("channel_private_prefix", "$")),
        boundary=str(options.get("channel_namespace_boundary", ":")),
    )


def _nested(options: Options, release: Release, address: str | None) -> Settings:
    meta_ttl = duration("channel.history_meta_ttl", options.get("channel.history_meta_ttl", "720h"))
    tls = None
    if truth("grpc_api.tls.enabled", options.get("grpc_api.tls.enabled", False)):
        tls = _tls(
            options.get("grpc_api.tls.cert_pem_file") or options.get("grpc_api.tls.cert_pem"),
            options.get("grpc_api.tls.key_pem_file") or options.get("grpc_api.tls.key_pem"),
        )
    top_level = options.get("channel.without_namespace") or {}
    return Settings(
        release=release,
        grpc_address=address or str(options.get("grpc_api.address") or "localhost"),
        grpc_port=port("grpc_api.port", options.get("grpc_api.port", 10000)),
        api_key=str(options.get("grpc_api.key") or ""),
        tls=tls,
        error_mode_transport=_is_transport(options, "grpc_api.error_mode"),
        reflection=truth("grpc_api.reflection", options.get("grpc_api.reflection", False)),
        max_receive_bytes=_receive_limit(options, "grpc_api.max_receive_message_size", is_new=True),
        node_name=str(options.get("node.name") or ""),
        metrics_interval=duration(
            "node.info_metrics_aggregate_interval",
            options.get("node.info_metrics_aggregate_interval", "60s"),
        ),
        without_namespace=channel_options(
            "channel.without_namespace", top_level, release, meta_ttl
        ),
        namespaces=namespaces(options.tables("channel.namespaces"), release, meta_ttl),
    )


def _metrics_interval(options: Options, release: Release) -> float:
    name = "node_info_metrics_aggregate_interval"
    if release is Release.V2_8:
        return float(whole(name, options.get(name, 60)))
    return duration(name, options.get(name, "60s"))


def _receive_limit(options: Options, name: str, is_new: bool) -> int:
    return (whole(name, options.get(name, 0)) if is_new else 0) or _MAX_RECEIVE


def _is_transport(options: Options, name: str) -> bool:
    mode = str(options.get(name) or "")
    if mode not in {"", "transport"}:
        raise Problem(f"{name}: no error mode {mode!r}: leave it out, or transport")
    return mode == "transport"


def _flat_tls(options: Options) -> Tls | None:
    def is_on(name: str) -> bool:
        return truth(name, options.get(name, False))

    if is_on("grpc_api_tls"):
        return _tls(options.get("grpc_api_tls_cert"), options.get("grpc_api_tls_key"))
    if is_on("tls") and not is_on("grpc_api_tls_disable"):
        return _tls(options.get("tls_cert"), options.get("tls_key"))
    return None


def _tls(certificate: Any, key: Any) -> Tls:
    """Certificate and key, from files or as PEM text; they have to belong together."""
    if not certificate or not key:
        raise Problem("TLS is on for the GRPC API, but its certificate or its key is not given")
    tls = Tls(_pem(str(certificate)), _pem(str(key)))
    with tempfile.TemporaryDirectory() as folder:
        chain, private = Path(folder) / "chain", Path(folder) / "key"
        chain.write_bytes(tls.certificate)
        private.write_bytes(tls.key)
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, private)
        except (ssl.SSLError, OSError) as error:
            raise Problem(f"the TLS certificate and key do not fit: {error}") from error
    return tls


def _pem(value: str) -> bytes:
    if value.startswith("-----BEGIN"):
        return value.encode()
    try:
        return Path(value).read_bytes()
    except OSError as error:
        raise Problem(f"cannot read the TLS file {value}: {error.strerror}") from error
