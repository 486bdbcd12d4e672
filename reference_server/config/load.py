"""Which nodes to run, from a command line and the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import LATEST, Release
from reference_server.config.command_line import CommandLine
from reference_server.config.files import read_file
from reference_server.config.node import is_enabled, settings
from reference_server.config.sources import Options
from reference_server.settings import Settings

_UNTOLD = (Release.V2_8, Release.V5_4)
"""What a flat file is served as if no release is named: one of each dialect."""

_NESTED_TABLES = ("grpc_api", "uni_grpc", "channel", "client", "http_server")
_FLAT_LEFTOVERS = ("grpc_api_", "namespaces", "token_", "uni_grpc_", "history_", "client_")


@dataclass(frozen=True)
class Loaded:
    """The nodes to run, and what their owner should read on starting them."""

    nodes: list[Settings]
    notices: list[str] = field(default_factory=list)


def load_settings(command_line: CommandLine, environ: Mapping[str, str]) -> Loaded:
    """The nodes and the notices; raises `Problem` for what stops the start."""
    notices: list[str] = []
    nodes: list[Settings] = []
    for release, path in _files(command_line, notices):
        file = read_file(path)
        _require_form(path, file, release)
        notices.extend(_leftovers(path, file, release))
        options = Options(file, _flags(command_line, release), environ)
        if not is_enabled(options, release):
            raise Problem(_off(path, release))
        nodes.append(settings(options, release, command_line.address))
    if not _is_loopback(nodes[0].grpc_address) and not nodes[0].api_key:
        notices.append(
            f"listening on {nodes[0].grpc_address} without an API key: whoever reaches this"
            " machine may publish"
        )
    return Loaded(nodes, notices)


def _files(command_line: CommandLine, notices: list[str]) -> list[tuple[Release, Path]]:
    """The release and the file of each node."""
    path, release = command_line.config, command_line.release
    if path is None:
        releases = (release,) if release else (Release.V2_8, LATEST)
        files = [(shipped, _shipped_file(shipped)) for shipped in releases]
        names = " and ".join(f"{file.parent.name}/{file.name}" for _, file in files)
        notices.append(f"no --config: starting from the shipped {names}")
        return files
    if release is not None:
        return [(release, path)]
    if _is_nested(read_file(path)):
        return [(LATEST, path)]
    served = " and ".join(map(str, _UNTOLD))
    notices.append(
        f"{path} is a flat file, which does not tell its release: served as {served};"
        " --release names one"
    )
    return [(untold, path) for untold in _UNTOLD]


def _shipped_file(release: Release) -> Path:
    spec = find_spec("conformance")
    assert spec is not None, "the corpus is installed with the server"
    assert spec.origin is not None, "the corpus is a plain package"
    return Path(spec.origin).parent / "targets" / f"centrifugo-{release}" / "main.json"


def _is_nested(file: Mapping[str, Any]) -> bool:
    return any(isinstance(file.get(table), Mapping) for table in _NESTED_TABLES)


def _require_form(path: Path, file: Mapping[str, Any], release: Release) -> None:
    if release >= Release.V6_9:
        flat = next((name for name in ("grpc_api", "uni_grpc") if _is_scalar(file, name)), None)
        if flat is not None:
            raise Problem(
                f"{path} is in the flat form of Centrifugo 2 to 5 ({flat} is no table): Centrifugo"
                f" {release} does not start from it; give --release 2.8 to 5.4, or convert it"
            )
    elif _is_nested(file):
        raise Problem(
            f"{path} is in the nested form of Centrifugo 6: Centrifugo {release} does not read it;"
            " leave --release out, or give 6.9"
        )


def _is_scalar(file: Mapping[str, Any], name: str) -> bool:
    return name in file and not isinstance(file[name], Mapping)


def _leftovers(path: Path, file: Mapping[str, Any], release: Release) -> list[str]:
    """Flat options in a nested file have no effect, and a key among them leaves the API open."""
    if release < Release.V6_9:
        return []
    return [
        f"warning: {path}: {name} has no effect in Centrifugo {release}"
        + (": the GRPC API asks for no key; set grpc_api.key" if name == "grpc_api_key" else "")
        for name in file
        if name.startswith(_FLAT_LEFTOVERS)
    ]


def _flags(command_line: CommandLine, release: Release) -> dict[str, str | int | bool]:
    """The flags in the words of a release: each form of them works for each file."""
    flags: dict[str, str | int | bool] = {}
    for name, value in command_line.options.items():
        flat = name.replace("grpc_api.enabled", "grpc_api").replace(".", "_")
        nested = (
            "grpc_api.enabled" if flat == "grpc_api" else flat.replace("grpc_api_", "grpc_api.")
        )
        flags[nested if release >= Release.V6_9 else flat] = value
    return flags


def _off(path: Path, release: Release) -> str:
    option = "grpc_api.enabled" if release >= Release.V6_9 else "grpc_api"
    return f"{path} leaves the GRPC API off: set {option} to true in it, or give --{option}"


def _is_loopback(address: str) -> bool:
    return address in {"localhost", "::1"} or address.startswith("127.")
