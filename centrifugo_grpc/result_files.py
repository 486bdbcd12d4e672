"""Result files: JSON documents that one command writes and another reads.

Each kind has a schema in reports/schema, with a major version: a reader takes any file of the
same major version. Schemas are data; nothing of the package `reports` is imported for them.
A file whose name ends in `.xz` is compressed: evidence repeats itself, and shrinks to a twentieth.
"""

import errno
import json
import lzma
import math
import os
import platform
import tempfile
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from centrifugo_grpc.problem import Problem

SCHEMA_VERSION = "1.1"
KINDS = ("conformance", "load")
SUFFIXES = (".json", ".json.xz")
_MOST_DIGITS = 20
_MOST_BYTES = 256 * 2**20
"""Of an unpacked file: what is longer was made to fill the memory."""


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
        content = _serialized(str(path), document)
        write_whole(path, lzma.compress(content) if path.suffix == ".xz" else content)
    except OSError as error:
        raise Problem(f"cannot write the results to {path}: {error.strerror}") from error


def require_writable(path: Path) -> None:
    """Raise `Problem` if a result could not be written there: better now than after the run."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise Problem(f"cannot write the results to {path}: {error.strerror}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a name of its own and then give it its name, so none is ever in part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".tmp-", delete=False) as file:
        unfinished = Path(file.name)
        try:
            file.write(content)
            file.flush()
            unfinished.chmod(0o644)
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise


def read(path: Path) -> dict[str, Any]:
    """The document in a result file; raises `Problem` if it is not one, whole and known."""
    try:
        text = _content(path).decode("utf-8")
        document = json.loads(text, parse_constant=_refuse, parse_int=_integer, parse_float=_finite)
    except OSError as error:
        raise Problem(f"cannot read the result file {path}: {error.strerror}") from error
    except (lzma.LZMAError, EOFError) as error:
        raise Problem(f"{path} was cut off, or is no xz file: {error}") from error
    except (ValueError, RecursionError) as error:
        raise Problem(
            f"{path} is no result file, or was cut off: it does not parse as JSON ({error})"
        ) from error
    _validate(str(path), document)
    return dict(document)


def _content(path: Path) -> bytes:
    if path.suffix != ".xz":
        return path.read_bytes()
    with lzma.open(path) as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise Problem(f"{path} unpacks to more than {_MOST_BYTES} bytes: that is no result file")
    return content


def _serialized(name: str, document: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise Problem(f"cannot write the results to {name}: {error}") from error
    # A lone surrogate has no UTF-8, but JSON's escape of it is what backslashreplace writes.
    return f"{text}\n".encode("utf-8", "backslashreplace")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("a number of too many digits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:_MOST_DIGITS]} is too large")
    return number


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
