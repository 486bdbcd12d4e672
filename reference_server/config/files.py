"""Configuration files: JSON, YAML and TOML, told apart by their ending."""

import json
import tomllib
from pathlib import Path
from typing import Any

import yaml

from centrifugo_grpc.problem import Problem

_ENDINGS = ".json, .yaml, .yml or .toml"


def read_file(path: Path) -> dict[str, Any]:
    """The options in a file; raises `Problem` if there are none to be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot read the configuration {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Problem(f"the configuration {path} is not UTF-8 text") from error
    try:
        options = _parse(path, text)
    except (ValueError, yaml.YAMLError) as error:
        what = " ".join(str(error).split())
        raise Problem(f"the configuration {path} does not parse: {what}") from error
    if not isinstance(options, dict):
        raise Problem(f"the configuration {path} is no table of options")
    return {str(name).lower(): value for name, value in options.items()}


def _parse(path: Path, text: str) -> Any:
    ending = path.suffix.lower()
    if ending == ".json":
        return json.loads(text)
    if ending in {".yaml", ".yml"}:
        return yaml.safe_load(text)
    if ending == ".toml":
        return tomllib.loads(text)
    raise Problem(f"the configuration {path} has to end in {_ENDINGS}")
