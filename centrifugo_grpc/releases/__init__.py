"""How the releases differ: one table, which the server, the corpus and the docs all read.

Each row is a rule whose value is not the same in all releases, with the sentence that explains
it and where it is known from. `ROW[release]` is the value. Sources: "facts" are the observations
of real servers in the project's shared notes (v2.md, v3-v6.md, by section), "recordings" the
exchanges behind them, anything else a file of Centrifugo's source at that release.
"""

from dataclasses import dataclass
from enum import Enum
from functools import total_ordering
from typing import Generic, TypeVar

Value = TypeVar("Value")


@total_ordering
class Release(Enum):
    """A release line that the suite knows, by the last minor version of its major."""

    V2_8 = "2.8"
    V3_2 = "3.2"
    V4_1 = "4.1"
    V5_4 = "5.4"
    V6_9 = "6.9"

    @property
    def major(self) -> int:
        """The first number of the version."""
        return int(self.value.split(".")[0])

    @property
    def full_version(self) -> str:
        """The version that was observed, all three numbers."""
        return _OBSERVED[self.value]

    def __lt__(self, other: "Release") -> bool:
        return self.major < other.major

    def __str__(self) -> str:
        return self.value


_OBSERVED = {"2.8": "2.8.7", "3.2": "3.2.3", "4.1": "4.1.5", "5.4": "5.4.9", "6.9": "6.9.1"}

LATEST = Release.V6_9


class Dialect(Enum):
    """The two wire dialects: different packages, so one port can serve both."""

    V2 = "v2"
    V3 = "v3"

    @property
    def service(self) -> str:
        """The full name of the gRPC service."""
        return _SERVICES[self.value]

    def __str__(self) -> str:
        return self.value


_SERVICES = {"v2": "api.Centrifugo", "v3": "centrifugal.centrifugo.api.CentrifugoApi"}
TOO_OLD_SERVICE = "api.Centrifuge"
"""What 2.0 to 2.2 called their service (facts v3-v6.md, 11)."""


def dialect_of(release: Release) -> Dialect:
    """The dialect that a release speaks."""
    return Dialect.V2 if release is Release.V2_8 else Dialect.V3


def releases_of(dialect: Dialect) -> tuple[Release, ...]:
    """The known releases that speak a dialect, oldest first."""
    return tuple(release for release in Release if dialect_of(release) is dialect)


@dataclass(frozen=True)
class Row(Generic[Value]):
    """One rule, its value by release, and its source."""

    rule: str
    source: str
    v2_8: Value
    v3_2: Value
    v4_1: Value
    v5_4: Value
    v6_9: Value

    def __getitem__(self, release: Release) -> Value:
        value: Value = getattr(self, release.name.lower())
        return value


def since(rule: str, release: Release, source: str) -> Row[bool]:
    """A row that is true from `release` on."""
    flags = {other.name.lower(): other >= release for other in Release}
    return Row(rule=rule, source=source, **flags)


def until(rule: str, release: Release, source: str) -> Row[bool]:
    """A row that is true up to and including `release`."""
    flags = {other.name.lower(): other <= release for other in Release}
    return Row(rule=rule, source=source, **flags)


# ---- Answers ------------------------------------------------------------------------------------

EMPTY_RESULT = since(
    "A command without a result of its own answers success with an empty `result`; before, with"
    " a message of zero bytes",
    Release.V4_1,
    "facts v2.md 1, v3-v6.md 7",
)
PUBLISH_RESULT = since(
    "Publish and Broadcast answer with `result`, which tells offset and epoch",
    Release.V3_2,
    "facts v2.md 1, v3-v6.md 5 Publish",
)
EPOCH_LENGTH = Row(
    "Letters in a stream's epoch",
    "facts v3-v6.md 7; 2.8 shows it to clients only (v2.md 6)",
    v2_8=4,
    v3_2=4,
    v4_1=4,
    v5_4=4,
    v6_9=8,
)

