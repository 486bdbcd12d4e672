"""What one gives on the command line: which target, how to get in, what to judge it by."""

import argparse
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.endpoint import split_address
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from centrifugo_grpc.releases.naming import parse_release
from conformance.known_failing import KnownFailing, read_known_failing

DEFAULT_EXAMPLES = 12
KEY_VARIABLE = "CENTRIFUGO_GRPC_API_KEY"
_DIALECTS = {
    "auto": (),
    "v2": (Dialect.V2,),
    "v3": (Dialect.V3,),
    "both": (Dialect.V2, Dialect.V3),
}


@dataclass(frozen=True)
class Options:
    """The options as given; without `target` and `launch` the reference server is started.

    `other_nodes` are those of a cluster besides `target`. `dialects` are those that must be
    judged, empty for whichever the target serves; `release` None leaves it to the target to tell.
    `streams` are the addresses of `--uni-target` and `--ws-target`, by the names that profiles
    use, with commas between those of several nodes.
    """

    target: str | None
    other_nodes: tuple[str, ...]
    api_key: str | None
    tls: bool
    ca: Path | None
    dialects: tuple[Dialect, ...]
    release: Release | None
    profiles: tuple[Path, ...]
    profile_from: Path | None
    streams: Mapping[str, str]
    launch: str | None
    against: str | None
    operations: int
    seed: int
    examples: int
    results: Path | None
    strict: bool
    complete: bool
    slow: bool
    known_failing: KnownFailing
    shown: Mapping[str, Any]


def add_options(parser: pytest.Parser) -> None:
    """Declare the options to pytest."""
    group = parser.getgroup("conformance", "conformance of a Centrifugo GRPC API")
    group.addoption(
        "--target",
        metavar="HOST:PORT[,...]",
        help="the server, or the nodes of a cluster; without it, the reference server",
    )
    group.addoption("--api-key", metavar="KEY", help=f"its API key (or {KEY_VARIABLE})")
    group.addoption("--tls", action="store_true", help="it speaks TLS")
    group.addoption("--ca", metavar="FILE", help="PEM file of the authorities to trust")
    group.addoption("--uni-target", metavar="HOST:PORT", help="its uni GRPC (else the profile's)")
    group.addoption(
        "--ws-target", metavar="HOST:PORT", help="its HTTP port, for WebSocket (else the profile's)"
    )
    group.addoption(
        "--launch",
        metavar="COMMAND",
        help="start the server, and each variant that is needed, on free ports: a command with"
        " {config}, such as 'centrifugo -c {config}'; needs --release",
    )
    group.addoption(
        "--against",
        metavar="HOST:PORT",
        help="do the same random operations on this server and report the first answer that"
        " differs, instead of judging by the corpus",
    )
    group.addoption("--operations", type=int, default=1000, metavar="N", help="how many")
    group.addoption("--seed", type=int, metavar="N", help="the same ones as another time")
    group.addoption(
        "--examples",
        type=int,
        default=DEFAULT_EXAMPLES,
        metavar="N",
        help=f"how many a property takes at most (default: {DEFAULT_EXAMPLES})",
    )
    group.addoption("--dialect", default="auto", metavar="auto|v2|v3|both", help="what to judge")
    releases = "|".join(["auto", *(str(release) for release in Release)])
    group.addoption(
        "--release", default="auto", metavar=releases, help="whose rules apply: its last patch's"
    )
    group.addoption(
        "--target-profile",
        action="append",
        default=[],
        metavar="FILE",
        help="what the target is configured with; may repeat, one a release",
    )
    group.addoption(
        "--complete", action="store_true", help="what could not be shown fails the run, too"
    )
    group.addoption(
        "--known-failing",
        metavar="FILE",
        help="requirements that are known to fail, an id or a pattern a line; what passes by now"
        " fails the run",
    )
    group.addoption(
        "--profile-from",
        metavar="CONFIG",
        help="take the namespaces from the configuration that the target was started with",
    )
    group.addoption("--slow", action="store_true", help="run what takes long as well")
    group.addoption("--results", metavar="FILE.json", help="write what was judged, with evidence")
    _add_strict(group)
    parser.addini(
        "conformance_corpus",
        "folder whose test_*.py files are the whole corpus",
        type="string",
        default=str(Path(__file__).parent),
    )


