"""How master and workers end a run together, so that not one call is missing from the sum."""

from typing import Any

import gevent
from locust.runners import MasterRunner, WorkerRunner

from bench._result import Result
from bench._run import Run

_END = "centrifugo-end"
_FINAL = "centrifugo-final"
_RATE = "centrifugo-rate"
_ASK = "centrifugo-ask"
_PART = "centrifugo-part"
_PATIENCE = 15.0


class Workers:
    """The messages between master and workers, on either side."""

    def __init__(self, run: Run, result: Result) -> None:
        self._run = run
        self._result = result
        self._heard: set[str] = set()

    def register(self, runner: Any) -> None:
        """Listen for what the other side sends."""
        if isinstance(runner, MasterRunner):
            runner.register_message(_FINAL, self._take)
            runner.register_message(_PART, self._take)
        elif isinstance(runner, WorkerRunner):
            runner.register_message(_END, lambda **_: self.end_this_one(runner), concurrent=True)
            runner.register_message(_RATE, lambda msg, **_: self._run.set_rate(**msg.data))
            runner.register_message(
                _ASK, lambda **_: runner.send_message(_PART, self._run.report())
            )

    def end_all(self, master: MasterRunner) -> None:
        """Have every worker end, and wait for what it counted."""
        self._hear_all(master, _END)

    def gather(self, master: MasterRunner) -> None:
        """Have every worker tell what it counted so far."""
        self._hear_all(master, _ASK)

    def set_rate(self, master: MasterRunner, label: str, rate: float) -> None:
        """Have every worker start `rate` calls a second a user."""
        master.send_message(_RATE, {"label": label, "rate": rate})

    def _hear_all(self, master: MasterRunner, message: str) -> None:
        self._heard.clear()
        expected = {client.id for client in master.clients.all}
        master.send_message(message)
        with gevent.Timeout(_PATIENCE + (master.environment.stop_timeout or 0), False):  # noqa: FBT003
            while not expected <= self._heard:
                gevent.sleep(0.01)
                expected &= {client.id for client in master.clients.all}

    def end_this_one(self, worker: WorkerRunner) -> None:
        """End the sessions of this worker and send what it counted."""
        self._run.end()
        worker.send_message(_FINAL, self._run.report())

    def _take(self, msg: Any, **_: Any) -> None:
        self._result.total.add(msg.node_id, msg.data)
        self._heard.add(msg.node_id)
