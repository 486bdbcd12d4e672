"""The way locust's documentation shows for gRPC: a channel a user, an interceptor that times calls.

Options come by the environment: RIVAL_METHOD, RIVAL_MESSAGE (hex), RIVAL_RESULT (a file).
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import grpc
import grpc.experimental.gevent as grpc_gevent
from locust import User, events, task

grpc_gevent.init_gevent()

METHOD = os.environ.get("RIVAL_METHOD", "")
MESSAGE = bytes.fromhex(os.environ.get("RIVAL_MESSAGE", ""))


class Timing(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Times each call and fires locust's event for it."""

    def intercept_unary_unary(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        """Make the call, wait for its result, tell locust."""
        started = time.perf_counter()
        exception, size = None, 0
        response = continuation(client_call_details, request)
        try:
            size = len(response.result())
        except grpc.RpcError as error:
            exception = error
        events.request.fire(  # type: ignore[no-untyped-call]
            request_type="grpc",
            name=client_call_details.method,
            response_time=(time.perf_counter() - started) * 1000,
            response_length=size,
            response=response,
            context=None,
            exception=exception,
        )
        return response


class Publisher(User):
    """A user with a channel of its own that publishes one at a time."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        channel = grpc.insecure_channel(
            str(self.host), options=[("grpc.use_local_subchannel_pool", 1)]
        )
        self._publish = grpc.intercept_channel(channel, Timing()).unary_unary(METHOD, None, None)

    @task
    def publish(self) -> None:
        """Publish once."""
        self._publish(MESSAGE, timeout=5)


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def _tell(environment: Any, **_: Any) -> None:
    stats = environment.runner.stats.total
    told = {
        "ok": stats.num_requests - stats.num_failures,
        "errors": stats.num_failures,
        "rate": stats.total_rps,
        "p50_ms": stats.get_response_time_percentile(0.5),
        "p99_ms": stats.get_response_time_percentile(0.99),
        "cpu": time.process_time(),
    }
    Path(os.environ["RIVAL_RESULT"]).write_text(json.dumps(told))