_GAUGES = {f"centrifugo.node.num_{name}": name for name in ("clients", "users", "channels")} | {
    "centrifugo.node.num_nodes": "nodes"
}
_GAUGES_SINCE_3 = _GAUGES | {"centrifugo.node.num_subscriptions": "subscriptions"}
NODE_GAUGES = Row(
    "Info's metrics that are numbers of the node, and which: a number of connections, of users...",
    "Info of the releases, asked after 5 s",
    v2_8=_GAUGES,
    v3_2=_GAUGES_SINCE_3,
    v4_1=_GAUGES_SINCE_3,
    v5_4=_GAUGES_SINCE_3,
    v6_9=_GAUGES_SINCE_3,
)

EDITION_IN_VERSION = since(
    "The version that a node tells names its edition, too: `6.9.1 OSS`",
    Release.V6_9,
    "internal/app/node.go of 6.9, main.go of the others",
)

# ---- Checks -------------------------------------------------------------------------------------

DATA_CHECKED_BEFORE_NAMESPACE = until(
    "An empty payload is refused (107) before the namespace is looked up (102)",
    Release.V5_4,
    "facts v2.md 3, v3-v6.md 7",
)
BROADCAST_EMPTY_DATA_PER_CHANNEL = since(
    "Broadcast refuses an empty payload channel by channel; before, the whole call",
    Release.V6_9,
    "facts v3-v6.md 5 Broadcast",
)
BROADCAST_PER_CHANNEL_ANSWERS = since(
    "Broadcast answers channel by channel; before, one bad channel ends the call after the"
    " channels before it were published",
    Release.V3_2,
    "facts v2.md 3 Broadcast, v3-v6.md 5 Broadcast",
)
BLANK_USER_REFUSED = until(
    "Unsubscribe and Disconnect refuse a blank user (107)",
    Release.V2_8,
    "facts v2.md 3, v3-v6.md 5",
)
SUBSCRIBE_B64 = since(
    "Subscribe reads `b64data` and `b64info`, and refuses what is not base64 (107)",
    Release.V6_9,
    "facts v3-v6.md 7",
)

# ---- Publish options ----------------------------------------------------------------------------

PUBLISH_B64_STORES_DATA_FIELD = Row(
    "Publish checks `b64data` but publishes the `data` field",
    "facts v3-v6.md 9.2",
    v2_8=False,
    v3_2=True,
    v4_1=False,
    v5_4=False,
    v6_9=False,
)
IDEMPOTENCY_KEY = since(
    "`idempotency_key` is honoured; before, ignored", Release.V5_4, "facts v3-v6.md 7"
)
PUBLICATION_VERSION = since(
    "`version` and `version_epoch` are honoured; before, ignored",
    Release.V6_9,
    "facts v3-v6.md 7",
)
DATA_FORMATS = since(
    "Namespaces have `publication_data_format`, map and shared poll subscription types",
    Release.V6_9,
    "facts v3-v6.md 7",
)
BATCH_PARALLEL = since("Batch honours `parallel`", Release.V5_4, "facts v3-v6.md 5 Batch")

# ---- The gRPC level -----------------------------------------------------------------------------

