"""Exchanges of the evidence as text: JSON that breaks its lines only where it has to."""

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reports.showing import latency, visible

_WIDTH = 92
_DEEPEST = 24
_SHOWN_CHARACTERS = 2_000
_SHOWN_HEX = 128


@dataclass(frozen=True)
class Shown:
    """One exchange for the page: the method, how it ended, request and answer as markup."""

    number: int
    method: str
    outcome: str
    took: str
    request: Markup
    answer: Markup


def shown(evidence: Sequence[Mapping[str, Any]], kept: int | None) -> tuple[list[Shown], int]:
    """The exchanges for the page, and how many were left out between them.

    `kept` is how many of each end stay, None for all.
    """
    numbered = list(enumerate(evidence, start=1))
    left_out = 0 if kept is None else len(numbered) - 2 * kept
    if kept is None or left_out <= (1 if kept else 0):
        return [_shown(*each) for each in numbered], 0
    ends = numbered[:kept] + numbered[len(numbered) - kept :]
    return [_shown(*each) for each in ends], left_out


def as_json(value: Any) -> Markup:
    """A value as JSON text. Only what is markup is escaped: quotes are text here."""
    text = "\n".join(_lines(value, 0))
    return Markup(html.escape(text, quote=False))


def _shown(number: int, exchange: Mapping[str, Any]) -> Shown:
    method = exchange["rpc"].rpartition("/")[2]
    request: dict[str, Any] = {}
    if exchange.get("metadata"):
        request["metadata"] = exchange["metadata"]
    asked = as_json({**request, "request": exchange["request"]} if request else exchange["request"])
    answer = {key: exchange[key] for key in ("details", "trailers") if exchange.get(key)}
    if "response" in exchange:
        answer["response"] = exchange["response"]
    only = answer["response"] if list(answer) == ["response"] else answer
    return Shown(
        number=number,
        method=method,
        outcome=exchange["status"],
        took=latency(exchange["seconds"] * 1e6),
        request=asked,
        answer=as_json(only) if answer else Markup(),
    )


def _lines(value: Any, depth: int) -> list[str]:
    if isinstance(value, dict) and _is_bytes(value):
        return [_bytes(value)]
    if isinstance(value, dict) and value:
        pairs = (_entry(key, item, depth) for key, item in value.items())
        return _enclosed("{", pairs, "}", depth)
    if isinstance(value, list) and value:
        return _enclosed("[", (_lines(item, depth + 1) for item in value), "]", depth)
    return [_scalar(value)]


def _entry(key: str, value: Any, depth: int) -> list[str]:
    first, *rest = _lines(value, depth + 1)
    return [f"{_scalar(key)}: {first}", *rest]


def _enclosed(begin: str, items: Iterable[list[str]], end: str, depth: int) -> list[str]:
    if depth >= _DEEPEST:
        return [f"{begin}…{end}"]
    parts = list(items)
    in_one = ", ".join(part[0] for part in parts)
    if all(len(part) == 1 for part in parts) and len(in_one) + 2 * depth < _WIDTH:
        return [f"{begin}{in_one}{end}"]
    for part in parts[:-1]:
        part[-1] += ","
    return [begin, *(f"  {line}" for part in parts for line in part), end]


def _is_bytes(value: Mapping[str, Any]) -> bool:
    names = {"size", "hex"} <= value.keys() <= {"size", "hex", "text"}
    return names and all(isinstance(item, int | str) for item in value.values())


def _bytes(value: Mapping[str, Any]) -> str:
    """Bytes without most of their hex: size and text tell as much. Always one line."""
    short = dict(value)
    if len(str(short["hex"])) > _SHOWN_HEX:
        short["hex"] = f"{str(short['hex'])[:_SHOWN_HEX]}…"
    return "{" + ", ".join(f"{_scalar(key)}: {_scalar(item)}" for key, item in short.items()) + "}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        value = f"{value[:_SHOWN_CHARACTERS]}…"
    return str(visible(json.dumps(value, ensure_ascii=False)))
