"""The file of a survey: what is measured, and how."""

import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from centrifugo_grpc.endpoint import split_address
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.naming import parse_release

_SURVEY_KEYS: Mapping[str, type] = {"seconds": int, "rounds": int, "corpus": list, "loads": list}
_TARGET_KEYS: Mapping[str, type] = {
    "name": str,
    "release": str,
    "launch": str,
    "address": str,
    "profile": str,
    "api_key_variable": str,
    "corpus": list,
}
_WORDS = {int: "a number", str: "text", list: "a list of texts"}


@dataclass(frozen=True)
class Target:
    """A server of the survey: one that `launch` starts, or one that runs at `address`.

    `release` may be None for one that runs: it tells. `api_key_variable` names the environment
    variable that holds its key. `corpus` are words for pytest, after those of the plan.
    """

    name: str
    release: Release | None
    launch: str | None
    address: str | None
    profile: Path | None
    api_key_variable: str | None
    corpus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All of a survey. `corpus` are more words for pytest.

    Each of the `loads`, more words for locust, runs for `seconds`, `rounds` times.
    """

    targets: tuple[Target, ...]
    seconds: int = 10
    rounds: int = 3
    corpus: tuple[str, ...] = ()
    loads: tuple[tuple[str, ...], ...] = ((),)


def read_plan(path: Path) -> Plan:
    """The plan in a TOML file; raises `Problem` for one that makes no sense."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise Problem(f"{path} is no TOML: {error}") from error
    tables = document.pop("target", [])
    _check(document, _SURVEY_KEYS, str(path))
    if not isinstance(tables, list) or not tables:
        raise Problem(f"{path} names no target: begin each with [[target]]")
    targets = tuple(_target(table, path) for table in tables)
    names = [target.name for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise Problem(f"{path} has two targets called {name!r}: give each a name of its own")
    plan = Plan(
        targets,
        seconds=document.get("seconds", Plan.seconds),
        rounds=document.get("rounds", Plan.rounds),
        corpus=tuple(document.get("corpus", ())),
        loads=tuple(_words(line, path) for line in document.get("loads", ("",))),
    )
    if plan.seconds < 1 or plan.rounds < 0:
        raise Problem(f"{path}: seconds are 1 or more, rounds 0 (no load) or more")
    return plan


def only(plan: Plan, names: Sequence[str]) -> Plan:
    """The plan with these of its targets alone, all of them if none is named."""
    known = [target.name for target in plan.targets]
    for name in names:
        if name not in known:
            raise Problem(f"no target is called {name!r}: there are {', '.join(known)}")
    chosen = tuple(target for target in plan.targets if not names or target.name in names)
    return replace(plan, targets=chosen)


def _words(line: str, path: Path) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError as error:
        raise Problem(f"{path}: loads has {line!r}, which is no command line: {error}") from error


def _target(table: Any, path: Path) -> Target:
    if not isinstance(table, dict) or not table.get("name"):
        raise Problem(f"{path}: every [[target]] has a name")
    where = f"{path}: target {table['name']!r}"
    _check(table, _TARGET_KEYS, where)
    launch, address = table.get("launch"), table.get("address")
    if (launch is None) == (address is None):
        raise Problem(f"{where} has either launch (a command with {{config}}) or address")
    release = parse_release(table["release"]) if "release" in table else None
    if launch is not None and release is None:
        raise Problem(f"{where} is launched, so it needs release: whose configuration it takes")
    if address is not None:
        split_address(address)
    profile = table.get("profile")
    return Target(
        name=table["name"],
        release=release,
        launch=launch,
        address=address,
        profile=path.parent / profile if profile else None,
        api_key_variable=table.get("api_key_variable"),
        corpus=tuple(table.get("corpus", ())),
    )


def _check(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    for key, value in table.items():
        kind = known.get(key)
        if kind is None:
            raise Problem(f"{where} has an unknown {key!r}: known are {', '.join(known)}")
        is_right = isinstance(value, kind) and not isinstance(value, bool)
        if not is_right or (kind is list and not all(isinstance(each, str) for each in value)):
            raise Problem(f"{where}: {key} is not {_WORDS[kind]}")
