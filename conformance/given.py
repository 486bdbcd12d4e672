"""What a test of the corpus is given: `api`, `channel` and so on, each built by one function.

They are built here and not as fixtures, because a test that waits for a lifetime runs beside the
others, in a thread of its own, where fixtures cannot be had.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from google.protobuf.message import Message

from centrifugo_grpc.client import Recorder
from centrifugo_grpc.exchange import Exchange
from conformance.api import Api, Channels
from conformance.clients import Clients
from conformance.evidence import Exchanges, without_key
from conformance.properties import Budget, Properties
from conformance.target import Target
from conformance.wire import Wire


class Given:
    """What one test is given, each thing once; `stack` ends what has to end with the test."""

    def __init__(self, target: Target, exchanges: Exchanges, budget: Budget) -> None:
        self.target = target
        self.budget = budget
        self.stack = ExitStack()
        self._exchanges = exchanges
        self._made: dict[str, Any] = {}

    @property
    def record(self) -> Recorder:
        """Keeps an exchange as evidence."""
        return self._keep

    def get(self, name: str) -> Any:
        """The thing called `name` in `BUILDERS`."""
        if name not in self._made:
            self._made[name] = BUILDERS[name](self)
        return self._made[name]

    def _keep(self, exchange: Exchange[Message]) -> None:
        self._exchanges.append(without_key(exchange, self.target.endpoint.api_key))


def _api(given: Given) -> Api:
    target = given.target
    api = Api(target.endpoint, target.release, given.record, target.other_nodes)
    given.stack.callback(api.close)
    return api


def _channel(given: Given) -> Channels:
    return Channels(given.target.profile)


def _clients(given: Given) -> Clients:
    return Clients(given.get("api"), given.target, given.stack)


def _wire(given: Given) -> Wire:
    return Wire(given.target.endpoint, given.target.dialect, given.record, given.stack)


BUILDERS: Mapping[str, Callable[[Given], Any]] = {
    "api": _api,
    "channel": _channel,
    "clients": _clients,
    "wire": _wire,
    "properties": lambda given: Properties(given.budget),
    "target": lambda given: given.target,
}
"""What the tests may take as arguments."""
