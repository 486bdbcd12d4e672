"""The corpus runs from any folder, and other people's pytest knows nothing of it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from centrifugo_grpc.releases import Release
from tests.conformance.small_server import small_server

ROOT = Path(__file__).parents[2]
# As the entry point has it, whether or not this installation is of the latest pyproject.toml.
PYTEST = [sys.executable, "-m", "pytest", "-p", "conformance.entry_point"]


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        [*PYTEST, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_entry_point_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["entry-points"]["pytest11"]
    assert declared["centrifugo-conformance"] == "conformance.entry_point"


def test_the_corpus_is_found_from_any_folder(tmp_path: Path) -> None:
    with small_server(Release.V6_9) as address:
        given = ["--pyargs", "conformance", "--target", address, "-k", "info.return.node"]
        judged = ran(tmp_path, *given)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert judged.stdout.splitlines()[-1].startswith("partial: 1 of ")


def test_one_file_of_the_corpus_can_be_named(tmp_path: Path) -> None:
    with small_server(Release.V6_9) as address:
        named = "conformance.test_info::test_info_tells_a_node"
        judged = ran(tmp_path, "--pyargs", named, "--target", address)
    assert judged.stdout.splitlines()[-1].startswith("partial: 1 of ")


def test_the_pytest_of_others_has_no_option_of_ours_and_imports_nothing(tmp_path: Path) -> None:
    assert "--target" not in ran(tmp_path, "--help").stdout
    (tmp_path / "test_own.py").write_text(
        "import sys\n\n"
        "def test_own(pytestconfig):\n"
        "    assert not hasattr(pytestconfig.option, 'target')\n"
        "    assert 'grpc' not in sys.modules and 'conformance.plugin' not in sys.modules\n"
    )
    own = ran(tmp_path)
    assert "1 passed" in own.stdout, own.stdout


def test_help_beside_the_corpus_shows_its_options(tmp_path: Path) -> None:
    assert "--target=HOST:PORT" in ran(tmp_path, "--pyargs", "conformance", "--help").stdout
