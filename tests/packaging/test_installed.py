"""What was installed runs from any folder: with the base alone, and with every extra."""

from pathlib import Path

import pytest

from tests.packaging.environments import PYTHON, UV, environment, run
from tests.packaging.using import judge_load_and_report, server


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The `bin` of an environment with the base."""
    return environment(tmp_path_factory.mktemp("base") / "env", wheel).parent


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The `bin` of an environment with every extra."""
    return environment(tmp_path_factory.mktemp("full") / "env", f"{wheel}[all]").parent


def test_the_server_runs_with_the_base_and_says_what_the_other_commands_need(
    base: Path, tmp_path: Path
) -> None:
    with server(base / "centrifugo-reference-server", tmp_path) as address:
        script = (
            "import sys, grpc\n"
            "from protos.v3 import api_pb2 as api\n"
            "with grpc.insecure_channel(sys.argv[1]) as channel:\n"
            "    call = channel.unary_unary('/centrifugal.centrifugo.api.CentrifugoApi/Info',\n"
            "        api.InfoRequest.SerializeToString, api.InfoResponse.FromString)\n"
            "    print(call(api.InfoRequest(), timeout=10).result.nodes[0].version)\n"
        )
        assert "6.9" in run(tmp_path, str(base / "python"), "-c", script, address)
    for name, extra in (("conformance", "conformance"), ("load", "bench"), ("reports", "reports")):
        arguments = ["build", "x.json", "-o", "x.html"] if name == "reports" else []
        told = run(tmp_path, str(base / f"centrifugo-{name}"), *arguments, expected=2)
        assert told.count("\n") == 1
        assert f"pip install 'centrifugo-suite[{extra}]'" in told


def test_corpus_harness_and_reports_run_with_every_extra(full: Path, tmp_path: Path) -> None:
    judge_load_and_report(full, tmp_path)


def test_pip_installs_it_too(wheel: Path, tmp_path: Path) -> None:
    # With pip, and without the bytecode of pip's that `python -m venv` makes first.
    command = environment(tmp_path / "env", "pip").parent
    run(tmp_path, str(command / "pip"), "install", "--quiet", str(wheel))
    assert "--release" in run(tmp_path, str(command / "centrifugo-reference-server"), "--help")


@pytest.mark.parametrize("tool", ["uv tool", "pipx"])
def test_tools_for_commands_put_all_four_on_the_path(
    wheel: Path, tmp_path: Path, tool: str
) -> None:
    places = {"UV_TOOL_DIR": "uv", "UV_TOOL_BIN_DIR": "bin", "PIPX_HOME": "pipx"}
    places |= {"PIPX_BIN_DIR": "bin", "PIPX_MAN_DIR": "man"}
    environ = {name: str(tmp_path / place) for name, place in places.items()}
    installing = {"uv tool": ("tool", "install"), "pipx": ("tool", "run", "pipx", "install")}[tool]
    run(tmp_path, str(UV), *installing, "--quiet", "--python", PYTHON, str(wheel), environ=environ)
    found = {path.name for path in (tmp_path / "bin").iterdir()}
    assert found == {
        f"centrifugo-{name}" for name in ("reference-server", "conformance", "load", "reports")
    }
    with server(tmp_path / "bin" / "centrifugo-reference-server", tmp_path) as address:
        assert address.startswith(("127.0.0.1:", "localhost:", "[::1]:"))
