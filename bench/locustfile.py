"""`locust -f bench --host localhost:10000`: publishes binary payloads over the GRPC API."""

import logging
import sys
from typing import Any

import grpc.experimental.gevent as grpc_gevent
from locust import User, events, task
from locust.runners import MasterRunner, WorkerRunner

from bench._options import add_options
from bench._publish import Publisher
from bench._run import Run
from centrifugo_grpc.problem import Problem

_RUN = Run()
_REPORT = "centrifugo"


class CentrifugoUser(User):
    """One connection that keeps publications in flight until the run ends."""

    @task
    def publish(self) -> None:
        """Publish until locust stops the user."""
        assert _RUN.options is not None
        Publisher(_RUN.options, _RUN.found, _RUN.tally, self._report).run()

    def _report(self, seconds: float, size: int, wrong: str | None) -> None:
        stats = self.environment.stats
        stats.log_request("grpc", "Publish", seconds * 1000, size)
        if wrong is not None:
            stats.log_error("grpc", "Publish", wrong)


@events.init_command_line_parser.add_listener
def _add_options(parser: Any) -> None:
    add_options(parser)


@events.init.add_listener
def _init(environment: Any, **_: Any) -> None:
    # After --processes has forked, and before the first channel.
    grpc_gevent.init_gevent()
    if environment.web_ui is None and not isinstance(environment.runner, WorkerRunner):
        try:
            _RUN.prepare(environment)
        except Problem as problem:
            sys.exit(str(problem))


@events.test_start.add_listener
def _test_start(environment: Any, **_: Any) -> None:
    try:
        _RUN.prepare(environment)
    except Problem as problem:
        logging.getLogger("centrifugo").error("%s", problem)
        environment.process_exit_code = 2
        environment.runner.quit()
        return
    _RUN.start()


@events.test_stop.add_listener
def _test_stop(**_: Any) -> None:
    _RUN.stop()


@events.report_to_master.add_listener
def _report_to_master(data: dict[str, Any], **_: Any) -> None:
    data[_REPORT] = _RUN.take_report()


@events.worker_report.add_listener
def _worker_report(data: dict[str, Any], **_: Any) -> None:
    if _REPORT in data:
        _RUN.add_report(data[_REPORT])


@events.quitting.add_listener
def _quitting(environment: Any, **_: Any) -> None:
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        return
    users = runner.target_user_count or getattr(environment.parsed_options, "num_users", None) or 1
    runner.stop()
    if not isinstance(runner, MasterRunner):
        _RUN.add_report(_RUN.take_report())
    _RUN.finish(environment, users)
