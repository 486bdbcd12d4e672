"""The certificate and the key of the GRPC API."""

import base64
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.problem import Problem
from reference_server.settings import Tls
from tests.config.files import CERTIFICATES, flat, load_one, nested

CERTIFICATE, KEY = CERTIFICATES / "right.crt", CERTIFICATES / "right.key"
OTHER_KEY, LOCKED_KEY = CERTIFICATES / "other.key", CERTIFICATES / "locked.key"
EXPECTED = Tls(CERTIFICATE.read_bytes(), KEY.read_bytes())
FLAT = pytest.mark.parametrize("release", ["2.8", "3.2", "4.1", "5.4"])


def api_files(certificate: Path = CERTIFICATE, key: Path = KEY) -> dict[str, Any]:
    return {"grpc_api_tls_cert": str(certificate), "grpc_api_tls_key": str(key)}


@FLAT
def test_a_flat_file_names_the_files_of_certificate_and_key(tmp_path: Path, release: str) -> None:
    file = flat(grpc_api_tls=True, **api_files())
    assert load_one(tmp_path, file, release).tls == EXPECTED


@FLAT
def test_without_the_switch_the_api_is_plaintext(tmp_path: Path, release: str) -> None:
    assert load_one(tmp_path, flat(**api_files()), release).tls is None
    assert load_one(tmp_path, nested({"tls": {"cert_pem": "x"}}), "6.9").tls is None


@FLAT
def test_the_api_follows_the_general_tls_unless_told_not_to(tmp_path: Path, release: str) -> None:
    file = flat(tls=True, tls_cert=str(CERTIFICATE), tls_key=str(KEY))
    assert load_one(tmp_path, file, release).tls == EXPECTED
    assert load_one(tmp_path, file | {"grpc_api_tls_disable": True}, release).tls is None
    both = file | {"grpc_api_tls_disable": True, "grpc_api_tls": True, **api_files()}
    assert load_one(tmp_path, both, release).tls == EXPECTED


def test_the_flags_of_tls_work(tmp_path: Path) -> None:
    flags = ["--grpc_api_tls", "--grpc_api_tls_cert", str(CERTIFICATE), "--grpc_api_tls_key"]
    assert load_one(tmp_path, flat(), "2.8", *flags, str(KEY)).tls == EXPECTED


@pytest.mark.parametrize("release", ["4.1", "5.4"])
def test_4_and_5_take_pem_as_text(tmp_path: Path, release: str) -> None:
    pem = {
        "grpc_api_tls_cert_pem": CERTIFICATE.read_text(),
        "grpc_api_tls_key_pem": KEY.read_text(),
    }
    assert load_one(tmp_path, flat(grpc_api_tls=True, **pem), release).tls == EXPECTED


@pytest.mark.parametrize("kind", ["file", "text", "base64"])
def test_6_takes_files_text_or_base64(tmp_path: Path, kind: str) -> None:
    def written(path: Path) -> str:
        if kind == "file":
            return str(path)
        content = path.read_bytes()
        return (base64.b64encode(content) if kind == "base64" else content).decode()

    tls = {"enabled": True, "cert_pem": written(CERTIFICATE), "key_pem": written(KEY)}
    assert load_one(tmp_path, nested({"tls": tls}), "6.9").tls == EXPECTED


@FLAT
@pytest.mark.parametrize(("files", "told"), [
    ({}, "TLS is on, but grpc_api_tls_cert is not given"),
    (api_files(key=Path("/none.key")), "grpc_api_tls_key: cannot read /none.key: No such file"),
    (api_files(certificate=Path("/none.crt")), "grpc_api_tls_cert: cannot read /none.crt"),
    (api_files(key=OTHER_KEY), "grpc_api_tls_cert and grpc_api_tls_key do not go together"),
    (api_files(key=LOCKED_KEY), "do not go together"),
    (api_files(certificate=KEY), "do not go together"),
    (api_files(key=Path(__file__)), "do not go together"),
])  # fmt: skip
def test_a_certificate_and_key_that_do_not_do_are_refused(
    tmp_path: Path, release: str, files: dict[str, str], told: str
) -> None:
    with pytest.raises(Problem, match=told) as caught:
        load_one(tmp_path, flat(grpc_api_tls=True, **files), release)
    assert "\n" not in str(caught.value)


def test_a_mangled_key_is_not_shown(tmp_path: Path) -> None:
    tls = {"enabled": True, "cert_pem": str(CERTIFICATE), "key_pem": KEY.read_text()[5:]}
    with pytest.raises(Problem, match="key_pem holds neither PEM nor the name of a file") as caught:
        load_one(tmp_path, nested({"tls": tls}), "6.9")
    assert KEY.read_text()[40:60] not in str(caught.value)


def test_what_is_not_done_here_is_refused_and_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="certificates of clients are not checked here"):
        load_one(tmp_path, nested({"tls": {"enabled": True, "client_ca_pem": "x"}}), "6.9")
    file = flat(grpc_api_tls=True, grpc_api_tls_client_ca="x", **api_files())
    with pytest.raises(Problem, match="certificates of clients are not checked here"):
        load_one(tmp_path, file, "5.4")
    with pytest.raises(Problem, match="no certificates are fetched here"):
        load_one(tmp_path, flat(tls_autocert=True), "5.4")
