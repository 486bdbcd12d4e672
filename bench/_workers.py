"""How master and workers end a run together, so that not one call is missing from the sum."""

import time
from typing import Any

import gevent
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from bench._result import Result
from bench._run import Run

_END = "centrifugo-end"
_FINAL = "centrifugo-final"
_RATE = "centrifugo-rate"
_ASK = "centrifugo-ask"
_PART = "centrifugo-part"
_PATIENCE = 15.0
_PATIENCE_WITH_MISSING = 5.0


class Workers:
    """The messages between master and workers, on either side."""

    def __init__(self, run: Run, result: Result) -> None:
        self._run = run
        self._result = result
        self._heard: set[str] = set()
        self._ended: set[str] = set()

    def register(self, runner: Any) -> None:
        """Listen for what the other side sends."""
        if isinstance(runner, MasterRunner):
            runner.register_message(_FINAL, self._take_last)
            runner.register_message(_PART, self._take)
        elif isinstance(runner, WorkerRunner):
            runner.register_message(_END, lambda **_: self.end_this_one(runner), concurrent=True)
            runner.register_message(_RATE, lambda msg, **_: self._run.set_rate(**msg.data))
            runner.register_message(
                _ASK, lambda **_: runner.send_message(_PART, self._run.report())
            )

    def begin(self) -> None:
        """A run begins, in which nobody has ended yet."""
        self._ended.clear()

    def end_all(self, master: MasterRunner) -> None:
        """Have every worker end, and wait for what it counted; name those that are gone."""
        took_part = {client.id for client in master.clients.all} | set(
            self._result.total.generators
        )
        self._hear_all(master, _END)
        self._result.lost_workers = len(took_part - self._ended)

    def gather(self, master: MasterRunner) -> None:
        """Have every worker tell what it counted so far."""
        self._hear_all(master, _ASK)

    def set_rate(self, master: MasterRunner, label: str, rate: float) -> None:
        """Have every worker start `rate` calls a second a user."""
        master.send_message(_RATE, {"label": label, "rate": rate})

    def _hear_all(self, master: MasterRunner, message: str) -> None:
        self._heard.clear()
        expected = {client.id for client in master.clients.all}
        began = time.monotonic()
        master.send_message(message)
        with gevent.Timeout(_PATIENCE + (master.environment.stop_timeout or 0), False):  # noqa: FBT003
            while not expected <= self._heard:
                gevent.sleep(0.01)
                # Locust calls a worker missing that was late with a sign of life.
                if time.monotonic() - began > _PATIENCE_WITH_MISSING:
                    expected &= _alive(master)

    def end_this_one(self, worker: WorkerRunner) -> None:
        """End the sessions of this worker and send what it counted."""
        self._run.end()
        # Locust's own statistics go first, so that the master has those as well when it is done.
        worker._send_stats()
        worker.send_message(_FINAL, self._run.report())

    def _take_last(self, msg: Any, **_: Any) -> None:
        self._ended.add(msg.node_id)
        self._take(msg)

    def _take(self, msg: Any, **_: Any) -> None:
        self._result.total.add(msg.node_id, msg.data)
        self._heard.add(msg.node_id)


def _alive(master: MasterRunner) -> set[str]:
    return {client.id for client in master.clients.all if client.state != STATE_MISSING}
