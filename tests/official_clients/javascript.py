"""The official JavaScript client (npm `centrifuge`) in a process of its own."""

import asyncio
import contextlib
import fcntl
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from tests.websocket.serving import PATIENCE

HERE = Path(__file__).parent
INSTALL_SECONDS = 600


def why_not_here() -> str:
    """Why the client cannot be run on this machine; blank if it can."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not found: the JavaScript client needs it" if missing else ""


def installed() -> None:
    """Install the locked packages beside the lock, once for all who test at the same time."""
    marker = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    with (HERE / ".npmrc").open() as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if marker.exists() and marker.stat().st_mtime >= lock.stat().st_mtime:
            return
        command = ["npm", "ci", "--ignore-scripts"]
        subprocess.run(command, cwd=HERE, check=True, capture_output=True, timeout=INSTALL_SECONDS)
        marker.touch()


class JavaScriptClient:
    """Gives orders to the client and reads what it tells."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def order(self, do: str, **details: Any) -> None:
        """Have the client do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **details}).encode() + b"\n")

    async def next(self, event: str) -> Mapping[str, Any]:
        """What is told next of a kind; others are passed over."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := await self._process.stdout.readline():
                told: dict[str, Any] = json.loads(line)
                assert told["event"] != "failed", told
                if told["event"] == event:
                    return told
        raise AssertionError(f"the client ended without telling of {event}")

    async def ask(self, do: str, **details: Any) -> Any:
        """Have the client do something that has an answer."""
        self.order(do, **details)
        return (await self.next(do))["answer"]


@contextlib.asynccontextmanager
async def javascript_client(
    protocol: str, encoding: str, url: str, token: str
) -> AsyncIterator[JavaScriptClient]:
    """A client that has been told to connect."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(HERE / "client.mjs"),
        protocol,
        encoding,
        url,
        token,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    client = JavaScriptClient(process)
    client.order("connect")
    try:
        yield client
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
