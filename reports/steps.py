"""The commands that measure a target: those that a user would type, and nothing else."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from centrifugo_grpc.launching import Launch
from centrifugo_grpc.problem import Problem
from reports.targets import Plan, Target

CORPUS = "conformance.json.xz"
"""Where the corpus's results go: evidence is long, and shrinks to a twentieth."""
_DEFAULT_SCENARIO = "publish"


def corpus(target: Target, plan: Plan, results: Path) -> list[str]:
    """Pytest's words for the corpus on a target."""
    words = ["pytest", str(_folder("conformance")), "-q", "-p", "no:cacheprovider"]
    if target.launch is not None:
        words += ["--launch", target.launch]
    else:
        words += ["--target", str(target.address)]
    if target.release is not None:
        words += ["--release", str(target.release)]
    if target.profile is not None:
        words += ["--target-profile", str(target.profile)]
    return [*words, *plan.corpus, *target.corpus, "--results", str(results)]


def load(address: str, dialect: str, plan: Plan, more: Sequence[str], results: Path) -> list[str]:
    """Locust's words for one load run; what `more` says counts, since it comes last."""
    words = ["locust", "-f", str(_folder("bench")), "--headless", "--host", address, "-u", "1"]
    words += ["-t", f"{plan.seconds}s", "--only-summary", "--loglevel", "WARNING"]
    return [*words, "--dialect", dialect, *more, "--results", str(results)]


def load_names(plan: Plan) -> list[str]:
    """A name for each load of a plan: its scenario, numbered where it is there twice."""
    found = [_scenario(words) for words in plan.loads]
    return [
        f"{name}-{found[: place + 1].count(name)}" if found.count(name) > 1 else name
        for place, name in enumerate(found)
    ]


def subscribing(launch: Launch, words: Sequence[str]) -> list[str]:
    """Where the subscribers of the scenario *delivery* come to a server that was launched."""
    if _scenario(words) != "delivery" or "--subscribe" in words:
        return []
    streams = launch.streams
    address = streams.get("uni") or f"ws://{streams['http']}/connection/websocket"
    secret = _profile(launch.config).get("token_hmac_secret")
    return ["--subscribe", address, *(["--token-secret", str(secret)] if secret else [])]


def configuration(target: Target) -> Path:
    """What a target that is launched starts from: beside its profile, or what is shipped."""
    if target.profile is not None:
        return target.profile.with_name("main.json")
    return _folder("conformance") / "targets" / f"centrifugo-{target.release}" / "main.json"


def place(name: str) -> Path:
    """The folder of a target's results: a version at the end of its name is one of its own."""
    words = re.fullmatch(r"(?P<name>.*?)(\s+v?(?P<version>\d+(\.\d+)+\S*))?", name.strip())
    assert words is not None, "everything is a name"
    folder = Path(_slug(words["name"]))
    return folder / _slug(words["version"]) if words["version"] else folder


def _scenario(words: Sequence[str]) -> str:
    for place, word in enumerate(words):
        if word == "--scenario" and place + 1 < len(words):
            return re.sub(r"\W+", "-", words[place + 1])
        if word.startswith("--scenario="):
            return re.sub(r"\W+", "-", word.partition("=")[2])
    return _DEFAULT_SCENARIO


def _profile(config: Path) -> Mapping[str, Any]:
    path = config.with_name("profile.toml")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    except ValueError as error:
        raise Problem(f"{path} is no TOML: {error}") from error


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Problem(f"the package {package} is not installed: install the whole suite")
    return Path(next(iter(spec.submodule_search_locations)))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.") or "target"
