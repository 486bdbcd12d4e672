"""Sets load generators side by side on one target: `python -m tools.compare localhost:10000`.

The harness, locust's own gRPC recipe, grpc.aio, and, where installed, ghz and h2load take turns,
each with the identical request and as many calls in flight. What is printed are ratios of the
harness to each other one, by round, with 95 % intervals; their sizes on a shared machine say
nothing, their ratios do.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scipy import stats

from centrifugo_grpc.discovery import discover
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3
from tools.generators import GENERATORS, Measured, Task, installed

FEWEST_ROUNDS = 7
_PAUSE = 0.3
_BOUNDS = {"h2load": 0.95, "ghz": 2.0, "recipe": 15.0}
"""What the harness is to reach at 256 bytes and 100 in flight, as a ratio of throughputs."""

Rounds = dict[str, list[Measured]]


def main(arguments: Sequence[str]) -> int:
    """Run the rounds and print the table; 2 for what cannot be."""
    options = _parser().parse_args(arguments)
    try:
        if options.rounds < 2:
            raise Problem("--rounds: two at least, or there is no interval")
        task = _task(options)
        wanted = _wanted(options.only)
        rounds = measure(task, wanted, options.rounds)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    print(table(task, rounds))
    if options.out is not None:
        options.out.write_text(json.dumps(document(task, rounds), indent=1) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools.compare", description=__doc__)
    add = parser.add_argument
    add("target", metavar="HOST:PORT", help="a server that runs already, without a key")
    add("--rounds", type=int, default=FEWEST_ROUNDS, help="of all of them in turns (7)")
    add("--seconds", type=float, default=5.0, help="of each run (5)")
    add("--payload-bytes", type=int, default=256)
    add("--in-flight", type=int, default=100)
    add("--channel", default="bench")
    add("--only", default="", metavar="A,B", help=f"some of {', '.join(GENERATORS)}")
    add("--out", type=Path, metavar="FILE", help="write every figure here, as JSON")
    return parser


def _task(options: argparse.Namespace) -> Task:
    found = discover(Endpoint(options.target))[-1]
    api: Any = v2 if found.dialect is Dialect.V2 else v3
    data = random.Random(20).randbytes(options.payload_bytes)
    request = api.PublishRequest(channel=options.channel, data=data)
    return Task(
        options.target,
        found.dialect.value,
        found.dialect.service,
        options.channel,
        options.payload_bytes,
        request.SerializeToString(),
        options.in_flight,
        options.seconds,
    )


def _wanted(only: str) -> dict[str, Callable[[Task], Measured]]:
    here = installed()
    names = only.split(",") if only else list(here)
    for name in names:
        if name not in GENERATORS:
            raise Problem(f"unknown generator {name!r}: one of {', '.join(GENERATORS)}")
        if name not in here:
            raise Problem(f"{name} is not installed")
    return {name: here[name] for name in names}


def measure(task: Task, generators: dict[str, Callable[[Task], Measured]], rounds: int) -> Rounds:
    """The rounds; each begins with another generator."""
    measured: Rounds = {name: [] for name in generators}
    names = list(generators)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            one = generators[name](task)
            measured[name].append(one)
            wrong = f", {one.errors} ERRORS" if one.errors else ""
            print(f"round {number + 1}: {name} {one.rate:.0f}/s{wrong}", flush=True)
            time.sleep(_PAUSE)
    return measured


def interval(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Geometric mean of ratios and its 95 % interval (Student's t, on logarithms)."""
    logs = [math.log(ratio) for ratio in ratios]
    middle = sum(logs) / len(logs)
    spread = math.sqrt(sum((log - middle) ** 2 for log in logs) / (len(logs) - 1))
    reach = float(stats.t.ppf(0.975, len(logs) - 1)) * spread / math.sqrt(len(logs))
    return math.exp(middle), math.exp(middle - reach), math.exp(middle + reach)


def ratios(rounds: Rounds, other: str, of: Callable[[Measured], float | None]) -> list[float]:
    """The harness's figure over another's, by round, where both have one."""
    pairs = ((of(a), of(b)) for a, b in zip(rounds["harness"], rounds[other], strict=True))
    return [a / b for a, b in pairs if a and b]


FIGURES: dict[str, Callable[[Measured], float | None]] = {
    "throughput": lambda one: one.rate,
    "p50": lambda one: one.p50_ms,
    "p99": lambda one: one.p99_ms,
    "CPU a call": lambda one: one.cpu_per_100k,
}


def table(task: Task, rounds: Rounds) -> str:
    """The ratios, harness over each of the others, with their intervals."""
    lines = [
        f"{task.payload_bytes} bytes, {task.in_flight} in flight, one process and connection each"
        " (recipe: a connection a call in flight), harness : other, 95 % intervals"
    ]
    for name in rounds:
        if name == "harness" or "harness" not in rounds:
            continue
        cells = [f"  {name:>9}"]
        for figure, of in FIGURES.items():
            found = ratios(rounds, name, of)
            if len(found) > 1:
                middle, low, high = interval(found)
                cells.append(f"{figure} {middle:.2f} ({low:.2f} to {high:.2f})")
        if name in _BOUNDS and (task.payload_bytes, task.in_flight) == (256, 100):
            cells.append(f"aim {_BOUNDS[name]:g}")
        lines.append("  ".join(cells))
    lines += _by_generator(rounds)
    if "h2load" in rounds:
        lines.append("  h2load looks at the HTTP status only: it takes a gRPC or API error for ok")
    labels = sorted({one.limit for one in rounds.get("harness", ())})
    if labels:
        lines.append(f"  whose limit, as the harness says: {', '.join(labels)}")
    return "\n".join(lines)


def _by_generator(rounds: Rounds) -> list[str]:
    lines = []
    for name, runs in rounds.items():
        rates = sorted(one.rate for one in runs)
        costs = sorted(one.cpu_per_100k for one in runs)
        middle, spread = rates[len(rates) // 2], f"{rates[0]:.0f} to {rates[-1]:.0f}"
        lines.append(
            f"  {name:>9}  {middle:.0f}/s median ({spread}),"
            f" {costs[len(costs) // 2]:.2f} CPU s per 100000,"
            f" {sum(one.errors for one in runs)} errors"
        )
    return lines


def document(task: Task, rounds: Rounds) -> dict[str, Any]:
    """Every figure, as JSON values."""
    return {
        "task": {key: value for key, value in asdict(task).items() if key != "message"},
        "rounds": {name: [asdict(one) for one in runs] for name, runs in rounds.items()},
        "ratios": {
            name: {
                figure: interval(found)
                for figure, of in FIGURES.items()
                if len(found := ratios(rounds, name, of)) > 1
            }
            for name in rounds
            if name != "harness" and "harness" in rounds
        },
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
