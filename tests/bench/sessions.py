"""Runs one `Session` in this process, on gevent's loop but without its patches."""

import random
from dataclasses import replace
from typing import Any

import gevent

from bench._outgoing import Request
from bench._pace import ClosedLoop, OpenLoop
from bench._recorder import MEASURED, Recorder, clock
from bench._session import Session
from bench._tally import Tally
from bench._workload import Workload
from centrifugo_grpc.endpoint import Endpoint
from tests.bench.peer import PATH, judge

MESSAGE = b"\x0a\x05bench\x12\x10" + bytes(16)


class Repeat(Workload):
    """Publishes one message again and again; over after so many answers."""

    def __init__(self, message: bytes = MESSAGE, path: str = PATH) -> None:
        super().__init__(judge)
        self.answered = 0
        self._request = Request(path, message)

    def send(self, connection: Any, tokens: list[Any]) -> list[Any]:
        connection.call(self._request, tokens)
        return tokens

    def took(self, tokens: list[Any], now: int) -> None:
        self.answered += len(tokens)


def run(
    endpoint: Endpoint,
    *,
    seconds: float = 10.0,
    until: int | None = None,
    in_flight: int = 10,
    rate: float | None = None,
    poisson: bool = False,
    deadline: float = 5.0,
    drain: float = 1.0,
    message: bytes = MESSAGE,
    path: str = PATH,
) -> Tally:
    """What a session counted in so many seconds, or until so many calls ended."""
    workload = Repeat(message, path)
    recorder = Recorder(lambda *_: None)
    recorder.begin(MEASURED, is_paced=rate is not None)
    pace: Any = ClosedLoop()
    if rate is not None:
        pace = OpenLoop(
            rate,
            clock(),
            patience=deadline,
            missed=recorder.missed,
            poisson=random.Random(1) if poisson else None,
        )
    endpoint = replace(endpoint, deadline=deadline)
    session = Session(endpoint, workload, pace, recorder, in_flight=in_flight)
    end = clock() + int(seconds * 1e6)

    def is_over() -> bool:
        tally = recorder.phase.tally
        ended = tally.ok + tally.errors
        return clock() >= end or (until is not None and ended >= until)

    with gevent.Timeout(seconds + 20):
        session.run(is_over, drain)
    if rate is not None:
        pace.end(session.stopped_at)
    return recorder.take()[MEASURED]
