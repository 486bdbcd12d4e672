"""Which nodes to run, from a command line and the environment."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import LATEST, Release
from reference_server.config import exposure
from reference_server.config.elsewhere import not_served
from reference_server.config.files import prepared, read_file
from reference_server.config.forms import Form, form_of, in_words_of, releases_of, require_form
from reference_server.config.node import settings
from reference_server.config.option_names import without_effect
from reference_server.config.option_tree import is_variable
from reference_server.config.sources import Options
from reference_server.config.values import shown
from reference_server.settings import Settings

if TYPE_CHECKING:
    from reference_server.config.command_line import CommandLine

_KEY = "grpc_api_key"
_NOT_OPTIONS = re.compile(r"CENTRIFUGO_VAR_|CENTRIFUGO(_[A-Z0-9_]+)?_(PORT|SERVICE_)")
"""Variables that 6 leaves alone: those for templates, and those that Kubernetes sets."""


@dataclass(frozen=True)
class Loaded:
    """The nodes to run, and what their owner should read on starting them."""

    nodes: list[Settings]
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Source:
    """The file that a node of a release starts from."""

    release: Release
    path: Path
    file: Mapping[str, Any]


def load_settings(command_line: "CommandLine", environ: Mapping[str, str]) -> Loaded:
    """The nodes and the notices; raises `Problem` for what stops the start."""
    notices: list[str] = []
    nodes = [
        _node(source, command_line, environ, notices) for source in _sources(command_line, notices)
    ]
    return Loaded(nodes, [*notices, *exposure.warnings(nodes)])


def load_table(
    table: Mapping[str, Any], release: Release, flags: Mapping[str, Any], address: str
) -> Settings:
    """The node that a table of options, laid out as a file, makes with flags; no variable counts.

    `flags` are by the names of the release's own options. Raises `Problem`.
    """
    source = _Source(
        release, Path("the configuration"), prepared(table, is_for_6=release >= Release.V6_9)
    )
    require_form(source.path, source.file, release)
    return settings(Options(source.file, flags, {}, release), release, address)


def _sources(command_line: "CommandLine", notices: list[str]) -> Sequence[_Source]:
    path, release = command_line.config, command_line.release
    if path is None:
        return _shipped((release,) if release else (Release.V2_8, LATEST), notices)
    file = read_file(path)
    if release is not None:
        return [_source(release, path)]
    form = form_of(file)
    releases = releases_of(form)
    if len(releases) > 1:
        what = "is a flat file, which" if form is Form.FLAT else "has no options and"
        notices.append(
            f"{path} {what} does not tell its release: served as"
            f" {' and '.join(map(str, releases))}; --release names one"
        )
    return [_source(served, path) for served in releases]


def _source(release: Release, path: Path) -> _Source:
    return _Source(release, path, read_file(path, is_for_6=release >= Release.V6_9))


def _shipped(releases: Sequence[Release], notices: list[str]) -> Sequence[_Source]:
    paths = [shipped_file(release) for release in releases]
    names = " and ".join(f"{path.parent.name}/{path.name}" for path in paths)
    notices.append(f"no --config: starting from the shipped {names}")
    return [_source(release, path) for release, path in zip(releases, paths, strict=True)]


def shipped_file(release: Release) -> Path:
    """What a release is started with if nothing else is said: its target's main file."""
    spec = find_spec("conformance")
    if spec is None or spec.origin is None:
        raise Problem("the shipped configurations are not installed; give one with --config")
    return Path(spec.origin).parent / "targets" / f"centrifugo-{release}" / "main.json"


def _node(
    source: _Source, command_line: "CommandLine", environ: Mapping[str, str], notices: list[str]
) -> Settings:
    require_form(source.path, source.file, source.release)
    flags = in_words_of(source.release, command_line.options)
    is_yaml = source.path.suffix.lower() in {".yaml", ".yml"}
    options = Options(source.file, flags, environ, source.release, numbers_are_switches=is_yaml)
    try:
        node = settings(options, source.release, command_line.address)
    except Problem as problem:
        raise Problem(f"{source.path}, as Centrifugo {source.release}: {problem}") from None
    if not node.serves_api:
        notices.append(_off(source, options))
    notices.extend(options.notices)
    notices.extend(_idle_options(source, options))
    notices.extend(_idle_variables(source, options))
    return node


def _off(source: _Source, options: Options) -> str:
    option = "grpc_api.enabled" if source.release >= Release.V6_9 else "grpc_api"
    why = f" ({options.named(option)} is {shown(options.get(option))})" if options.notices else ""
    told = f"warning: {source.path} leaves the GRPC API off{why}, subscribers alone are served"
    return f"{told}: set {option} to true in it, or give --{option}"


def _idle_options(source: _Source, options: Options) -> list[str]:
    """Warnings for what stands in a file in vain; a key among it would leave the API open."""
    listed = "channel.namespaces" if source.release >= Release.V6_9 else "namespaces"
    names = without_effect(source.file, options.tables(listed), source.release)
    told = []
    if _KEY in names:
        names.remove(_KEY)
        told.append(
            f"warning: {source.path}: {_KEY} has no effect in Centrifugo {source.release}"
            ", whose GRPC API asks for grpc_api.key"
        )
    absent = not_served(options, options.tables(listed), source.release)
    if absent:
        told.append(f"warning: {source.path}: not served here: {', '.join(absent)}")
    if names:
        told.append(
            f"warning: {source.path}: without effect in Centrifugo {source.release}:"
            f" {', '.join(names)}"
        )
    return told


def _idle_variables(source: _Source, options: Options) -> list[str]:
    if source.release < Release.V6_9:
        return []
    names = [
        name
        for name in options.variables()
        if not is_variable(name) and not _NOT_OPTIONS.match(name)
    ]
    if not names:
        return []
    return [f"warning: without effect in Centrifugo {source.release}: {', '.join(names)}"]
