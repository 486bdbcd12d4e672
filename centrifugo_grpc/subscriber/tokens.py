"""Connection and subscription tokens: JWT, signed HS256 with the secret that the server knows."""

import json
from typing import Any

_HEADER = {"alg": "HS256", "typ": "JWT"}


def connection_token(secret: str, user: str, **claims: Any) -> str:
    """A token that connects `user`; claims such as `exp`, `info`, `channels`, `subs` besides."""
    return signed(secret, {"sub": user, **claims})


def subscription_token(secret: str, channel: str, **claims: Any) -> str:
    """A token that subscribes to a private channel: 2.8 and 3.2 name a `client`, later a `sub`."""
    return signed(secret, {"channel": channel, **claims})


def signed(secret: str, claims: dict[str, Any], header: dict[str, str] | None = None) -> str:
    """A token with these claims. Any secret will do: a short one is not ours to complain of."""
    # Here, since the library loads an HTTP client, which costs more than all the rest.
    from jwt.algorithms import HMACAlgorithm  # noqa: PLC0415
    from jwt.utils import base64url_encode  # noqa: PLC0415

    parts = [base64url_encode(_json(part)) for part in (header or _HEADER, claims)]
    text = b".".join(parts)
    signature = HMACAlgorithm(HMACAlgorithm.SHA256).sign(text, secret.encode())
    return b".".join([text, base64url_encode(signature)]).decode()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
