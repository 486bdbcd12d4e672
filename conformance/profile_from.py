"""A profile made of somebody's own Centrifugo configuration: its namespaces, by what they keep."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from conformance.profile import Profile, seconds

Options = Mapping[str, Any]

_LASTING = 60.0
"""What is kept for less cannot be read back by tests that take their time."""
_OWN_KIND = "namespace {}"
_TYPES = ("map", "shared_poll")


def profile_from(path: Path, release: Release) -> Profile:
    """The profile of a configuration file; raises `Problem` if it is none."""
    document = _read(path)
    is_nested = isinstance(document.get("channel"), Mapping)
    found = document["channel"].get("namespaces") if is_nested else document.get("namespaces")
    if not isinstance(found, list) or not all(_is_namespace(each) for each in found):
        raise Problem(
            f"{path} has no list of namespaces: give the configuration that the server starts with"
        )
    return Profile(
        path=path,
        name=path.name,
        release=release,
        endpoints={},
        namespaces=_by_kind(found),
        token_secret=_token_secret(document),
        from_config=True,
    )


def _read(path: Path) -> dict[str, Any]:
    parsers: dict[str, Callable[[str], Any]] = {
        ".toml": tomllib.loads,
        ".yaml": yaml.safe_load,
        ".yml": yaml.safe_load,
    }
    try:
        document = parsers.get(path.suffix, json.loads)(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"cannot read the configuration {path}: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise Problem(f"the configuration {path} does not parse: {error}") from error
    if not isinstance(document, dict):
        raise Problem(f"the configuration {path} is no table of options")
    return document


def _is_namespace(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)


def _token_secret(document: Options) -> str:
    nested: Any = document.get("client", {})
    for name in ("token", "hmac_secret_key"):
        nested = nested.get(name, {}) if isinstance(nested, Mapping) else {}
    return str(document.get("token_hmac_secret_key") or nested or "")


def _by_kind(namespaces: list[Options]) -> dict[str, dict[str, Any]]:
    """Each namespace under its own name, and the first that fits as what requirements ask for."""
    kinds: dict[str, dict[str, Any]] = {}
    for options in namespaces:
        described = _described(options)
        kinds[_OWN_KIND.format(options["name"])] = described
        for kind, fits in _KINDS.items():
            if kind not in kinds and fits(options, described):
                kinds[kind] = described
    return kinds


def _described(options: Options) -> dict[str, Any]:
    """A namespace as profiles have it."""
    described: dict[str, Any] = {"name": options["name"]}
    kept = {
        "size": options.get("history_size"),
        "ttl": options.get("history_ttl", options.get("history_lifetime")),
        "meta_ttl": options.get("history_meta_ttl"),
        "presence": options.get("presence"),
    }
    kept |= {name: options.get("map", {}).get(name) for name in ("key_ttl", "stream_ttl")}
    if options.get("subscription_type") in _TYPES:
        kept["type"] = options["subscription_type"]
    if options.get("publication_data_format"):
        kept["format"] = options["publication_data_format"]
    described |= {name: _text(name, value) for name, value in kept.items() if value}
    return described


def _text(name: str, value: Any) -> Any:
    is_seconds = name.endswith("ttl") and isinstance(value, int | float)
    return f"{value}s" if is_seconds else value


def _keeps(described: Options, size: int) -> bool:
    is_lasting = seconds(str(described.get("ttl", 0))) >= _LASTING
    return is_lasting and int(described.get("size", 0)) >= size and "type" not in described


def _recovers(options: Options) -> bool:
    names = ("history_recover", "recover", "force_recovery")
    return any(options.get(name) for name in names)


def _is_stream(described: Options) -> bool:
    return not {"type", "format"} & described.keys()


def _of_format(name: str) -> Callable[[Options, Options], bool]:
    return lambda options, d: options.get("publication_data_format") == name and _keeps(d, 10)


_KINDS: Mapping[str, Callable[[Options, Options], bool]] = {
    "plain": lambda _, d: d.keys() == {"name"},
    "history": lambda o, d: _keeps(d, 10) and _is_stream(d) and not _recovers(o),
    "recovery": lambda o, d: _keeps(d, 10) and _is_stream(d) and _recovers(o),
    "presence": lambda o, d: bool(o.get("presence")) and _is_stream(d),
    "json": _of_format("json"),
    "json_object": _of_format("json_object"),
    "binary": _of_format("binary"),
    "map": lambda o, d: d.get("type") == "map" and o["map"].get("mode") == "persistent",
    "shared_poll": lambda o, d: (
        d.get("type") == "shared_poll" and bool(o.get("shared_poll", {}).get("publish_enabled"))
    ),
}
"""What requirements ask for, as far as a configuration tells it for sure."""
