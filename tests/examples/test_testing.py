"""The application's own tests pass by the lines of their README, and fail where it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """The example in a tree of its own, with its stubs."""
    shutil.copytree(ROOT / "protos" / "v3", tmp_path / "protos" / "v3")
    there = tmp_path / "examples" / "testing"
    ignored = shutil.ignore_patterns("*_pb2*", "__pycache__")
    shutil.copytree(ROOT / "examples" / "testing", there, ignore=ignored)
    lines = (there / "README.md").read_text(encoding="utf-8").split("```")[1].split("\n")
    (generate,) = (line for line in lines if "protoc" in line)
    words = generate.split()[1:]
    subprocess.run([sys.executable, *words], cwd=there, check=True, timeout=300)
    return there


def last_line(folder: Path) -> str:
    """The last line of pytest in the application's folder."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    return ran.stdout.strip().splitlines()[-1]


def test_they_pass(application: Path) -> None:
    assert last_line(application).startswith("4 passed")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('            idempotency_key=f"shipped-{number}",\n', ""),
        ("return answer.error.code == 0", "return True"),
    ],
    ids=["without an idempotency key", "blind for API errors"],
)
def test_they_fail_where_the_application_is_wrong(
    application: Path, right: str, wrong: str
) -> None:
    source = application / "orders.py"
    text = source.read_text(encoding="utf-8")
    assert right in text
    source.write_text(text.replace(right, wrong), encoding="utf-8")
    assert last_line(application).startswith("1 failed, 3 passed")
