"""Options of channels, in the words of each release."""

from collections.abc import Iterable, Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config import values
from reference_server.config.checks import require_consistent
from reference_server.config.option_names import channel_option_names
from reference_server.settings import ChannelOptions, MapOptions, PollOptions

_DEEDS = ("publish", "presence", "history")
_WHOM = ("client", "subscriber", "anonymous")
_MAP_SWITCHES = (
    "remove_client_on_unsubscribe",
    *(f"allow_{deed}_for_{whom}" for deed in ("publish", "remove") for whom in _WHOM),
)


def namespaces(
    tables: Iterable[Mapping[str, Any]], release: Release, meta_ttl: float, data_format: str = ""
) -> dict[str, ChannelOptions]:
    """The configured namespaces by name.

    `meta_ttl`, in seconds, and `data_format` are what those inherit that set none.
    """
    found: dict[str, ChannelOptions] = {}
    for table in tables:
        name = values.namespace_name(table.get("name", ""))
        if name in found:
            raise Problem(f"two namespaces are named {name}: rename one or leave it out")
        place = f"namespace {name}"
        found[name] = channel_options(
            place, table, release, meta_ttl=meta_ttl, data_format=data_format
        )
    return found


def channel_options(
    place: str,
    table: Mapping[str, Any],
    release: Release,
    *,
    meta_ttl: float,
    data_format: str = "",
) -> ChannelOptions:
    """The options in a table, checked as the release checks them when it starts.

    What the release does not know has no effect.
    """
    known = {
        name: value
        for name, value in table.items()
        if value is not None and name in channel_option_names(release)
    }
    options = _Reader(place, known, release).read(meta_ttl, data_format)
    require_consistent(place, known, options, release)
    return options


