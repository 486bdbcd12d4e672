"""How the releases differ towards subscribers: rows of the table in `releases`."""

from collections.abc import Mapping
from enum import Enum

from centrifugo_grpc.releases import Release, Row, since, until


class Unencodable(Enum):
    """What becomes of a reply that a client's protocol cannot carry."""

    FAILS = "fails"
    SILENT = "silent"
    CLOSES = "closes"


# ---- Configuration ------------------------------------------------------------------------------

CONNECTIONS_COUNTED_BY = Row[frozenset[str] | None](
    "The options one of which has to be set at the start for connections to be limited at all;"
    " none: they always may be",
    "middleware.ConnLimit in main.go of 4.1 and 5.4, internal/app/mux.go of 6.9",
    v2_8=None,
    v3_2=None,
    v4_1=None,
    v5_4=frozenset({"connection_limit"}),
    v6_9=frozenset({"connection_limit", "connection_rate_limit"}),
)
SINGLE_CONNECTION_RELOADED = since(
    "On SIGHUP whether a personal channel has a single connection is read again, too",
    Release.V6_9,
    "internal/client/handler.go of each release",
)

# ---- Connecting ---------------------------------------------------------------------------------

TOKEN_SUBS = since(
    "A connection token may say `subs` with options, and `expire_at`; before, `channels` and `exp`",
    Release.V3_2,
    "internal/jwtverify/token_verifier_jwt.go of each release",
)
TOKEN_EXPIRES_ALONE = until(
    "With the claim `eto` a subscription token expires, but not the subscription; it counts as"
    " the client subscribes, not as it refreshes",
    Release.V2_8,
    "internal/jwtverify/token_verifier_jwt.go of each release",
)
_OVERRIDES = {
    name: name
    for name in (
        *("presence", "join_leave", "force_push_join_leave"),
        *("force_recovery", "force_positioning"),
    )
}
TOKEN_OVERRIDES = Row[Mapping[str, str]](
    "What a token may override of a namespace: the name there, and the name that it has since 4",
    "internal/jwtverify/token_verifier_jwt.go of each release",
    v2_8={},
    v3_2={
        "presence": "presence",
        "join_leave": "join_leave",
        "recover": "force_recovery",
        "position": "force_positioning",
    },
    v4_1=_OVERRIDES,
    v5_4=_OVERRIDES,
    v6_9=_OVERRIDES,
)
TOKEN_AUDIENCE = since(
    "Tokens are checked for audience and issuer where these are configured",
    Release.V3_2,
    "internal/jwtverify/token_verifier_jwt.go of each release",
)
TOKENS_BEGIN_WITH = Row(
    "What every token begins with, or it is invalid: a brace and a quotation mark, encoded",
    "library jwt 3.0.9 (2.8), 4.0.0 (3.2) and later, parse.go",
    v2_8="",
    v3_2="eyJ",
    v4_1="eyJ",
    v5_4="eyJ",
    v6_9="eyJ",
)
TOKENS_LOOK_CHANNELS_UP = since(
    "Whoever reads a token looks up the namespaces of its channels (102); before, only those of"
    " the channels that are subscribed to by it",
    Release.V3_2,
    "internal/jwtverify/token_verifier_jwt.go of each release",
)
TOKEN_EXPIRY_FIRST = until(
    "A token is looked at for expiry before its audience and issuer; after, behind them",
    Release.V3_2,
    "internal/jwtverify/token_verifier_jwt.go of each release",
)
TOKEN_INFO_UNDECODABLE_IS_INVALID = until(
    "A connection token whose `b64info` is no base64 is an invalid token; after, an internal error",
    Release.V2_8,
    "internal/client/handler.go, OnClientConnecting",
)
CONNECTION_TOKEN_HAS_NO_CHANNEL = since(
    "A connection token with the claim `channel` is an invalid token; before, the claim is ignored",
    Release.V4_1,
    "internal/jwtverify/token_verifier_jwt.go of each release",
)
SUBSCRIPTION_TOKEN_NAMES_CHANNEL = since(
    "A subscription token without the claim `channel` is an invalid token; before, one for another"
    " channel",
    Release.V4_1,
    "internal/jwtverify/token_verifier_jwt.go of each release",
)
WISHED_SUBS = since(
    "A client may wish for server-side subscriptions as it connects",
    Release.V3_2,
    "facts v3-v6.md 6",
)
WISHED_SUBS_WITHOUT_TOKEN = since(
    "Wishes of a client without a token are looked at; before, ignored",
    Release.V4_1,
    "facts v3-v6.md 6",
)
WISHED_SUBS_POSITIONED = since(
    "A wished for subscription and that to a user's personal channel are positioned where the"
    " namespace says so; before, only recovered",
    Release.V4_1,
    "facts v3-v6.md 6; internal/client/handler.go of each release",
)
BLANK_CHANNEL_SUBSCRIBED = until(
    "A connection token may subscribe to the channel without a name; after, it is left out",
    Release.V2_8,
    "library centrifuge, client.go, connectCmd",
)
INSECURE_ALLOWS_WISHES = since(
    "An insecure client gets any channel it wishes for; before, by the namespace's permissions",
    Release.V6_9,
    "facts v3-v6.md 6",
)
WISHES_KEEP_USER_LIMIT = Row(
    "A wished for channel of other users' (`#`) is refused though the namespace is open to clients",
    "internal/client/handler.go, OnClientConnecting",
    v2_8=True,
    v3_2=True,
    v4_1=False,
    v5_4=False,
    v6_9=True,
)
CHANNEL_LIMIT_CLOSES = since(
    "More server-side subscriptions than a client may have end the connection (3505)",
    Release.V3_2,
    "library centrifuge, client.go, connectCmd",
)
SINGLE_CONNECTION_BEFORE = since(
    "With single connections, the other ones of a user end before the new one is taken in;"
    " before, after",
    Release.V6_9,
    "internal/client/handler.go of each release",
)

