"""What clients that speak JSON get gone wrong."""

from dataclasses import replace
from typing import Any

from centrifugo_grpc.releases import Release
from reference_server.clients import commands, handling, results
from reference_server.clients.failures import ReplyError, UnencodableError
from reference_server.clients.session import Session
from reference_server.engine.streams import Position
from reference_server.node import Node
from reference_server.protocol import codecs, go_json
from reference_server.protocol.json_writer import JsonWriter
from tests.mutants.declaring import SINCE_4, V2, V3, Area
from tests.mutants.patching import around, put

JSON_CLIENTS = Area("delivery")
_ANSWERS_100 = (Release.V2_8, Release.V3_2)


def _embedded(change: Any) -> None:
    """Embed other payloads than were published."""
    for name in ("_PAYLOADS", "_LATER"):
        writer: JsonWriter = getattr(codecs, name)
        put(codecs, name, JsonWriter(writer.quote, _changed(writer, change)))


def _changed(writer: JsonWriter, change: Any) -> Any:
    return lambda payload: change(writer.embed(payload))


@JSON_CLIENTS.mutant("json.compact.payload", releases=V2)
def json_is_not_escaped() -> None:
    """JSON clients get `<`, `>` and `&` as they are."""
    put(go_json, "_HTML", ())


@JSON_CLIENTS.mutant("json.keep.payload", releases=V3)
def json_is_compacted() -> None:
    """JSON clients get payloads without their spaces."""
    _embedded(lambda text: text.replace(b" ", b""))


@JSON_CLIENTS.mutant("json.pass.invalid-utf8", releases=_ANSWERS_100)
def json_is_made_valid() -> None:
    """JSON clients get what is no UTF-8 replaced."""
    _embedded(lambda text: text.decode("utf-8", "replace").encode())


@JSON_CLIENTS.mutant("json.break.position", releases=_ANSWERS_100)
def what_is_no_json_takes_no_offset() -> None:
    """A publication that is refused since it is no JSON is not stored, and takes no offset."""

    def publish(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        try:
            return original(self, channel, *rest)
        except UnencodableError:
            stream = self.streams._streams.get(channel)
            if stream is not None and stream.publications:
                stream.publications.pop()
                stream.top -= 1
            raise

    around(Node, "publish", publish)


@JSON_CLIENTS.mutant("json.fail.recovery-across-binary", releases=V2)
def what_cannot_be_recovered_closes_with_another_code() -> None:
    """A JSON client that would recover what is no JSON is disconnected with 3005."""

    def close(original: Any, self: Any, disconnect: Any) -> None:
        code = 3005 if disconnect.code == 3004 else disconnect.code
        original(self, replace(disconnect, code=code))

    around(Session, "close", close)


@JSON_CLIENTS.mutant("json.refuse.own-history", releases=V2)
def histories_that_cannot_be_told_are_empty() -> None:
    """The history command of a JSON client gives nothing where a payload is no JSON."""

    def fail(original: Any, self: Any, request: Any) -> None:
        if isinstance(request, commands.History):
            self._answer(request, results.HistoryResult([], Position(0, "")))
        else:
            original(self, request)

    around(handling._Handling, "_fail_unencodable", fail)


@JSON_CLIENTS.mutant("json.refuse.subscribe-data", releases=SINCE_4)
def who_cannot_be_told_of_subscribe_is_disconnected() -> None:
    """A JSON client that is subscribed with `data` that is no JSON is disconnected with 3506."""

    def subscribe(original: Any, self: Any, channel: str, *rest: Any) -> None:
        try:
            original(self, channel, *rest)
        except ReplyError:
            if channel in self.subscriptions:
                self.close(self.known.inappropriate_protocol)
            raise

    around(Session, "subscribe", subscribe)


@JSON_CLIENTS.mutant("json.leave.failed-connect", releases=SINCE_4)
def who_cannot_be_told_that_it_is_connected_stays_present() -> None:
    """Who is disconnected since it cannot be told what it connects with stays present."""

    def end_all(original: Any, self: Any) -> None:
        held = {name: self.channel_info(name) for name in self.subscriptions}
        original(self)
        if self.closed is not None and self.closed.code == 3506:
            for channel, info in held.items():
                self.node.presence.put(channel, info)

    around(Session, "_end_all", end_all)
