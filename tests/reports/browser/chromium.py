"""A headless Chromium for tests of the pages, and the accessibility check that runs in it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

HERE = Path(__file__).parent
_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def require_chromium() -> None:
    """Skip, and say so, where Debian's chromium and chromium-driver are not installed."""
    if not (shutil.which("chromedriver") and shutil.which("chromium")):
        pytest.skip("no chromium with its driver on PATH: apt-get install chromium chromium-driver")


@contextmanager
def browser(profile: Path, *, width: int = 1280) -> Iterator[webdriver.Chrome]:
    """A browser with a profile of its own that tells its console and its network requests."""
    require_chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for switch in (*_SWITCHES, f"--window-size={width},900", f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def axe_script() -> str:
    """The source of axe-core, installed by the lock file beside this module."""
    script = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm on PATH: axe-core comes from it")
        subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=HERE,
            check=True,
            capture_output=True,
            timeout=600,
        )
    return script.read_text(encoding="utf-8")
