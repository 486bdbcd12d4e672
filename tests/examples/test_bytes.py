"""Bytes that the GRPC API publishes arrive as they are: in Python, and in a browser."""

import functools
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint
from reference_server.testing import CentrifugoServer
from tests.official_clients import javascript
from tests.reports.browser.chromium import browser

FOLDER = Path(__file__).parents[2] / "examples" / "binary"
BYTES = b"\x00\xff\xfe{"
PATIENCE = 60


@pytest.fixture(scope="module")
def server() -> Iterator[CentrifugoServer]:
    with CentrifugoServer(release="6.9", config=FOLDER / "config.json") as started:
        yield started


def publish(server: CentrifugoServer, channel: str) -> None:
    with V3Client(Endpoint(server.grpc_address)) as client:
        assert client.publish(channel=channel, data=BYTES).error is None


def test_centrifuge_python_receives_the_bytes(server: CentrifugoServer) -> None:
    command = [sys.executable, str(FOLDER / "python" / "receive.py"), server.ws_url, "python"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "subscribed\n"
        publish(server, "python")
        assert process.stdout.read() == "received 00 ff fe 7b\n"
        assert process.wait(PATIENCE) == 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The page with its locked packages, as the README has it served."""
    if why := javascript.why_not_here():
        pytest.skip(why)
    there = tmp_path / "browser"
    shutil.copytree(FOLDER / "browser", there, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts"]
    subprocess.run(command, cwd=there, check=True, capture_output=True, timeout=PATIENCE * 10)
    handler = functools.partial(_Quiet, directory=str(there))
    with ThreadingHTTPServer(("localhost", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{served.server_port}"
        finally:
            served.shutdown()
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


def test_a_browser_receives_the_bytes(server: CentrifugoServer, site: str, tmp_path: Path) -> None:
    address = server.ws_url.split("/")[2]
    with browser(tmp_path / "profile") as driver:
        driver.get(f"{site}/?server={address}&channel=browser")
        waiting = WebDriverWait(driver, PATIENCE)
        state = driver.find_element(By.ID, "state")
        waiting.until(lambda _: state.text not in {"", "connecting"})
        assert state.text == "subscribed"
        publish(server, "browser")
        waiting.until(lambda d: d.find_elements(By.TAG_NAME, "li"))
        assert [li.text for li in driver.find_elements(By.TAG_NAME, "li")] == ["00 ff fe 7b"]


def test_the_page_s_packages_are_locked_without_a_registry() -> None:
    lock = (FOLDER / "browser" / "package-lock.json").read_text(encoding="utf-8")
    assert '"node_modules/centrifuge"' in lock
    assert "integrity" in lock
    assert "resolved" not in lock
