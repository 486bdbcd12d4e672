"""The site of docs/: it builds, its links lead somewhere, and a broken one stops it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("docs", "mkdocs.yml", "tools/site.py", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
BROKEN = ("[x](no-such-page.md)", "[x](load.md#no-such-part)", "![x](no.png)")
QUESTIONS = ["conformance", "load", "implementing", "test-double", "percentiles", "contributing"]


def tree(folder: Path) -> Path:
    """What the site is made of, without the stored results, whose page takes its time."""
    for part in PARTS:
        there = folder / part
        there.parent.mkdir(exist_ok=True)
        (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, there)
    return folder


def built(tree: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tree(tmp_path_factory.mktemp("site"))
    ran = built(made)
    assert ran.returncode == 0, ran.stderr
    return made / "site"


def test_it_is_in_the_order_of_a_reader_s_questions(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="([a-z-]+)\.html" class="md-nav__link"', index)
    assert [name for name in linked if name in QUESTIONS] == QUESTIONS
    for page in ("releases.html", "results.html", "overview.html", "changelog.html"):
        assert (site / page).is_file()
    assert 'href="releases.html"' in (site / "comparing.html").read_text("utf-8")


def test_its_pages_ask_no_other_host_for_anything(site: Path) -> None:
    for page in site.glob("*.html"):
        asked = re.findall(
            r'<(?:script|img|link)[^>]+(?:src|href)="?(https?:[^" >]+)', page.read_text("utf-8")
        )
        assert asked == [], page.name


def test_each_broken_link_stops_it(tmp_path: Path) -> None:
    made = tree(tmp_path)
    with (made / "docs" / "load.md").open("a", encoding="utf-8") as page:
        page.writelines(f"\n{broken}\n" for broken in BROKEN)
    ran = built(made)
    assert ran.returncode == 1
    warnings = [line for line in ran.stderr.splitlines() if "load.md" in line]
    for broken in BROKEN:
        target = broken.partition("(")[2].removesuffix(")")
        assert any(target in line for line in warnings), (broken, ran.stderr)
    assert f"Aborted with {len(BROKEN)} warnings in strict mode" in ran.stdout, ran.stdout
