"""Somebody else's project: stubs of the same messages, plugins and an option `--target` of its own.

Its files are the examples of docs/test-double.md, which are so held to the truth.
"""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.packaging.environments import ROOT, built, environment, run

OWN_OPTION = """

def pytest_addoption(parser):
    parser.addoption("--target", default="staging", help="where our own tests go")


@pytest.fixture
def target(request):
    return request.config.getoption("--target")
"""
OWN_TEST = """
import pytest
from apiproto import api_pb2
from google.protobuf import descriptor_pool


def test_the_option_is_theirs(target):
    assert target == "production"


def test_the_stubs_are_theirs():
    found = descriptor_pool.Default().FindMessageTypeByName(
        "centrifugal.centrifugo.api.PublishRequest"
    )
    assert found is api_pb2.PublishRequest.DESCRIPTOR


@pytest.mark.asyncio
async def test_beside_pytest_asyncio(centrifugo):
    import grpc.aio
    from apiproto import api_pb2_grpc

    async with grpc.aio.insecure_channel(centrifugo.grpc_address) as channel:
        stub = api_pb2_grpc.CentrifugoApiStub(channel)
        await stub.Publish(api_pb2.PublishRequest(channel="news", data=b"1"))
    assert len(centrifugo.publications("news")) == 1
"""


def examples() -> dict[str, str]:
    """The examples of the page, by the name of the file in their first line."""
    page = (ROOT / "docs" / "test-double.md").read_text(encoding="utf-8")
    found = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", page, re.DOTALL)
    assert len(found) == page.count("```python")
    return dict(found)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The project's folder, and the interpreter of its environment."""
    folder = tmp_path_factory.mktemp("neighbour")
    wheel = built(folder / "built", "wheel")
    interpreter = environment(
        folder / "env", wheel, "pytest", "pytest-asyncio", "pytest-xdist",
        options=("--link-mode", "hardlink"),
    )  # fmt: skip
    suite = folder / "suite"
    stubs = suite / "apiproto"
    stubs.mkdir(parents=True)
    for name in ("api", "unistream"):
        shutil.copy(ROOT / "protos" / "v3" / f"{name}.proto", stubs / f"{name}.proto")
        run(
            suite, sys.executable, "-m", "grpc_tools.protoc", "-I.", "--python_out=.",
            "--grpc_python_out=.", f"apiproto/{name}.proto",
        )  # fmt: skip
    for name, text in examples().items():
        (suite / name).write_text(text + (OWN_OPTION if name == "conftest.py" else ""))
    (suite / "test_own.py").write_text(OWN_TEST)
    (suite / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
        "addopts = --strict-markers --strict-config\n"
    )
    return suite, interpreter


def test_its_suite_passes_with_the_double_over_two_workers(project: tuple[Path, Path]) -> None:
    suite, interpreter = project
    told = run(suite, str(interpreter), "-m", "pytest", "-n", "2", "--target", "production")
    assert "8 passed" in told


def test_the_demonstration_without_pytest_runs(project: tuple[Path, Path]) -> None:
    suite, interpreter = project
    told = run(suite, str(interpreter), "demo.py")
    assert re.match(r"127\.0\.0\.1:\d+ \[Publication\(channel='news'", told)


def test_the_base_brings_neither_locust_nor_what_plots(project: tuple[Path, Path]) -> None:
    suite, interpreter = project
    for name in ("locust", "gevent", "matplotlib", "jinja2", "hdrh", "scipy", "numpy"):
        run(suite, str(interpreter), "-c", f"import {name}", expected=1)
