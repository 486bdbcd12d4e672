"""Wheels of this tree, and empty environments to install them into."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")
PYTHON = os.environ.get("PACKAGING_PYTHON", sys.executable)
"""What environments are made with: another interpreter shows that it installs and works there."""
_KEPT = ("protos", "centrifugo_grpc", "reference_server", "conformance", "bench", "reports")
_FILES = ("pyproject.toml", "README.md", "LICENSE")


def built(folder: Path, kind: str) -> Path:
    """The wheel or the sdist of this tree, built in a copy, so that nothing is left in the tree."""
    tree = folder / "tree"
    if not tree.exists():
        tree.mkdir(parents=True)
        for name in _KEPT:
            shutil.copytree(
                ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
            )
        for name in _FILES:
            shutil.copy(ROOT / name, tree / name)
    return _build(tree, kind, folder / kind)


def environment(
    folder: Path, *packages: str | Path, options: Sequence[str] = (), python: str = PYTHON
) -> Path:
    """An environment with these packages and nothing else; gives its interpreter."""
    run(folder.parent, str(UV), "venv", "--quiet", "--python", python, str(folder))
    interpreter = folder / "bin" / "python"
    if packages:
        install(interpreter, *packages, options=options)
    return interpreter


def install(interpreter: Path, *packages: str | Path, options: Sequence[str] = ()) -> None:
    """Install packages into an environment."""
    command = [str(UV), "pip", "install", "--quiet", "--python", str(interpreter)]
    run(interpreter.parent, *command, *options, *map(str, packages))


def run(
    folder: Path, *command: str, expected: int = 0, environ: Mapping[str, str] | None = None
) -> str:
    """What a command prints, run in a folder; fails with all of it if it ends otherwise."""
    end = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env=clean_environ() | dict(environ or {}),
    )
    told = end.stdout + end.stderr
    assert end.returncode == expected, f"{' '.join(command)}: {end.returncode}\n{told}"
    return told


def clean_environ() -> dict[str, str]:
    """The variables of this process without those that would lead Python to this tree."""
    hidden = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def sdist_of_repository(folder: Path) -> Path:
    """The sdist of what git tracks."""
    tree = folder / "repository"
    for name in run(ROOT, "git", "ls-files").splitlines():
        place = tree / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)
    return _build(tree, "sdist", folder / "sdist")


def wheel_from(sdist: Path, folder: Path) -> Path:
    """The wheel that an sdist makes."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (tree,) = (folder / "unpacked").iterdir()
    return _build(tree, "wheel", folder / "from-sdist")


def _build(tree: Path, kind: str, folder: Path) -> Path:
    run(tree, sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder))
    (found,) = folder.iterdir()
    return found
