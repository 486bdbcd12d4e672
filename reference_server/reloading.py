"""What a node takes over as its configuration is read again (SIGHUP).

Source: `handleSignals` of each release, what its `ruleConfig` (2 to 5) or `cfgContainer` (6) is
asked while clients come and go, and `Reload` of its token verifiers. All else, such as ports, the
API key, limits of clients, delays and pings, is that of the start until the process ends.
"""

from collections.abc import Mapping
from dataclasses import replace

from centrifugo_grpc.releases.clients import SINGLE_CONNECTION_RELOADED
from reference_server.settings import ChannelOptions, ClientOptions, PersonalChannel, Settings


def reloaded(before: Settings, read: Settings) -> Settings:
    """The settings from now on: of those in force what stays, of those read what counts at once."""
    return replace(
        before,
        without_namespace=_channel(before, read, read.without_namespace),
        namespaces=_namespaces(before, read),
        private_prefix=read.private_prefix,
        boundary=read.boundary,
        user_boundary=read.user_boundary,
        user_separator=read.user_separator,
        clients=_clients(before, read),
        track_keys=read.track_keys,
    )


def _namespaces(before: Settings, read: Settings) -> Mapping[str, ChannelOptions]:
    return {name: _channel(before, read, rules) for name, rules in read.namespaces.items()}


def _channel(before: Settings, read: Settings, rules: ChannelOptions) -> ChannelOptions:
    """Its options. What meta ttl channels have that tell none of their own is of the start."""
    is_inherited = rules.history_meta_ttl == read.history_meta_ttl
    return replace(rules, history_meta_ttl=before.history_meta_ttl) if is_inherited else rules


def _clients(before: Settings, read: Settings) -> ClientOptions:
    old, new = before.clients, read.clients
    has_own = old.subscription_token is not None and new.subscription_token is not None
    return replace(
        old,
        token=new.token,
        subscription_token=new.subscription_token if has_own else old.subscription_token,
        insecure=new.insecure,
        insecure_skip_token_signature_verify=new.insecure_skip_token_signature_verify,
        anonymous_without_token=new.anonymous_without_token,
        no_anonymous_tokens=new.no_anonymous_tokens,
        connection_limit=new.connection_limit,
        personal_channel=_personal_channel(before, new.personal_channel),
    )


def _personal_channel(before: Settings, read: PersonalChannel) -> PersonalChannel:
    if SINGLE_CONNECTION_RELOADED[before.release]:
        return read
    was = before.clients.personal_channel
    # Read once there: whether there is a personal channel at all counts with it.
    return replace(read, single_connection=was.enabled and was.single_connection)
