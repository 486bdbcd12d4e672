"""The options of the harness, beside locust's own."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centrifugo_grpc.endpoint import DEFAULT_DEADLINE, Endpoint, split_address
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect

SCENARIOS = (
    "publish",
    "broadcast",
    "batch",
    "history",
    "sweep",
    "account",
    "delivery",
    "capacity",
)
ARRIVALS = ("constant", "poisson")
_MAX_PAYLOAD = 4_194_304
_MOST_IN_FLIGHT = 100_000


@dataclass(frozen=True)
class LoadOptions:
    """What a run does, to which endpoint.

    `dialect` None takes the newest that is served. `rate` is in calls a second of each user, None
    for a closed loop. Seconds everywhere, but `p99_below` in milliseconds.
    """

    endpoint: Endpoint
    scenario: str
    dialect: Dialect | None
    channel: str
    payload_bytes: int
    in_flight: int
    rate: float | None
    arrivals: str
    warmup: float
    seed: int
    publications_per_call: int
    history_size: int
    subscribers: int
    subscribe: str
    token_secret: str
    step_seconds: float
    p99_below: float
    fail_above: float
    results: Path | None


def add_options(parser: Any) -> None:
    """Register the options; locust takes them from its command line, file and environment."""
    add = parser.add_argument
    add("--scenario", default="publish", metavar="NAME", help=f"one of {', '.join(SCENARIOS)}")
    add("--payload-bytes", type=int, default=256, metavar="N", help="size of a payload (256)")
    add("--in-flight", type=int, default=100, metavar="N", help="calls under way a user (100)")
    add("--rate", type=float, default=0.0, metavar="N", help="start N calls a second a user")
    add("--arrivals", default="constant", metavar="WHICH", help="with --rate: constant or poisson")
    add("--warmup", type=float, default=0.0, metavar="S", help="leave out the first S seconds (0)")
    add("--channel", default="bench", metavar="NAME", help="where to publish (bench)")
    add("--channels-per-broadcast", type=int, default=10, metavar="N", help="broadcast (10)")
    add("--commands-per-batch", type=int, default=10, metavar="N", help="batch (10)")
    add("--history-size", type=int, default=10, metavar="N", help="account: into a channel (10)")
    add("--subscribers", type=int, default=10, metavar="N", help="delivery: so many a user (10)")
    add("--subscribe", default="", metavar="ADDRESS", help="delivery: host:port or ws:// address")
    add("--token-secret", default="", metavar="KEY", is_secret=True, help="delivery: signs tokens")
    add("--step-seconds", type=float, default=5.0, metavar="S", help="sweep, capacity: a step (5)")
    add("--p99-below", type=float, default=10.0, metavar="MS", help="capacity: the bound (10)")
    add("--seed", type=int, default=20, metavar="N", help="of payloads and Poisson starts (20)")
    add("--api-key", default="", metavar="KEY", is_secret=True, help="the server's grpc_api_key")
    add("--dialect", default="auto", metavar="auto|v2|v3", help="wire dialect (auto: ask)")
    add("--deadline", type=float, default=DEFAULT_DEADLINE, metavar="S", help="of a call (5)")
    add("--tls", action="store_true", help="speak TLS")
    add("--ca", default="", metavar="FILE", help="PEM file of the authorities to trust")
    add("--fail-above", type=float, default=0.0, metavar="SHARE", help="share of errors that fails")
    add("--results", default="", metavar="FILE", help="write the result file here")


def read_options(parsed: argparse.Namespace, host: str | None) -> LoadOptions:
    """The options of a run; raises `Problem` for what cannot be."""
    if not host:
        raise Problem("no target: give --host localhost:10000")
    if "://" in host:
        raise Problem(f"not an address: {host!r}; give host:port without a scheme")
    if parsed.scenario not in SCENARIOS:
        raise Problem(f"unknown scenario {parsed.scenario!r}: one of {', '.join(SCENARIOS)}")
    if parsed.arrivals not in ARRIVALS:
        raise Problem(f"unknown arrivals {parsed.arrivals!r}: {' or '.join(ARRIVALS)}")
    _require_numbers(parsed)
    if not parsed.channel:
        raise Problem("--channel is blank: name the channel to publish into")
    if parsed.subscribe and "://" not in parsed.subscribe:
        split_address(parsed.subscribe)
    return LoadOptions(
        endpoint=Endpoint(
            host,
            api_key=parsed.api_key or None,
            tls=parsed.tls,
            ca=Path(parsed.ca) if parsed.ca else None,
            deadline=parsed.deadline,
        ),
        scenario=parsed.scenario,
        dialect=_dialect(parsed.dialect),
        channel=parsed.channel,
        payload_bytes=parsed.payload_bytes,
        in_flight=parsed.in_flight,
        rate=parsed.rate or None,
        arrivals=parsed.arrivals,
        warmup=parsed.warmup,
        seed=parsed.seed,
        publications_per_call={
            "broadcast": parsed.channels_per_broadcast,
            "batch": parsed.commands_per_batch,
        }.get(parsed.scenario, 1),
        history_size=parsed.history_size,
        subscribers=parsed.subscribers,
        subscribe=parsed.subscribe,
        token_secret=parsed.token_secret,
        step_seconds=parsed.step_seconds,
        p99_below=parsed.p99_below,
        fail_above=parsed.fail_above,
        results=Path(parsed.results) if parsed.results else None,
    )


def _require_numbers(parsed: argparse.Namespace) -> None:
    for option, least, most, why in (
        ("payload_bytes", 1, _MAX_PAYLOAD, "give 1 to 4194304"),
        ("in_flight", 1, _MOST_IN_FLIGHT, "give 1 to 100000 calls"),
        ("rate", 0, 1e6, "give up to a million calls a second"),
        ("warmup", 0, 1e6, "give seconds"),
        ("channels_per_broadcast", 1, 100_000, "give 1 to 100000 channels"),
        ("commands_per_batch", 1, 100_000, "give 1 to 100000 commands"),
        ("history_size", 1, 100_000, "give 1 to 100000 publications a channel"),
        ("subscribers", 1, 10_000, "give 1 to 10000 subscribers"),
        ("step_seconds", 0.5, 1e6, "give half a second or more"),
        ("p99_below", 0.001, 1e6, "give milliseconds above zero"),
        ("deadline", 0.001, 1e5, "give seconds above zero"),
        ("fail_above", 0, 1, "a share lies between 0 and 1"),
    ):
        value = getattr(parsed, option)
        if not least <= value <= most:
            raise Problem(f"--{option.replace('_', '-')} {value}: {why}")


def _dialect(text: str) -> Dialect | None:
    if text == "auto":
        return None
    try:
        return Dialect(text)
    except ValueError:
        raise Problem(f"unknown dialect {text!r}: auto, v2 or v3") from None
