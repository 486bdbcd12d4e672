"""What the site has besides docs/: files of the top level, and the pages of stored results.

A hook of mkdocs (`mkdocs.yml` names it). Links are written for whoever reads the files where they
lie, and turned to the site's pages here.
"""

import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # mkdocs loads a hook as a file, not as a module of the suite.

from reports import page, runs  # noqa: E402

STORE = ROOT / "reports" / "results"
TOP = {
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
LINKS = {
    "](docs/": "](",
    "](../reports/results)": "](results.html)",
    "](../reports/results/releases.html)": "](releases.html)",
    **{f"]({name})": f"]({page})" for name, page in TOP.items()},
    **{f"](../{name})": f"]({page})" for name, page in TOP.items()},
}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the files of the top level, and the pages that reports make."""
    for name, place in TOP.items():
        files.append(File.generated(config, place, content=(ROOT / name).read_text("utf-8")))
    stored = runs.read([STORE]) if any(STORE.glob("*/*/*.json*")) else []
    made = {
        "results.html": page.render(stored, "results.html"),
        "releases.html": page.render_upgrades(stored),
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Turn links to files of the repository to the pages that they are here."""
    for there, here in LINKS.items():
        markdown = markdown.replace(there, here)
    return markdown
