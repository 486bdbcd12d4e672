"""The options of the harness, beside locust's own."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centrifugo_grpc.endpoint import DEFAULT_DEADLINE, Endpoint
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect

SCENARIOS = ("publish",)
_MAX_PAYLOAD = 4_194_304


@dataclass(frozen=True)
class LoadOptions:
    """What a run does, to which endpoint. `dialect` None takes the newest that is served."""

    endpoint: Endpoint
    scenario: str
    dialect: Dialect | None
    channel: str
    payload_bytes: int
    in_flight: int
    fail_above: float
    results: Path | None


def add_options(parser: Any) -> None:
    """Register the options; locust takes them from its command line, file and environment."""
    add = parser.add_argument
    add("--scenario", default="publish", metavar="NAME", help=f"one of {', '.join(SCENARIOS)}")
    add("--payload-bytes", type=int, default=256, metavar="N", help="size of a payload (256)")
    add("--in-flight", type=int, default=100, metavar="N", help="calls under way a user (100)")
    add("--channel", default="bench", metavar="NAME", help="where to publish (bench)")
    add("--api-key", default="", metavar="KEY", is_secret=True, help="the server's grpc_api_key")
    add("--dialect", default="auto", metavar="auto|v2|v3", help="wire dialect (auto: ask)")
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
    if not 0 < parsed.payload_bytes <= _MAX_PAYLOAD:
        raise Problem(f"--payload-bytes {parsed.payload_bytes}: give 1 to {_MAX_PAYLOAD}")
    if parsed.in_flight < 1:
        raise Problem(f"--in-flight {parsed.in_flight}: at least one call has to be under way")
    if not 0 <= parsed.fail_above <= 1:
        raise Problem(f"--fail-above {parsed.fail_above}: a share lies between 0 and 1")
    if not parsed.channel:
        raise Problem("--channel is blank: name the channel to publish into")
    return LoadOptions(
        endpoint=Endpoint(
            host,
            api_key=parsed.api_key or None,
            tls=parsed.tls,
            ca=Path(parsed.ca) if parsed.ca else None,
            deadline=DEFAULT_DEADLINE,
        ),
        scenario=parsed.scenario,
        dialect=_dialect(parsed.dialect),
        channel=parsed.channel,
        payload_bytes=parsed.payload_bytes,
        in_flight=parsed.in_flight,
        fail_above=parsed.fail_above,
        results=Path(parsed.results) if parsed.results else None,
    )


def _dialect(text: str) -> Dialect | None:
    if text == "auto":
        return None
    try:
        return Dialect(text)
    except ValueError:
        raise Problem(f"unknown dialect {text!r}: auto, v2 or v3") from None