GZIP = since(
    "gzip requests are accepted and answered in gzip; before, UNIMPLEMENTED",
    Release.V5_4,
    "facts v2.md 4, v3-v6.md 3 Compression",
)
GZIP_TOO_LARGE = Row(
    "How a request is refused that inflates to more than the limit",
    "grpc-go 1.69.2 and 1.82.0, rpc_util.go",
    v2_8="",
    v3_2="",
    v4_1="",
    v5_4="grpc: received message after decompression larger than max ({size} vs. {limit})",
    v6_9="grpc: received message after decompression larger than max {limit}",
)
GZIP_CORRUPT = Row(
    "How a request is refused whose gzip breaks off",
    "grpc-go 1.69.2 and 1.82.0, rpc_util.go",
    v2_8="",
    v3_2="",
    v4_1="",
    v5_4="grpc: failed to decompress the received message",
    v6_9="grpc: failed to read decompressed data",
)
REFLECTION = since("Reflection can be switched on", Release.V5_4, "facts v3-v6.md 3 Unknown")
ERROR_MODE = since(
    "The error mode `transport`: an API error becomes a gRPC error",
    Release.V5_4,
    "facts v3-v6.md 3",
)
RECEIVE_LIMIT_OPTION = since(
    "The limit of a request's size is an option", Release.V5_4, "facts v3-v6.md 3 Size"
)
STRICT_UTF8 = since(
    "Invalid UTF-8 in a string field is refused; before, strings are any bytes",
    Release.V3_2,
    "facts v2.md 4, v3-v6.md 3 Bodies",
)
DESCRIBES_UNPARSABLE = until(
    "The error for an unparsable body says what is wrong with it; after, one text for all",
    Release.V2_8,
    "facts v2.md 4, v3-v6.md 3 Bodies",
)
NOT_GRPC = Row(
    "What answers a request that is no gRPC: an HTTP status, or 0 and a reset with an HTTP/2 code",
    "facts v2.md 4, v3-v6.md 3 Raw HTTP/2",
    v2_8=(0, 2),
    v3_2=(0, 1),
    v4_1=(415, 3),
    v5_4=(415, 3),
    v6_9=(415, 3),
)
ANY_HTTP_METHOD = until(
    "A call may come with any HTTP method; after, with POST alone",
    Release.V2_8,
    "facts v2.md 4, v3-v6.md 3 Raw HTTP/2",
)
WRONG_HTTP_METHOD = Row(
    "The words for an HTTP method that is not POST; blank where the stream is reset",
    "facts v3-v6.md 3 Raw HTTP/2",
    v2_8="",
    v3_2="",
    v4_1="http2Server.operateHeaders parsed a :method field: {method} which should be POST",
    v5_4='Received a HEADERS frame with :method "{method}" which should be POST',
    v6_9='Received a HEADERS frame with :method "{method}" which should be POST',
)
MALFORMED_PATH_STATUS = Row(
    "The gRPC status for a path that is no service and method",
    "facts v2.md 1, v3-v6.md 3 Raw HTTP/2",
    v2_8=8,
    v3_2=12,
    v4_1=12,
    v5_4=12,
    v6_9=12,
)
BROKEN_PREFIX = Row(
    "The words for a message whose prefix breaks off; blank for no answer at all",
    "facts v2.md 4, v3-v6.md 3 Raw HTTP/2",
    v2_8="",
    v3_2="unexpected EOF",
    v4_1="unexpected EOF",
    v5_4="EOF",
    v6_9="EOF",
)
BLANK_DEADLINE_EXPIRES = since(
    "A deadline of no time at all has passed; before, it is none",
    Release.V5_4,
    "grpc-go 1.54.0 and 1.69.2, internal/transport/http_util.go",
)
UNPARSABLE_SPACE = Row(
    "The space in the error for an unparsable body: Go's protobuf picks one by build, so that"
    " nobody compares it",
    "facts v3-v6.md 3 Bodies",
    v2_8=" ",
    v3_2=" ",
    v4_1="\u00a0",
    v5_4="\u00a0",
    v6_9="\u00a0",
)
ANSWERS_MISSING_MESSAGE = since(
    "A call without a complete message is answered; before, never",
    Release.V3_2,
    "facts v2.md 4, v3-v6.md 3 Raw HTTP/2",
)

# ---- Delivery -----------------------------------------------------------------------------------

REFUSES_BINARY_FOR_JSON = until(
    "A payload that is no JSON is answered with error 100 where a JSON client subscribes; after,"
    " such clients are disconnected with 3506",
    Release.V3_2,
    "facts v2.md 5; centrifuge v0.23.1 hub.go (3.2), v0.28.2 hub.go (4.1)",
)

