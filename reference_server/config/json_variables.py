"""Lists of tables that a variable holds as JSON: read by kind, as Go does, and not converted."""

import json
from collections.abc import Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config.option_names import (
    DURATIONS,
    NO_SCALARS,
    WHOLE_NUMBERS,
    channel_option_names,
    is_text,
)
from reference_server.config.values import shown


def json_tables(name: str, text: str) -> Any:
    """What a variable holds, the names in lower case."""
    try:
        return _in_lower_case(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Problem(f"{name} holds no JSON: {error}") from None


def _in_lower_case(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_lower_case(item) for item in value]
    if isinstance(value, dict):
        return {str(name).lower(): _in_lower_case(inner) for name, inner in value.items()}
    return value


def require_json_kinds(variable: str, table: Mapping[str, Any], release: Release) -> None:
    """Refuse an option of channels whose value is of another kind."""
    for name, value in table.items():
        if name not in channel_option_names(release) | {"name"} or value is None:
            continue
        told = _wanted(name, value, release)
        if told:
            raise Problem(f"{variable}: {name}: {shown(value)} is no {told}")


def _wanted(name: str, value: Any, release: Release) -> str:
    """What a value should be, blank if it is that."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if name in NO_SCALARS:
        return ""
    if name in DURATIONS:
        is_short = is_whole and release < Release.V6_9 and 0 < value < 1_000_000
        return "" if isinstance(value, str) or (is_whole and not is_short) else "duration"
    if name in WHOLE_NUMBERS:
        return "" if is_whole else "whole number"
    if is_text(name):
        return "" if isinstance(value, str) else "text"
    return "" if isinstance(value, bool) else "switch"
