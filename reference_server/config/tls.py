"""The certificate and the key of the GRPC API, by the options of each release."""

import base64
import binascii
import re
import ssl
import tempfile
from pathlib import Path

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config.sources import Options
from reference_server.settings import Tls

_PEM = b"-----BEGIN "
_LONGEST_NAME = 200


def tls_of(options: Options, release: Release) -> Tls | None:
    """Certificate and key, or None for plaintext. Raises `Problem` if they do not do."""
    return _tls_of_port(options, release, "grpc_api")


def tls_of_uni_grpc(options: Options, release: Release) -> Tls | None:
    """The same for the unidirectional stream."""
    return _tls_of_port(options, release, "uni_grpc")


def tls_of_http(options: Options, release: Release) -> Tls | None:
    """The same for the HTTP port."""
    if release >= Release.V6_9:
        if options.truth("http_server.tls_autocert.enabled"):
            raise _no_autocert("http_server.tls_autocert")
        return _nested(options, "http_server")
    if options.truth("tls_autocert"):
        raise _no_autocert("tls_autocert")
    return _flat(options, release, "") if options.truth("tls") else None


def _tls_of_port(options: Options, release: Release, port: str) -> Tls | None:
    if release >= Release.V6_9:
        return _nested(options, port)
    if options.truth(f"{port}_tls"):
        return _flat(options, release, f"{port}_")
    if options.truth(f"{port}_tls_disable"):
        return None
    return tls_of_http(options, release)


def _no_autocert(name: str) -> Problem:
    return Problem(
        f"{name}: no certificates are fetched here; give a certificate and its key, or leave it out"
    )


def _nested(options: Options, port: str) -> Tls | None:
    if not options.truth(f"{port}.tls.enabled"):
        return None
    _refuse_client_certificates(options, f"{port}.tls.client_ca_pem")
    names = (f"{port}.tls.cert_pem", f"{port}.tls.key_pem")
    certificate, key = (_pem_of_any_kind(name, options.text(name)) for name in names)
    return _pair(names, certificate, key)


def _flat(options: Options, release: Release, prefix: str) -> Tls:
    files = (f"{prefix}tls_cert", f"{prefix}tls_key")
    texts = (f"{prefix}tls_cert_pem", f"{prefix}tls_key_pem")
    if release >= Release.V4_1:
        _refuse_client_certificates(options, f"{prefix}tls_client_ca")
        _refuse_client_certificates(options, f"{prefix}tls_client_ca_pem")
    in_files, in_texts = (all(options.text(name) for name in names) for names in (files, texts))
    if in_texts and not in_files and release >= Release.V4_1:
        certificate, key = (options.text(name).encode() for name in texts)
        return _pair(texts, certificate, key)
    certificate, key = (_file(name, options.text(name)) for name in files)
    return _pair(files, certificate, key)


def _refuse_client_certificates(options: Options, name: str) -> None:
    if options.text(name):
        raise Problem(f"{name}: certificates of clients are not checked here; leave it out")


def _file(name: str, path: str) -> bytes:
    if not path:
        raise Problem(f"TLS is on, but {name} is not given")
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        if len(path.splitlines()) > 1 or len(path) > _LONGEST_NAME:
            # It may be a key: not to be shown.
            raise Problem(f"{name} holds neither PEM nor the name of a file") from None
        why = error.strerror if isinstance(error, OSError) else error
        raise Problem(f"{name}: cannot read {path}: {why}") from error


def _pem_of_any_kind(name: str, value: str) -> bytes:
    """The PEM in a value: itself, base64 of it, or the name of its file."""
    if value.encode().lstrip().startswith(_PEM):
        return value.encode()
    decoded = _decoded(value)
    if decoded.lstrip().startswith(_PEM):
        return decoded
    return _file(name, value)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", value), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _pair(names: tuple[str, str], certificate: bytes, key: bytes) -> Tls:
    with tempfile.TemporaryDirectory() as folder:
        chain, private = Path(folder) / "chain", Path(folder) / "key"
        chain.write_bytes(certificate)
        private.write_bytes(key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            # Without a password of its own OpenSSL asks at the terminal for one.
            context.load_cert_chain(chain, private, password="")
        except (ssl.SSLError, OSError, ValueError) as error:
            why = getattr(error, "reason", None) or "no certificate and key"
            told = str(why).lower().replace("_", " ")
            raise Problem(f"{names[0]} and {names[1]} do not go together: {told}") from error
    return Tls(certificate, key)
