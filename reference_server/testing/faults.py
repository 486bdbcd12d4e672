"""What goes wrong on demand: errors, lost answers and delays."""

import asyncio
from dataclasses import dataclass, field

import grpc

from centrifugo_grpc.problem import Problem

ANY = "*"
"""Stands for every RPC."""


@dataclass
class Failure:
    """An end that a call is to have. `code` is an API error's; else `status` is gRPC's.

    With `applied` the call is carried out first, and only its answer is lost.
    """

    times: int
    code: int = 0
    message: str = ""
    status: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE
    applied: bool = False


@dataclass
class Faults:
    """The faults of a server, by the name of the RPC. Failures are used up one after another."""

    _failures: dict[str, list[Failure]] = field(default_factory=dict)
    _delays: dict[str, float] = field(default_factory=dict)

    def add(self, rpc: str, failure: Failure) -> None:
        """Let the next calls of an RPC fail, after those that are to fail already."""
        if failure.times < 1:
            raise Problem(f"times: {failure.times} is no number of calls; it takes 1 or more")
        self._failures.setdefault(rpc, []).append(failure)

    def take(self, rpc: str) -> Failure | None:
        """The failure that a call is to have, which is used up by that."""
        for name in (rpc, ANY):
            waiting = self._failures.get(name)
            if waiting:
                waiting[0].times -= 1
                return waiting[0] if waiting[0].times else waiting.pop(0)
        return None

    def delay(self, rpc: str, seconds: float) -> None:
        """Let every call of an RPC wait before it is looked at; 0 ends that."""
        if seconds < 0:
            raise Problem(f"seconds: {seconds} is no time to wait")
        self._delays[rpc] = seconds

    async def wait(self, rpc: str) -> None:
        """Wait as long as a call of an RPC is to wait."""
        seconds = self._delays.get(rpc, self._delays.get(ANY, 0))
        if seconds:
            await asyncio.sleep(seconds)

    def clear(self) -> None:
        """No more faults."""
        self._failures.clear()
        self._delays.clear()
