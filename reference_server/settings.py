"""What a configuration comes to, whatever its form: the settings of one node."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from centrifugo_grpc.releases import Release


@dataclass(frozen=True)
class MapOptions:
    """Options of a map namespace (6.9). Durations in seconds, 0 is none."""

    mode: str = "ephemeral"
    key_ttl: float = 0
    stream_size: int = 0
    stream_ttl: float = 0
    meta_ttl: float = 0

    @property
    def has_stream(self) -> bool:
        """Whether changes are kept and numbered."""
        return self.mode != "ephemeral"

    @property
    def stream_length(self) -> int:
        """How many changes are kept, 100 unless said otherwise."""
        return self.stream_size or 100

    @property
    def stream_seconds(self) -> float:
        """How long changes are kept after the last one, a minute unless said otherwise."""
        return self.stream_ttl or 60

    @property
    def meta_seconds(self) -> float:
        """How long a recoverable map outlives its last use; 0, for ever, in the other modes."""
        if self.mode != "recoverable":
            return 0
        return self.meta_ttl or max(self.stream_seconds * 10, self.key_ttl)


@dataclass(frozen=True)
class ChannelOptions:
    """Options of the channels of one namespace. Durations in seconds, 0 is none."""

    history_size: int = 0
    history_ttl: float = 0
    history_meta_ttl: float = 0
    presence: bool = False
    join_leave: bool = False
    force_push_join_leave: bool = False
    positioned: bool = False
    recovered: bool = False
    recovery_mode: str = "stream"
    auto_cache_recover: bool = False
    allow_subscribe_for_client: bool = False
    allow_subscribe_for_anonymous: bool = False
    allow_publish_for_client: bool = False
    allow_user_limited_channels: bool = False
    protected: bool = False
    publication_data_format: str = ""
    subscription_type: str = "stream"
    map: MapOptions = field(default_factory=MapOptions)
    shared_poll_publish_enabled: bool = False

    @property
    def keeps_history(self) -> bool:
        """Whether publications are stored: size alone or lifetime alone is not enough."""
        return self.history_size > 0 and self.history_ttl > 0


@dataclass(frozen=True)
class Tls:
    """Certificate chain and key, PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """One node: a release and what its configuration says.

    `namespaces` by name; `without_namespace` are the options of channels that name none.
    `private_prefix` and `boundary` are the characters that 2.8 lets one configure.
    """

    release: Release
    grpc_address: str = "localhost"
    grpc_port: int = 10000
    api_key: str = field(default="", repr=False)
    tls: Tls | None = None
    error_mode_transport: bool = False
    reflection: bool = False
    max_receive_bytes: int = 4_194_304
    node_name: str = ""
    metrics_interval: float = 60
    without_namespace: ChannelOptions = field(default_factory=ChannelOptions)
    namespaces: Mapping[str, ChannelOptions] = field(default_factory=dict)
    private_prefix: str = "$"
    boundary: str = ":"
    idempotent_result_ttl: float = 300

    def channel_options(self, channel: str) -> ChannelOptions | None:
        """The options of a channel; None if it names a namespace that is not configured."""
        rest = channel
        if self.private_prefix and rest.startswith(self.private_prefix):
            rest = rest[len(self.private_prefix) :]
        if not self.boundary or self.boundary not in rest:
            return self.without_namespace
        name = rest.split(self.boundary, 1)[0]
        return self.namespaces.get(name) if name else self.without_namespace
