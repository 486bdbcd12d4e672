"""Who a connecting client is, and what it is subscribed to from the start."""

import binascii
from dataclasses import dataclass, field, replace

from centrifugo_grpc.releases.clients import (
    BLANK_CHANNEL_SUBSCRIBED,
    CONNECTION_TOKEN_HAS_NO_CHANNEL,
    INSECURE_ALLOWS_WISHES,
    TOKEN_INFO_UNDECODABLE_IS_INVALID,
    TOKEN_SUBS,
    TOKENS_LOOK_CHANNELS_UP,
    WISHED_SUBS,
    WISHED_SUBS_POSITIONED,
    WISHED_SUBS_WITHOUT_TOKEN,
    WISHES_KEEP_USER_LIMIT,
)
from reference_server.clients import failures, names
from reference_server.clients.claims import Claims, InvalidTokenError
from reference_server.clients.commands import Connect
from reference_server.clients.options import SubscribeOptions, claimed, options_of
from reference_server.clients.tokens import ExpiredTokenError, Verifier
from reference_server.settings import ChannelOptions, Settings


@dataclass(frozen=True)
class Identity:
    """Whose connection it is. `expire_at` in Unix seconds, 0 is never."""

    user: str = ""
    conn_info: bytes = b""
    expire_at: int = 0
    subscriptions: dict[str, SubscribeOptions] = field(default_factory=dict)


class Admission:
    """The rules by which clients are let in (internal/client/handler.go, OnClientConnecting)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = settings.clients
        self._release = settings.release
        self._known = failures.disconnects_of(settings.release)
        self._verifier = Verifier(
            self._options.token,
            settings.release,
            self._options.insecure_skip_token_signature_verify,
        )

    def admit(self, request: Connect, now: float) -> Identity:
        """Who connects, at `now` in Unix seconds; raises `Disconnect` or `ReplyError`."""
        if request.token:
            try:
                identity = self.identify(request.token, now)
            except ExpiredTokenError:
                raise failures.TOKEN_EXPIRED from None
            if not identity.user and self._options.no_anonymous_tokens:
                raise self._known.permission_denied
            if self._options.insecure:
                identity = replace(identity, expire_at=0)
        elif self._options.anonymous_without_token or self._options.insecure:
            identity = Identity()
        else:
            raise self._known.bad_request
        subscriptions = dict(identity.subscriptions)
        if self._options.personal_channel.enabled and identity.user:
            channel = names.personal_channel(self._settings, identity.user)
            subscriptions[channel] = self._wished(channel)
        for channel in self._wishes(request):
            if self._may_wish(channel, identity.user):
                subscriptions.setdefault(channel, self._wished(channel))
        if not BLANK_CHANNEL_SUBSCRIBED[self._release]:
            subscriptions.pop("", None)
        return replace(
            identity, subscriptions={c: self._automatic(c, o) for c, o in subscriptions.items()}
        )

    def renewed(self, token: str, now: float) -> Identity:
        """Whose token it is that refreshes a connection; raises as `identify` does."""
        return self.identify(token, now, subscribes=TOKENS_LOOK_CHANNELS_UP[self._release])

    def identify(self, token: str, now: float, *, subscribes: bool = True) -> Identity:
        """Whose token it is. Raises `ExpiredTokenError`, and as `admit` does."""
        try:
            claims = self._verifier.claims(token, now)
            if CONNECTION_TOKEN_HAS_NO_CHANNEL[self._release] and claims.text("channel"):
                raise InvalidTokenError("a connection token names no channel")
            if TOKEN_INFO_UNDECODABLE_IS_INVALID[self._release]:
                self._info(claims)  # It is judged before the channels.
            subscriptions = self._claimed(claims) if subscribes else {}
            return Identity(
                self._verifier.user(claims),
                self._info(claims),
                expiry(claims, knows_expire_at=TOKEN_SUBS[self._release]),
                subscriptions,
            )
        except InvalidTokenError:
            raise self._known.invalid_token from None

    def _info(self, claims: Claims) -> bytes:
        try:
            info = claims.decoded("b64info")
        except binascii.Error:
            if TOKEN_INFO_UNDECODABLE_IS_INVALID[self._release]:
                raise InvalidTokenError("b64info") from None
            raise failures.INTERNAL from None
        return claims.raw("info") if info is None else info

    def _claimed(self, claims: Claims) -> dict[str, SubscribeOptions]:
        subs = claims.tables("subs") if TOKEN_SUBS[self._release] else {}
        try:
            found = {
                channel: claimed(self._server_side(channel), told, self._release)
                for channel, told in subs.items()
            }
        except binascii.Error as error:
            raise InvalidTokenError(str(error)) from None
        if not found:
            found = {
                channel: self._server_side(channel) for channel in claims.texts_or_nulls("channels")
            }
        return {channel: replace(options, by_token=True) for channel, options in found.items()}

    def _wishes(self, request: Connect) -> list[str]:
        if not WISHED_SUBS[self._release]:
            return []
        counts = bool(request.token) or WISHED_SUBS_WITHOUT_TOKEN[self._release]
        return list(request.subs) if counts else []

    def _may_wish(self, channel: str, user: str) -> bool:
        """Whether the client might subscribe to it by itself, more or less; if not, it is let be.

        Raises `Disconnect` for a channel of no namespace: all of Connect fails then.
        """
        rules = self._settings.channel_options(channel)
        if rules is None:
            raise self._known.bad_request
        is_limited = names.is_user_limited(self._settings, channel)
        is_for_user = bool(user) and names.is_for(self._settings, channel, user)
        is_private = names.is_private(self._settings, channel)
        if not WISHED_SUBS_WITHOUT_TOKEN[self._release]:
            return is_for_user if is_limited else not is_private and not rules.protected
        if is_private or rules.subscribe_asks or not names.is_valid(self._settings, channel, rules):
            return False
        is_limited = is_limited and rules.allow_user_limited_channels
        if is_limited and is_for_user:
            return True
        is_shut = is_limited and WISHES_KEEP_USER_LIMIT[self._release]
        if not is_shut and may_subscribe(rules, user):
            return True
        return INSECURE_ALLOWS_WISHES[self._release] and self._options.insecure

    def _wished(self, channel: str) -> SubscribeOptions:
        options = self._server_side(channel)
        if not WISHED_SUBS_POSITIONED[self._release]:
            return replace(options, positioned=options.recovered)
        return options

    def _server_side(self, channel: str) -> SubscribeOptions:
        rules = self._settings.channel_options(channel)
        if rules is None:
            raise failures.UNKNOWN_CHANNEL
        return options_of(rules, self._release)

    def _automatic(self, channel: str, options: SubscribeOptions) -> SubscribeOptions:
        rules = self._settings.channel_options(channel)
        is_automatic = rules is not None and rules.auto_cache_recover
        return replace(
            options, auto_cache_recover=is_automatic and options.recovered and options.cache
        )


def expiry(claims: Claims, *, knows_expire_at: bool) -> int:
    """When it expires what a token opens, in Unix seconds: `expire_at` if told, else `exp`."""
    expire_at = claims.whole("expire_at") if knows_expire_at else None
    if expire_at is not None:
        return max(expire_at, 0)
    return int(claims.number("exp") or 0)


def may_subscribe(rules: ChannelOptions, user: str) -> bool:
    """Whether the namespace lets a client of `user` subscribe (4 and later)."""
    return rules.allow_subscribe_for_client and (bool(user) or rules.allow_subscribe_for_anonymous)
