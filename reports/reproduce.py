"""The commands that measure again what is on a page."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from reports.runs import Run
from reports.showing import visible

_LOAD_OPTIONS: Mapping[str, float | None] = {
    "rate": None,
    "warmup": 0.0,
    "deadline": 5.0,
    "seed": 20,
    "fail_above": 0.0,
    "step_seconds": 5.0,
    "history_size": 10,
    "subscribers": 10,
}
"""Numbers that a command names where they are not what the harness takes without being told."""
_PER_CALL = {"broadcast": "--channels-per-broadcast", "batch": "--commands-per-batch"}
_SHIPPED = "conformance/targets/"


def command(run: Run, address: str = "") -> str:
    """The command of a run, on `address` if it is not to be where it was.

    A key is never part of a result: its place is named.
    """
    return _shell(_conformance(run) if run.kind == "conformance" else _load(run, address))


def page_command(runs: Sequence[Run], page: str) -> str:
    """The command that makes the page of these runs."""
    named = dict.fromkeys(run.source or run.name for run in runs)
    return _shell(["python", "-m", "reports", "build", *named, "-o", page])


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
    words += _given("--known-failing", options.get("known_failing"), "")
    words += ["--strict"] if options.get("strict") is True else []
    return [*words, "--results", run.name]


def _load(run: Run, address: str) -> list[str]:
    target, options = run.document["target"], run.document["options"]
    seconds = max(round(run.document["seconds"] + options.get("warmup", 0)), 1)
    words = ["locust", "-f", "bench", "--headless", "--host", address or target["address"]]
    words += [*_access(target), "-u", str(options["users"] or 1), "-t", f"{seconds}s"]
    words += _given("--dialect", target["dialect"], None)
    for name in ("scenario", "payload_bytes", "in_flight", "channel"):
        words += [f"--{name.replace('_', '-')}", str(options[name])]
    for name, usual in _LOAD_OPTIONS.items():
        if options.get(name, usual) != usual:
            words += [f"--{name.replace('_', '-')}", f"{options[name]:g}"]
    words += _given("--arrivals", options.get("arrivals"), "constant")
    if options["scenario"] in _PER_CALL:
        words += [_PER_CALL[options["scenario"]], str(options.get("publications_per_call", 10))]
    if "capacity" in run.document:
        words += ["--p99-below", f"{run.document['capacity']['p99_below_ms']:g}"]
    words += ["--token-secret", "KEY"] if options.get("token") is True else []
    return [*words, "--results", run.name]


def _access(target: Mapping[str, Any]) -> list[str]:
    return [*(["--api-key", "KEY"] if target["key"] else []), *(["--tls"] if target["tls"] else [])]


def _given(name: str, value: Any, usual: Any) -> list[str]:
    return [name, value] if isinstance(value, str) and value != usual else []


def _shell(words: Sequence[str]) -> str:
    return shlex.join([str(visible(word)) for word in words])
