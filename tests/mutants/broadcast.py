"""Broadcast gone wrong: which channels it reaches, and what it answers for each."""

from typing import Any

from centrifugo_grpc.errors import Code
from protos.v3 import api_pb2 as api
from reference_server.api import v3_channels
from reference_server.api.answers import Refused
from reference_server.api.v2 import V2Api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.engine.streams import NO_VERSION
from tests.mutants.declaring import BOTH, V2, Area
from tests.mutants.patching import around

BROADCAST = Area("Broadcast")


def _answered(change: Any) -> None:
    def broadcast(original: Any, self: Any, request: Any) -> Any:
        result = original(self, request)
        change(request, result)
        return result

    around(ChannelCalls, "_broadcast", broadcast)


def _asked(change: Any) -> None:
    def broadcast(original: Any, self: Any, request: Any) -> Any:
        change(request)
        return original(self, request)

    around(ChannelCalls, "_broadcast", broadcast)
    around(V2Api, "_broadcast", broadcast)


def _one(change: Any) -> None:
    def one(original: Any, self: Any, channel: str, data: bytes, options: Any) -> Any:
        return original(self, *change(channel, data, options))

    around(ChannelCalls, "_broadcast_one", one)


def _reverse(result: Any) -> None:
    responses = list(result.responses)[::-1]
    del result.responses[:]
    result.responses.extend(responses)


@BROADCAST.mutant("broadcast.return.by-channel")
def broadcast_answers_backward() -> None:
    """The answers of a broadcast come in the order opposite to its channels."""
    _answered(lambda _, result: _reverse(result))


@BROADCAST.mutant("broadcast.return.by-channel", "broadcast.accept.channels")
def broadcast_loses_the_last_answer() -> None:
    """The answer for the last channel of a broadcast is missing."""
    _answered(lambda _, result: result.responses.pop())


@BROADCAST.mutant("broadcast.exclude.error-and-result")
def broadcast_answers_errors_with_results() -> None:
    """In a broadcast's answer errors have a result beside them."""

    def fill(_: Any, result: Any) -> None:
        for response in result.responses:
            response.result.SetInParent()

    _answered(fill)


@BROADCAST.mutant("broadcast.isolate.bad-channels")
def broadcast_stops_at_a_bad_channel() -> None:
    """After a bad channel a broadcast publishes nothing, though it answers."""

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        settings = self._node.settings
        good = [bool(each) and bool(settings.channel_options(each)) for each in request.channels]
        first = good.index(False) if False in good else len(good)
        rest = request.channels[first + 1 :]
        del request.channels[first + 1 :]
        result = original(self, request)
        for _ in rest:
            result.responses.add().result.SetInParent()
        return result

    around(ChannelCalls, "_broadcast", broadcast)


@BROADCAST.mutant("broadcast.isolate.bad-channels")
def broadcast_fails_whole() -> None:
    """A bad channel fails the whole broadcast."""

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        result = original(self, request)
        for response in result.responses:
            if response.HasField("error"):
                raise Refused(Code(response.error.code))
        return result

    around(ChannelCalls, "_broadcast", broadcast)


@BROADCAST.mutant("broadcast.repeat.duplicates", releases=BOTH)
def broadcast_once_a_channel() -> None:
    """A channel that a broadcast names again is left out."""

    def once(request: Any) -> None:
        channels = list(dict.fromkeys(request.channels))
        del request.channels[:]
        request.channels.extend(channels)

    _asked(once)


@BROADCAST.mutant("broadcast.refuse.no-channels")
def broadcast_to_nobody() -> None:
    """A broadcast without channels succeeds."""

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        return original(self, request) if request.channels else api.BroadcastResult()

    around(ChannelCalls, "_broadcast", broadcast)


@BROADCAST.mutant("broadcast.refuse.no-channels", releases=V2)
def broadcast_to_nobody_in_28() -> None:
    """A broadcast without channels succeeds with nothing done."""

    def broadcast(original: Any, self: Any, request: Any) -> None:
        if request.channels:
            original(self, request)

    around(V2Api, "_broadcast", broadcast)


@BROADCAST.mutant("broadcast.refuse.empty-data", releases=V2)
def broadcast_empty_data() -> None:
    """A broadcast takes no data for an empty object."""

    def fill(request: Any) -> None:
        request.data = request.data or b"{}"

    _asked(fill)


