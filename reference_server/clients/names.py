"""What the name of a channel says about who may subscribe to it."""

from centrifugo_grpc.releases.clients import ASCII_CHANNELS
from reference_server.clients.expressions import is_found
from reference_server.settings import ChannelOptions, Settings


def is_private(settings: Settings, channel: str) -> bool:
    """Whether it takes a token to subscribe: the channel begins with `$`."""
    return bool(settings.private_prefix) and channel.startswith(settings.private_prefix)


def is_user_limited(settings: Settings, channel: str) -> bool:
    """Whether the channel tells whom it is for: a `#` somewhere."""
    return bool(settings.user_boundary) and settings.user_boundary in channel


def is_for(settings: Settings, channel: str, user: str) -> bool:
    """Whether a channel is for `user`: it tells nobody, or this one among others."""
    if not is_user_limited(settings, channel):
        return True
    # Boundaries are looked for from the left, also where they overlap.
    told = channel.split(settings.user_boundary)[-1]  # noqa: PLC0207
    return user in (told.split(settings.user_separator) if settings.user_separator else [told])


def personal_channel(settings: Settings, user: str) -> str:
    """The channel that is a user's own."""
    namespace = settings.clients.personal_channel.namespace
    prefix = f"{namespace}{settings.boundary}" if namespace else ""
    return f"{prefix}{settings.user_boundary}{user}"


def is_valid(settings: Settings, channel: str, rules: ChannelOptions) -> bool:
    """Whether a client may name the channel at all."""
    if rules.channel_regex:
        return is_found(rules.channel_regex, _rest(settings, channel))
    return channel.isascii() or not ASCII_CHANNELS[settings.release]


def _rest(settings: Settings, channel: str) -> str:
    """The name without its namespace; one that has none, whole."""
    bare = channel.removeprefix(settings.private_prefix)
    if not settings.boundary or settings.boundary not in bare:
        return channel
    return bare.partition(settings.boundary)[2]
