"""Rows over TLS: handshakes, and calls by clients that trust this or that certificate."""

import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc

from centrifugo_grpc.endpoint import split_address
from centrifugo_grpc.recordings import calling
from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.releases import Dialect

SECONDS = 5.0
_FILES = (".pem", ".key")
_CLIENT_WORDS = "failed to connect to all addresses"
"""How details begin that the client wrote itself: port and words of its TLS library follow."""
_OTHER_NAME = (("grpc.ssl_target_name_override", "elsewhere.example"),)


def is_tls(row: Row) -> bool:
    """Whether a row was recorded on a server that had certificates."""
    config = row["config"] or {}
    return row["rpc"] != "(startup)" and any(
        str(value).endswith(_FILES) for value in config.values()
    )


def with_certificates(config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A configuration whose certificates and keys are those of a folder."""
    return {
        name: str(folder / value) if str(value).endswith(_FILES) else value
        for name, value in config.items()
    }


def answered(row: Row, api: str, http: str, certificates: Path, dialect: Dialect) -> Row:
    """Repeat a row; the answer in the row's form."""
    if row["rpc"] == "(tls handshake)":
        return {"observed": _shaken(split_address(api), row["request"])}
    if row["rpc"] == "(http)":
        return {"observed": {"status_line": _status_line(http, row["request"]["GET"])}}
    with _channel(row, api, certificates) as channel:
        answer = calling.call(channel, row, calling.path_of(row, dialect), dialect)
    recorded = row.get("grpc_error", {})
    failed = answer.get("grpc_error", {})
    if all(item.get("details", "").startswith(_CLIENT_WORDS) for item in (recorded, failed)):
        failed["details"] = recorded["details"]
    return answer


def _channel(row: Row, api: str, certificates: Path) -> grpc.Channel:
    transport = row["transport"]
    host, port = transport.get("host", "127.0.0.1"), split_address(api)[1]
    if not transport["tls"]:
        return calling.channel_to(f"{host}:{port}")
    trusted = None
    if transport["trusted_ca"] != "system":
        trusted = (certificates / f"{transport['trusted_ca']}.pem").read_bytes()
    options = _OTHER_NAME if row["case"].endswith("name-mismatch") else ()
    credentials = grpc.ssl_channel_credentials(trusted)
    return grpc.secure_channel(f"{host}:{port}", credentials, options)


def _shaken(address: tuple[str, int], request: Row) -> Row:
    """What a handshake comes to; a request tells the protocols and the newest version offered."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if "alpn" in request:
        context.set_alpn_protocols([item.strip("[' ]") for item in request["alpn"].split(",")])
    if "maximum_version" in request:
        context.maximum_version = ssl.TLSVersion(int(request["maximum_version"]))
    with (
        socket.create_connection(address, SECONDS) as raw,
        context.wrap_socket(raw) as wrapped,
    ):
        return {"version": wrapped.version(), "alpn": wrapped.selected_alpn_protocol()}


def _status_line(http: str, path: str) -> str:
    with socket.create_connection(split_address(http), SECONDS) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return raw.makefile("rb").readline().decode().rstrip()
