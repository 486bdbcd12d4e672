"""Whether a target that failed a test is still the one that the run began with.

A server that has died, hangs or was restarted breaks no rule: then the run ends, with that cause,
and what it would have failed is not held against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import grpc

from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.exchange import Exchange
from centrifugo_grpc.releases import Dialect
from conformance.target import Target, Targets

ANSWER_SECONDS = 2.0
"""How long a target that failed may take to answer Info."""
MOST_UNANSWERED = 8
"""So many tests may end with calls that got no answer, or none that can be read."""
_NO_ANSWER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)

Uids = frozenset[str]


@dataclass(frozen=True)
class Cause:
    """Why a run ends early; `excuses` if the test that showed it says nothing of the target."""

    text: str
    excuses: bool


@dataclass
class Health:
    """What is known of the targets of a run: the nodes behind them at its begin."""

    _nodes: dict[tuple[Dialect, str], Uids] = field(default_factory=dict)
    _unanswered: list[str] = field(default_factory=list)

    def begin(self, targets: Targets) -> None:
        """Remember which nodes there are, of targets that tell the same twice."""
        for target in targets.all:
            first, second = _uids(target), _uids(target)
            self._nodes[_key(target)] = first if first == second else frozenset()

    def cause(
        self,
        id: str,  # noqa: A002
        target: Target,
        exchanges: Sequence[Exchange[Any]],
    ) -> Cause | None:
        """Why the run had better end after a test has failed; None if it need not."""
        address = target.endpoint.address
        info = _info(target)
        if _is_unanswered(info):
            how = f"{info.status.name} {info.details}".strip()
            text = f"{address} stopped answering while {id} was judged (Info: {how})"
            return Cause(text, excuses=True)
        before, now = self._nodes.get(_key(target), frozenset()), _uids_of(info)
        if before and now and not before & now:
            text = f"{address} was restarted while {id} was judged: judge it again"
            return Cause(text, excuses=True)
        # What is malformed on purpose may well get no answer.
        whole = [each for each in exchanges if not isinstance(each.request, bytes)]
        unanswered = [each for each in whole if _is_unanswered(each)]
        if unanswered:
            self._unanswered.append(id)
        if unanswered and len(self._unanswered) >= MOST_UNANSWERED:
            last = unanswered[-1]
            text = (
                f"{address} answers Info, but left calls of {len(self._unanswered)} tests without"
                f" an answer that can be read ({last.method}: {last.status.name} {last.details})"
            )
            return Cause(text, excuses=False)
        return None


def _key(target: Target) -> tuple[Dialect, str]:
    return target.dialect, target.variant


def _is_unanswered(exchange: Exchange[Any]) -> bool:
    is_ok = exchange.status is grpc.StatusCode.OK
    is_garbage = is_ok and exchange.response is None and bool(exchange.details)
    return exchange.status in _NO_ANSWER or is_garbage


def _info(target: Target) -> Exchange[Any]:
    endpoint: Endpoint = replace(target.endpoint, deadline=ANSWER_SECONDS)
    client_of = V2Client if target.dialect is Dialect.V2 else V3Client
    with client_of(endpoint) as client:
        return client.info()


def _uids(target: Target) -> Uids:
    return _uids_of(_info(target))


def _uids_of(info: Exchange[Any]) -> Uids:
    nodes = info.result.nodes if info.result is not None else ()
    return frozenset(str(node.uid) for node in nodes)
