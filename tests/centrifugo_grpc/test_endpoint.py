"""Addresses, TLS, and servers that cannot be reached."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from centrifugo_grpc.discovery import discover
from centrifugo_grpc.endpoint import Endpoint, split_address
from centrifugo_grpc.problem import Problem
from tests.centrifugo_grpc.small_server import CERTIFICATES, serving, v2_service

LOCALHOST = CERTIFICATES / "localhost.crt"
ELSEWHERE = CERTIFICATES / "elsewhere.crt"


def refused(endpoint: Endpoint) -> str:
    with pytest.raises(Problem) as caught:
        discover(endpoint)
    text = str(caught.value)
    assert "\n" not in text
    return text


@contextmanager
def listening(greeting: bytes) -> Iterator[str]:
    """A TCP port that gRPC is not spoken on: it says `greeting` to the first comer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection, host_and_port = socket.socket(), server.getsockname()
        connection.connect(host_and_port)
        accepted, _ = server.accept()
        with accepted, connection:
            accepted.sendall(greeting)
            yield f"127.0.0.1:{host_and_port[1]}"


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("localhost:10000", "localhost", 10000),
        ("[::1]:10000", "::1", 10000),
        ("centrifugo.example.com:1", "centrifugo.example.com", 1),
        ("10.0.0.1:65535", "10.0.0.1", 65535),
    ],
)
def test_an_address_is_host_and_port(address: str, host: str, port: int) -> None:
    assert split_address(address) == (host, port)


@pytest.mark.parametrize("address", ["", "localhost", ":10000", "::1:10000", "http://localhost:1"])
def test_what_is_no_address_is_one_line(address: str) -> None:
    with pytest.raises(Problem, match=r"^not an address: .*; give host:port, such as localhost"):
        Endpoint(address)


@pytest.mark.parametrize("port", ["", "0", "65536", "-1", "http", "1e3", "\u0661"])
def test_what_is_no_port_is_one_line(port: str) -> None:
    with pytest.raises(Problem, match=r"^not a port: .*; ports go from 1 to 65535$"):
        Endpoint(f"localhost:{port}")


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "\x00"])
def test_a_key_that_metadata_cannot_carry_is_refused_and_not_printed(key: str) -> None:
    with pytest.raises(Problem, match=r"use ASCII$") as caught:
        Endpoint("localhost:10000", api_key=key)
    assert key not in str(caught.value)


def test_the_key_is_not_in_the_endpoint_s_repr() -> None:
    assert "secret" not in repr(Endpoint("localhost:10000", api_key="secret"))


def test_an_unreachable_server_is_one_line() -> None:
    assert refused(Endpoint("localhost:1")).startswith("nothing listens on localhost:1 (")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "two..dots", "x" * 64])
def test_a_host_that_does_not_exist_is_one_line(host: str) -> None:
    assert refused(Endpoint(f"{host}:10000")).startswith(f"no host named {host!r}")


def test_tls_with_the_right_authority_works() -> None:
    with serving(v2_service("2.8.7"), "localhost") as address:
        (found,) = discover(Endpoint(address, tls=True, ca=LOCALHOST))
    assert found.told


def test_tls_without_the_authority_asks_for_it() -> None:
    with serving(v2_service(), "localhost") as address:
        text = refused(Endpoint(address, tls=True))
        assert refused(Endpoint(address, tls=True, ca=ELSEWHERE)) == text
    assert text.startswith(f"TLS with {address} failed: self")
    assert text.endswith("give the authority that signed its certificate with --ca")


def test_a_certificate_of_another_host_asks_for_its_name() -> None:
    with serving(v2_service(), "elsewhere") as address:
        text = refused(Endpoint(address, tls=True, ca=ELSEWHERE))
    assert text.endswith("; call it by a name that its certificate has")


def test_tls_against_plaintext_is_one_line() -> None:
    with serving(v2_service()) as address:
        text = refused(Endpoint(address, tls=True, ca=LOCALHOST))
    assert text == f"{address} does not speak TLS: leave --tls out"


def test_plaintext_against_tls_is_one_line() -> None:
    with serving(v2_service(), "localhost") as address:
        text = refused(Endpoint(address))
    assert text.startswith(f"{address} does not answer Info of api.Centrifugo: UNAVAILABLE")
    assert text.endswith("; if it speaks TLS, add --tls")


def test_a_port_where_another_protocol_is_spoken_is_one_line() -> None:
    with listening(b"220 mail.example ESMTP\r\n") as address:
        text = refused(Endpoint(address, deadline=0.5))
    assert text.startswith(f"{address} does not answer Info of api.Centrifugo: ")


def test_a_ca_without_tls_is_refused() -> None:
    with pytest.raises(Problem, match=r"^a CA file is given without TLS: add --tls or leave"):
        Endpoint("localhost:10000", ca=LOCALHOST)


@pytest.mark.parametrize("content", ["", "not a certificate", "\xff"])
def test_a_ca_file_without_a_certificate_is_one_line(content: str, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(content)
    with serving(v2_service(), "localhost") as address:
        text = refused(Endpoint(address, tls=True, ca=ca))
    assert text == f"{ca} holds no PEM certificate: give a CA file"


def test_a_ca_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with serving(v2_service(), "localhost") as address:
        missing = refused(Endpoint(address, tls=True, ca=tmp_path / "missing.pem"))
        folder = refused(Endpoint(address, tls=True, ca=tmp_path))
    assert missing == f"cannot read the CA file {tmp_path}/missing.pem: No such file or directory"
    assert folder == f"cannot read the CA file {tmp_path}: Is a directory"


def test_a_ca_file_with_comments_in_any_language_works(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("# Prüfstelle\n" + LOCALHOST.read_text(), encoding="utf-8")
    with serving(v2_service("2.8.7"), "localhost") as address:
        assert discover(Endpoint(address, tls=True, ca=ca))