# ---- Permissions --------------------------------------------------------------------------------

PERMISSIONS_ALLOW = since(
    "What clients may do is allowed by the namespace's options; before, forbidden by them",
    Release.V4_1,
    "facts v3-v6.md 6, internal/client/handler.go of each release",
)
SUBSCRIPTION_TOKEN_NAMES_USER = since(
    "The user of a subscription token has to be the connection's",
    Release.V4_1,
    "internal/client/handler.go, OnSubscribe",
)
SUBSCRIPTION_TOKEN_NAMES_CLIENT = until(
    "The client of a subscription token has to be the connection's, a blank one too",
    Release.V2_8,
    "internal/client/handler.go, OnSubscribe",
)
SUBSCRIPTION_TOKEN_MISMATCH_CLOSES = since(
    "A subscription token for another channel, user or client ends the connection (3500);"
    " before, error 103",
    Release.V4_1,
    "internal/client/handler.go, OnSubscribe",
)
REFRESH_CHECKS_USER = since(
    "The token that refreshes a connection has to be of the same user",
    Release.V3_2,
    "internal/client/handler.go, OnRefresh",
)
REFRESH_CHECKS_SUBS = since(
    "A token that refreshes a connection with other server-side subscriptions ends it (3010)",
    Release.V4_1,
    "internal/client/handler.go, OnRefresh",
)
CHANNEL_LIMIT_BEFORE_DUPLICATE = until(
    "A client that has all the channels it may have is told so (106) though it asks for one of"
    " them; after, that it is subscribed already (105)",
    Release.V2_8,
    "library centrifuge, client.go, validateSubscribeRequest",
)
CHANNEL_TOO_LONG = Row(
    "The error for a channel that is longer than it may be",
    "library centrifuge, client.go, validateSubscribeRequest",
    v2_8=106,
    v3_2=107,
    v4_1=107,
    v5_4=107,
    v6_9=107,
)
ASCII_CHANNELS = since(
    "Clients may not name channels that are not ASCII, unless the namespace has a regex (107)",
    Release.V4_1,
    "internal/client/handler.go, validChannelName",
)
SUBSCRIBER_WISHES_COUNT_AS_SUBSCRIBED = since(
    "A subscribing client counts as a subscriber already when it wishes for positioning,"
    " recovery or join and leave pushes",
    Release.V5_4,
    "internal/client/handler.go, OnSubscribe",
)

