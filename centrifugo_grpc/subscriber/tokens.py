"""Connection and subscription tokens: JWT, signed HS256 with the secret that the server knows."""

import json
from typing import Any

from jwt.algorithms import HMACAlgorithm
from jwt.utils import base64url_encode

_HS256 = HMACAlgorithm(HMACAlgorithm.SHA256)
_HEADER = {"alg": "HS256", "typ": "JWT"}


def connection_token(secret: str, user: str, **claims: Any) -> str:
    """A token that connects `user`; claims such as `exp`, `info`, `channels`, `subs` besides."""
    return signed(secret, {"sub": user, **claims})


def subscription_token(secret: str, channel: str, **claims: Any) -> str:
    """A token that subscribes to a private channel: 2.8 and 3.2 name a `client`, later a `sub`."""
    return signed(secret, {"channel": channel, **claims})


def signed(secret: str, claims: dict[str, Any], header: dict[str, str] | None = None) -> str:
    """A token with these claims. Any secret will do: a short one is not ours to complain of."""
    parts = [base64url_encode(_json(part)) for part in (header or _HEADER, claims)]
    text = b".".join(parts)
    signature = _HS256.sign(text, secret.encode())
    return b".".join([text, base64url_encode(signature)]).decode()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
