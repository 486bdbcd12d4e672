"""What a target offers, as its owner tells in a file: its release, endpoints and namespaces."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centrifugo_grpc.discovery import parse_release
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect, Release, dialect_of

TARGETS = Path(__file__).parent / "targets"


@dataclass(frozen=True)
class Profile:
    """One release's namespaces by kind, and where its other endpoints are.

    A namespace is the table of the file: `name`, and what was configured for it, such as `size`.
    """

    path: Path
    name: str
    release: Release
    endpoints: Mapping[str, str]
    namespaces: Mapping[str, Mapping[str, Any]]

    @property
    def dialect(self) -> Dialect:
        """The dialect of its release."""
        return dialect_of(self.release)

    @property
    def offers(self) -> frozenset[str]:
        """What a requirement's `needs` may name: kinds of namespace, and endpoints besides."""
        return frozenset(self.namespaces) | frozenset(self.endpoints)

    def channel(self, kind: str, rest: str) -> str:
        """The channel called `rest` in the namespace of `kind`."""
        namespace = self.namespaces[kind]
        prefix = namespace.get("prefix", f"{namespace['name']}:" if namespace["name"] else "")
        return f"{prefix}{rest}"


def shipped(release: Release) -> Path:
    """The profile that goes with the shipped configuration of a release."""
    return TARGETS / f"centrifugo-{release}" / "profile.toml"


def read_profile(path: Path) -> Profile:
    """The profile in a file; raises `Problem` where it is none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"cannot read the target profile {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"the target profile {path} is no TOML: {error}") from error
    release = document.get("release")
    if not isinstance(release, str):
        raise Problem(f'the target profile {path} names no release: add release = "6.9"')
    namespaces = _table(path, document, "namespaces")
    for kind, namespace in namespaces.items():
        if not isinstance(namespace, dict) or not isinstance(namespace.get("name"), str):
            raise Problem(f"the target profile {path}: [namespaces.{kind}] has no name")
    return Profile(
        path=path,
        name=str(document.get("name", path.parent.name)),
        release=_release(path, release),
        endpoints=_table(path, document, "endpoints"),
        namespaces=namespaces,
    )


def _release(path: Path, text: str) -> Release:
    try:
        return parse_release(text)
    except Problem as problem:
        raise Problem(f"the target profile {path}: {problem}") from None


def _table(path: Path, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise Problem(f"the target profile {path}: {key} is no table")
    return table
