"""What a configuration comes to, whatever its form: the settings of one node."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from centrifugo_grpc.releases import Release
from reference_server.engine.streams import Retention


@dataclass(frozen=True)
class MapOptions:
    """Options of a map namespace (6.9). Durations in seconds, 0 is none.

    `client_key`: blank if clients name the keys that they publish, `client_id` or `user_id` if
    their own ids are the keys. 0 of a page's sizes is the usual one.
    """

    mode: str = "ephemeral"
    key_ttl: float = 0
    stream_size: int = 0
    stream_ttl: float = 0
    meta_ttl: float = 0
    client_key: str = ""
    remove_client_on_unsubscribe: bool = False
    allow_publish_for_client: bool = False
    allow_publish_for_subscriber: bool = False
    allow_publish_for_anonymous: bool = False
    allow_remove_for_client: bool = False
    allow_remove_for_subscriber: bool = False
    allow_remove_for_anonymous: bool = False
    default_page_size: int = 0
    min_page_size: int = 0
    max_page_size: int = 0
    live_transition_max_publication_limit: int = 0
    subscribe_catch_up_timeout: float = 0

    @property
    def is_sound(self) -> bool:
        """Whether what is known of a map outlives its keys; otherwise nothing works but reading.

        That is found when a map is used, not at the start.
        """
        if not self.has_stream or not self.meta_ttl:
            return True
        return 0 < self.key_ttl <= self.meta_ttl

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
class PollOptions:
    """Options of a namespace of shared polls (6.9). Durations in seconds, 0 is the usual one.

    `versioned`: publishers number what they publish. `max_keys` is how many one connection may
    track.
    """

    versioned: bool = False
    publish_enabled: bool = False
    max_keys: int = 0
    shutdown_delay: float = 0
    expired_delay: float = 0


@dataclass(frozen=True)
class ChannelOptions:
    """Options of the channels of one namespace. Durations in seconds, 0 is none.

    The permissions are in the words of 4 and later. Those of 2 and 3 come to the same:
    `publish` is for clients (with `subscribe_to_publish`, for subscribers) and anonymous ones,
    presence and history are for subscribers and anonymous ones. What has no such word stands
    under its own: `subscribe_to_publish` binds insecure clients too, and the `disable_for_client`
    options answer 108 where a permission answers 103. Where the application would be asked whether
    a client may subscribe or publish, it is refused with the code in `subscribe_asks` or
    `publish_asks` (0: nobody would be asked).
    """

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
    allow_positioning: bool = False
    allow_recovery: bool = False
    delta_publish: bool = False
    allowed_delta_types: tuple[str, ...] = ()
    allow_tags_filter: bool = False
    allow_subscribe_for_client: bool = False
    allow_subscribe_for_anonymous: bool = False
    allow_publish_for_client: bool = False
    allow_publish_for_subscriber: bool = False
    allow_publish_for_anonymous: bool = False
    allow_presence_for_client: bool = False
    allow_presence_for_subscriber: bool = False
    allow_presence_for_anonymous: bool = False
    allow_history_for_client: bool = False
    allow_history_for_subscriber: bool = False
    allow_history_for_anonymous: bool = False
    allow_user_limited_channels: bool = False
    channel_regex: str = ""
    protected: bool = False
    subscribe_to_publish: bool = False
    presence_disable_for_client: bool = False
    history_disable_for_client: bool = False
    subscribe_asks: int = 0
    publish_asks: int = 0
    publication_data_format: str = ""
    subscription_type: str = "stream"
    map: MapOptions = field(default_factory=MapOptions)
    map_clients_presence_channel_prefix: str = ""
    map_users_presence_channel_prefix: str = ""
    poll: PollOptions = field(default_factory=PollOptions)

    @cached_property
    def keeps_history(self) -> bool:
        """Whether publications are stored: size alone or lifetime alone is not enough."""
        return self.history_size > 0 and self.history_ttl > 0

    @cached_property
    def retention(self) -> Retention:
        """What is kept of each channel."""
        return Retention(self.history_size, self.history_ttl, self.history_meta_ttl)


@dataclass(frozen=True)
class Tls:
    """Certificate chain and key, PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class TokenKeys:
    """What tokens are checked with. Blank is none.

    `previous_hmac_secret` counts until `previous_valid_until` (Unix seconds, 0 is for ever; 6).
    """

    hmac_secret: str = field(default="", repr=False)
    previous_hmac_secret: str = field(default="", repr=False)
    previous_valid_until: int = 0
    audience: str = ""
    audience_regex: str = ""
    issuer: str = ""
    issuer_regex: str = ""
    user_id_claim: str = ""


@dataclass(frozen=True)
class PersonalChannel:
    """The channel of their own that users are subscribed to on connecting, if `enabled`."""

    enabled: bool = False
    namespace: str = ""
    single_connection: bool = False


