"""The pytest plugin: what it gives, and that it is no burden to anybody."""

import sys
import textwrap
from pathlib import Path

import pytest

from reference_server import pytest_plugin
from tests.packaging.environments import ROOT, run

SUITE = {
    "conftest": """
        import pytest

        @pytest.fixture(scope="session")
        def centrifugo_options():
            chat = {"name": "chat", "history_size": 1, "history_ttl": "60s"}
            return {"release": "5.4", "config": {"namespaces": [chat]}}
    """,
    "client": """
        import grpc
        from protos.v3 import api_pb2 as api

        def publish(channel, data):
            path = "/centrifugal.centrifugo.api.CentrifugoApi/Publish"
            call = channel.unary_unary(path, api.PublishRequest.SerializeToString,
                                       api.PublishResponse.FromString)
            return call(api.PublishRequest(channel="chat:1", data=data), timeout=10)
    """,
    "test_synchronous": """
        import os
        import grpc, pytest
        from client import publish

        addresses = set()
        made = []

        @pytest.mark.parametrize("number", range(6))
        def test_each_finds_the_same_server_empty(centrifugo, number):
            addresses.add(centrifugo.grpc_address)
            worker = os.environ["PYTEST_XDIST_WORKER"].encode()
            with grpc.insecure_channel(centrifugo.grpc_address) as channel:
                assert publish(channel, worker).result.offset == 1
            (publication,) = centrifugo.publications()
            assert (publication.data, str(centrifugo.release)) == (worker, "5.4")
            assert len(addresses) == 1

        def test_servers_of_its_own_end_with_it(centrifugo_factory):
            config = {"namespaces": [{"name": "chat"}]}
            made.extend([centrifugo_factory("3.2", config), centrifugo_factory("4.1", config)])
            for server in made:
                with grpc.insecure_channel(server.grpc_address) as channel:
                    publish(channel, b"1")
            assert made[0].grpc_address != made[1].grpc_address

        def test_afterwards():
            for server in made:
                with pytest.raises(Exception, match="not started"):
                    server.publish("chat:1", b"1")
    """,
    "test_asynchronous": """
        import grpc.aio, pytest
        from client import publish

        @pytest.mark.asyncio
        @pytest.mark.parametrize("number", range(4))
        async def test_it(centrifugo, number):
            async with grpc.aio.insecure_channel(centrifugo.grpc_address) as channel:
                assert (await publish(channel, b"1")).result.offset == 1
            assert len(centrifugo.publications("chat:1")) == 1
    """,
}


def test_a_suite_of_synchronous_and_asynchronous_tests_over_two_workers(tmp_path: Path) -> None:
    for name, text in SUITE.items():
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
        "addopts = --strict-markers --strict-config\n"
    )
    told = run(tmp_path, sys.executable, "-m", "pytest", "-n", "2", "--dist", "load")
    assert "12 passed" in told
    assert "Exception" not in told


def test_a_suite_that_does_not_use_it_loads_nothing_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    loaded = [n for n in sys.modules if n.startswith('reference_server.')]\n"
        "    assert loaded == ['reference_server.pytest_plugin']\n"
        "    assert not {'grpc', 'google.protobuf', 'yaml', 'websockets'} & sys.modules.keys()\n"
    )
    told = run(tmp_path, sys.executable, "-m", "pytest", "-p", "no:asyncio", "test_it.py")
    assert "1 passed" in told


def test_it_has_no_hook_and_so_adds_no_option_no_marker_and_no_setting_to_anybodys_pytest() -> None:
    assert [name for name in vars(pytest_plugin) if name.startswith("pytest_")] == []


@pytest.mark.parametrize(("release", "other"), [("2.8", "v3"), ("6.9", "v2")])
def test_a_server_that_nobody_calls_has_loaded_nothing_that_only_some_need(
    release: str, other: str
) -> None:
    script = (
        "import sys, reference_server.testing as testing\n"
        f"with testing.CentrifugoServer({release!r}) as server:\n"
        "    assert server.grpc_address and server.ws_url\n"
        "print(*sys.modules)\n"
    )
    loaded = set(run(ROOT, sys.executable, "-c", script).split())
    server = ("clients.session", "clients.permissions", "protocol.codecs", "reflection.service")
    spared = {"websockets", "jwt", "cryptography", "yaml", "tomllib", "argparse"}
    spared |= {f"reference_server.{name}" for name in (*server, f"api.{other}")}
    spared |= {f"protos.{other}.api_pb2", "protos.client.v2_pb2", "protos.reflection.v1_pb2"}
    assert "reference_server.node" in loaded
    assert not spared & loaded


def test_a_server_is_there_and_gone_within_half_a_second_imports_included(tmp_path: Path) -> None:
    script = (
        "import sys, time, reference_server.testing as testing\n"
        "with testing.CentrifugoServer(sys.argv[1]) as server:\n"
        "    assert server.grpc_address\n"
        "print(time.process_time())\n"
    )
    # As installed: with bytecode, which the first run writes.
    environ = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    releases = ("6.9", "2.8", "3.2", "4.1", "5.4", "6.9")
    spent = [
        float(run(ROOT, sys.executable, "-c", script, release, environ=environ))
        for release in releases
    ]
    # Processor time: what the clock says on a busy machine is no measure of the server. Of the
    # releases that differ in nothing but numbers the quickest tells it the best.
    assert min(spent[1:]) < 0.5, dict(zip(releases, spent, strict=True))
