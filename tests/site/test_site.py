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
ASKING = r'<(?:script|img|link)[^>]+(?:src|href)="?(https?:[^" >]+)'
BROKEN = ("[x](no-such-page.md)", "[x](load.md#no-such-part)", "![x](no.png)")
QUESTIONS = ["conformance", "load", "implementing", "test-double", "percentiles", "contributing"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the site is made of, without the stored results, whose page takes its time."""
    for part in PARTS:
        there = tmp_path / part
        there.parent.mkdir(exist_ok=True)
        (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, there)
    return tmp_path


def built(tree: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_builds_in_the_order_of_a_reader_s_questions(tree: Path) -> None:
    ran = built(tree)
    assert ran.returncode == 0, ran.stderr
    index = (tree / "site" / "index.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="([a-z-]+)\.html" class="md-nav__link"', index)
    assert [name for name in linked if name in QUESTIONS] == QUESTIONS
    for page in ("releases.html", "results.html", "overview.html", "changelog.html"):
        assert (tree / "site" / page).is_file()
    assert 'href="releases.html"' in (tree / "site" / "comparing.html").read_text("utf-8")


def test_its_pages_ask_no_other_host_for_anything(tree: Path) -> None:
    assert built(tree).returncode == 0
    for page in (tree / "site").glob("*.html"):
        asked = re.findall(
            r'<(?:script|img|link)[^>]+(?:src|href)="?(https?:[^" >]+)', page.read_text("utf-8")
        )
        assert asked == [], page.name


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_link_stops_it(tree: Path, broken: str) -> None:
    with (tree / "docs" / "load.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{broken}\n")
    ran = built(tree)
    assert ran.returncode == 1
    assert "load.md" in ran.stderr
