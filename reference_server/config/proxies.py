"""Proxies: not called here, as if the application could not be reached.

In 6 a name that is not there or a lack of its endpoint is fatal. Sources: `handler.go` and
`internal/proxy` of each release, `internal/config/validate.go` of 6.9.
"""

import re
from collections.abc import Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config import values
from reference_server.config.sources import Options

_CHANNEL_EVENTS = ("subscribe", "publish", "sub_refresh", "subscribe_stream")
_MAP_EVENTS = ("publish", "remove")
_DEEDS = ("subscribe", "publish")
_UNREACHABLE, _NO_PROXY = 100, 108
"""What clients are told where the application does not answer, and where there is no way to it."""


def named_proxies(options: Options) -> set[str]:
    """The names of the proxies, `default` among them; raises `Problem` for a wrong one."""
    names = {"default"}
    for table in options.tables("proxies"):
        name = values.text("proxies: name", table.get("name", ""))
        if not re.fullmatch(r"[-a-zA-Z0-9_.]{2,}", name, re.ASCII):
            raise Problem(f'proxies: "{name}" is no name of a proxy')
        if name in names:
            raise Problem(f"proxies: {name} stands twice, or is the reserved name")
        if not table.get("endpoint"):
            raise Problem(f"proxies: {name} has no endpoint")
        names.add(name)
    for event in ("connect", "refresh"):
        if options.truth(f"client.proxy.{event}.enabled"):
            _require_endpoint("client.proxy", event, options)
    rpc = [options.get("rpc.without_namespace"), *options.tables("rpc.namespaces")]
    for table in rpc:
        name = str(values.table("rpc", table).get("proxy_name") or "default")
        if name not in names:
            raise Problem(f'rpc: proxy_name "{name}" names none of proxies')
    return names


def require_proxies(
    place: str, table: Mapping[str, Any], options: Options, names: set[str]
) -> None:
    """Check the proxies that the channels of a namespace would ask."""
    rules = values.table(f"{place}: map", table.get("map"))
    for prefix, events, source in (("", _CHANNEL_EVENTS, table), ("map.", _MAP_EVENTS, rules)):
        for event in events:
            name = str(source.get(f"{event}_proxy_name") or "default")
            option = f"{place}: {prefix}{event}_proxy_enabled"
            if name not in names:
                raise Problem(f'{place}: {prefix}{event}_proxy_name "{name}" names none of proxies')
            is_on = values.truth(option, source.get(f"{event}_proxy_enabled", False))
            if is_on and name == "default":
                _require_endpoint("channel.proxy", prefix.replace(".", "_") + event, options)
    switched = [e for e in _CHANNEL_EVENTS if table.get(f"{e}_proxy_enabled")]
    if "subscribe_stream" in switched and len(switched) > 1:
        raise Problem(f"{place}: subscribe_stream_proxy_enabled goes with no other proxy")


def asked(table: Mapping[str, Any], options: Options, release: Release) -> dict[str, Any]:
    """For each deed of clients that the application would be asked about, what they are told.

    By the name of the setting.
    """
    told = ((deed, _told(deed, table, options, release)) for deed in _DEEDS)
    return {f"{deed}_asks": code for deed, code in told if code}


def _told(deed: str, table: Mapping[str, Any], options: Options, release: Release) -> int:
    if release >= Release.V6_9:
        return _UNREACHABLE if _is_on(table, f"{deed}_proxy_enabled") else 0
    has_name = release > Release.V2_8 and bool(table.get(f"{deed}_proxy_name"))
    if not has_name and not _is_on(table, f"proxy_{deed}"):
        return 0
    is_granular = release > Release.V2_8 and options.truth("granular_proxy_mode")
    has_proxy = has_name if is_granular else bool(options.text(f"proxy_{deed}_endpoint"))
    return _UNREACHABLE if has_proxy else _NO_PROXY


def _is_on(table: Mapping[str, Any], name: str) -> bool:
    return values.truth(name, table.get(name, False))


def _require_endpoint(prefix: str, event: str, options: Options) -> None:
    if not options.text(f"{prefix}.{event}.endpoint"):
        raise Problem(f"{prefix}.{event}.endpoint is not given")
