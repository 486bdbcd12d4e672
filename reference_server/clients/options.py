"""What a subscription is to be like, as its namespace, a token or the server's API say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import RECOVERY_MODES, TOKEN_OVERRIDES
from reference_server.clients.claims import Claims
from reference_server.settings import ChannelOptions


@dataclass(frozen=True, slots=True)
class SubscribeOptions:
    """Options of one subscription. `expire_at` in Unix seconds, 0 is never; `meta_ttl` in seconds.

    `join_leave`: its beginning and end are told to others; `pushes_join_leave`: it is told theirs.
    `cache`: recovery gives the latest publication only, with `auto_cache_recover` unasked.
    `by_token`: a connection token has asked for it. `delta_types`: formats of differences that the
    client may ask for; `may_filter`: it may have publications with certain tags only.
    `clients_map` and `users_map` are channels of maps that its presence is kept in besides;
    `removes_own_key`: the key that is the client's id goes with it.
    """

    presence: bool = False
    join_leave: bool = False
    pushes_join_leave: bool = False
    positioned: bool = False
    recovered: bool = False
    cache: bool = False
    auto_cache_recover: bool = False
    meta_ttl: float = 0
    expire_at: int = 0
    chan_info: bytes = b""
    data: bytes = b""
    client_refreshes: bool = False
    by_token: bool = False
    delta_types: tuple[str, ...] = ()
    may_filter: bool = False
    clients_map: str = ""
    users_map: str = ""
    removes_own_key: bool = False


def options_of(rules: ChannelOptions, release: Release) -> SubscribeOptions:
    """What the namespace says."""
    return SubscribeOptions(
        presence=rules.presence,
        join_leave=rules.join_leave,
        pushes_join_leave=rules.force_push_join_leave,
        positioned=rules.positioned,
        recovered=rules.recovered,
        cache=RECOVERY_MODES[release] and rules.recovery_mode == "cache",
        meta_ttl=rules.history_meta_ttl,
        delta_types=rules.allowed_delta_types,
        may_filter=rules.allow_tags_filter,
    )


def overridden(options: SubscribeOptions, override: Mapping[str, bool]) -> SubscribeOptions:
    """Options with what is overridden, by the names that 4 and later give it."""
    return replace(
        options,
        presence=override.get("presence", options.presence),
        join_leave=override.get("join_leave", options.join_leave),
        pushes_join_leave=override.get("force_push_join_leave", options.pushes_join_leave),
        recovered=override.get("force_recovery", options.recovered),
        positioned=override.get("force_positioning", options.positioned),
    )


def claimed(options: SubscribeOptions, claims: Claims, release: Release) -> SubscribeOptions:
    """Options with what a token says of a subscription. Raises `binascii.Error`."""
    told = claims.table("override")
    override = {
        ours: told.switch(theirs, default=False)
        for theirs, ours in TOKEN_OVERRIDES[release].items()
        if told.raw(theirs) not in (b"", b"null")
    }
    info, data = claims.decoded("b64info"), claims.decoded("b64data")
    return replace(
        overridden(options, override),
        chan_info=claims.raw("info") if info is None else info,
        data=claims.raw("data") if data is None else data,
    )
