"""Centrifugo's command-line flags: what 2 to 5 call each, and what 6 does.

Sources: `main.go` of 2.8, 3.2, 4.1 and 5.4, `internal/config/config.go` of 6.9. A flag sets the
option of its name. Those of both forms work for all releases here, since one command may serve two.
"""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What stands after a flag."""

    SWITCH = "true or false, or nothing"
    TEXT = "a value"


@dataclass(frozen=True)
class Flag:
    """A flag by its flat and its nested name, blank where a form has none. `told` is its help."""

    flat: str
    nested: str
    kind: Kind
    told: str = ""
    value: str = "VALUE"
    short: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it has."""
        return tuple(filter(None, dict.fromkeys((self.flat, self.nested))))


_SERVED = (
    Flag("grpc_api", "grpc_api.enabled", Kind.SWITCH, "GRPC API on"),
    Flag("grpc_api_port", "grpc_api.port", Kind.TEXT, "its port, 10000; 0 takes any", "PORT"),
    Flag("grpc_api_address", "grpc_api.address", Kind.TEXT, "its host alone", "HOST"),
    Flag("grpc_api_tls", "", Kind.SWITCH, "TLS for the GRPC API"),
    Flag("grpc_api_tls_cert", "", Kind.TEXT, "its certificate chain, PEM", "FILE"),
    Flag("grpc_api_tls_key", "", Kind.TEXT, "its key, PEM", "FILE"),
    Flag("grpc_api_tls_disable", "", Kind.SWITCH, "no TLS for the GRPC API though tls is on"),
    Flag("tls", "", Kind.SWITCH, "TLS for all ports"),
    Flag("tls_cert", "", Kind.TEXT, "their certificate chain, PEM", "FILE"),
    Flag("tls_key", "", Kind.TEXT, "their key, PEM", "FILE"),
    Flag("port", "http_server.port", Kind.TEXT, "HTTP port, 8000; 0 takes any", "PORT", "p"),
    Flag("", "http_server.address", Kind.TEXT, "its host alone", "HOST"),
    Flag("uni_grpc", "uni_grpc.enabled", Kind.SWITCH, "unidirectional GRPC on"),
    Flag("uni_grpc_port", "uni_grpc.port", Kind.TEXT, "its port, 11000; 0 takes any", "PORT"),
    Flag("client_insecure", "client.insecure", Kind.SWITCH, "subscribers need no token"),
    Flag("name", "", Kind.TEXT, "the node's name", "NAME", "n"),
)
_ELSEWHERE = (
    Flag("engine", "engine.type", Kind.TEXT, short="e"),
    Flag("broker", "broker.type", Kind.TEXT),
    Flag("", "broker.enabled", Kind.SWITCH),
    Flag("", "presence_manager.enabled", Kind.SWITCH),
    Flag("", "presence_manager.type", Kind.TEXT),
    Flag("", "map_broker.type", Kind.TEXT),
    Flag("log_level", "log.level", Kind.TEXT),
    Flag("log_file", "log.file", Kind.TEXT),
    Flag("pid_file", "pid_file", Kind.TEXT),
    Flag("debug", "debug.enabled", Kind.SWITCH),
    Flag("admin", "admin.enabled", Kind.SWITCH),
    Flag("admin_external", "admin.external", Kind.SWITCH),
    Flag("admin_insecure", "admin.insecure", Kind.SWITCH),
    Flag("api_insecure", "http_api.insecure", Kind.SWITCH),
    Flag("api_external", "http_api.external", Kind.SWITCH),
    Flag("tls_external", "", Kind.SWITCH),
    Flag("internal_address", "http_server.internal_address", Kind.TEXT),
    Flag("internal_port", "http_server.internal_port", Kind.TEXT),
    Flag("prometheus", "prometheus.enabled", Kind.SWITCH),
    Flag("health", "health.enabled", Kind.SWITCH),
    Flag("swagger", "swagger.enabled", Kind.SWITCH),
    Flag("sockjs", "", Kind.SWITCH),
    Flag("uni_websocket", "uni_websocket.enabled", Kind.SWITCH),
    Flag("uni_sse", "uni_sse.enabled", Kind.SWITCH),
    Flag("uni_http_stream", "uni_http_stream.enabled", Kind.SWITCH),
    Flag("sse", "sse.enabled", Kind.SWITCH),
    Flag("http_stream", "http_stream.enabled", Kind.SWITCH),
    Flag("", "init.enabled", Kind.SWITCH),
    Flag("nats_url", "", Kind.TEXT),
    Flag("redis_address", "", Kind.TEXT),
    Flag("tarantool_address", "", Kind.TEXT),
    Flag("redis_host", "", Kind.TEXT),
    Flag("redis_port", "", Kind.TEXT),
    Flag("redis_password", "", Kind.TEXT),
    Flag("redis_db", "", Kind.TEXT),
    Flag("redis_url", "", Kind.TEXT),
    Flag("redis_tls", "", Kind.SWITCH),
    Flag("redis_tls_skip_verify", "", Kind.SWITCH),
    Flag("redis_master_name", "", Kind.TEXT),
    Flag("redis_sentinels", "", Kind.TEXT),
    Flag("redis_sentinel_password", "", Kind.TEXT),
)
"""Flags of real releases about what is not served here."""
FLAGS = (*_SERVED, *_ELSEWHERE)

_NESTED = {flag.flat: flag.nested for flag in FLAGS if flag.flat and flag.nested}
_FLAT = {nested: flat for flat, nested in _NESTED.items()}


def flat_name(name: str) -> str:
    """What 2 to 5 call the option of a flag; its own name where they have none."""
    return _FLAT.get(name, "address" if name == "http_server.address" else name)


def nested_name(name: str) -> str:
    """What 6 calls the option of a flag; its own name where it has none."""
    return _NESTED.get(name, "node.name" if name == "name" else name)
