"""What a client may do with a channel (internal/client/handler.go of each release)."""

from dataclasses import dataclass, replace
from typing import Protocol

from centrifugo_grpc.releases import DATA_FORMATS
from centrifugo_grpc.releases.clients import (
    PERMISSIONS_ALLOW,
    REFRESH_CHECKS_USER,
    SUBSCRIBER_WISHES_COUNT_AS_SUBSCRIBED,
    SUBSCRIPTION_KINDS,
    SUBSCRIPTION_TOKEN_MISMATCH_CLOSES,
    SUBSCRIPTION_TOKEN_NAMES_CLIENT,
    SUBSCRIPTION_TOKEN_NAMES_USER,
)
from reference_server.api.json_text import is_of_format
from reference_server.clients import failures, names
from reference_server.clients.admission import Admission, Identity, may_subscribe
from reference_server.clients.commands import MAP_KINDS, SHARED_POLL, STREAM, Subscribe
from reference_server.clients.options import SubscribeOptions, options_of
from reference_server.clients.subscription_tokens import SubscriptionTokens
from reference_server.clients.tokens import ExpiredTokenError
from reference_server.settings import ChannelOptions, Settings

_KINDS = {**MAP_KINDS, SHARED_POLL: "shared_poll"}


class Client(Protocol):
    """What permissions depend on."""

    @property
    def client(self) -> str:
        """The connection's id."""

    @property
    def user(self) -> str:
        """Whose it is."""

    def is_subscribed(self, channel: str) -> bool:
        """Whether it is subscribed to a channel."""


