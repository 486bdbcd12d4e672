"""Connection tokens and other requests of subscribers, made from what a row shows of them."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from centrifugo_grpc.recordings.setup import Setup

SECRET = "hmac-secret"
_RECENT = 1_700_000_000, 2_000_000_000


def token_of(claims: Mapping[str, Any], setup: Setup, secret: str = SECRET) -> str:
    """A token with these claims, written as the recorded one was: servers give parts of it back."""
    algorithm = "none" if setup.token == "alg none" else "HS256"
    signed = f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(at_times(claims, setup))}"
    if algorithm == "none":
        return f"{signed}."
    key = "another secret" if setup.token == "wrong signature" else secret
    return f"{signed}.{_base64(hmac.digest(key.encode(), signed.encode(), 'sha256'))}"


def signed(claims: Mapping[str, Any] | str, secret: str) -> str:
    """A token with claims, which may be given as they are to be written."""
    text = claims if isinstance(claims, str) else json.dumps(claims, separators=(",", ":"))
    body = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_base64(text.encode())}"
    return f"{body}.{_base64(hmac.digest(secret.encode(), body.encode(), 'sha256'))}"


def _part(value: Any) -> str:
    return _base64(json.dumps(value).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def at_times(value: Any, setup: Setup) -> Any:
    """A request with Unix times as far from now as they were when it was recorded."""
    if isinstance(value, Mapping):
        return {name: _at_time(name, item, setup) for name, item in value.items()}
    return value


def _at_time(name: str, value: Any, setup: Setup) -> Any:
    if name in setup.times:
        moved = int(time.time()) + setup.times[name]
        return str(moved) if isinstance(value, str) else moved
    if isinstance(value, Mapping):
        return at_times(value, setup)
    assert not _is_recent(name, value), f"no setup tells which time {name} is"
    return value


def _is_recent(name: str, value: Any) -> bool:
    if name not in {"exp", "nbf", "iat", "expire_at"}:
        return False
    earliest, latest = _RECENT
    return earliest < int(value) < latest
