"""When uni gRPC clients came and went, read off the order of the rows.

The recorder wrote a row when it looked at what a client had received since the last time. A row
with a `connect` push is the first of its client, which came before the calls that the row is
about; a client that nobody looks at any more has gone.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.recordings.setup import NOTHING, Setup

CONSUME_RPC = "CentrifugoUniStream/Consume"
_LONG = 12
"""A client that was not looked at for so many rows is another one."""
_ENDINGS = ("-call", "-pushes", "-first", "-second")


@dataclass(frozen=True)
class Opening:
    """A client that comes: its name, the row with its request, and whether it is drained at once.

    Drained means that what it receives at first is in no row.
    """

    name: str
    row: Row
    is_drained: bool


@dataclass
class Plan:
    """By row, what happens to clients before and after it; and whose row it is."""

    opened: dict[int, list[Opening]] = field(default_factory=lambda: defaultdict(list))
    closed: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)


def planned(rows: Sequence[Row], setups: Mapping[str, Setup]) -> Plan:
    """The clients of the rows of one run."""
    plan = Plan()
    current: dict[str, str] = {}
    last: dict[str, int] = {}
    named: set[str] = set()
    for at, row in enumerate(rows):
        setup = setups.get(row["case"], NOTHING)
        named |= set(setup.open)
        if row["rpc"] != CONSUME_RPC:
            continue
        if setup.client in named:
            plan.names[at] = setup.client
            continue
        who = json.dumps([row["request"], row.get("metadata"), setup.client], sort_keys=True)
        first = _first_row(rows, at, setup)
        is_alone = first == at and not setup.signal
        is_first = _begins_with(row, "connect") or (is_alone and _begins_with(row, "disconnect"))
        if is_first or at - last.get(current.get(who, ""), -_LONG) > _LONG:
            current[who] = f"{row['case']} {setup.client}"
            plan.opened[first].append(Opening(current[who], row, not is_first))
        name = plan.names[at] = current[who]
        last[name] = at
        if row["stream_end"] != "still open":
            del current[who]
    kept = {plan.names[at] for at in plan.names if setups.get(rows[at]["case"], NOTHING).keep}
    for name, at in last.items():
        if name not in kept:
            plan.closed[at].append(name)
    return plan


def _begins_with(row: Row, kind: str) -> bool:
    pushes = row["pushes"]
    return bool(pushes) and (kind in pushes[0] or pushes[0].get("type") == kind.upper())


def _first_row(rows: Sequence[Row], at: int, setup: Setup) -> int:
    """The first row that the client of row `at` was there for."""
    if setup.opened_before:
        return next(i for i, row in enumerate(rows) if row["case"] == setup.opened_before)
    stem, first = _stem(rows[at]["case"]), at
    while first > 0 and _is_about(rows[first - 1], stem):
        first -= 1
    return first


def _is_about(row: Row, stem: str) -> bool:
    """Whether a row is of a call that a subscriber's row shows the effect of."""
    if row["rpc"] == CONSUME_RPC:
        return False
    case = row["case"]
    return case == stem or case.startswith(f"{stem}-") or f"{stem}-".startswith(f"{_stem(case)}-")


def _stem(case: str) -> str:
    for ending in _ENDINGS:
        case = case.removesuffix(ending)
    return case
