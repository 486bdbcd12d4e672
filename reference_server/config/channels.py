"""Options of channels, in the words of each release."""

from collections.abc import Iterable, Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config.values import duration, namespace_name, truth, whole
from reference_server.settings import ChannelOptions, MapOptions

_SUBSCRIPTION_TYPES = {"", "stream", "map", "map_clients", "map_users", "shared_poll"}
_DATA_FORMATS = {"", "json", "json_object", "binary"}


def namespaces(
    tables: Iterable[Mapping[str, Any]], release: Release, meta_ttl: float
) -> dict[str, ChannelOptions]:
    """The configured namespaces by name; `meta_ttl` in seconds is what they inherit."""
    found: dict[str, ChannelOptions] = {}
    for table in tables:
        name = namespace_name(table.get("name"))
        if name in found:
            raise Problem(f"the namespace {name!r} stands twice in the configuration")
        found[name] = channel_options(f"namespace {name}", table, release, meta_ttl)
    return found


def channel_options(
    place: str, table: Mapping[str, Any], release: Release, meta_ttl: float
) -> ChannelOptions:
    """The options in a table, checked as the release checks them when it starts."""
    options = _by_release(place, table, release, meta_ttl)
    _require_consistent(place, options, release)
    return options


def _by_release(
    place: str, table: Mapping[str, Any], release: Release, meta_ttl: float
) -> ChannelOptions:
    def on(*names: str) -> bool:
        return any(truth(f"{place}: {name}", table.get(name, False)) for name in names)

    is_old = release is Release.V2_8
    recovered = {2: "history_recover", 3: "recover"}.get(release.major, "force_recovery")
    positioned = {2: "history_recover", 3: "position"}.get(release.major, "force_positioning")
    own_meta = table.get("history_meta_ttl") if release >= Release.V5_4 else None
    return ChannelOptions(
        history_size=whole(f"{place}: history_size", table.get("history_size", 0)),
        history_ttl=_history_ttl(place, table, is_old=is_old),
        history_meta_ttl=(
            duration(f"{place}: history_meta_ttl", own_meta) if own_meta else meta_ttl
        ),
        presence=on("presence"),
        join_leave=on("join_leave"),
        force_push_join_leave=on("force_push_join_leave"),
        positioned=on(positioned),
        recovered=on(recovered),
        recovery_mode=str(table.get("force_recovery_mode") or "stream"),
        auto_cache_recover=on("auto_cache_recover"),
        allow_subscribe_for_client=on("allow_subscribe_for_client"),
        allow_subscribe_for_anonymous=on("anonymous", "allow_subscribe_for_anonymous"),
        allow_publish_for_client=on("publish", "allow_publish_for_client"),
        allow_user_limited_channels=on("allow_user_limited_channels"),
        protected=on("protected"),
        publication_data_format=str(table.get("publication_data_format") or ""),
        subscription_type=str(table.get("subscription_type") or "stream"),
        map=_map_options(place, table.get("map") or {}),
        shared_poll_publish_enabled=bool((table.get("shared_poll") or {}).get("publish_enabled")),
    )


def _history_ttl(place: str, table: Mapping[str, Any], *, is_old: bool) -> float:
    if is_old:
        return float(whole(f"{place}: history_lifetime", table.get("history_lifetime", 0)))
    return duration(f"{place}: history_ttl", table.get("history_ttl", 0))


def _map_options(place: str, table: Mapping[str, Any]) -> MapOptions:
    def seconds(name: str) -> float:
        return duration(f"{place}: map.{name}", table.get(name, 0))

    return MapOptions(
        mode=str(table.get("mode") or "ephemeral"),
        key_ttl=seconds("key_ttl"),
        stream_size=whole(f"{place}: map.stream_size", table.get("stream_size", 0)),
        stream_ttl=seconds("stream_ttl"),
        meta_ttl=seconds("meta_ttl"),
    )


def _require_consistent(place: str, options: ChannelOptions, release: Release) -> None:
    """Refuse what stops the real server's start (facts v2.md 4, v3-v6.md 2)."""
    size, ttl = options.history_size, options.history_ttl
    if release > Release.V2_8 and (size > 0) != (ttl > 0):
        raise Problem(f"{place}: history_size and history_ttl go together, set both")
    if options.recovered and not options.keeps_history:
        raise Problem(f"{place}: recovery needs history, set its size and its lifetime")
    if release >= Release.V5_4 and 0 < options.history_meta_ttl < ttl:
        raise Problem(f"{place}: history_ttl is over history_meta_ttl")
    if options.recovery_mode not in {"stream", "cache"}:
        raise Problem(f"{place}: no recovery mode {options.recovery_mode!r}: stream or cache")
    if release >= Release.V6_9 and 0 < ttl < 1:
        raise Problem(f"{place}: history_ttl of {ttl:g} s is malformed: no sub-second lifetimes")
    if options.publication_data_format not in _DATA_FORMATS:
        raise Problem(
            f"{place}: no publication_data_format {options.publication_data_format!r}:"
            " json, json_object or binary"
        )
    if options.subscription_type not in _SUBSCRIPTION_TYPES:
        raise Problem(f"{place}: no subscription_type {options.subscription_type!r}")
