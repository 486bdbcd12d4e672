"""How many clients the HTTP port takes in, and how fast (4.1 and later).

Source: internal/middleware/connlimit.go. A refused one gets HTTP 503 and nothing else.
"""

from centrifugo_grpc.releases.clients import CONNECTIONS_COUNTED_BY
from reference_server.engine.streams import Clock
from reference_server.node import Node


class ConnectionLimits:
    """The limits of one node. Connections of any transport count, only WebSocket's are refused."""

    def __init__(self, node: Node, clock: Clock) -> None:
        self._node = node
        self._clock = clock
        options, names = node.settings.clients, CONNECTIONS_COUNTED_BY[node.release]
        self._counts = names is None or any(getattr(options, name) > 0 for name in names)
        self._rate = options.connection_rate_limit
        # One more may come each second, `connection_rate_limit` is how many at once.
        self._left, self._counted = float(self._rate), clock()

    def take(self) -> bool:
        """Whether one more connection may come now."""
        if not self._counts:
            return True
        if self._rate > 0:
            now = self._clock()
            self._left = min(self._rate, self._left + now - self._counted)
            self._counted = now
            if self._left < 1:
                return False
            self._left -= 1
        limit = self._node.settings.clients.connection_limit
        return limit <= 0 or self._node.hub.counts()[0] < limit
