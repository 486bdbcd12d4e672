"""What rows leave out: which clients were there, how long was waited, requests told in words."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem


@dataclass(frozen=True)
class Setup:
    """What one row leaves out, besides what `clients` reads off the order of the rows.

    Before the row: `close` these clients, `open` these by name with their requests, `wait` so
    many seconds, make these `calls` (RPC and request), each `times_each`, awaited or `at_once`;
    `drain` what all clients have received, `restart` the server, or have it `down` during the row,
    `reload` the configuration of this row and those after it with these changes, send the server a
    `signal`.

    Of its request: `path`, `port` ("api" or "uni"), `raw` (hex), `fields`, `token` ("wrong
    signature", "alg none"), `times` (seconds from now, by field), `compression`, `deadline`.

    Of a subscriber's row: `client`, its name where its request does not tell it from others;
    `opened_before`, the first row that it was there for; `keep` it to the end; `take_after` so
    many seconds, or have the `patience` to wait so long for what is to come.
    """

    close: tuple[str, ...] = ()
    open: dict[str, dict[str, Any]] = field(default_factory=dict)
    wait: float = 0
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    times_each: int = 1
    at_once: bool = False
    drain: bool = False
    signal: str = ""
    restart: bool = False
    down: bool = False
    reload: dict[str, Any] | None = None

    path: str = ""
    port: str = "api"
    raw: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    times: dict[str, int] = field(default_factory=dict)
    compression: str = ""
    deadline: float | None = None

    client: str = ""
    opened_before: str = ""
    keep: bool = False
    take_after: float = 0
    patience: float = 3


NOTHING = Setup()


def load_setups(path: Path) -> dict[str, Setup]:
    """The setups of a file, by case."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {case: Setup(**fields) for case, fields in told.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Problem(f"{path} is no file of setups: {error}") from None
