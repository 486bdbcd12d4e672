"""What a target offers, as its owner tells in a file: its release, endpoints and namespaces."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from centrifugo_grpc.releases.naming import parse_release

TARGETS = Path(__file__).parent / "targets"
MAIN = "main"
"""The variant that a requirement needs unless it says otherwise."""
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_KINDS = {"name": str, "token_hmac_secret": str, "api_key": str, "tls": bool, "ca": str}


@dataclass(frozen=True)
class Profile:
    """What one way of starting a release offers: its namespaces by kind, where its endpoints are.

    A namespace is the table of the file: `name`, and what was configured for it, such as `size`.
    `endpoints` are addresses by name: `grpc` is the GRPC API, `uni` uni GRPC, `http` WebSocket.
    `token_secret` signs the tokens of clients (HS256). `options` are other facts that
    requirements want to know, such as a limit. The other `variants` of the same release are
    profiles of their own, by name. `from_config` tells that `path` is Centrifugo's own file.
    """

    path: Path
    name: str
    release: Release
    endpoints: Mapping[str, str]
    namespaces: Mapping[str, Mapping[str, Any]]
    variant: str = MAIN
    token_secret: str = field(default="", repr=False)
    api_key: str | None = field(default=None, repr=False)
    tls: bool = False
    ca: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    variants: Mapping[str, "Profile"] = field(default_factory=dict)
    from_config: bool = False

    @property
    def dialect(self) -> Dialect:
        """The dialect of its release."""
        return dialect_of(self.release)

    @property
    def config(self) -> Path:
        """The configuration that starts a server as it is described here."""
        return self.path.with_name(f"{self.variant}.json")

    def channel(self, kind: str, rest: str) -> str:
        """The channel called `rest` in the namespace of `kind`."""
        namespace = self.namespaces[kind]
        prefix = namespace.get("prefix", f"{namespace['name']}:" if namespace["name"] else "")
        return f"{prefix}{rest}"


def seconds(text: str) -> float:
    """A duration as Centrifugo writes it, such as `300s` or `1h30m`; a plain number is seconds."""
    total, number = 0.0, ""
    rest = text
    while rest:
        if rest[0].isdigit() or rest[0] == ".":
            number, rest = number + rest[0], rest[1:]
            continue
        unit = "ms" if rest.startswith("ms") else rest[0]
        total += float(number or 0) * _UNITS.get(unit, 0.0)
        number, rest = "", rest[len(unit) :]
    return total + float(number or 0)


def shipped(release: Release) -> Path:
    """The profile that goes with the shipped configuration of a release."""
    return TARGETS / f"centrifugo-{release}" / "profile.toml"


def read_profile(path: Path, variant: str = MAIN) -> Profile:
    """The profile in a file, or that of one of its variants; raises `Problem` where it is none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"cannot read the target profile {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"the target profile {path} is no TOML: {error}") from error
    return _Reader(path, document).profile(variant)


class _Reader:
    """Reads the tables of one file."""

    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self._path = path
        self._document = document
        release = document.get("release")
        if not isinstance(release, str):
            raise self._problem('names no release: add release = "6.9"')
        try:
            self._release = parse_release(release)
        except Problem as problem:
            raise Problem(f"the target profile {path}: {problem}") from None

    def profile(self, variant: str) -> Profile:
        variants = self._table(self._document, "variants")
        described = {
            name: self._described(name, self._table(variants, name, "variants."))
            for name in variants
        }
        main = self._described(MAIN, self._document, described)
        return main if variant == MAIN else main.variants[variant]

    def _described(
        self,
        variant: str,
        table: Mapping[str, Any],
        variants: Mapping[str, Profile] | None = None,
    ) -> Profile:
        where = "" if variant == MAIN else f"variants.{variant}."
        for key, kind in _KINDS.items():
            if not isinstance(table.get(key, kind()), kind):
                raise self._problem(f"{where}{key} is no {'flag' if kind is bool else 'text'}")
        name = str(self._document.get("name", self._path.parent.name))
        ca = table.get("ca")
        return Profile(
            path=self._path,
            name=name if variant == MAIN else f"{name}, {variant}",
            release=self._release,
            endpoints=self._endpoints(table, where),
            namespaces=self._namespaces(table, where),
            variant=variant,
            token_secret=table.get(
                "token_hmac_secret", self._document.get("token_hmac_secret", "")
            ),
            api_key=table.get("api_key"),
            tls=table.get("tls", False),
            ca=self._path.parent / ca if ca else None,
            options=self._table(table, "options", where),
            variants=variants or {},
        )

    def _endpoints(self, table: Mapping[str, Any], where: str) -> Mapping[str, str]:
        endpoints = self._table(table, "endpoints", where)
        for kind, address in endpoints.items():
            if not isinstance(address, str):
                raise self._problem(f"{where}endpoints.{kind} is no text: give host:port")
        return endpoints

    def _namespaces(self, table: Mapping[str, Any], where: str) -> Mapping[str, Mapping[str, Any]]:
        """Those of a variant are those of the file unless it has some of its own."""
        has_own = "namespaces" in table
        namespaces = self._table(table if has_own else self._document, "namespaces", where)
        for kind, namespace in namespaces.items():
            if not isinstance(namespace, dict) or not isinstance(namespace.get("name"), str):
                raise Problem(
                    f"the target profile {self._path}: [{where}namespaces.{kind}] has no name"
                )
        return namespaces

    def _table(self, table: Mapping[str, Any], key: str, where: str = "") -> Mapping[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            raise Problem(f"the target profile {self._path}: {where}{key} is no table")
        return found

    def _problem(self, what: str) -> Problem:
        return Problem(f"the target profile {self._path} {what}")
