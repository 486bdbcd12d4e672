"""How the releases differ in Info's metrics: rows of the table in `releases`."""

from centrifugo_grpc.releases import Release, Row, since

_CLIENT = "centrifugo.client."
_NODE = "centrifugo.node."
_ASKED = """
    connect history presence presence_stats publish refresh rpc send sub_refresh subscribe unknown
    unsubscribe
"""
_DONE = """
    add_client add_presence add_subscription history history_recover history_remove
    history_stream_top presence presence_stats remove_client remove_presence remove_subscription
"""


def _each(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}{name}" for name in names.split())


def _commands(names: str) -> frozenset[str]:
    duration = f"{_CLIENT}command_duration_seconds"
    return _each(f"{duration}.count.method.", names) | _each(f"{duration}.sum.method.", names)


def _messages(types: str) -> frozenset[str]:
    kinds = ("messages_received_count.type.", "messages_sent_count.type.")
    return frozenset[str]().union(*(_each(f"{_NODE}{kind}", types) for kind in kinds))


_ALL = (
    _commands(_ASKED)
    | _messages("control join leave publication")
    | _each(f"{_NODE}num_", "channels clients nodes users")
)
_UNTIL_5 = (
    _ALL
    | _each(f"{_CLIENT}recover.recovered.", "no yes")
    | _each(f"{_NODE}action_count.action.", _DONE)
)
_PINGED = _commands("ping")
_OF_3 = (
    _UNTIL_5
    | _PINGED
    | _each(_NODE, "num_subscriptions")
    | _each(f"{_NODE}action_count.action.", "notify survey")
    | _each("centrifugo.transport.connect_count.transport.", "http_stream sockjs sse websocket")
    | _each("centrifugo.transport.messages_sent.transport.", "http_stream sockjs sse websocket")
)
_LIMIT = _each(_NODE, "client_connection_limit")

_MEMORY = """
    alloc_bytes alloc_bytes_total buck_hash_sys_bytes frees_total gc_sys_bytes heap_alloc_bytes
    heap_idle_bytes heap_inuse_bytes heap_objects heap_released_bytes heap_sys_bytes
    last_gc_time_seconds mallocs_total mcache_inuse_bytes mcache_sys_bytes mspan_inuse_bytes
    mspan_sys_bytes next_gc_bytes other_sys_bytes stack_inuse_bytes stack_sys_bytes sys_bytes
"""
_COLLECTIONS = "count quantile.0 quantile.25 quantile.50 quantile.75 quantile.100 sum"
_PROCESS = """
    cpu.seconds_total max.fds open.fds resident.memory_bytes start.time_seconds
    virtual.memory_bytes virtual.memory_max_bytes
"""
_RUNTIME = (
    _each("go.memstats.", _MEMORY)
    | _each("go.gc.duration_seconds.", _COLLECTIONS)
    | _each("go.", "goroutines info.version.go1.26.8 threads")
    | _each("process.", _PROCESS)
)
_LOOKUPS = _each("go.memstats.", "lookups_total")

RUNTIME_METRICS = Row(
    "Info's metrics of Go's runtime and of the process, told from the start too",
    "Info of each release, asked at its start; the version of Go is that of the observed builds,"
    " and of 3.2, which tells all that its Go measures, what 2.8 tells too",
    v2_8=_RUNTIME | _LOOKUPS | _each("go.memstats.", "gc_cpu_fraction"),
    v3_2=_RUNTIME | _LOOKUPS | _each("go.memstats.", "gc_cpu_fraction"),
    v4_1=_RUNTIME | _LOOKUPS,
    v5_4=_RUNTIME
    | _each("go.gc.", "gogc_percent gomemlimit_bytes")
    | _each("go.sched.", "gomaxprocs_threads")
    | _each("process.network.", "receive_bytes_total transmit_bytes_total"),
    v6_9=frozenset(),
)
METRICS_FROM_START = Row(
    "Info's metrics that are told from the start, all 0: those that need nothing to happen,"
    " without the runtime's",
    "Info of each release, asked at its start",
    v2_8=_UNTIL_5
    | _PINGED
    | _each("centrifugo.transport.connect_count.transport.", "sockjs websocket")
    | _each("centrifugo.transport.messages_sent.transport.", "sockjs websocket"),
    v3_2=_OF_3,
    v4_1=_OF_3 | _LIMIT,
    v5_4=_UNTIL_5
    | _LIMIT
    | _each(_NODE, "num_subscriptions")
    | _each(f"{_NODE}action_count.action.", "history_stream_top_latest_pub notify survey")
    | _each("centrifugo.transport.connect_count.transport.", "http_stream sse websocket"),
    v6_9=_ALL
    | _LIMIT
    | _each(_NODE, "num_subscriptions")
    | _each("centrifugo.shared.", "poll_num_channels poll_num_keys")
    | _each("centrifugo.broker.redis_pub_sub_dropped_messages.channel_type.", "client control")
    | _each("centrifugo.map.broker_redis_pub_sub_dropped_messages.channel_type.", "client"),
)
POLLING_METRICS = since(
    "Where there are shared polls, Info has metrics of the calls to their proxy from the start",
    Release.V6_9,
    "Info of 6.9.1",
)
SURVEY_METRICS = since(
    "Channels is a survey among the nodes, with metrics of its own",
    Release.V3_2,
    "Info of each release after a call of Channels",
)
API_ERROR_METRICS = since(
    "API errors are counted by code and method",
    Release.V6_9,
    "internal/api/grpc_handler_gen.go, internal/api/api.go",
)
