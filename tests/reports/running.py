"""`python -m reports`, in a process of its own or, for most tests, in this one."""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from reports.__main__ import main


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def reports(*arguments: str | Path) -> Ran:
    """Run a command here: importing what draws takes longer than most of them."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main([str(argument) for argument in arguments])
    return Ran(code, out.getvalue(), err.getvalue())


def from_outside(*arguments: str | Path) -> Ran:
    """Run a command as its users do; a warning ends it."""
    words = [sys.executable, "-W", "error", "-m", "reports", *map(str, arguments)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)
