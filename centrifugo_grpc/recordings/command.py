"""Records a server: repeats the cases of a recording on it and writes what it answers.

That is how a release is added: what is not as in the recording of another release is told, a line
each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings.replaying import Played, Replay, recording_like, replay, replay_on
from centrifugo_grpc.recordings.rows import save
from centrifugo_grpc.recordings.servers import Given

_SHOWN = 3


@dataclass(frozen=True)
class Order:
    """What to record: a server that is started for each configuration, or one that runs."""

    version: str
    like: str
    cases: Path
    output: Path
    launch: str = ""
    target: str = ""
    uni_target: str = ""
    http_target: str = ""
    profiles: tuple[str, ...] = ()


def record(order: Order, tell: Callable[[str], None]) -> None:
    """Record a server; raises `Problem` if it cannot be done."""
    if bool(order.launch) == bool(order.target):
        raise Problem("say which server: --launch 'centrifugo -c {config}', or --target HOST:PORT")
    recording = recording_like(order.cases, order.version, order.like)
    if order.launch:
        result = replay(recording, order.launch, order.profiles)
    else:
        server = Given(order.target, order.uni_target, order.http_target)
        result = replay_on(recording, server, order.profiles or ("main",))
    answered = [one for one in result.played if one.answer is not None]
    if not answered:
        raise Problem(f"{order.like} has no rows of {', '.join(order.profiles)}")
    save(order.output, [one.answer for one in answered if one.answer is not None])
    for one in answered:
        if one.differences:
            tell(_difference(one))
    tell(_summary(order, result, len(answered)))


def _difference(one: Played) -> str:
    lines = [one.row["case"], *one.differences[:_SHOWN]]
    if len(one.differences) > _SHOWN:
        lines.append(f"and {len(one.differences) - _SHOWN} more")
    return "\n    ".join(lines)


def _summary(order: Order, result: Replay, answered: int) -> str:
    different = sum(bool(one.differences) for one in result.played)
    left_out = len(result.played) - answered
    return (
        f"{order.output}: {answered} rows, {different} of them not as in {order.like};"
        f" {left_out} cases are not calls or subscribers and were left out"
    )
