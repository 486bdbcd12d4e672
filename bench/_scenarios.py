"""The scenarios by name: what each calls, and how it goes about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench._batch import batch
from bench._broadcast import broadcast
from bench._history import history
from bench._options import LoadOptions
from bench._publish import publish
from bench._sweep import SIZES, sweep
from centrifugo_grpc.discovery import Found

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """What a run of it needs.

    `workload` makes what a user sends, and raises `Problem` where the server cannot do it; `steps`
    are the parts that are measured on their own, one after the other, none if there are none.
    """

    rpc: str
    workload: Callable[[LoadOptions, Found], Any]
    steps: Steps = ()


SCENARIOS = {
    "publish": Scenario("Publish", publish),
    "broadcast": Scenario("Broadcast", broadcast),
    "batch": Scenario("Batch", batch),
    "history": Scenario("Publish", history),
    "sweep": Scenario("Publish", sweep, tuple(str(size) for size in SIZES)),
}
