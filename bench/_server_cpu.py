"""The CPU that the server spends, where its process can be seen, and the machine's as a whole."""

import ipaddress
import socket
import time
from dataclasses import dataclass

import psutil

from centrifugo_grpc.endpoint import split_address


@dataclass(frozen=True)
class Spent:
    """Seconds between two looks; `server` None where the process cannot be seen."""

    server: float | None
    busy: float
    """Share of all CPUs of this machine that was in use."""
    wall: float


class Watch:
    """Looks at the server's process and at the machine, from `mark` to `spent`."""

    def __init__(self, address: str) -> None:
        self.is_local = is_local(address)
        self._process = _listener(address) if self.is_local else None
        self.mark()

    def mark(self) -> None:
        """Count from now."""
        self._server_before = self._server()
        self._busy_before, self._total_before = _machine()
        self._began = time.monotonic()

    def spent(self) -> Spent:
        """What was spent since."""
        server, before = self._server(), self._server_before
        busy, total = _machine()
        all_of_it = total - self._total_before
        return Spent(
            server=None if server is None or before is None else server - before,
            busy=(busy - self._busy_before) / all_of_it if all_of_it > 0 else 0.0,
            wall=time.monotonic() - self._began,
        )

    def _server(self) -> float | None:
        if self._process is None:
            return None
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return None
        return float(times.user + times.system)


def _machine() -> tuple[float, float]:
    """CPU seconds of this machine that were used, and all there were."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    return sum(times) - idle, sum(times)


def is_local(address: str) -> bool:
    """Whether an address is one of this machine."""
    host, _ = split_address(address)
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    own = {a.address for addresses in psutil.net_if_addrs().values() for a in addresses}
    return all(ipaddress.ip_address(one.split("%")[0]).is_loopback or one in own for one in found)


def _listener(address: str) -> psutil.Process | None:
    """The process that listens on a port of this machine."""
    _, port = split_address(address)
    try:
        for connection in psutil.net_connections("tcp"):
            is_it = (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
            )
            if is_it and connection.pid is not None:
                return psutil.Process(connection.pid)
    except psutil.Error:
        return None
    return None