# ---- RPCs ---------------------------------------------------------------------------------------


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_V2 = _names(
    """
    Publish Broadcast History HistoryRemove Presence PresenceStats Unsubscribe
    Disconnect Channels Info RPC
    """
)
_V3_OPEN = _V2 | {"Subscribe", "Refresh"}
_V3_PRO = _names(
    """
    UpdateUserStatus GetUserStatus DeleteUserStatus BlockUser UnblockUser RevokeToken
    InvalidateUserTokens
    """
)
_V4_PRO = _V3_PRO | _names(
    """
    Connections DeviceRegister DeviceUpdate DeviceRemove DeviceList DeviceTopicList
    DeviceTopicUpdate UserTopicList UserTopicUpdate SendPushNotification
    UpdatePushStatus
    """
)
_V6_OPEN = _names(
    """
    MapPublish MapRemove MapReadState MapReadStream MapStats MapClear SharedPollPublish
    """
)

_SINCE_6 = _names(
    """
    api.PublishRequest.version api.PublishRequest.version_epoch api.BroadcastRequest.version
    api.BroadcastRequest.version_epoch api.SubscribeRequest.all_users
    api.SubscribeRequest.label_filter api.UnsubscribeRequest.all_users
    api.UnsubscribeRequest.label_filter api.DisconnectRequest.all_users
    api.DisconnectRequest.label_filter api.RefreshRequest.all_users
    api.RefreshRequest.label_filter api.ConnectionsRequest.label_filter
    api.ConnectionInfo.connected_at_ms api.ConnectionInfo.labels
    api.ConnectionInfo.ping_pong_latency_ms api.DeviceListRequest.include_webpush_keys
    api.DeviceTopicUpdateRequest.user api.Device.webpush_keys api.PushRecipient.webpush_tokens
    api.PushNotification.webpush unistream.ConnectRequest.headers
    """
) | {
    f"api.{message}.{rpc}"
    for message in ("Command", "Reply")
    for rpc in _names(
        "map_publish map_remove map_read_state map_read_stream map_stats map_clear"
        " shared_poll_publish"
    )
}
_GONE_OR_SECRET = _names(
    "api.Disconnect.reconnect unistream.Push.type unistream.Push.data unistream.Publication.key"
    " unistream.Publication.epoch unistream.Publication.version"
)
UNDECLARED_FIELDS = Row(
    "Fields of the shared definitions that a release's own do not have, as reflection tells: older"
    " or newer ones, and those that are sent undeclared",
    "facts v3-v6.md 8; descriptors that 5.4.9 and 6.9.1 sent by reflection",
    v2_8=frozenset[str](),
    v3_2=frozenset[str](),
    v4_1=frozenset[str](),
    v5_4=_SINCE_6 | _GONE_OR_SECRET,
    v6_9=_GONE_OR_SECRET
    | _names("api.Command.id api.Command.method api.Command.params api.Reply.id api.Reply.result"),
)
OPEN_RPCS = Row(
    "RPCs that the open-source server serves",
    "facts v2.md 1, v3-v6.md 8",
    v2_8=_V2,
    v3_2=_V3_OPEN,
    v4_1=_V3_OPEN | {"Batch"},
    v5_4=_V3_OPEN | {"Batch"},
    v6_9=_V3_OPEN | {"Batch"} | _V6_OPEN,
)
PRO_RPCS = Row(
    "RPCs that a release declares and answers with UNIMPLEMENTED",
    "facts v3-v6.md 5 PRO RPCs, 8",
    v2_8=frozenset[str](),
    v3_2=_V3_PRO | {"UserConnections"},
    v4_1=_V4_PRO,
    v5_4=_V4_PRO | {"CancelPush"},
    v6_9=_V4_PRO | {"CancelPush"},
)
