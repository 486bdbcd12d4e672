"""Configuration files for the tests, and what they come to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference_server.config.command_line import parse_command_line
from reference_server.config.load import Loaded, load_settings
from reference_server.settings import ChannelOptions, Settings

CERTIFICATES = Path(__file__).parent / "certificates"


def flat(**options: Any) -> dict[str, Any]:
    return {"grpc_api": True, **options}


def nested(grpc_api: Mapping[str, Any] | None = None, **sections: Any) -> dict[str, Any]:
    return {"grpc_api": {"enabled": True, **(grpc_api or {})}, **sections}


def with_namespace(release: str, **options: Any) -> dict[str, Any]:
    """A file of a release with one namespace, "hist"."""
    namespaces = [{"name": "hist", **options}]
    if release == "6.9":
        return nested(channel={"namespaces": namespaces})
    return flat(namespaces=namespaces)


def load(
    folder: Path, file: Mapping[str, Any], *arguments: str, environ: Mapping[str, str] | None = None
) -> Loaded:
    path = folder / "config.json"
    path.write_text(json.dumps(file))
    return load_settings(parse_command_line(["-c", str(path), *arguments]), environ or {})


def load_one(
    folder: Path,
    file: Mapping[str, Any],
    release: str,
    *arguments: str,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    nodes = load(folder, file, "--release", release, *arguments, environ=environ).nodes
    assert len(nodes) == 1
    return nodes[0]


def hist(folder: Path, release: str, **options: Any) -> ChannelOptions:
    """What the options of a namespace come to."""
    return load_one(folder, with_namespace(release, **options), release).namespaces["hist"]
