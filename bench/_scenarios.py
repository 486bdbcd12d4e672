"""The scenarios by name: what each calls, and how it goes about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench._account import Account, require_account
from bench._batch import batch, require_batch
from bench._broadcast import broadcast
from bench._delivery import Delivery, require_delivery
from bench._history import require_history
from bench._options import LoadOptions
from bench._publish import publish
from bench._sweep import SIZES, sweep
from centrifugo_grpc.discovery import Found

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """What a run of it needs.

    `workload` makes what a user sends, `check` raises `Problem` where the server cannot do it;
    `steps` are the parts that are measured on their own, one after the other, if there are any;
    `is_paced` says that it sets the rate itself.
    """

    rpc: str
    workload: Callable[[LoadOptions, Found], Any]
    check: Callable[[LoadOptions, Found], None] = lambda options, found: None  # noqa: ARG005
    steps: Steps = ()
    is_paced: bool = False


SCENARIOS = {
    "publish": Scenario("Publish", publish),
    "broadcast": Scenario("Broadcast", broadcast),
    "batch": Scenario("Batch", batch, require_batch),
    "history": Scenario("Publish", publish, require_history),
    "account": Scenario("Publish", Account, require_account),
    "delivery": Scenario("Publish", Delivery, require_delivery),
    "capacity": Scenario("Publish", publish, is_paced=True),
    "sweep": Scenario("Publish", sweep, steps=tuple(str(size) for size in SIZES)),
}
