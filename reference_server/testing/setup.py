"""The settings of a test double: the user's configuration, on free ports of loopback."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config.files import read_file
from reference_server.config.load import load_table
from reference_server.settings import Settings

ADDRESS = "127.0.0.1"
_SECRET = "secret"
_KEPT = {"presence": True, "join_leave": True, "history_size": 1000}
_ALLOWED = {
    **{
        f"allow_{deed}_for_client": True for deed in ("subscribe", "publish", "presence", "history")
    },
    **{f"allow_{deed}_for_anonymous": True for deed in ("subscribe", "publish", "presence")},
    "allow_history_for_anonymous": True,
    "allow_positioning": True,
    "allow_recovery": True,
    "allow_user_limited_channels": True,
}


def _default(release: Release) -> dict[str, Any]:
    """Channels without a namespace keep history and presence, and subscribers may do all."""
    channel: dict[str, Any]
    if release is Release.V2_8:
        channel = {**_KEPT, "history_lifetime": 300, "publish": True, "anonymous": True}
        rest = {"client_anonymous": True, "v3_use_offset": True}
        return {**channel, **rest, "token_hmac_secret_key": _SECRET}
    if release is Release.V3_2:
        channel = {**_KEPT, "history_ttl": "300s", "publish": True, "anonymous": True}
        return {**channel, "client_anonymous": True, "token_hmac_secret_key": _SECRET}
    channel = {**_KEPT, "history_ttl": "300s", **_ALLOWED}
    anonymous = {"allow_anonymous_connect_without_token": True}
    if release >= Release.V6_9:
        client = {**anonymous, "token": {"hmac_secret_key": _SECRET}}
        return {"channel": {"without_namespace": channel}, "client": client}
    return {**channel, **anonymous, "token_hmac_secret_key": _SECRET}


def node_settings(
    release: str, config: Mapping[str, Any] | Path | None, api_key: str | None
) -> Settings:
    """What a test double runs with. Raises `Problem`."""
    known = {str(each): each for each in Release}
    if release not in known:
        raise Problem(f'release "{release}" is none of {", ".join(known)}')
    found = known[release]
    table = (
        read_file(config, is_for_6=found >= Release.V6_9) if isinstance(config, Path) else config
    )
    flags = _flags(found) | ({} if api_key is None else {_name(found, "grpc_api_key"): api_key})
    return load_table(_default(found) if table is None else table, found, flags, ADDRESS)


def _flags(release: Release) -> dict[str, Any]:
    """Everything on, on whatever port is free."""
    flags: dict[str, Any] = {"grpc_api_port": 0, "port": 0}
    if release >= Release.V3_2:
        flags |= {"uni_grpc": True, "uni_grpc_port": 0}
    return {_name(release, name): value for name, value in ({"grpc_api": True} | flags).items()}


def _name(release: Release, flat: str) -> str:
    if release < Release.V6_9:
        return flat
    nested = {"port": "http_server.port", "grpc_api": "grpc_api.enabled"}
    nested |= {"uni_grpc": "uni_grpc.enabled"}
    return nested.get(flat) or flat.replace("_api_", "_api.").replace("uni_grpc_", "uni_grpc.")
