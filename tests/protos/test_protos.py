"""The wire contract loads beside other stubs, and the generated files are what they should be."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.message import DecodeError

from centrifugo_grpc.releases import OPEN_RPCS, PRO_RPCS, Dialect, Release, releases_of
from protos.lenient import lenient_messages
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3
from tools import generate_protos

PROTOS = Path(__file__).parents[2] / "protos"


def test_the_generated_files_are_up_to_date(tmp_path: Path) -> None:
    generate_protos.generate(tmp_path)
    generated = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(generated) == 14
    for path in generated:
        committed = generate_protos.ROOT / path.relative_to(tmp_path)
        assert path.read_text() == committed.read_text(), f"{committed}: run `make protos`"


@pytest.mark.parametrize("dialect", ["v2", "v3"])
@pytest.mark.parametrize("ours_first", [True, False])
def test_a_user_s_own_stubs_load_beside_ours(
    dialect: str, tmp_path: Path, *, ours_first: bool
) -> None:
    line = ["-m", "grpc_tools.protoc", f"-I{PROTOS / dialect}", "--python_out=."]
    command = [sys.executable, *line, "--grpc_python_out=.", "api.proto"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=300)
    ours = "from protos.v2 import api_pb2 as a; from protos.v3 import api_pb2 as b"
    theirs = "import api_pb2, api_pb2_grpc"
    both = [ours, theirs] if ours_first else [theirs, ours]
    use = "assert api_pb2.PublishRequest(channel='c').SerializeToString() == b'\\n\\x01c'"
    run = [sys.executable, "-c", "; ".join([*both, use])]
    subprocess.run(run, cwd=tmp_path, check=True, timeout=300, env=_with_root())


def _with_root() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(PROTOS.parent)}


def test_the_v3_service_has_the_rpcs_of_all_its_releases() -> None:
    declared = {m.name for m in v3.DESCRIPTOR.services_by_name["CentrifugoApi"].methods}
    known = {rpc for r in releases_of(Dialect.V3) for rpc in OPEN_RPCS[r] | PRO_RPCS[r]}
    assert declared == known
    assert len(declared - {"UserConnections"}) == 40


def test_the_v2_service_has_the_rpcs_of_2_8() -> None:
    declared = {m.name for m in v2.DESCRIPTOR.services_by_name["Centrifugo"].methods}
    assert declared == OPEN_RPCS[Release.V2_8]
    assert len(declared) == 11


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            v3.PublishRequest,
            "channel data b64data skip_history tags idempotency_key delta version version_epoch",
        ),
        (
            v3.SubscribeRequest,
            "channel user expire_at info b64info client data b64data recover_since override session"
            " label_filter all_users",
        ),
        (v3.RefreshRequest, "user client expired expire_at info session label_filter all_users"),
        (v3.Disconnect, "code reason reconnect"),
        (v2.PublishRequest, "channel data"),
    ],
)
def test_fields_have_the_official_numbers(message: type[v3.PublishRequest], fields: str) -> None:
    numbered = {field.number: field.name for field in message.DESCRIPTOR.fields}
    assert [numbered[number] for number in sorted(numbered)] == fields.split()
    assert sorted(numbered) == list(range(1, len(numbered) + 1))


@pytest.mark.parametrize("source", generate_protos.SOURCES)
def test_the_sources_are_plain_proto3_for_any_protoc(source: str) -> None:
    text = re.sub(r"//.*", "", (PROTOS / source).read_text())
    assert re.search(r'^syntax = "proto3";$', text, re.MULTILINE)
    assert not re.search(r"\b(edition|optional|required|import|extend)\b", text)


@pytest.mark.parametrize("source", generate_protos.SOURCES)
def test_the_protoc_of_the_system_reads_the_sources(source: str, tmp_path: Path) -> None:
    protoc = shutil.which("protoc")
    if protoc is None:
        pytest.skip("needs protoc on the PATH, such as Debian's protobuf-compiler")
    out = tmp_path / "descriptors"
    command = [protoc, f"-I{PROTOS}", f"--descriptor_set_out={out}", source]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    (file,) = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    assert (file.name, file.syntax) == (source, "proto3")


def test_lenient_messages_take_strings_that_are_not_utf_8() -> None:
    body = b"\x0a\x01\xff\x12\x01x"
    with pytest.raises(DecodeError):
        v2.PublishRequest.FromString(body)
    lenient = lenient_messages(v2.DESCRIPTOR)["PublishRequest"].FromString(body)
    assert lenient.channel == b"\xff"  # type: ignore[attr-defined]
    assert lenient.SerializeToString() == body


def test_without_maps_lenient_messages_take_keys_that_are_not_utf_8() -> None:
    body = b"\x2a\x06\x0a\x01\xff\x12\x01v"
    with pytest.raises(DecodeError):
        lenient_messages(v3.DESCRIPTOR)["PublishRequest"].FromString(body)
    lenient = lenient_messages(v3.DESCRIPTOR, keeps_maps=False)["PublishRequest"].FromString(body)
    assert lenient.tags[0].key == b"\xff"  # type: ignore[attr-defined]