def _add_strict(group: pytest.OptionGroup) -> None:
    """Declare `--strict` unless this pytest has one, whose flag then serves for both."""
    try:
        group.addoption("--strict", action="store_true", help="what differs fails, too")
    except (ValueError, argparse.ArgumentError):  # the latter by 9.0
        return


def read_options(config: pytest.Config) -> Options:
    """The options of a run; raises `Problem` for one that makes no sense."""
    given = config.option
    if given.dialect not in _DIALECTS:
        raise Problem(f"unknown dialect {given.dialect!r}: give one of {', '.join(_DIALECTS)}")
    dialects = _DIALECTS[given.dialect]
    release = None if given.release == "auto" else parse_release(given.release)
    if release is not None and dialects and dialects != (dialect_of(release),):
        raise Problem(f"--release {release} speaks {dialect_of(release)} alone: correct --dialect")
    _require_target(given)
    if given.launch is not None and release is None:
        raise Problem("--launch needs --release: say which release the command starts")
    return Options(
        target=_nodes(given.target)[0] if given.target is not None else None,
        other_nodes=_nodes(given.target)[1:],
        api_key=given.api_key or os.environ.get(KEY_VARIABLE) or None,
        tls=given.tls,
        ca=Path(given.ca) if given.ca else None,
        dialects=dialects,
        release=release,
        profiles=tuple(Path(file) for file in given.target_profile),
        profile_from=_profile_from(given),
        streams=_streams(given),
        launch=given.launch,
        against=_against(given),
        operations=given.operations,
        seed=_seed(given),
        examples=given.examples,
        results=_results_file(given.results),
        strict=bool(given.strict),
        complete=given.complete,
        slow=given.slow,
        known_failing=_known_failing(given.known_failing),
        shown=_shown(given),
    )


def _seed(given: Any) -> int:
    """The seed given, or one by chance, which pytest-xdist then tells its workers."""
    if given.examples < 1:
        raise Problem("--examples has to be at least 1")
    if given.seed is None:
        given.seed = random.randrange(2**32)
    return int(given.seed)


def _require_target(given: Any) -> None:
    """Raise `Problem` for what makes no sense without a target, or with one."""
    if given.target is not None:
        if given.launch is not None:
            raise Problem("--target and --launch are both given: name a server or start one")
        return
    if given.tls or given.ca:
        raise Problem("--tls and --ca need --target: a server that is started has its own")
    if given.uni_target or given.ws_target:
        raise Problem("--uni-target and --ws-target need --target: say whose streams they are")


def _streams(given: Any) -> dict[str, str]:
    named = {"uni": given.uni_target, "http": given.ws_target}
    streams = {kind: address for kind, address in named.items() if address}
    for addresses in streams.values():
        for address in _nodes(addresses):
            split_address(address)
    return streams


def _nodes(text: str | None) -> tuple[str, ...]:
    """The addresses in a list of them."""
    return tuple((text or "").split(","))


def _profile_from(given: Any) -> Path | None:
    if given.profile_from is None:
        return None
    if given.target_profile:
        raise Problem("--target-profile and --profile-from both tell the namespaces: give one")
    if given.target is None:
        raise Problem("--profile-from needs --target: what is started has a profile")
    return Path(given.profile_from)


def _against(given: Any) -> str | None:
    if given.against is None:
        return None
    split_address(given.against)
    if given.operations < 1:
        raise Problem("--operations has to be at least 1")
    if given.results is not None:
        raise Problem("--results tells how a server was judged: leave it out beside --against")
    if getattr(given, "numprocesses", None):
        raise Problem("--against compares in one sequence: leave -n out")
    return str(given.against)


def _known_failing(name: str | None) -> KnownFailing:
    return KnownFailing() if name is None else read_known_failing(Path(name))


def _results_file(name: str | None) -> Path | None:
    if name is None:
        return None
    path = Path(name)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise Problem(f"cannot write results to {path}: give a file in a folder that exists")
    return path


def _shown(given: Any) -> dict[str, Any]:
    """The options as a result file tells them: the key is left out."""
    return {
        "dialect": given.dialect,
        "release": given.release,
        "strict": bool(given.strict),
        "complete": given.complete,
        "known_failing": given.known_failing or "",
        "slow": given.slow,
        "target_profiles": list(given.target_profile),
        "launch": given.launch or "",
        "seed": given.seed,
        "examples": given.examples,
        "keyword": given.keyword,
        "markers": given.markexpr,
    }
