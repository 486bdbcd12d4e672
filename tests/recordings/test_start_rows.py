"""What started a real release starts the reference server, and what stopped it stops this one.

The verdict of each row is repeated from its own configuration: the file is loaded as the command
does it, and what loads has to listen. The words of a refusal are each server's own.
"""

import asyncio
import json
import shlex
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.replaying import Recording, recording_in
from centrifugo_grpc.recordings.rows import Kind, Row, kind_of
from centrifugo_grpc.recordings.tls_rows import is_tls, with_certificates
from centrifugo_grpc.releases import Release
from protos.v2 import api_pb2 as v2
from reference_server.api.v2 import V2Api
from reference_server.config.command_line import parse_command_line
from reference_server.config.load import load_settings
from reference_server.node import Node
from reference_server.serving import running

FOLDER = Path(__file__).parent
SHARE = 0.95
DIFFERENT = {
    "listen-addresses": "all addresses of the machine, which this server opens only if asked to",
    "genconfig-output-keys": "there is no command that writes a configuration",
}
"""What is not as there, and why. A reason that no longer holds fails."""


def of_start(recording: Recording) -> list[Row]:
    return [row for row in recording.rows if kind_of(row) is Kind.START and not is_tls(row)]


def recorded(row: Row) -> bool:
    """Whether the real release ran."""
    told = row.get("observed") or row.get("response") or {}
    if "starts" in told:
        return bool(told["starts"])
    return bool(told.get("running", "grpc" in told))


def file_of(row: Row, recording: Recording) -> dict[str, Any]:
    if row["case"].startswith("config-5x-file"):
        file = dict(json.loads((FOLDER / "configs" / "5.4.json").read_text()))
        if "without-grpc-booleans" in row["case"]:
            del file["grpc_api"], file["uni_grpc"]
        return file
    if row["rpc"] == "(startup)":
        told = {name: value for name, value in row["config"].items() if name != "id"}
        return with_certificates(told, recording.certificates)
    return servers.config_of([row], recording.main, recording.release)


def outcome(
    folder: Path, file: Mapping[str, Any], release: Release, port: int
) -> tuple[bool, list[str]]:
    """Whether the file starts the server, and what the server says besides."""
    (folder / "config.json").write_text(json.dumps(file))
    line = ["-c", str(folder / "config.json"), "--release", str(release)]
    line += ["--grpc_api_port", str(port), "--uni_grpc_port", "0", "--port", "0"]
    try:
        loaded = load_settings(parse_command_line([*line, "-a", "127.0.0.1"]), {})
        asyncio.run(_serve(Node(loaded.nodes[0])))
    except Problem as problem:
        return False, str(problem).splitlines()
    return True, loaded.notices


async def _serve(node: Node) -> None:
    async with running([node]) as listeners:
        assert all(listener.address.startswith("127.0.0.1:") for listener in listeners)
        assert (listeners[0].name == "GRPC API") is node.settings.serves_api


@pytest.mark.parametrize("version", ["2.8.7", "3.2.3", "6.9.1"])
def test_rows_of_starts_come_out_as_recorded(version: str, tmp_path: Path) -> None:
    recording = recording_in(FOLDER, version)
    judged = [
        row
        for row in of_start(recording)
        if row["rpc"] in {"(startup)", "process start"} and row["case"] != "listen-addresses"
    ]
    wrong = {}
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for row in judged:
            port = taken.getsockname()[1] if row["case"].endswith("port-in-use") else 0
            file = file_of(row, recording)
            starts, told = outcome(tmp_path, file, recording.release, port)
            assert starts or len(told) == 1
            if starts is not recorded(row):
                wrong[row["case"]] = told
    assert wrong.keys() == DIFFERENT.keys() & {row["case"] for row in judged}
    assert len(judged) >= 15


def test_the_share_of_rows_that_differ_is_under_a_twentieth() -> None:
    """Of all rows of starts and TLS; those over TLS have a test of their own, and all are equal."""
    recordings = [recording_in(FOLDER, version) for version in ("2.8.7", "3.2.3", "6.9.1")]
    rows = [row for each in recordings for row in each.rows if kind_of(row) is Kind.START]
    assert DIFFERENT.keys() <= {row["case"] for row in rows}
    assert len(DIFFERENT) <= (1 - SHARE) * len(rows)


def test_6_names_every_unknown_key_that_the_real_one_named(tmp_path: Path) -> None:
    recording = recording_in(FOLDER, "6.9.1")
    named = 0
    for row in of_start(recording):
        log = (row.get("response") or {}).get("log") or []
        keys = [line["key"] for line in log if isinstance(line, dict) and "key" in line]
        if not keys:
            continue
        _, told = outcome(tmp_path, file_of(row, recording), recording.release, 0)
        for key in keys:
            assert any(key.rpartition(".")[2] in notice for notice in told), (row["case"], key)
            named += 1
    assert named >= 5


@pytest.mark.parametrize("profile", ["flags-only", "environment-only"])
def test_flags_alone_and_the_environment_alone_are_enough(profile: str, tmp_path: Path) -> None:
    recording = recording_in(FOLDER, "2.8.7")
    rows = [row for row in recording.rows if (row["config"] or {}).get("id") == profile]
    assert len(rows) == 2
    (tmp_path / "none.json").write_text("{}")
    config = rows[0]["config"]
    line = ["-c", str(tmp_path / "none.json"), "--release", "2.8", *shlex.split(config["(flags)"])]
    (settings,) = load_settings(parse_command_line(line), config["(env)"]).nodes
    assert (settings.grpc_port, settings.http.port) == (21000, 21001)
    api = V2Api(Node(settings))
    for row in rows:
        request = getattr(v2, f"{row['rpc']}Request")(channel=row["request"]["channel"].encode())
        if "data" in row["request"]:
            request.data = b"1"
        sent = api.parser(row["rpc"])(request.SerializeToString())
        assert api.answerer(row["rpc"])(sent, lambda: ()).hex() == row["wire_hex"]


def test_a_flag_that_no_release_has_is_refused() -> None:
    (row,) = [r for r in of_start(recording_in(FOLDER, "2.8.7")) if r["case"].startswith("flag-")]
    with pytest.raises(Problem, match="unrecognized arguments: --grpc_api_key"):
        parse_command_line(row["request"]["args"])
