"""What listens on a port, and the ports themselves."""

import errno
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from centrifugo_grpc.problem import Problem


@dataclass(frozen=True)
class Listener:
    """Something that listens: what it is, where (host:port), and how it is stopped."""

    name: str
    address: str
    stop: Callable[[], Awaitable[None]]


def shown(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def require_free(host: str, port: int, option: str) -> None:
    """Raise `Problem` if any address that a name stands for is in use on this port.

    grpcio would be content if one of them is free, and calls would go to two servers.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise Problem(f"no address to listen on: {host!r}; give one of this machine's") from None
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise no_port(shown(host, port), option) from None


def no_port(address: str, option: str) -> Problem:
    """The problem of a port that cannot be had; `option` is what chooses another."""
    return Problem(
        f"cannot listen on {address}: the port is in use, or the address is not this machine's;"
        f" choose another with {option}"
    )
