"""Result files: JSON documents that one command writes and another reads.

Each kind has a schema in reports/schema, with a major version: a reader takes any file of the
same major version. Schemas are data; nothing of the package `reports` is imported for them.
"""

import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem

SCHEMA_VERSION = "1.0"
KINDS = ("conformance", "load")


def heading(kind: str, started: datetime) -> dict[str, Any]:
    """What every result file begins with; `started` is an aware time."""
    return {
        "kind": kind,
        "schema_version": SCHEMA_VERSION,
        "suite": {"name": "centrifugo-suite", "version": suite_version()},
        "machine": machine(),
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
    }


def suite_version() -> str:
    """The installed version of the suite."""
    try:
        return version("centrifugo-suite")
    except PackageNotFoundError:
        return "not installed"


def machine() -> dict[str, Any]:
    """What the run was made on. Memory in bytes, 0 where it cannot be told."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "processor": _processor(),
        "cpus": os.cpu_count() or 0,
        "memory": _memory(),
        "python": platform.python_version(),
    }


def write(path: Path, document: dict[str, Any]) -> None:
    """Check a document against its schema and write it whole, or not at all."""
    _validate(str(path), document)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8"
        ) as file:
            json.dump(document, file, indent=1, ensure_ascii=False, allow_nan=False)
            file.write("\n")
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise Problem(f"cannot write the results to {path}: {error.strerror}") from error


def read(path: Path) -> dict[str, Any]:
    """The document in a result file; raises `Problem` if it is not one, whole and known."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"cannot read the result file {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Problem(
            f"{path} is no result file, or was cut off: it does not parse as JSON ({error})"
        ) from error
    _validate(str(path), document)
    return dict(document)


def _validate(name: str, document: Any) -> None:
    import jsonschema  # noqa: PLC0415  (the reference server does without it)

    kind = document.get("kind") if isinstance(document, dict) else None
    if kind not in KINDS:
        raise Problem(f"{name} is no result file of this suite: it names no kind of run")
    major = str(document.get("schema_version")).split(".", maxsplit=1)[0]
    if major != SCHEMA_VERSION.split(".", maxsplit=1)[0]:
        raise Problem(
            f"{name} has schema version {document.get('schema_version')}, this suite reads"
            f" {SCHEMA_VERSION}: measure again, or use the suite that wrote it"
        )
    validator = jsonschema.Draft202012Validator(_schema(kind))
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    if error is not None:
        place = "/".join(map(str, error.absolute_path)) or "its top level"
        raise Problem(f"{name} is no valid {kind} result file: {place}: {error.message[:200]}")


@cache
def _schema(kind: str) -> Any:
    spec = find_spec("reports")
    if spec is None or not spec.submodule_search_locations:
        raise Problem("the schemas of result files are not installed: install the whole suite")
    folder = Path(next(iter(spec.submodule_search_locations))) / "schema"
    return json.loads((folder / f"{kind}-1.json").read_text(encoding="utf-8"))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