@BROADCAST.mutant(
    "broadcast.refuse.unknown-namespace", "broadcast.isolate.bad-channels", releases=BOTH
)
def broadcast_skips_unknown_namespaces() -> None:
    """A broadcast takes a channel of no namespace for one without."""

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        for at, channel in enumerate(request.channels):
            name = channel.decode("utf-8", "replace") if isinstance(channel, bytes) else channel
            if self._node.settings.channel_options(name) is None:
                request.channels[at] = type(channel)(b"unknown") if name != channel else "unknown"
        return original(self, request)

    around(ChannelCalls, "_broadcast", broadcast)
    around(V2Api, "_broadcast", broadcast)


@BROADCAST.mutant("broadcast.refuse.blank-channel", "broadcast.isolate.bad-channels", releases=BOTH)
def broadcast_skips_blank_channels() -> None:
    """A broadcast takes a blank channel for one with a name."""

    def name(request: Any) -> None:
        for at, channel in enumerate(request.channels):
            if not channel:
                request.channels[at] = b"plain:blank" if isinstance(channel, bytes) else "blank"

    _asked(name)


@BROADCAST.mutant("broadcast.keep.tags")
def broadcast_loses_tags() -> None:
    """A broadcast drops tags."""
    _one(lambda channel, data, options: (channel, data, options._replace(tags={})))


@BROADCAST.mutant("broadcast.honour.skip-history")
def broadcast_ignores_skip_history() -> None:
    """A broadcast stores in spite of `skip_history`."""
    _one(lambda channel, data, options: (channel, data, options._replace(skip_history=False)))


@BROADCAST.mutant("broadcast.honour.idempotency-key")
def broadcast_ignores_idempotency_key() -> None:
    """A broadcast ignores the idempotency key."""
    _one(lambda channel, data, options: (channel, data, options._replace(idempotency_key="")))


@BROADCAST.mutant("broadcast.honour.version")
def broadcast_ignores_version() -> None:
    """A broadcast ignores the version."""
    _one(lambda channel, data, options: (channel, data, options._replace(version=NO_VERSION)))


@BROADCAST.mutant("broadcast.honour.b64data", "broadcast.prefer.b64data")
def broadcast_stores_base64_as_text() -> None:
    """A broadcast publishes `b64data` as it is written."""

    def payload(original: Any, data: bytes, b64data: str) -> bytes:
        decoded: bytes = original(data, b64data)
        return b64data.encode() if b64data else decoded

    around(v3_channels, "payload", payload)


@BROADCAST.mutant("broadcast.accept.many-channels", releases=BOTH)
def broadcast_to_256_channels() -> None:
    """A broadcast reaches its first 256 channels only."""

    def cut(request: Any) -> None:
        del request.channels[256:]

    _asked(cut)


@BROADCAST.mutant("broadcast.apply.before-a-bad-channel", releases=V2)
def broadcast_checks_all_channels_first() -> None:
    """Where one channel is bad a broadcast publishes into none."""

    def broadcast(original: Any, self: Any, request: Any) -> None:
        for channel in request.channels if request.data else ():
            self._rules(channel.decode("utf-8", "surrogateescape"))
        original(self, request)

    around(V2Api, "_broadcast", broadcast)


@BROADCAST.mutant("broadcast.tell.first-bad-channel", releases=V2)
def broadcast_tells_the_last_bad_channel() -> None:
    """The last bad channel of a broadcast decides which error is answered."""

    def broadcast(original: Any, self: Any, request: Any) -> None:
        try:
            original(self, request)
        except Refused:
            for channel in reversed(request.channels):
                self._rules(channel.decode("utf-8", "surrogateescape"))
            raise

    around(V2Api, "_broadcast", broadcast)


@BROADCAST.mutant("payload.return.broadcast-bytes", "delivery.keep.broadcast-bytes")
def broadcast_cuts_all_but_the_first() -> None:
    """Only the first channel of a broadcast gets the last byte of the payload."""

    def broadcast(original: Any, self: Any, request: Any) -> Any:
        self._first = request.channels[0] if request.channels else ""
        return original(self, request)

    def one(original: Any, self: Any, channel: str, data: bytes, options: Any) -> Any:
        return original(self, channel, data if channel == self._first else data[:-1], options)

    around(ChannelCalls, "_broadcast", broadcast)
    around(ChannelCalls, "_broadcast_one", one)
