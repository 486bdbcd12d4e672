"""Takes the pictures of docs/: what the terminal prints, and the pages as a browser shows them.

`python -m tools.pictures [RESULTS]`; without RESULTS the pages are those of the stored results.
"""

import html
import io
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from PIL import Image
from selenium import webdriver

from centrifugo_grpc.result_files import write_whole
from reports import page, runs
from tests.reports.browser.chromium import browser
from tools.report import reference_server

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
STORE = ROOT / "reports" / "results"
HOST = "localhost:10000"
COLOURS = 96
"""Of a picture: pages have few, and it is a third as long."""
CORPUS = f"pytest conformance --target {HOST} --release 6.9 -m core -q --no-header"
LOAD = f"locust -f bench --host {HOST} --headless -u 1 -t 3s --only-summary --loglevel WARNING"
_LOCUST = "Type "
"""How locust's own tables begin, which stand below the harness's lines."""
_COMMAND = ' fill="#8fd18f"'
_LINE, _WIDTH, _LETTER = 18, 104, 7.83


def main(arguments: Sequence[str]) -> int:
    """Take all of them."""
    store = Path(arguments[0]) if arguments else STORE
    with reference_server() as address:
        for name, words in (("corpus", CORPUS), ("load", LOAD)):
            write_whole(PICTURES / f"{name}.svg", terminal(_printed(words, address)).encode())
    found = runs.read([store])
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder)) as driver:
        made = Path(folder) / "page.html"
        page.write(made, page.render(found, made.name))
        _picture(driver, made, "page", height=760)
        _picture(driver, made, "plots", at="#load", height=820)
        _picture(driver, made, "matrix", at="#requirements", height=640, dark=True)
        _picture(driver, made, "phone", at="#summary", width=390, height=780)
        page.write(made, page.render_upgrades(found))
        _picture(driver, made, "releases", height=760)
    return 0


def terminal(lines: Sequence[str]) -> str:
    """Lines of a terminal as SVG; the first is the command."""
    shown = [cut for line in lines for cut in _cut(line)]
    height = _LINE * (len(shown) + 1)
    rows = "\n".join(
        f'<text x="12" y="{_LINE * place}"{_COMMAND if place == 1 else ""}>'
        f"{html.escape(line, quote=False)}</text>"
        for place, line in enumerate(shown, start=1)
    )
    width = round(_WIDTH * _LETTER + 24)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">\n'
        f'<rect width="100%" height="100%" rx="6" fill="#16191f"/>\n'
        f'<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace"'
        f' font-size="13" fill="#d7dbe2" style="white-space: pre">\n{rows}\n</g>\n</svg>\n'
    )


def _cut(line: str) -> list[str]:
    """A line as a narrow terminal shows it, but between words."""
    return textwrap.wrap(line, _WIDTH, drop_whitespace=False) or [""]


def _printed(typed: str, address: str) -> list[str]:
    """The command as a user types it, and what it printed, of the server at an address."""
    ran = subprocess.run(
        [sys.executable, "-m", *typed.replace(HOST, address).split()],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    printed = takewhile(lambda line: not line.startswith(_LOCUST), ran.stdout.splitlines())
    lines = [f"$ {typed}", *printed]
    return [line.replace(address, HOST).replace(f"{ROOT}/", "").rstrip() for line in lines]


def _picture(
    driver: webdriver.Chrome,
    made: Path,
    name: str,
    *,
    at: str = "",
    width: int = 1180,
    height: int,
    dark: bool = False,
) -> None:
    """The page from what `at` selects on."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.get("about:blank")  # Or the page before would be laid out anew.
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    driver.get(made.as_uri())
    if at:
        driver.execute_script("document.querySelector(arguments[0]).scrollIntoView()", at)
    image = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    packed = io.BytesIO()
    image.quantize(COLOURS).save(packed, "PNG", optimize=True)
    write_whole(PICTURES / f"{name}.png", packed.getvalue())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