@dataclass(frozen=True)
class ClientOptions:
    """How subscribers connect, and what each may have. Durations in seconds, 0 is none.

    `subscription_token` None: tokens of subscriptions are checked as those of connections.
    `allowed_origins` None: any origin will do (2.8 when it is not told). `ping_interval` and
    `pong_timeout` are those of the protocol (4 and later), -1 s and below for none.
    """

    token: TokenKeys = field(default_factory=TokenKeys)
    subscription_token: TokenKeys | None = None
    insecure: bool = False
    insecure_skip_token_signature_verify: bool = False
    anonymous_without_token: bool = False
    no_anonymous_tokens: bool = False
    allowed_origins: tuple[str, ...] | None = ()
    channel_limit: int = 128
    channel_max_length: int = 255
    queue_max_size: int = 1_048_576
    connection_limit: int = 0
    connection_rate_limit: int = 0
    user_connection_limit: int = 0
    expired_close_delay: float = 25
    expired_sub_close_delay: float = 25
    stale_close_delay: float = 10
    presence_update_interval: float = 27
    position_check_delay: float = 40
    position_max_time_lag: float = 0
    history_max_publications: int = 300
    recovery_max_publications: int = 300
    unlimited_history_by_default: bool = False
    ping_interval: float = 25
    pong_timeout: float = 8
    connect_includes_server_time: bool = False
    rpc_ping: bool = False
    rpc_ping_method: str = "ping"
    personal_channel: PersonalChannel = field(default_factory=PersonalChannel)


@dataclass(frozen=True)
class WebSocket:
    """The WebSocket endpoint on the HTTP port. Durations in seconds, sizes in bytes.

    `frame_ping_interval` is that of WebSocket's own pings (2 to 4). `decompressed_size_limit` 0
    is ten times the other limit. `use_offset` is 2.8's `v3_use_offset`; `protocol_v1_by_default`
    and `protocol_v1_disabled` are 4's.
    """

    enabled: bool = True
    path: str = "/connection/websocket"
    message_size_limit: int = 65536
    decompressed_size_limit: int = 0
    frame_ping_interval: float = 0
    write_timeout: float = 1
    compression: bool = False
    compression_min_size: int = 0
    use_offset: bool = True
    protocol_v1_by_default: bool = False
    protocol_v1_disabled: bool = False


@dataclass(frozen=True)
class Http:
    """Where subscribers reach the WebSocket endpoint, and whoever asks the health check."""

    address: str = "localhost"
    port: int = 8000
    tls: Tls | None = None
    health: bool = False
    health_path: str = "/health"


@dataclass(frozen=True)
class UniGrpc:
    """The unidirectional stream, `CentrifugoUniStream`, on its own port."""

    enabled: bool = False
    address: str = "localhost"
    port: int = 11000
    tls: Tls | None = None
    max_receive_bytes: int = 65536


@dataclass(frozen=True)
class Settings:
    """One node: a release and what its configuration says.

    `namespaces` by name; `without_namespace` are the options of channels that name none.
    `private_prefix`, `boundary`, `user_boundary` and `user_separator` are the characters that
    part the names of channels. `track_keys` are for signatures of what is polled (6.9).
    """

    release: Release
    serves_api: bool = True
    grpc_address: str = "localhost"
    grpc_port: int = 10000
    api_key: str = field(default="", repr=False)
    tls: Tls | None = None
    error_mode_transport: bool = False
    reflection: bool = False
    max_receive_bytes: int = 4_194_304
    node_name: str = ""
    metrics_interval: float = 60
    history_meta_ttl: float = 0
    without_namespace: ChannelOptions = field(default_factory=ChannelOptions)
    namespaces: Mapping[str, ChannelOptions] = field(default_factory=dict)
    private_prefix: str = "$"
    boundary: str = ":"
    user_boundary: str = "#"
    user_separator: str = ","
    idempotent_result_ttl: float = 300
    track_keys: TokenKeys = field(default_factory=TokenKeys)
    clients: ClientOptions = field(default_factory=ClientOptions)
    websocket: WebSocket = field(default_factory=WebSocket)
    http: Http = field(default_factory=Http)
    uni_grpc: UniGrpc = field(default_factory=UniGrpc)

    @property
    def has_shared_polls(self) -> bool:
        """Whether any channels are polled."""
        rules = (self.without_namespace, *self.namespaces.values())
        return any(each.subscription_type == "shared_poll" for each in rules)

    def channel_options(self, channel: str) -> ChannelOptions | None:
        """The options of a channel; None if it names a namespace that is not configured."""
        rest = channel.removeprefix(self.private_prefix)
        if not self.boundary or self.boundary not in rest:
            return self.without_namespace
        name = rest.partition(self.boundary)[0]
        return self.namespaces.get(name) if name else self.without_namespace
