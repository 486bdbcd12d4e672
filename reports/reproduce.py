"""The commands that measure again what is on a page."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from reports.runs import Run
from reports.showing import visible

_SHIPPED = "conformance/targets/"


def command(run: Run) -> str:
    """The command of a run. A key is never part of a result: its place is named."""
    words = _conformance(run) if run.kind == "conformance" else _load(run)
    return _shell(words)


def page_command(runs: Sequence[Run], page: str) -> str:
    """The command that makes the page of these runs."""
    return _shell(["python", "-m", "reports", "build", *(run.name for run in runs), "-o", page])


def profile_name(path: str) -> str:
    """A profile without the folders of the machine that it lay on."""
    posix = path.replace("\\", "/")
    if _SHIPPED in posix:
        return _SHIPPED + posix.rpartition(_SHIPPED)[2]
    return PureWindowsPath(path).name if "\\" in path else PurePosixPath(path).name


def _conformance(run: Run) -> list[str]:
    target, options = run.document["target"], run.document["options"]
    launch = options.get("launch")
    where = ["--launch", launch] if launch else ["--target", target["address"], *_access(target)]
    words = ["pytest", "conformance", *where]
    for profile in target["profiles"]:
        words += ["--target-profile", profile_name(profile)]
    for name in ("dialect", "release"):
        words += _given(f"--{name}", options.get(name), "auto")
    words += _given("-k", options.get("keyword"), "")
    words += _given("-m", options.get("markers"), "")
    words += ["--strict"] if options.get("strict") is True else []
    return [*words, "--results", run.name]


def _load(run: Run) -> list[str]:
    target, options = run.document["target"], run.document["options"]
    seconds = max(round(run.document["seconds"]), 1)
    words = ["locust", "-f", "bench", "--headless", "--host", target["address"], *_access(target)]
    words += ["-u", str(options["users"]), "-t", f"{seconds}s"]
    words += _given("--dialect", target["dialect"], None)
    for name in ("scenario", "payload_bytes", "in_flight", "channel"):
        words += [f"--{name.replace('_', '-')}", str(options[name])]
    return [*words, "--results", run.name]


def _access(target: Mapping[str, Any]) -> list[str]:
    return [*(["--api-key", "KEY"] if target["key"] else []), *(["--tls"] if target["tls"] else [])]


def _given(name: str, value: Any, usual: Any) -> list[str]:
    return [name, value] if isinstance(value, str) and value != usual else []


def _shell(words: Sequence[str]) -> str:
    return shlex.join([str(visible(word)) for word in words])
