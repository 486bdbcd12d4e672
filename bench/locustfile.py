"""`locust -f bench --host localhost:10000`: publishes binary payloads over the GRPC API."""

import logging
import sys
from typing import Any

import gevent
import grpc.experimental.gevent as grpc_gevent
from locust import User, events, task
from locust.runners import MasterRunner, WorkerRunner
from locust.user.task import LOCUST_STATE_STOPPING

from bench._climb import Climb
from bench._locust_stats import use_fine_buckets
from bench._options import add_options
from bench._result import BAD_INPUT, Result
from bench._run import Run
from bench._web_form import refuse_bad_forms
from bench._workers import Workers
from centrifugo_grpc.problem import Problem

_RUN = Run()
_RESULT = Result(_RUN)
_WORKERS = Workers(_RUN, _RESULT)
_REPORT = "centrifugo"
_LOGGER = logging.getLogger("centrifugo")

use_fine_buckets()


class CentrifugoUser(User):
    """One connection that keeps publications in flight until the run ends."""

    @task
    def work(self) -> None:
        """Keep at it until the run, or locust, ends it."""
        _RUN.work(self._is_stopping)
        while not self._is_stopping():
            gevent.sleep(0.05)

    def _is_stopping(self) -> bool:
        return bool(self._state == LOCUST_STATE_STOPPING)


@events.init_command_line_parser.add_listener
def _add_options(parser: Any) -> None:
    add_options(parser)


@events.init.add_listener
def _init(environment: Any, web_ui: Any = None, **_: Any) -> None:
    # After --processes has forked, and before the first gRPC channel.
    grpc_gevent.init_gevent()
    _WORKERS.register(environment.runner)
    if web_ui is not None:
        refuse_bad_forms(web_ui, environment)
    elif not isinstance(environment.runner, WorkerRunner):
        try:
            _RUN.prepare(environment)
        except Problem as problem:
            _RESULT.finish(environment, str(problem))
            print(problem, file=sys.stderr)
            sys.exit(BAD_INPUT)


@events.test_start.add_listener
def _test_start(environment: Any, **_: Any) -> None:
    try:
        _RUN.prepare(environment, is_worker=isinstance(environment.runner, WorkerRunner))
    except Problem as problem:
        _LOGGER.error("%s", problem)
        environment.process_exit_code = BAD_INPUT
        if not isinstance(environment.runner, WorkerRunner):
            gevent.spawn_later(0, environment.runner.stop)
        return
    _RUN.start(environment)
    if not isinstance(environment.runner, WorkerRunner):
        _RESULT.start()
        _WORKERS.begin()
        _go_with_the_phases(environment)


def _go_with_the_phases(environment: Any) -> None:
    assert _RUN.options is not None
    if _RUN.options.warmup:
        gevent.spawn_later(_RUN.options.warmup, _RESULT.warmed_up)
    if _RUN.scenario.is_paced:
        gevent.spawn(_climb, environment.runner)
    elif _RUN.seconds is not None:
        gevent.spawn_later(_RUN.seconds, environment.runner.quit)


def _climb(runner: Any) -> None:
    """Lead the run through the rates of *capacity*, then end it."""
    if isinstance(runner, MasterRunner):
        climb = Climb(
            _RUN,
            _RESULT.total,
            lambda label, rate: _WORKERS.set_rate(runner, label, rate),
            lambda: _WORKERS.gather(runner),
        )
    else:
        climb = Climb(
            _RUN, _RESULT.total, _RUN.set_rate, lambda: _RESULT.total.add("local", _RUN.report())
        )
    _RESULT.climb = climb
    while runner.user_count < max(runner.target_user_count, 1):
        gevent.sleep(0.05)
    climb.climb(lambda: max(runner.user_count, 1))
    runner.quit()


@events.test_stopping.add_listener
def _test_stopping(environment: Any, **_: Any) -> None:
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        _WORKERS.end_this_one(runner)
        return
    _RESULT.stop(runner.target_user_count or runner.user_count)
    if isinstance(runner, MasterRunner):
        _WORKERS.end_all(runner)
    else:
        _RUN.end()
        _RESULT.total.add("local", _RUN.report())


@events.test_stop.add_listener
def _test_stop(environment: Any, **_: Any) -> None:
    if not isinstance(environment.runner, WorkerRunner) and not _RUN.problem:
        _RESULT.finish(environment)


@events.report_to_master.add_listener
def _report_to_master(data: dict[str, Any], **_: Any) -> None:
    data[_REPORT] = _RUN.report()


@events.worker_report.add_listener
def _worker_report(client_id: str, data: dict[str, Any], **_: Any) -> None:
    if _REPORT in data:
        _RESULT.total.add(client_id, data[_REPORT])


@events.quitting.add_listener
def _quitting(environment: Any, **_: Any) -> None:
    if not isinstance(environment.runner, WorkerRunner):
        environment.runner.stop()