# ---- Subscriptions ------------------------------------------------------------------------------

JOIN_LEAVE_TO_ALL = until(
    "Joins and leaves of a channel are pushed to all its subscribers, the one that leaves too;"
    " after, to those whose subscription says so",
    Release.V3_2,
    "facts v3-v6.md 6, 7",
)
POSITIONS_HAVE_EPOCHS = since(
    "A publication of another epoch ends a positioned subscription; before, only offsets count",
    Release.V3_2,
    "library centrifuge, client.go, writePublicationUpdatePosition",
)
RECOVERED_EPOCH_AS_ASKED = Row(
    "A successful recovery (protocol v2) answers with the epoch that was asked with, blank or not",
    "facts v3-v6.md 6; library centrifuge, client.go, subscribeCmd",
    v2_8=False,
    v3_2=True,
    v4_1=True,
    v5_4=False,
    v6_9=False,
)
RECOVERS_OTHER_EPOCHS = until(
    "What a client missed is sent for a wrong epoch too, as not recovered",
    Release.V2_8,
    "library centrifuge 0.14.3, client.go and broker_memory.go",
)
RECOVERS_BLANK_EPOCH = since(
    "A blank epoch recovers a stream of any; before, it is a wrong one",
    Release.V3_2,
    "library centrifuge, client.go, isRecovered",
)
RECOVERY_MODES = since(
    "Namespaces may recover the latest publication only (mode `cache`)",
    Release.V5_4,
    "facts v3-v6.md 6",
)
DELTA_COMPRESSION = since(
    "Clients may ask for publications as differences (`delta` of Subscribe)",
    Release.V5_4,
    "library centrifuge, client.go, handleSubscribe",
)
TAGS_FILTERS = since(
    "Subscribers may ask for publications with certain tags only (`tf` of Subscribe)",
    Release.V6_9,
    "library centrifuge, client.go, subscribeCmd, and internal/filter",
)
REJECTS_UNRECOVERED = since(
    "Subscribe with `flag` 2 fails (112) where nothing can be recovered",
    Release.V6_9,
    "library centrifuge, client.go, subscriptionFlagRejectUnrecovered",
)
CONNECT_DELTA = since(
    "Subscriptions that come with Connect may ask for differences, too",
    Release.V6_9,
    "library centrifuge, client.go, connectCmd; internal/client/handler.go, OnClientConnecting",
)
SUBSCRIPTION_KINDS = since(
    "Subscriptions are of a type: streams, maps, shared polls; before, `type` is ignored",
    Release.V6_9,
    "library centrifuge, client.go, handleSubscribe",
)
LATE_PUBLICATIONS_SKIPPED = since(
    "A publication of an offset that a subscriber has is not sent to it; before, it ends the"
    " subscription as insufficient state",
    Release.V6_9,
    "library centrifuge, client.go, writePublicationUpdatePosition",
)
SUBSCRIPTIONS_END_ALONE = since(
    "A client-side subscription that has expired or lost its position ends alone (protocol v2);"
    " before, with its connection",
    Release.V3_2,
    "library centrifuge, client.go, isAsyncUnsubscribe",
)
POSITION_CHECK_FAILURES = Row(
    "How many checks of a position have to fail until the subscription ends",
    "library centrifuge, client.go, checkPosition",
    v2_8=2,
    v3_2=1,
    v4_1=1,
    v5_4=1,
    v6_9=1,
)

# ---- Commands -----------------------------------------------------------------------------------

