"""Connection and subscription tokens: JWT, signed with HMAC (jwtverify of each release)."""

import base64
import binascii
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import TOKEN_EXPIRY_FIRST, TOKENS_BEGIN_WITH
from reference_server.clients.claims import Claims, InvalidTokenError
from reference_server.clients.expressions import is_found
from reference_server.clients.raw_json import NoObjectError, members
from reference_server.settings import TokenKeys

if TYPE_CHECKING:
    from jwt.algorithms import Algorithm

_ALGORITHMS = ("HS256", "HS384", "HS512")


@cache
def _algorithm(name: str) -> "Algorithm | None":
    if name not in _ALGORITHMS:
        return None
    # With the first token: the library loads an HTTP client, which a start has no use for.
    from jwt import get_algorithm_by_name  # noqa: PLC0415

    return get_algorithm_by_name(name)


class ExpiredTokenError(Exception):
    """The token is expired, or not valid yet."""


@dataclass(frozen=True)
class Verifier:
    """Checks tokens with the keys of one configuration.

    `skips_signature` takes any signature (5 and later, an option for tests).
    """

    keys: TokenKeys
    release: Release
    skips_signature: bool = False

    def claims(self, token: str, now: float) -> Claims:
        """What a token claims, at `now` in Unix seconds.

        Raises `InvalidTokenError` or `ExpiredTokenError`; the signature is judged first.
        """
        found = _claims(self._payload(token, now))
        found.require_registered()
        checks = (self._require_purpose, partial(_require_current, now=now))
        for check in reversed(checks) if TOKEN_EXPIRY_FIRST[self.release] else checks:
            check(found)
        return found

    def _require_purpose(self, claims: Claims) -> None:
        """Check for whom the token is and from whom, where that is configured."""
        keys, audience, issuer = self.keys, claims.texts_or_text("aud"), claims.text("iss")
        if keys.audience and keys.audience not in audience:
            raise InvalidTokenError("audience")
        if keys.audience_regex and not any(is_found(keys.audience_regex, who) for who in audience):
            raise InvalidTokenError("audience")
        if keys.issuer and keys.issuer != issuer:
            raise InvalidTokenError("issuer")
        if keys.issuer_regex and not is_found(keys.issuer_regex, issuer):
            raise InvalidTokenError("issuer")

    def user(self, claims: Claims) -> str:
        """Whose token it is."""
        name = self.keys.user_id_claim
        return claims.as_text(name) if name else claims.text("sub")

    def _payload(self, token: str, now: float) -> bytes:
        begins = TOKENS_BEGIN_WITH[self.release]
        if not token.startswith(begins) or token.count(".") < 2:
            raise InvalidTokenError("format")
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        try:
            head = _claims(_decoded(header))
            claims, signature_bytes = _decoded(payload), _decoded(signature)
        except ValueError:
            raise InvalidTokenError("format") from None
        named, *_ = [head.text(name) for name in ("alg", "typ", "cty", "kid")]
        if not self.skips_signature:
            algorithm = _algorithm(named)
            if algorithm is None or not any(
                algorithm.verify(signed.encode("utf-8", "surrogateescape"), key, signature_bytes)
                for key in self._secrets(now)
            ):
                raise InvalidTokenError("signature")
        return claims

    def _secrets(self, now: float) -> list[bytes]:
        secrets = [self.keys.hmac_secret] if self.keys.hmac_secret else []
        until = self.keys.previous_valid_until
        if self.keys.previous_hmac_secret and (not until or now < until):
            secrets.append(self.keys.previous_hmac_secret)
        return [secret.encode() for secret in secrets]


def _require_current(found: Claims, now: float) -> None:
    expires, begins = found.number("exp"), found.number("nbf")
    if (expires is not None and expires <= now) or (begins is not None and begins >= now):
        raise ExpiredTokenError


def _claims(payload: bytes) -> Claims:
    if payload.strip(b" \t\r\n") == b"null":
        return Claims({})
    try:
        return Claims(members(payload.decode("utf-8", "surrogateescape")))
    except NoObjectError as error:
        raise InvalidTokenError(str(error)) from None


def _decoded(part: str) -> bytes:
    """Base64 for URLs without padding, as strict as Go's, which passes over line breaks."""
    raw = part.encode("ascii").translate(None, b"\r\n")
    if b"=" in raw:
        raise ValueError("padding")
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
