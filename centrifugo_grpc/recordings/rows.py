"""The rows of a recording: JSON lines, compressed so that the same rows give the same bytes."""

import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem

Row = dict[str, Any]

ANSWER_KEYS = (
    "response",
    "set",
    "wire_hex",
    "grpc_error",
    "trailing_metadata",
    "pushes",
    "stream_end",
    "observed",
)
"""What a server is held to. `derived`, `attempts`, `note` and the like tell of the recorder."""


_OTHER_START = {"flags-only", "environment-only"}
"""Profiles of 2.8 whose servers had no configuration file."""


class Kind(Enum):
    """Classes of rows: they differ in who drives them and in how many have to be equal."""

    API = "API calls"
    SUBSCRIBER = "subscribers"
    HTTP2 = "raw HTTP/2"
    START = "start-up and TLS"


@dataclass(frozen=True)
class Segment:
    """Consecutive rows of one configuration: one run of a server."""

    profile: str
    rows: tuple[Row, ...]


def load(path: Path) -> list[Row]:
    """The rows of a recording; raises `Problem` if the file is none."""
    try:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]
    except (OSError, lzma.LZMAError, ValueError, EOFError) as error:
        raise Problem(f"{path} is no recording (.jsonl.xz): {error}") from None


def save(path: Path, rows: Iterable[Row]) -> None:
    """Write a recording."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def profile_of(row: Row) -> str:
    """The name of the configuration that a row was recorded with."""
    config = row["config"] or {}
    return str(config.get("profile") or config.get("id") or "")


def kind_of(row: Row) -> Kind:
    """The class of a row."""
    rpc, profile = row["rpc"], profile_of(row)
    if rpc.startswith(("raw HTTP", "(raw http", "(raw tcp")):
        return Kind.HTTP2
    if (
        profile in _OTHER_START
        or rpc in {"process start", "(startup)", "(tls handshake)", "(cli)"}
        or "tls" in profile
    ):
        return Kind.START
    is_call = (rpc not in {"process", "SIGTERM"} and not rpc.startswith("(")) or rpc == "(raw)"
    if not is_call or rpc == "CentrifugoUniStream/Consume" or _tells_of_clients(row):
        return Kind.SUBSCRIBER
    return Kind.API


def answer_of(row: Row) -> Row:
    """The part of a row that a server answers for."""
    return {key: row[key] for key in ANSWER_KEYS if key in row}


def segments(rows: Iterable[Row]) -> Iterator[Segment]:
    """The runs of servers in a recording. A server that was stopped ends one."""
    runs = 0

    def run_of(row: Row) -> tuple[int, str]:
        nonlocal runs
        key = runs, profile_of(row)
        runs += row["rpc"] in {"SIGTERM", "(shutdown)"}
        return key

    for (_, profile), group in groupby(rows, key=run_of):
        yield Segment(profile, tuple(group))


def _tells_of_clients(row: Row) -> bool:
    observed = row.get("observed")
    return isinstance(observed, list) and any("client" in seen for seen in observed)
