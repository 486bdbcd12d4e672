"""How master and workers end a run together, so that not one call is missing from the sum."""

from typing import Any

import gevent
from locust.runners import MasterRunner, WorkerRunner

from bench._result import Result
from bench._run import Run

_END = "centrifugo-end"
_FINAL = "centrifugo-final"
_PATIENCE = 15.0


class Workers:
    """The messages between master and workers, on either side."""

    def __init__(self, run: Run, result: Result) -> None:
        self._run = run
        self._result = result
        self._final: set[str] = set()

    def register(self, runner: Any) -> None:
        """Listen for what the other side sends."""
        if isinstance(runner, MasterRunner):
            runner.register_message(_FINAL, self._take_final)
        elif isinstance(runner, WorkerRunner):
            runner.register_message(_END, lambda **_: self.end_this_one(runner), concurrent=True)

    def end_all(self, master: MasterRunner) -> None:
        """Have every worker end, and wait for what it counted."""
        self._final.clear()
        expected = {client.id for client in master.clients.all}
        master.send_message(_END)
        with gevent.Timeout(_PATIENCE + (master.environment.stop_timeout or 0), False):  # noqa: FBT003
            while not expected <= self._final:
                gevent.sleep(0.01)
                expected &= {client.id for client in master.clients.all}

    def end_this_one(self, worker: WorkerRunner) -> None:
        """End the sessions of this worker and send what it counted."""
        self._run.end()
        worker.send_message(_FINAL, self._run.report())

    def _take_final(self, msg: Any, **_: Any) -> None:
        self._result.total.add(msg.node_id, msg.data)
        self._final.add(msg.node_id)