@dataclass(frozen=True)
class Permissions:
    """The rules of one node. Each check raises `Disconnect` or `ReplyError`."""

    settings: Settings
    admission: Admission

    def subscribe(self, client: Client, request: Subscribe, now: float) -> SubscribeOptions:
        """What the subscription is to be like, at `now` in Unix seconds."""
        rules = self._rules(request.channel)
        if PERMISSIONS_ALLOW[self.settings.release]:
            options = self._allowed(client, request, rules, now)
            options = self._as_wished(client, request, rules, options)
        else:
            options = self._not_forbidden(client, request, rules, now)
        is_automatic = rules.auto_cache_recover and options.recovered and options.cache
        return replace(options, client_refreshes=True, auto_cache_recover=is_automatic)

    def publish(self, client: Client, channel: str, data: bytes) -> ChannelOptions:
        """The options of a channel that a client may publish `data` into."""
        rules = self._rules(channel)
        if DATA_FORMATS[self.settings.release] and not is_of_format(
            data, rules.publication_data_format
        ):
            raise failures.BAD_REQUEST
        is_insecure = self.settings.clients.insecure
        is_subscribed = client.is_subscribed(channel)
        if not PERMISSIONS_ALLOW[self.settings.release]:
            may = rules.allow_publish_for_client or rules.allow_publish_for_subscriber
            if not (may or is_insecure) or (rules.subscribe_to_publish and not is_subscribed):
                raise failures.PERMISSION_DENIED
            return self._asked(rules)
        self._asked(rules)
        may = rules.allow_publish_for_client or (
            rules.allow_publish_for_subscriber and is_subscribed
        )
        if not is_insecure and not (may and (client.user or rules.allow_publish_for_anonymous)):
            raise failures.PERMISSION_DENIED
        return rules

    def _asked(self, rules: ChannelOptions) -> ChannelOptions:
        if rules.publish_asks:
            raise failures.unasked(rules.publish_asks)
        return rules

    def presence(self, client: Client, channel: str) -> ChannelOptions:
        """The options of a channel whose presence a client may see."""
        rules = self._rules(channel)
        if not rules.presence or rules.presence_disable_for_client:
            raise failures.NOT_AVAILABLE
        is_subscribed = client.is_subscribed(channel)
        if not self._sees_presence(client, rules, is_subscribed=is_subscribed):
            raise failures.PERMISSION_DENIED
        return rules

    def history(self, client: Client, channel: str) -> ChannelOptions:
        """The options of a channel whose history a client may read."""
        rules = self._rules(channel)
        if not rules.keeps_history or rules.history_disable_for_client:
            raise failures.NOT_AVAILABLE
        is_subscribed = client.is_subscribed(channel)
        if not self._sees_history(client, rules, is_subscribed=is_subscribed):
            raise failures.PERMISSION_DENIED
        return rules

    def refresh(self, client: Client, token: str, now: float) -> Identity:
        """What a token that refreshes the connection says; raises `ExpiredTokenError` too."""
        identity = self.admission.renewed(token, now)
        if REFRESH_CHECKS_USER[self.settings.release] and identity.user != client.user:
            raise failures.disconnects_of(self.settings.release).invalid_token
        return identity

    def sub_refresh(self, client: Client, channel: str, token: str, now: float) -> SubscribeOptions:
        """What a token that refreshes a subscription says; raises `ExpiredTokenError` too."""
        known = failures.disconnects_of(self.settings.release)
        try:
            granted = self._tokens.read(token, now, self._rules_or_none, refreshes=True)
        except failures.ReplyError as error:
            if error is failures.PERMISSION_DENIED:
                raise known.invalid_token from None
            raise
        if not self._names(client, channel, granted.channel, granted.user, granted.client):
            raise known.invalid_token
        return granted.options

    @property
    def _tokens(self) -> SubscriptionTokens:
        return SubscriptionTokens(self.settings)

    def _rules(self, channel: str) -> ChannelOptions:
        rules = self.settings.channel_options(channel)
        if rules is None:
            raise failures.UNKNOWN_CHANNEL
        if not names.is_valid(self.settings, channel, rules):
            raise failures.BAD_REQUEST
        return rules

    def _rules_or_none(self, channel: str) -> ChannelOptions | None:
        return self.settings.channel_options(channel)

    def _allowed(
        self, client: Client, request: Subscribe, rules: ChannelOptions, now: float
    ) -> SubscribeOptions:
        channel = request.channel
        kind = request.kind if SUBSCRIPTION_KINDS[self.settings.release] else 0
        if rules.subscription_type != _KINDS.get(kind, STREAM):
            raise failures.PERMISSION_DENIED
        if names.is_private(self.settings, channel) and not request.token:
            raise failures.PERMISSION_DENIED
        if request.token:
            return self._by_token(client, request, now)
        is_limited = rules.allow_user_limited_channels and names.is_user_limited(
            self.settings, channel
        )
        if rules.subscribe_asks and not is_limited:
            raise failures.unasked(rules.subscribe_asks)
        may = (
            names.is_for(self.settings, channel, client.user)
            if is_limited
            else may_subscribe(rules, client.user)
        )
        if not may and not self.settings.clients.insecure:
            raise failures.PERMISSION_DENIED
        clients_map = rules.map_clients_presence_channel_prefix
        users_map = rules.map_users_presence_channel_prefix
        return replace(
            options_of(rules, self.settings.release),
            clients_map=clients_map and f"{clients_map}{channel}",
            users_map=users_map and f"{users_map}{channel}",
            removes_own_key=rules.map.remove_client_on_unsubscribe,
        )

    def change_map(
        self, client: Client, channel: str, key: str, *, removes: bool
    ) -> tuple[ChannelOptions, str]:
        """The options of a channel whose map a client may change, and the key it is to change."""
        rules = self._rules(channel)
        may_who = {
            whom: getattr(rules.map, f"allow_{'remove' if removes else 'publish'}_for_{whom}")
            for whom in ("client", "subscriber", "anonymous")
        }
        may = may_who["client"] or (may_who["subscriber"] and client.is_subscribed(channel))
        is_known = bool(client.user) or may_who["anonymous"]
        if not (may and is_known) and not self.settings.clients.insecure:
            raise failures.PERMISSION_DENIED
        if rules.map.client_key == "user_id" and not client.user:
            raise failures.PERMISSION_DENIED
        key = {"client_id": client.client, "user_id": client.user}.get(rules.map.client_key, key)
        if not key:
            raise failures.BAD_REQUEST
        return rules, key

    def _not_forbidden(
        self, client: Client, request: Subscribe, rules: ChannelOptions, now: float
    ) -> SubscribeOptions:
        channel = request.channel
        is_open = rules.allow_subscribe_for_anonymous or bool(client.user)
        if not is_open and not self.settings.clients.insecure:
            raise failures.PERMISSION_DENIED
        if not names.is_for(self.settings, channel, client.user):
            raise failures.PERMISSION_DENIED
        is_private = names.is_private(self.settings, channel)
        is_limited = names.is_user_limited(self.settings, channel)
        is_server_side = not rules.allow_subscribe_for_client and not rules.protected
        if is_server_side or (rules.protected and not is_private and not is_limited):
            raise failures.PERMISSION_DENIED
        if not is_private:
            if rules.subscribe_asks and not is_limited:
                raise failures.unasked(rules.subscribe_asks)
            return options_of(rules, self.settings.release)
        if not request.token:
            raise failures.PERMISSION_DENIED
        return self._by_token(client, request, now)

    def _by_token(self, client: Client, request: Subscribe, now: float) -> SubscribeOptions:
        try:
            granted = self._tokens.read(request.token, now, self._rules_or_none)
        except ExpiredTokenError:
            raise failures.TOKEN_EXPIRED from None
        if not self._names(client, request.channel, granted.channel, granted.user, granted.client):
            if SUBSCRIPTION_TOKEN_MISMATCH_CLOSES[self.settings.release]:
                raise failures.disconnects_of(self.settings.release).invalid_token
            raise failures.PERMISSION_DENIED
        return granted.options

    def _names(
        self, client: Client, channel: str, token_channel: str, user: str, token_client: str
    ) -> bool:
        """Whether a subscription token is for this client and channel."""
        release = self.settings.release
        if SUBSCRIPTION_TOKEN_NAMES_USER[release] and user != client.user:
            return False
        is_for_any = not token_client and not SUBSCRIPTION_TOKEN_NAMES_CLIENT[release]
        return channel == token_channel and (is_for_any or token_client == client.client)

    def _as_wished(
        self,
        client: Client,
        request: Subscribe,
        rules: ChannelOptions,
        options: SubscribeOptions,
    ) -> SubscribeOptions:
        counts = SUBSCRIBER_WISHES_COUNT_AS_SUBSCRIBED[self.settings.release]
        reads = self._sees_history(client, rules, is_subscribed=counts)
        sees = self._sees_presence(client, rules, is_subscribed=counts)
        return replace(
            options,
            positioned=options.positioned
            or (request.positioned and (rules.allow_positioning or reads)),
            recovered=options.recovered
            or (request.recoverable and (rules.allow_recovery or reads)),
            pushes_join_leave=options.pushes_join_leave
            or (request.join_leave and rules.join_leave and sees),
        )

    def _sees_presence(self, client: Client, rules: ChannelOptions, *, is_subscribed: bool) -> bool:
        if not PERMISSIONS_ALLOW[self.settings.release]:
            return is_subscribed
        may = rules.allow_presence_for_client or (
            rules.allow_presence_for_subscriber and is_subscribed
        )
        is_known = bool(client.user) or rules.allow_presence_for_anonymous
        return (may and is_known) or self.settings.clients.insecure

    def _sees_history(self, client: Client, rules: ChannelOptions, *, is_subscribed: bool) -> bool:
        if not PERMISSIONS_ALLOW[self.settings.release]:
            return is_subscribed
        may = rules.allow_history_for_client or (
            rules.allow_history_for_subscriber and is_subscribed
        )
        is_known = bool(client.user) or rules.allow_history_for_anonymous
        return (may and is_known) or self.settings.clients.insecure
