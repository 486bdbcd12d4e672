"""Configuration files: JSON, YAML and TOML, told apart by their ending."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem

_ENDINGS = ".json, .yaml, .yml or .toml"


def read_file(path: Path, *, is_for_6: bool = False) -> dict[str, Any]:
    """The options in a file, their names in lower case, since Centrifugo knows no case.

    YAML is read as Go's libraries do, which 6 changed. Raises `Problem`, with the line where
    there is one, if there are no options to be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot read the configuration {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Problem(f"the configuration {path} is not UTF-8 text") from error
    try:
        options = _parse(path, text, is_for_6=is_for_6)
        # An alias of YAML may stand in what it stands for.
        table = prepared(options, is_for_6=is_for_6) if isinstance(options, dict) else None
    except (ValueError, RecursionError) as error:
        raise Problem(f"the configuration {path} does not parse: {_told(error)}") from error
    if options is None:
        return {}
    if table is None:
        raise Problem(f"the configuration {path} is no table of options")
    return table


def prepared(table: Mapping[str, Any], *, is_for_6: bool) -> dict[str, Any]:
    """The options of a table as Centrifugo sees them: without case, dots and empty tables."""
    options = _without_dots(_in_lower_case(table))
    return _without_empty_tables(options) if is_for_6 else options


def _parse(path: Path, text: str, *, is_for_6: bool) -> Any:
    """What a text holds. Libraries are loaded by those who need them: most tests need none."""
    ending = path.suffix.lower()
    if ending == ".json":
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    if ending in {".yaml", ".yml"}:
        from reference_server.config.go_yaml import first_document  # noqa: PLC0415

        return first_document(text, is_for_6=is_for_6)
    if ending == ".toml":
        import tomllib  # noqa: PLC0415

        return tomllib.loads(text)
    raise Problem(f"the configuration {path} has to end in {_ENDINGS}")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    if math.isinf(float(text)):
        raise ValueError(f"{text} is over what a number holds")
    return float(text)


def _told(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return " ".join(str(error).split())


def _without_dots(options: dict[str, Any]) -> dict[str, Any]:
    """The options with `{"grpc_api.port": 1}` written as `{"grpc_api": {"port": 1}}`."""
    spread = {name: value for name, value in options.items() if "." not in name}
    for name in options.keys() - spread.keys():
        *outer, last = name.split(".")
        table = spread
        for part in outer:
            inner = table.get(part)
            table[part] = table = dict(inner) if isinstance(inner, dict) else {}
        table[last] = options[name]
    return spread


def _without_empty_tables(options: dict[str, Any]) -> dict[str, Any]:
    """6 sees no table without an option in it, wherever it stands."""
    kept = {
        name: _without_empty_tables(value) if isinstance(value, dict) else value
        for name, value in options.items()
    }
    return {name: value for name, value in kept.items() if value != {}}


def _in_lower_case(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name).lower(): _in_lower_case(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_lower_case(item) for item in value]
    return value