EMPTY_COMMAND_IS_PING = until(
    "A command that has an id and asks for nothing is answered as a ping (protocol v2); after,"
    " it ends the connection",
    Release.V3_2,
    "library centrifuge, client.go, dispatchCommandV2",
)
ANY_COMMAND_IS_PONG = until(
    "A client shows that it is there by any command (protocol v2), in whole seconds; after, by"
    " pongs alone",
    Release.V3_2,
    "library centrifuge, client.go, dispatchCommand and checkPong",
)
REFUSED_CONNECT_ENDS_READING = since(
    "Nothing more is read from a client whose Connect was answered with an error (protocol v2)",
    Release.V4_1,
    "library centrifuge, client.go, handleCommandDispatchError",
)
STRICT_COMMANDS = since(
    "Commands before Connect, empty ones that are no pong, and unasked pongs end the connection"
    " (protocol v2); before, they are ignored",
    Release.V4_1,
    "library centrifuge, client.go, dispatchCommand",
)
ANSWERS_CLIENT_PINGS = until(
    "A client's own pings are answered in protocol v2 too",
    Release.V3_2,
    "library centrifuge, client.go, handlePing",
)
CLIENT_PING_CLOSES = since(
    "A client's own ping ends the connection (3501); before, it is answered, by 4.1 with error 108",
    Release.V5_4,
    "library centrifuge, client.go, dispatchCommand",
)
EMPTY_CLIENT_PUBLISH_CLOSES = until(
    "Publish without data ends the client's connection; after, it is judged by the data format",
    Release.V5_4,
    "library centrifuge, client.go, handlePublish",
)
SEND_CLOSES = since(
    "Send ends the connection (3508), since nothing handles it; before, it is ignored",
    Release.V4_1,
    "library centrifuge, client.go, handleSend",
)
UNLIMITED_HISTORY_IS_FORWARD = until(
    "History without a limit, where that is unlimited, does not look at `reverse`",
    Release.V3_2,
    "internal/client/handler.go, OnHistory",
)
HISTORY_READS_ALL = until(
    "A client's History command gives everything there is; after, by limit, since and reverse",
    Release.V2_8,
    "library centrifuge, client.go, handleHistory",
)

# ---- Timers and closing -------------------------------------------------------------------------

TTL_CAPPED = since(
    "Expiry is at most a year away; before, any, its ttl cut to 32 bits",
    Release.V6_9,
    "facts v3-v6.md 5 Refresh",
)
FIRST_PRESENCE_UPDATE_SPREAD = since(
    "The first presence update comes after half of the interval or later, at random",
    Release.V6_9,
    "library centrifuge, client.go, addPresenceUpdate",
)
FIRST_PING_FROM = Row(
    "The first ping comes at random between this part of the interval and the whole",
    "library centrifuge, client.go, addPingUpdate",
    v2_8=1.0,
    v3_2=1.0,
    v4_1=0.0,
    v5_4=0.5,
    v6_9=0.5,
)
SLOW_CLIENT_FLUSHED = until(
    "A client that is too slow still gets what waits for it, and the disconnect; after, nothing",
    Release.V3_2,
    "facts v3-v6.md 6, 9.14",
)
UNENCODABLE_REPLY = Row(
    "What becomes of a reply that a client's protocol cannot carry: the command fails (100; for"
    " Connect and Subscribe the connection ends with 3004), nothing is said, or the connection"
    " ends (3506)",
    "facts v2.md 5; library centrifuge, client.go, writeEncodedCommandReply",
    v2_8=Unencodable.FAILS,
    v3_2=Unencodable.SILENT,
    v4_1=Unencodable.CLOSES,
    v5_4=Unencodable.CLOSES,
    v6_9=Unencodable.CLOSES,
)
UNENCODABLE_FAILS_PUBLISH = until(
    "A payload that a subscriber's protocol cannot carry fails the publication (100), and a join or"
    " leave for whoever would be told next; after, it ends that subscriber's connection (3506)",
    Release.V3_2,
    "facts v2.md 5; library centrifuge, hub.go of each release",
)

