"""Subscription tokens: who may subscribe to which channel, and how."""

import binascii
from collections.abc import Callable
from dataclasses import dataclass, replace

from centrifugo_grpc.releases.clients import (
    SUBSCRIPTION_TOKEN_NAMES_CHANNEL,
    TOKEN_EXPIRES_ALONE,
    TOKEN_SUBS,
    TOKENS_LOOK_CHANNELS_UP,
)
from reference_server.clients import failures
from reference_server.clients.admission import expiry
from reference_server.clients.claims import Claims, InvalidTokenError
from reference_server.clients.options import SubscribeOptions, claimed, options_of
from reference_server.clients.tokens import Verifier
from reference_server.settings import ChannelOptions, Settings


@dataclass(frozen=True)
class Grant:
    """What a subscription token grants. A blank `client` is any (3 and later)."""

    channel: str
    user: str
    client: str
    options: SubscribeOptions


class SubscriptionTokens:
    """Reads subscription tokens by one configuration."""

    def __init__(self, settings: Settings) -> None:
        options = settings.clients
        self._release = settings.release
        self._verifier = Verifier(
            options.subscription_token or options.token,
            settings.release,
            options.insecure_skip_token_signature_verify,
        )

    def read(
        self,
        token: str,
        now: float,
        rules_of: Callable[[str], ChannelOptions | None],
        *,
        refreshes: bool = False,
    ) -> Grant:
        """What a token grants. Raises `ExpiredTokenError`; an invalid one is permission denied.

        `refreshes`: it is for a subscription that there is.
        """
        try:
            claims = self._verifier.claims(token, now)
            channel = claims.text("channel")
            if not channel and SUBSCRIPTION_TOKEN_NAMES_CHANNEL[self._release]:
                raise InvalidTokenError("a subscription token names a channel")
            rules = rules_of(channel)
            if rules is None:
                if TOKENS_LOOK_CHANNELS_UP[self._release]:
                    raise failures.UNKNOWN_CHANNEL
                rules = ChannelOptions()  # It is for another channel, and of no use.
            return Grant(
                channel,
                self._verifier.user(claims),
                claims.text("client"),
                self._options(claims, rules, refreshes=refreshes),
            )
        except (InvalidTokenError, binascii.Error):
            raise failures.PERMISSION_DENIED from None

    def _options(
        self, claims: Claims, rules: ChannelOptions, *, refreshes: bool
    ) -> SubscribeOptions:
        options = options_of(rules, self._release)
        options = claimed(options, claims, self._release)
        if TOKEN_EXPIRES_ALONE[self._release] and claims.flag("eto") and not refreshes:
            return options
        knows_expire_at = TOKEN_SUBS[self._release]
        return replace(options, expire_at=expiry(claims, knows_expire_at=knows_expire_at))
