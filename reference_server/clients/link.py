"""What a session knows of the transport that carries it."""

from collections.abc import Callable
from dataclasses import dataclass

from reference_server.clients.pushes import Codec


@dataclass(frozen=True)
class Link:
    """One connection's way to the client.

    `wake` is called when frames wait in the outbox, or the session is closed. `ping_interval` and
    `pong_timeout` are of protocol v2, in seconds, 0 or less for none. `pushes_disconnect`: a
    disconnect is a push of its own; where it is not, the transport tells it as it closes.
    """

    codec: Codec
    protocol_version: int
    wake: Callable[[], None]
    unidirectional: bool = False
    ping_interval: float = 0
    pong_timeout: float = 0
    pushes_disconnect: bool = False