# ---- The one-way stream -------------------------------------------------------------------------

UNI_PROTOCOL_V1 = until(
    "Pushes of the one-way stream are those of protocol v1 unless a client asks for v2",
    Release.V3_2,
    "facts v3-v6.md 6",
)
UNI_PROTOCOL_CHOICE = Row(
    "A client of the one-way stream may choose the protocol by metadata",
    "facts v3-v6.md 6",
    v2_8=False,
    v3_2=True,
    v4_1=True,
    v5_4=False,
    v6_9=False,
)
UNI_UNPARSABLE = Row(
    "How the one-way stream refuses a request that does not parse",
    "grpc-go 1.46.0, 1.54.0, 1.69.2 and 1.82.0, rpc_util.go, recv",
    v2_8="",
    v3_2="grpc: failed to unmarshal the received message {complaint}",
    v4_1="grpc: failed to unmarshal the received message: {complaint}",
    v5_4="grpc: failed to unmarshal the received message: {complaint}",
    v6_9="grpc: failed to unmarshal the received message: {complaint}",
)
UNI_PINGS = since(
    "The one-way stream is kept alive by empty frames, every 25 s",
    Release.V5_4,
    "facts v3-v6.md 6",
)
PUBLICATION_EPOCH_AND_VERSION = since(
    "The first publication of a stream tells its epoch, and each its version and key",
    Release.V6_9,
    "facts v3-v6.md 6",
)

# ---- Disconnects --------------------------------------------------------------------------------

_AGAIN = True
_SINCE_3 = {
    "shutdown": (3001, "shutdown", _AGAIN),
    "invalid_token": (3500, "invalid token", False),
    "bad_request": (3501, "bad request", False),
    "server_error": (3004, "internal server error", _AGAIN),
    "expired": (3005, "connection expired", _AGAIN),
    "sub_expired": (3006, "subscription expired", _AGAIN),
    "stale": (3502, "stale", False),
    "slow": (3008, "slow", _AGAIN),
    "insufficient_state": (3010, "insufficient state", _AGAIN),
    "no_pong": (3012, "no pong", _AGAIN),
    "force_disconnect": (3503, "force disconnect", False),
    "connection_limit": (3504, "connection limit", False),
    "channel_limit": (3505, "channel limit", False),
    "inappropriate_protocol": (3506, "inappropriate protocol", False),
    "permission_denied": (3507, "permission denied", False),
    "not_available": (3508, "not available", False),
}
_OF_2 = _SINCE_3 | {
    "invalid_token": (3002, "invalid token", False),
    "bad_request": (3003, "bad request", False),
    "expired": (3005, "expired", _AGAIN),
    "stale": (3007, "stale", False),
    "force_disconnect": (3012, "force disconnect", False),
    "connection_limit": (3013, "connection limit", False),
}
"""What 2 has no code for, it has no use for either."""

DISCONNECTS = Row(
    "Code, reason, and whether to come back, of each way in which the server ends a connection",
    "facts v2.md 6, v3-v6.md 6; library centrifuge, disconnect.go of each release",
    v2_8=_OF_2,
    v3_2=_SINCE_3,
    v4_1=_SINCE_3,
    v5_4=_SINCE_3,
    v6_9=_SINCE_3,
)
CLOSE_TEXT_KEPT = Row(
    "In protocol v1 the text of a close frame is what was first said with its code",
    "library centrifuge, disconnect.go, closeTextCache",
    v2_8=False,
    v3_2=True,
    v4_1=True,
    v5_4=False,
    v6_9=False,
)
UNI_PERMISSION_DENIED = since(
    "A one-way client that is refused for want of permission is told so (3507); before, as an"
    " internal error (3004)",
    Release.V4_1,
    "library centrifuge, client.go, extractUnidirectionalDisconnect",
)
