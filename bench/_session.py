"""One user: a connection that is kept open and kept busy until the run ends."""

import random
from collections.abc import Callable

import gevent
from gevent.event import Event

from bench._alarm import Alarm
from bench._answer import Ended
from bench._connection import Connection
from bench._frames import ProtocolError, goaway
from bench._headers import Headers
from bench._link import Closed, Link, connect
from bench._pace import Pace
from bench._recorder import Recorder, Token, clock
from bench._workload import ASIDE, Workload
from centrifugo_grpc.endpoint import Endpoint

CONNECT_TIMEOUT = 5.0
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0
_TICK = 0.05


class Session:
    """See the module. `in_flight` calls are under way at most; counts go to `recorder`."""

    def __init__(
        self,
        endpoint: Endpoint,
        workload: Workload,
        pace: Pace,
        recorder: Recorder,
        *,
        in_flight: int,
    ) -> None:
        self._endpoint = endpoint
        self._workload = workload
        self._pace = pace
        self._recorder = recorder
        self._in_flight = in_flight
        self._deadline_us = int(endpoint.deadline * 1e6)
        self._common = common_headers(endpoint)
        self._connection: Connection | None = None
        self._link: Link | None = None
        self._alarm: Alarm | None = None
        self._over = Event()
        self._crash: BaseException | None = None
        self._is_stopping = False
        self._opened = 0
        self.stopped_at = 0

    def run(self, is_over: Callable[[], bool], drain: float) -> None:
        """Work until `is_over` or killed; then wait up to `drain` seconds for what is under way."""
        self._alarm = Alarm(self._guarded_turn)
        try:
            self._workload.begin()
            self._work(is_over)
        finally:
            self._is_stopping = True
            self.stopped_at = clock()
            self._finish(drain)
            self._alarm.close()
            self._workload.ended()
        if self._crash is not None:
            raise self._crash

    def wake(self) -> None:
        """The pace has changed: look at it anew."""
        self._guarded_turn()

    def stop(self) -> None:
        """Start nothing more."""
        self._is_stopping = True
        self._over.set()

    def _work(self, is_over: Callable[[], bool]) -> None:
        pause = _FIRST_PAUSE
        while not (is_over() or self._is_stopping) and self._crash is None:
            began = clock()
            if self._connect():
                while not self._over.wait(_TICK) and not is_over():
                    self._tick()
                if self._was_up():
                    pause = _FIRST_PAUSE
            # From one attempt to the next, with jitter, so that many users do not come at once.
            left = pause * random.uniform(0.5, 1.0) - (clock() - began) / 1e6
            if left > 0 and not is_over() and not self._is_stopping and self._crash is None:
                gevent.sleep(left)
            if not self._was_up():
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _was_up(self) -> bool:
        return self._connection is not None and self._connection.control.is_up

    def _connect(self) -> bool:
        self._connection = None
        try:
            link = connect(self._endpoint, CONNECT_TIMEOUT)
        except Closed as closed:
            self._recorder.refused(str(closed))
            return False
        workload = self._workload
        self._connection = Connection(self._common, workload.judge, is_shallow=workload.is_shallow)
        self._link, self._opened = link, clock()
        if not self._is_stopping:
            self._over.clear()
        link.start(self._take, self._lost)
        self._guarded_turn()
        return True

    def _finish(self, drain: float) -> None:
        connection, link = self._connection, self._link
        if connection is None or link is None:
            return
        with gevent.Timeout(drain, False):  # noqa: FBT003
            self._wait_for_answers(connection, link)
            self._workload.closing(connection)
            link.send(connection.outgoing.chunks)
            self._wait_for_answers(connection, link)
        # What is open now was cut off: nobody counts it any more.
        connection.open.clear()
        link.close("")

    def _wait_for_answers(self, connection: Connection, link: Link) -> None:
        while link.is_open and connection.open and self._crash is None:
            gevent.sleep(0.001)

    def _take(self, data: bytes) -> None:
        connection, link = self._connection, self._link
        assert connection is not None
        assert link is not None
        try:
            connection.receive(data)
            self._turn(connection, link)
        except ProtocolError as error:
            link.send([*connection.outgoing.chunks, goaway(error.code)])
            link.close(str(error))
        except Exception as error:
            self._crash = error
            self._over.set()

    def _guarded_turn(self) -> None:
        if self._link is not None and self._link.is_open:
            self._take(b"")

    def _turn(self, connection: Connection, link: Link) -> None:
        """Count what came, start what is due, send it."""
        now = clock()
        self._count(connection, now)
        if not self._is_stopping and not link.is_behind:
            room = min(self._in_flight - len(connection.open), connection.room)
            if room > 0:
                tokens = self._pace.due(now, room)
                if tokens:
                    tokens = self._workload.send(connection, tokens)
                    self._recorder.sent(tokens)
                    room -= len(tokens)
                wait = self._pace.wait(now)
                if room > 0 and wait is not None and self._alarm is not None:
                    self._alarm.set(wait)
        link.send(connection.outgoing.chunks)
        if connection.control.is_closing and not connection.open:
            link.close(connection.control.why or "GOAWAY")

    def _count(self, connection: Connection, now: int) -> None:
        done = connection.done
        if done:
            self._recorder.answered(done, now)
            self._workload.took(done, now)
            done.clear()
        if connection.failed:
            for token, ended in connection.failed:
                self._workload.failed(token)
                if not is_aside(token):
                    self._recorder.failed(token, now, ended)
            connection.failed.clear()
        if connection.answers:
            for token, response in connection.answers:
                self._workload.heard(token, response)
            connection.answers.clear()

    def _tick(self) -> None:
        """Give up what is overdue; the oldest calls stand first."""
        connection, link = self._connection, self._link
        if connection is None or link is None or not link.is_open:
            return
        now = clock()
        if not connection.control.is_up and now - self._opened > CONNECT_TIMEOUT * 1e6:
            link.close("accepted, and then silent")
            return
        overdue = now - self._deadline_us
        late = []
        for stream, token in connection.open.items():
            if token[1] > overdue:
                break
            late.append(stream)
        for stream in late:
            connection.cancel(stream, Ended("DEADLINE_EXCEEDED"))
        self._guarded_turn()

    def _lost(self, why: str) -> None:
        connection = self._connection
        if why and connection is not None:
            if not connection.control.is_up:
                # It never came about, as where a dying server had it in its backlog.
                self._recorder.refused(why)
            elif not connection.control.is_closing or connection.open:
                self._recorder.lost(why)
            connection.lose(why)
            self._count(connection, clock())
        self._over.set()


def is_aside(token: Token) -> bool:
    """Whether a call is no publication."""
    return len(token) > 2 and token[2] == ASIDE


def common_headers(endpoint: Endpoint, *, deadline: float | None = None) -> Headers:
    """The headers of every request, after method and path."""
    seconds = endpoint.deadline if deadline is None else deadline
    headers: list[tuple[str, str]] = [
        (":scheme", "https" if endpoint.tls else "http"),
        (":authority", endpoint.address),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ]
    if seconds:
        headers.append(("grpc-timeout", f"{int(seconds * 1000)}m"))
    return (*headers, *endpoint.key_metadata())
