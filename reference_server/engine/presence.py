"""Presence: who is in a channel, as last told by the connections themselves."""

from collections.abc import Mapping
from types import MappingProxyType

from reference_server.engine.streams import ClientInfo

_NOBODY: Mapping[str, ClientInfo] = MappingProxyType({})


class Presence:
    """For each channel the clients that are present, by client id."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, ClientInfo]] = {}

    def __len__(self) -> int:
        return len(self._channels)

    def put(self, channel: str, info: ClientInfo) -> None:
        """A client is present, with this to be told about it."""
        self._channels.setdefault(channel, {})[info.client] = info

    def remove(self, channel: str, client: str) -> None:
        """A client is present no longer."""
        held = self._channels.get(channel)
        if held is not None:
            held.pop(client, None)
            if not held:
                del self._channels[channel]

    def of(self, channel: str) -> Mapping[str, ClientInfo]:
        """Who is present, by client id."""
        return self._channels.get(channel, _NOBODY)

    def counts(self, channel: str) -> tuple[int, int]:
        """Clients, users. Anonymous clients are one user."""
        held = self.of(channel)
        return len(held), len({info.user for info in held.values()})
