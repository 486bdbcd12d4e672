"""Rows of Info that show its metrics by themselves: how many, which, or the values of some."""

from typing import Any

import grpc

from centrifugo_grpc.recordings import calling
from centrifugo_grpc.recordings.requests import message_class
from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.releases import Dialect

_SHOWN = 60
"""How many names a row lists."""
_PARTS = {"interval", "count", "keys", "values", "nodes", "version"}


def shows_metrics(row: Row) -> bool:
    """Whether a row is of this kind."""
    observed = row.get("observed")
    return row["rpc"] == "Info" and isinstance(observed, dict) and observed.keys() <= _PARTS


def answered(channel: grpc.Channel, row: Row, dialect: Dialect) -> Row:
    """The metrics as the row shows them."""
    kind: Any = message_class("InfoResponse", dialect)
    body = calling.response_to(channel, row, calling.path_of(row, dialect), dialect)
    nodes = kind.FromString(body).result.nodes
    metrics = nodes[0].metrics
    items = dict(metrics.items)
    asked = row["observed"]
    parts = {
        "nodes": len(nodes),
        "version": nodes[0].version,
        "interval": metrics.interval,
        "count": len(items),
        "keys": sorted(items)[:_SHOWN],
        "values": {name: items[name] for name in asked.get("values", ()) if name in items},
    }
    return {"observed": {part: parts[part] for part in asked}}
