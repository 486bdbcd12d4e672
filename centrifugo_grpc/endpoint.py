"""Where a server is and how to get in: address, API key, TLS, deadline, in one object."""

import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from centrifugo_grpc.problem import Problem

DEFAULT_ADDRESS = "localhost:10000"
DEFAULT_DEADLINE = 5.0
CONNECT_TIMEOUT = 5.0

_CHANNEL_OPTIONS = (
    # A history may be longer than the 4 MiB that grpcio takes by default (facts v2.md 4).
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # What is asked of the server must reach it: no second tries, no proxy from the environment,
    # no connection shared with another client of this process.
    ("grpc.enable_retries", 0),
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
)

_OTHER_NAME = (62, 64)
"""OpenSSL's codes for a certificate of another host name or address."""


@dataclass(frozen=True)
class Endpoint:
    """A server's GRPC API.

    `address` is host:port (IPv6 in brackets), `deadline` the seconds a call may take. `ca` is a
    PEM file of the authorities to trust; without it, TLS trusts those that gRPC comes with.
    """

    address: str
    api_key: str | None = field(default=None, repr=False)
    tls: bool = False
    ca: Path | None = None
    deadline: float = DEFAULT_DEADLINE

    def __post_init__(self) -> None:
        split_address(self.address)
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise Problem("the API key has characters that gRPC metadata cannot carry: use ASCII")
        if self.ca is not None and not self.tls:
            raise Problem("a CA file is given without TLS: add --tls or leave --ca out")

    def channel(self, *extra_options: tuple[str, str | int]) -> grpc.Channel:
        """A new gRPC channel with a connection of its own; it connects with the first call."""
        options = [*_CHANNEL_OPTIONS, *extra_options]
        if not self.tls:
            return grpc.insecure_channel(self.address, options=options)
        credentials = grpc.ssl_channel_credentials(root_certificates=self._root_certificates())
        return grpc.secure_channel(self.address, credentials, options=options)

    def key_metadata(self) -> tuple[tuple[str, str], ...]:
        """The metadata that carries the key: the rule of the GRPC API page, `apikey <KEY>`."""
        return (("authorization", f"apikey {self.api_key}"),) if self.api_key else ()

    def require_reachable(self) -> None:
        """Raise `Problem` if nothing listens there, or it does not speak TLS as it should."""
        host, port = split_address(self.address)
        try:
            with socket.create_connection((host, port), CONNECT_TIMEOUT) as connection:
                if self.tls:
                    self._root_certificates()
                    self._shake_hands(connection, host)
        except ssl.SSLCertVerificationError as error:
            advice = (
                "call it by a name that its certificate has"
                if error.verify_code in _OTHER_NAME
                else "give the authority that signed its certificate with --ca"
            )
            raise Problem(
                f"TLS with {self.address} failed: {error.verify_message}; {advice}"
            ) from error
        except (ssl.SSLError, ConnectionResetError, BrokenPipeError) as error:
            raise Problem(f"{self.address} does not speak TLS: leave --tls out") from error
        except (socket.gaierror, UnicodeError) as error:
            raise Problem(f"no host named {host!r}: check the address {self.address}") from error
        except TimeoutError as error:
            raise Problem(
                f"{self.address} does not answer within {CONNECT_TIMEOUT:g} s: check the address"
            ) from error
        except OSError as error:
            raise Problem(
                f"nothing listens on {self.address} ({error.strerror or error}): start the server"
                " with its GRPC API on, or correct the address"
            ) from error

    def _shake_hands(self, connection: socket.socket, host: str) -> None:
        context = ssl.create_default_context(cafile=self.ca)
        context.set_alpn_protocols(["h2"])
        context.wrap_socket(connection, server_hostname=host).close()

    def _root_certificates(self) -> bytes | None:
        if self.ca is None:
            return None
        try:
            pem = self.ca.read_bytes()
            ssl.create_default_context(cafile=self.ca)
        except ssl.SSLError as error:
            raise Problem(f"{self.ca} holds no PEM certificate: give a CA file") from error
        except OSError as error:
            raise Problem(f"cannot read the CA file {self.ca}: {error.strerror}") from error
        return pem


def split_address(address: str) -> tuple[str, int]:
    """Host and port of `host:port`; raises `Problem` on anything else."""
    host, colon, port = address.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not host or (":" in host and not bracketed):
        raise Problem(f"not an address: {address!r}; give host:port, such as {DEFAULT_ADDRESS}")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Problem(f"not a port: {port!r} in {address!r}; ports go from 1 to 65535")
    return (host[1:-1] if bracketed else host), int(port)
