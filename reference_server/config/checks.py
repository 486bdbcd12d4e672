"""What stops a release's start though every option reads well.

Sources: facts v2.md 4, v3-v6.md 2, and the validation of each release's configuration. All raise
`Problem`.
"""

from collections.abc import Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config import values
from reference_server.config.patterns import require_expression
from reference_server.settings import ChannelOptions

_SUBSCRIPTION_TYPES = ("stream", "map", "map_clients", "map_users", "shared_poll")
_DATA_FORMATS = ("json", "json_object", "binary")
_MAP_MODES = ("ephemeral", "recoverable", "persistent")


def require_consistent(
    place: str, table: Mapping[str, Any], options: ChannelOptions, release: Release
) -> None:
    """Check the options of a namespace, or of the channels without one (`place` says which).

    `table` is what they were read from.
    """
    _require_history(place, options, release)
    _require_choice(place, "force_recovery_mode", options.recovery_mode, ("stream", "cache"))
    _require_delta_types(place, table.get("allowed_delta_types"))
    if options.auto_cache_recover and not (options.recovered and options.recovery_mode == "cache"):
        raise Problem(
            f"{place}: auto_cache_recover needs force_recovery, and cache as force_recovery_mode"
        )
    require_data_format(place, options.publication_data_format)
    require_expression(f"{place}: channel_regex", options.channel_regex)
    _require_choice(place, "subscription_type", options.subscription_type, _SUBSCRIPTION_TYPES)
    rules = values.table(f"{place}: map", table.get("map"))
    _require_map(place, rules, options)
    _require_map_clients(place, rules, options)


def require_data_format(place: str, name: str) -> None:
    """Check a `publication_data_format`; empty is the default one."""
    if name:
        _require_choice(place, "publication_data_format", name, _DATA_FORMATS)


def require_whole_seconds(option: str, seconds: float) -> None:
    """Check a duration of which a release knows whole seconds only."""
    if seconds > 0 and seconds % 1:
        raise Problem(f'{option}: {seconds:g} s has a part of a second; write it as "5s"')


def _require_history(place: str, options: ChannelOptions, release: Release) -> None:
    size, ttl = options.history_size, options.history_ttl
    ttl_name = "history_lifetime" if release is Release.V2_8 else "history_ttl"
    if release > Release.V2_8 and (size != 0) != (ttl != 0):
        raise Problem(f"{place}: history_size and {ttl_name} go together; set both or neither")
    if options.recovered and not (size and ttl):
        raise Problem(f"{place}: recovery needs history; set history_size and {ttl_name}")
    if release >= Release.V6_9:
        require_whole_seconds(f"{place}: {ttl_name}", ttl)
        require_whole_seconds(f"{place}: history_meta_ttl", options.history_meta_ttl)
    if release >= Release.V5_4 and options.history_meta_ttl < ttl:
        raise Problem(
            f"{place}: {ttl_name} of {ttl:g} s is over history_meta_ttl, which is"
            f" {options.history_meta_ttl:g} s; what is known of a stream has to outlive it"
        )


def _require_choice(place: str, option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise Problem(f'{place}: {option} "{value}" is none of {", ".join(choices)}')


def _require_delta_types(place: str, types: Any) -> None:
    if isinstance(types, str):
        types = types.split()
    for name in types if isinstance(types, list) else []:
        _require_choice(place, "allowed_delta_types", str(name), ("fossil",))


def _require_map(place: str, table: Mapping[str, Any], options: ChannelOptions) -> None:
    mode = table.get("mode", "")
    is_map = options.subscription_type.startswith("map")
    if not mode:
        if is_map:
            raise Problem(f"{place}: {options.subscription_type} needs map.mode, one of {_modes()}")
        return
    _require_choice(place, "map.mode", options.map.mode, _MAP_MODES)
    _require_map_key_ttl(place, options)
    _require_map_stream(place, options)


def _require_map_clients(place: str, table: Mapping[str, Any], options: ChannelOptions) -> None:
    """What clients may do with a map, and how much of it they read at once."""
    key = values.text(f"{place}: map.client_key", table.get("client_key", ""))
    if key:
        _require_choice(place, "map.client_key", key, ("client_id", "user_id"))
        for name in ("publish_proxy_enabled", "remove_proxy_enabled"):
            if values.truth(f"{place}: map.{name}", table.get(name, False)):
                raise Problem(f"{place}: map.client_key does not go with map.{name}")
    leaves = f"{place}: map.remove_client_on_unsubscribe"
    if values.truth(leaves, table.get("remove_client_on_unsubscribe", False)) and not (
        options.subscription_type.startswith("map")
    ):
        raise Problem(f"{leaves} needs a map as subscription_type")
    sizes = {
        name: values.whole(f"{place}: map.{name}", table.get(name, 0))
        for name in ("min_page_size", "default_page_size", "max_page_size")
    }
    for name, size in sizes.items():
        if size < 0:
            raise Problem(f"{place}: map.{name} is negative")
    given = [size for size in sizes.values() if size]
    if given != sorted(given):
        raise Problem(
            f"{place}: map.min_page_size, default_page_size and max_page_size do not rise"
        )


def _modes() -> str:
    return ", ".join(_MAP_MODES)


def _require_map_key_ttl(place: str, options: ChannelOptions) -> None:
    mode, ttl = options.map.mode, options.map.key_ttl
    if mode != "persistent":
        if ttl <= 0:
            raise Problem(f"{place}: map.mode {mode} needs a map.key_ttl")
        return
    if ttl:
        raise Problem(f"{place}: map.mode persistent has no map.key_ttl; its keys do not expire")
    if options.subscription_type in {"map_clients", "map_users"}:
        raise Problem(f"{place}: {options.subscription_type} cannot be persistent")


def _require_map_stream(place: str, options: ChannelOptions) -> None:
    rules = options.map
    kept = {
        "stream_size": rules.stream_size,
        "stream_ttl": rules.stream_ttl,
        "meta_ttl": rules.meta_ttl,
    }
    for name, value in kept.items():
        if rules.mode == "ephemeral" and (value > 0 or (value and name != "stream_size")):
            raise Problem(f"{place}: map.mode ephemeral keeps no stream; leave map.{name} out")
        if value < 0 and rules.mode != "ephemeral":
            raise Problem(f"{place}: map.{name} is negative")
    if rules.meta_ttl and rules.meta_ttl < (rules.stream_ttl or 60):
        raise Problem(f"{place}: map.meta_ttl is under map.stream_ttl; it has to outlive it")
