"""A node that keeps record of what it is asked and what it publishes, and fails on demand."""

import threading
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from centrifugo_grpc.errors import Code, api_error
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from reference_server.api.answers import GrpcFailure, Metadata
from reference_server.api.compression import inflated
from reference_server.api.gate import Call as GateCall
from reference_server.clients.subscriber import Subscriber
from reference_server.engine.hub import Hub
from reference_server.engine.streams import Position
from reference_server.engine.streams import Publication as Published
from reference_server.node import Node
from reference_server.settings import Settings
from reference_server.testing.faults import Failure, Faults
from reference_server.testing.records import Call, Publication


class Records:
    """Calls and publications, written by the server's thread and read by the test's."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: list[Call] = []
        self._publications: list[Publication] = []
        self.version = 0

    def add_call(self, call: Call) -> None:
        """A call has been answered."""
        with self._changed:
            self._calls.append(call)
        self.note_change()

    def add_publication(self, publication: Publication) -> None:
        """A publication has been put into the outboxes of a channel's subscribers."""
        with self._changed:
            self._publications.append(publication)
        self.note_change()

    def note_change(self) -> None:
        """Something has happened that a test may wait for."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def wait_for_change(self, version: int, seconds: float) -> bool:
        """Whether anything has happened since `version`, within `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self.version != version, max(seconds, 0))

    def calls(self) -> list[Call]:
        """All calls so far."""
        with self._changed:
            return list(self._calls)

    def publications(self) -> list[Publication]:
        """All publications so far."""
        with self._changed:
            return list(self._publications)

    def clear(self) -> None:
        """Forget all."""
        with self._changed:
            self._calls.clear()
            self._publications.clear()


class _WatchedHub(Hub[Subscriber]):
    """Lets tests know when somebody has come or gone."""

    def __init__(self, records: Records) -> None:
        super().__init__()
        self._records = records

    def subscribe(self, connection: Subscriber, channel: str) -> None:
        """Subscribe a connection."""
        super().subscribe(connection, channel)
        self._records.note_change()

    def unsubscribe(self, connection: Subscriber, channel: str) -> None:
        """End a subscription."""
        super().unsubscribe(connection, channel)
        self._records.note_change()


class WatchedNode(Node):
    """The node of a test double."""

    def __init__(self, settings: Settings, records: Records, faults: Faults) -> None:
        super().__init__(settings)
        self._records = records
        self._faults = faults
        self.hub = _WatchedHub(records)
        self.messages = _messages_of(self.release)

    def reset(self) -> None:
        """Begin anew, in the same place: no channel, no history, nobody connected."""
        self.shut_down()
        timers = self.timers
        super().__init__(self.settings)
        # The loop runs these.
        self.timers = timers
        self.hub = _WatchedHub(self._records)

    def deliver(
        self,
        channel: str,
        publication: Published,
        position: Position,
        previous: Published | None = None,
    ) -> None:
        """Deliver a publication, and keep record of it."""
        super().deliver(channel, publication, position, previous)
        tags, offset = dict(publication.tags), publication.offset
        self._records.add_publication(Publication(channel, publication.data, tags, offset))

    def watched(self, rpc: str, call: GateCall) -> GateCall:
        """What answers a method, with a record of it, and with the failures asked for."""

        def answer(body: bytes, metadata: Metadata) -> bytes:
            failure = self._faults.take(rpc)
            try:
                if failure is None:
                    response = call(body, metadata)
                else:
                    response = self._failing(rpc, failure, call, body, metadata)
            except GrpcFailure as error:
                self._record(rpc, body, metadata, None, error)
                raise
            self._record(rpc, body, metadata, response)
            return response

        return answer

    def before(self, rpc: str) -> Callable[[], Awaitable[None]]:
        """What a call of a method waits for first."""
        return lambda: self._faults.wait(rpc)

    def _failing(
        self, rpc: str, failure: Failure, call: GateCall, body: bytes, metadata: Metadata
    ) -> bytes:
        if failure.applied:
            call(body, metadata)
        if not failure.code:
            raise GrpcFailure(failure.status, failure.message or "as the test asked for")
        response = getattr(self.messages, f"{rpc}Response")()
        response.error.code = failure.code
        response.error.message = failure.message or self._usual_message(failure.code)
        return bytes(response.SerializeToString())

    def _usual_message(self, code: int) -> str:
        known = code in {int(each) for each in Code}
        return api_error(Code(code), self.release).message if known else "as the test asked for"

    def _record(
        self,
        rpc: str,
        body: bytes,
        metadata: Metadata,
        response: bytes | None,
        error: GrpcFailure | None = None,
    ) -> None:
        self._records.add_call(
            Call(
                rpc=rpc,
                metadata=tuple(metadata() or ()),
                request=self._parsed(f"{rpc}Request", body),
                response=None if response is None else self._parsed(f"{rpc}Response", response),
                status=grpc.StatusCode.OK if error is None else error.status,
                details="" if error is None else error.details,
            )
        )

    def _parsed(self, name: str, body: bytes) -> Message | None:
        try:
            message: Message = getattr(self.messages, name)()
            message.ParseFromString(inflated(body, self.release, 1 << 30))
        except (AttributeError, DecodeError, GrpcFailure):
            return None
        return message


def _messages_of(release: Release) -> Any:
    """The module with the messages of a release; the other is not loaded."""
    if dialect_of(release) is Dialect.V2:
        from protos.v2 import api_pb2 as v2  # noqa: PLC0415

        return v2
    from protos.v3 import api_pb2 as v3  # noqa: PLC0415

    return v3
