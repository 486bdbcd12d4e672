"""How the releases differ on the WebSocket: rows of the table of `releases`."""

from centrifugo_grpc.releases import Release, Row, since, until

PROTOCOL_VERSIONS = Row(
    "Versions of the client protocol, the one that is spoken by default first",
    "handler_websocket.go of centrifuge 0.14.3, 0.23.1, 0.28.2, 0.33.5, 0.38.1",
    v2_8=(1,),
    v3_2=(1, 2),
    v4_1=(2, 1),
    v5_4=(2,),
    v6_9=(2,),
)
V1_OF_2_8 = until(
    "Protocol v1 has messages of its own; after, those of v2 in its envelopes",
    Release.V2_8,
    "client.proto of protocol 0.3.4 and of later ones",
)
PROTOBUF_QUERIES = Row(
    "Names in the query that ask for protobuf by the value `protobuf`",
    "handler_websocket.go of each",
    v2_8=("format", "protocol"),
    v3_2=("format", "cf_protocol"),
    v4_1=("format", "cf_protocol"),
    v5_4=("format", "cf_protocol"),
    v6_9=("format", "cf_protocol"),
)
SUBPROTOCOLS = Row(
    "WebSocket subprotocols, in the order in which the server takes them",
    "handler_websocket.go of each",
    v2_8=tuple[str, ...](),
    v3_2=("centrifuge-protobuf",),
    v4_1=("centrifuge-json", "centrifuge-protobuf"),
    v5_4=("centrifuge-json", "centrifuge-protobuf"),
    v6_9=("centrifuge-json", "centrifuge-protobuf"),
)
MESSAGES_IN_FRAME = Row(
    "How many messages that wait go into one frame at most",
    "writer.go of each; facts v2.md 5",
    v2_8=4,
    v3_2=4,
    v4_1=16,
    v5_4=16,
    v6_9=16,
)
FRAME_PINGS_ON_REQUEST = since(
    "`cf_ws_frame_ping_pong=true` asks for WebSocket's own pings instead of the protocol's",
    Release.V5_4,
    "handler_websocket.go of centrifuge 0.33.5",
)
FRAME_PINGS_AS_CONFIGURED = Row(
    "Which interval WebSocket's own pings have: that of the protocol's, or one of their own; blank"
    " for 25 s whatever is configured",
    "handler_websocket.go of each; internal/app/mux.go of 6.9, main.go of the others",
    v2_8="own",
    v3_2="own",
    v4_1="own",
    v5_4="",
    v6_9="protocol",
)
FRAME_PING_PAYLOAD = Row(
    "What WebSocket's own pings carry",
    "handler_websocket.go of each; facts v2.md 6",
    v2_8=b"ping",
    v3_2=b"",
    v4_1=b"",
    v5_4=b"",
    v6_9=b"",
)
FRAME_PONG_TIMEOUT = Row(
    "How long after a WebSocket ping was due its pong is waited for, as a part of the interval",
    "handler_websocket.go of each (6.9: 10 s where 25 s is the interval)",
    v2_8=1 / 9,
    v3_2=1 / 3,
    v4_1=1 / 3,
    v5_4=1 / 9,
    v6_9=10 / 25,
)
FIRST_VALUE_OF_LINE = since(
    "JSON commands stand one a line; before, in a row with any space between them",
    Release.V3_2,
    "decode.go of protocol 0.3.4, 0.8.8",
)
UNHANDLED_METHODS_READ = since(
    "The params of RPC and Send are read (protocol v1) though nothing handles them, and those of"
    " Ping are not; before, the other way round",
    Release.V3_2,
    "library centrifuge, client.go, handleRPC and dispatchCommandV1",
)
INCOMPLETE_LENGTH_PASSES = since(
    "A frame of protobuf may end with a length that is incomplete; before, that ends the"
    " connection",
    Release.V3_2,
    "decode.go of protocol 0.3.4 and 0.8.8",
)
