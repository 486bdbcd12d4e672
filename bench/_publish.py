"""The scenario *publish*: one connection a user, many publications in flight."""

import random
import time
from typing import Any

import gevent
import grpc
from gevent.pool import Group

from bench._options import LoadOptions
from bench._tally import Tally
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.releases import Dialect
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3

_SEED = 20


def payload(size: int) -> bytes:
    """Incompressible bytes, the same in every run."""
    return random.Random(_SEED).randbytes(size)


class Publisher:
    """Keeps `in_flight` publications under way on one connection and counts what becomes of each.

    `report` gets the seconds and the payload's size of a call, and what went wrong, if it did.
    """

    def __init__(self, options: LoadOptions, found: Found, tally: Tally, report: Any) -> None:
        self._options = options
        self._tally = tally
        self._report = report
        self._stopping = False
        messages = v2 if found.dialect is Dialect.V2 else v3
        data = payload(options.payload_bytes)
        request = messages.PublishRequest(channel=options.channel, data=data)
        self._request = request.SerializeToString()
        self._response: Any = messages.PublishResponse
        self._path = f"/{found.dialect.service}/Publish"

    def run(self) -> None:
        """Publish until killed; then wait for the calls that are under way."""
        with self._options.endpoint.channel() as channel:
            invoke = channel.unary_unary(self._path, None, None)
            callers = Group()
            try:
                for _ in range(self._options.in_flight):
                    callers.spawn(self._publish, invoke)
                callers.join()
            finally:
                self._stopping = True
                callers.join(timeout=self._options.endpoint.deadline)

    def _publish(self, invoke: Any) -> None:
        options = self._options
        metadata = options.endpoint.key_metadata()
        while not self._stopping:
            self._tally.sent += 1
            started = time.perf_counter()
            try:
                answer = invoke(self._request, timeout=options.endpoint.deadline, metadata=metadata)
            except grpc.RpcError as error:
                self._transport_error(started, error)
                # A server that is gone answers at once: do not spin.
                gevent.sleep(0.01)
            else:
                self._answered(started, answer)

    def _answered(self, started: float, answer: bytes) -> None:
        seconds = time.perf_counter() - started
        second = self._tally.answered(time.time(), round(seconds * 1e6), round(seconds * 1e6))
        response = self._response.FromString(answer)
        if response.HasField("error"):
            second.api_errors += 1
            named = f"{response.error.code} {response.error.message}"
            self._tally.api_errors[named] += 1
            self._report(seconds, self._options.payload_bytes, f"API error {named}")
        else:
            second.ok += 1
            self._tally.ok += 1
            self._report(seconds, self._options.payload_bytes, None)

    def _transport_error(self, started: float, error: Any) -> None:
        seconds = time.perf_counter() - started
        second = self._tally.answered(time.time(), round(seconds * 1e6), round(seconds * 1e6))
        second.transport_errors += 1
        name = error.code().name
        self._tally.transport_errors[name] += 1
        self._report(seconds, self._options.payload_bytes, f"transport error {name}")