class _Reader:
    """Reads one table of options, all of them known to the release."""

    def __init__(self, place: str, table: Mapping[str, Any], release: Release) -> None:
        self._place = place
        self._table = table
        self._release = release

    def read(self, meta_ttl: float, data_format: str) -> ChannelOptions:
        release = self._release
        recovered = self._on("history_recover", "recover", "force_recovery")
        return ChannelOptions(
            history_size=self._whole("history_size"),
            history_ttl=self._history_ttl(release),
            history_meta_ttl=self._seconds("history_meta_ttl") or meta_ttl,
            presence=self._on("presence"),
            join_leave=self._on("join_leave"),
            force_push_join_leave=self._pushes_join_leave(release),
            positioned=self._on("history_recover", "position", "force_positioning"),
            recovered=recovered,
            recovery_mode=self._text("force_recovery_mode") or "stream",
            auto_cache_recover=self._on("auto_cache_recover"),
            allow_positioning=self._on("allow_positioning"),
            allow_recovery=self._on("allow_recovery"),
            delta_publish=self._on("delta_publish"),
            allowed_delta_types=self._texts("allowed_delta_types"),
            allow_tags_filter=self._on("allow_tags_filter"),
            channel_regex=self._text("channel_regex"),
            publication_data_format=self._text("publication_data_format") or data_format,
            subscription_type=self._text("subscription_type") or "stream",
            map=_map_options(self._place, values.table("map", self._table.get("map"))),
            map_clients_presence_channel_prefix=self._text("map_clients_presence_channel_prefix"),
            map_users_presence_channel_prefix=self._text("map_users_presence_channel_prefix"),
            poll=self._poll(),
            **(self._permissions() if release >= Release.V4_1 else self._old_permissions()),
        )

    def _permissions(self) -> dict[str, bool]:
        names = [f"allow_{deed}_for_{whom}" for deed in _DEEDS for whom in _WHOM]
        names += ["allow_subscribe_for_client", "allow_subscribe_for_anonymous"]
        return {name: self._on(name) for name in [*names, "allow_user_limited_channels"]}

    def _old_permissions(self) -> dict[str, bool]:
        """Those of 2 and 3 in the words of 4, and what has no such word."""
        to_subscribers = self._on("subscribe_to_publish")
        readable = ("subscriber", "anonymous")
        return {
            # Clients may subscribe unless the namespace is closed to them.
            "allow_subscribe_for_client": not self._on("server_side", "protected"),
            "allow_subscribe_for_anonymous": self._on("anonymous"),
            "allow_publish_for_client": self._on("publish") and not to_subscribers,
            "allow_publish_for_subscriber": self._on("publish") and to_subscribers,
            "allow_publish_for_anonymous": self._on("publish"),
            **{f"allow_presence_for_{whom}": True for whom in readable},
            **{f"allow_history_for_{whom}": True for whom in readable},
            "allow_user_limited_channels": True,
            "protected": self._on("protected"),
            "subscribe_to_publish": to_subscribers,
            "presence_disable_for_client": self._on("presence_disable_for_client"),
            "history_disable_for_client": self._on("history_disable_for_client"),
        }

    def _on(self, *names: str) -> bool:
        return any(values.truth(self._named(n), self._table.get(n, False)) for n in names)

    def _whole(self, name: str) -> int:
        read = values.whole_or_blank if self._release >= Release.V6_9 else values.whole
        return read(self._named(name), self._table.get(name, 0))

    def _text(self, name: str) -> str:
        return values.text(self._named(name), self._table.get(name, ""))

    def _texts(self, name: str) -> tuple[str, ...]:
        return values.texts(self._named(name), self._table.get(name, []))

    def _seconds(self, name: str) -> float:
        return values.duration(self._named(name), self._table.get(name, 0))

    def _named(self, name: str) -> str:
        return f"{self._place}: {name}"

    def _history_ttl(self, release: Release) -> float:
        if release is Release.V2_8:
            return float(self._whole("history_lifetime"))
        return self._seconds("history_ttl")

    def _pushes_join_leave(self, release: Release) -> bool:
        """Up to 3 they always are; from 4 on that is a switch of its own."""
        return self._on("join_leave" if release <= Release.V3_2 else "force_push_join_leave")

    def _poll(self) -> PollOptions:
        place = self._named("shared_poll")
        table = values.table(place, self._table.get("shared_poll"))
        if not table:
            return PollOptions()

        def seconds(name: str) -> float:
            return values.duration(f"{place}.{name}", table.get(name, 0))

        enabled, most = table.get("publish_enabled", False), table.get("max_keys_per_connection", 0)
        return PollOptions(
            versioned=table.get("mode") == "versioned",
            publish_enabled=values.truth(f"{place}.publish_enabled", enabled),
            max_keys=values.whole(f"{place}.max_keys_per_connection", most),
            shutdown_delay=seconds("channel_shutdown_delay"),
            expired_delay=seconds("track_expired_extra_delay"),
        )


def _map_options(place: str, table: Mapping[str, Any]) -> MapOptions:
    def seconds(name: str) -> float:
        return values.duration(f"{place}: map.{name}", table.get(name, 0))

    def whole(name: str) -> int:
        return values.whole(f"{place}: map.{name}", table.get(name, 0))

    def on(name: str) -> bool:
        return values.truth(f"{place}: map.{name}", table.get(name, False))

    return MapOptions(
        mode=values.text(f"{place}: map.mode", table.get("mode", "")) or "ephemeral",
        key_ttl=seconds("key_ttl"),
        stream_size=whole("stream_size"),
        stream_ttl=seconds("stream_ttl"),
        meta_ttl=seconds("meta_ttl"),
        client_key=values.text(f"{place}: map.client_key", table.get("client_key", "")),
        default_page_size=whole("default_page_size"),
        min_page_size=whole("min_page_size"),
        max_page_size=whole("max_page_size"),
        live_transition_max_publication_limit=whole("live_transition_max_publication_limit"),
        subscribe_catch_up_timeout=seconds("subscribe_catch_up_timeout"),
        **{name: on(name) for name in _MAP_SWITCHES},
    )
