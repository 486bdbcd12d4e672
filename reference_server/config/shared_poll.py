"""What a namespace of shared polls needs besides itself (6.9)."""

from collections.abc import Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from reference_server.config import values
from reference_server.config.sources import Options
from reference_server.settings import TokenKeys

_MODES = ("versionless", "versioned")


def require_shared_poll(place: str, table: Mapping[str, Any], options: Options) -> None:
    """Refuse a namespace of shared polls that 6.9 does not start with."""
    if table.get("subscription_type") != "shared_poll":
        return
    rules = values.table(f"{place}: shared_poll", table.get("shared_poll"))
    if not options.text("shared_poll.hmac_secret_key"):
        raise Problem(f"{place}: shared polls need shared_poll.hmac_secret_key")
    _require_proxy(place, str(rules.get("proxy_name") or "default"), options)
    mode = rules.get("mode") or _MODES[0]
    if mode not in _MODES:
        raise Problem(f'{place}: shared_poll.mode "{mode}" is none of {", ".join(_MODES)}')
    name = f"{place}: shared_poll.publish_enabled"
    if values.truth(name, rules.get("publish_enabled", False)) and mode != "versioned":
        raise Problem(f"{name} needs versioned as shared_poll.mode")


def track_keys(options: Options) -> TokenKeys:
    """What the signatures of keys that clients track are checked with."""
    return TokenKeys(
        hmac_secret=options.text("shared_poll.hmac_secret_key"),
        previous_hmac_secret=options.text("shared_poll.hmac_previous_secret_key"),
        previous_valid_until=options.whole("shared_poll.hmac_previous_secret_key_valid_until"),
    )


def _require_proxy(place: str, name: str, options: Options) -> None:
    if name == "default":
        endpoint = "channel.proxy.shared_poll_refresh.endpoint"
        if not options.text(endpoint):
            raise Problem(f"{place}: shared polls need {endpoint}")
    elif name not in {proxy.get("name") for proxy in options.tables("proxies")}:
        raise Problem(f'{place}: shared_poll.proxy_name "{name}" names none of proxies')
