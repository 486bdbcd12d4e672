"""Answers of RPCs gone wrong that no other area has: one rule each, of many RPCs."""

import itertools
from typing import Any

import grpc

from centrifugo_grpc.releases import Release
from protos.v3 import api_pb2 as api
from reference_server.api import gate
from reference_server.api.answers import GrpcFailure
from reference_server.api.v3 import V3Api
from reference_server.clients.claims import Claims
from reference_server.engine import streams
from reference_server.engine.streams import Position, Streams, UnrecoverablePositionError
from reference_server.settings import Settings
from tests.mutants.declaring import EVERY, SINCE_5, V3, Area
from tests.mutants.patching import around
from tests.mutants.relayed.positions import reading
from tests.mutants.relaying import asked, relayed, text, told

ANSWERS = Area("errors")
KEPT = Area("history")
PRESENT = Area("presence")
_ALL_OF_V3 = (Release.V3_2, Release.V4_1, Release.V5_4, Release.V6_9)


def _swallowed(method: str) -> None:
    """Answer with nothing instead of error 102."""

    def change(_: Any, response: Any) -> None:
        if response.error.code == 102:
            response.ClearField("error")
            response.result.SetInParent()

    told(method, change=change)


@KEPT.mutant("history.refuse.unknown-namespace", releases=EVERY)
def history_of_unknown_namespaces_is_empty() -> None:
    """History in an unknown namespace is empty."""
    _swallowed("History")


@PRESENT.mutant("presence-stats.refuse.unknown-namespace", releases=EVERY)
def presence_stats_of_unknown_namespaces_are_empty() -> None:
    """PresenceStats in an unknown namespace count nobody."""
    _swallowed("PresenceStats")


@PRESENT.mutant("presence-stats.count.publications-are-nobody", releases=EVERY)
def presence_stats_count_publishers() -> None:
    """PresenceStats count who published."""
    published: set[str] = set()

    def remember(forward: Any, request: Any) -> Any:
        published.add(text(request.channel))
        return forward(request)

    def change(request: Any, response: Any) -> None:
        if response.HasField("result") and text(request.channel) in published:
            response.result.num_clients += 1

    relayed("Publish", relay=remember)
    told("PresenceStats", change=change)


@PRESENT.mutant("info.return.node", releases=EVERY)
def nodes_have_no_names() -> None:
    """Info tells no names of nodes."""

    def change(_: Any, response: Any) -> None:
        for node in response.result.nodes:
            node.ClearField("name")

    told("Info", change=change)


@ANSWERS.mutant("namespace.refuse.unknown-private", releases=EVERY)
def private_channels_need_no_namespace() -> None:
    """A private channel of an unknown namespace has the options of none."""

    def options(original: Any, self: Any, channel: str) -> Any:
        found = original(self, channel)
        return original(self, "x") if found is None and channel.startswith("$") else found

    around(Settings, "channel_options", options)


@ANSWERS.mutant("rpc.order.blank-method-with-params", releases=EVERY)
def rpc_with_params_needs_no_method() -> None:
    """RPC without a method, but with params, is answered with error 104."""

    def change(request: Any, response: Any) -> None:
        if request.params and response.error.code == 107:
            response.error.code = 104

    told("RPC", change=change)


@ANSWERS.mutant("pro.refuse.not-implemented-text", releases=V3)
def rpcs_of_pro_are_not_named() -> None:
    """The error for an RPC of Centrifugo PRO does not name it."""

    def declared_only(_original: Any, _method: str) -> Any:
        def answer(_request: Any, _metadata: Any) -> bytes:
            raise GrpcFailure(grpc.StatusCode.UNIMPLEMENTED, "not implemented")

        return answer

    around(gate, "_declared_only", declared_only)


def _in_transport_mode(change: Any) -> None:
    """With the error mode `transport` answer otherwise: `change` is given method and answer."""

    def answerer(original: Any, self: Any, method: str) -> Any:
        answer = original(self, method)

        def call(request: Any, metadata: Any) -> bytes:
            told = answer(request, metadata)
            is_mode = self._is_transport_mode(metadata)
            return change(method, told) if is_mode else told  # type: ignore[no-any-return]

        return call

    around(V3Api, "answerer", answerer)


@ANSWERS.mutant("error-mode.keep.inner-errors", "error.keep.inside-batch", releases=SINCE_5)
def errors_of_commands_fail_the_call() -> None:
    """With the error mode `transport` the error of one command fails its whole batch."""

    def change(method: str, answer: bytes) -> bytes:
        if method == "Batch":
            for reply in api.BatchResponse.FromString(answer).replies:
                if reply.HasField("error"):
                    raise GrpcFailure(grpc.StatusCode.INVALID_ARGUMENT, reply.error.message)
        return answer

    _in_transport_mode(change)


@ANSWERS.mutant("error-mode.leave.success", releases=SINCE_5)
def successes_tell_nothing() -> None:
    """With the error mode `transport` a Publish that succeeds tells no position."""
    _in_transport_mode(lambda method, answer: b"\x12\x00" if method == "Publish" else answer)


@KEPT.mutant("publish.ignore.delta", "publish.ignore.delta-flag", releases=_ALL_OF_V3)
def publications_with_delta_are_not_stored() -> None:
    """A publication with `delta` is not stored."""

    def change(request: Any) -> None:
        request.skip_history = request.skip_history or request.delta

    asked("Publish", change=change)


@KEPT.mutant("history.expire.meta", "history.expire.global-meta", releases=_ALL_OF_V3)
def positions_live_for_ever() -> None:
    """The position of a channel outlives `history_meta_ttl`."""

    def add(
        original: Any, self: Any, channel: str, data: Any, tags: Any, *rest: Any, **o: Any
    ) -> Any:
        retention, *others = rest
        return original(self, channel, data, tags, retention._replace(meta_ttl=0), *others, **o)

    around(Streams, "add", add)
    reading(lambda read, _: read(meta_ttl=0))


@KEPT.mutant("history.keep.epoch", releases=V3)
def trimming_begins_an_epoch() -> None:
    """A channel whose history is trimmed gets another epoch."""

    def add(
        original: Any, self: Any, channel: str, data: Any, tags: Any, *rest: Any, **o: Any
    ) -> Any:
        stream = self._streams.get(channel)
        if stream is not None and len(stream.publications) >= rest[0].size:
            stream.epoch = streams.new_epoch(self._epoch_length)
        return original(self, channel, data, tags, *rest, **o)

    around(Streams, "add", add)


@KEPT.mutant("history.reverse.limit-zero", releases=V3)
def reverse_with_limit_zero_is_everything() -> None:
    """History in reverse with limit 0 returns everything."""

    def change(request: Any) -> None:
        if request.reverse and request.limit == 0:
            request.limit = -1

    asked("History", change=change)


@KEPT.mutant("history.reverse.since-trimmed", releases=V3)
def reverse_from_what_is_trimmed_is_everything() -> None:
    """History in reverse since a position whose publication is not kept returns everything."""

    def change(read: Any, options: Any) -> Any:
        found, top = read()
        if options.get("reverse") and options.get("since") and not found:
            return read(since=None)
        return found, top

    reading(change)


@KEPT.mutant("history.since.after-removal", "history.since.trimmed", releases=V3)
def history_since_what_is_gone_is_refused() -> None:
    """History since a position after which some are not kept any more is error 112."""

    def change(read: Any, options: Any) -> Any:
        found, top = read()
        since = options.get("since")
        if since is not None and not options.get("reverse") and options["limit"]:
            following = found[0].offset if found else top.offset + 1
            if since.offset < top.offset and following > since.offset + 1:
                raise UnrecoverablePositionError
        return found, top

    reading(change)


@KEPT.mutant("history.since.epoch-of-another-channel", releases=V3)
def any_channels_epoch_is_right() -> None:
    """In History the epoch of any channel is as good as the channel's own."""
    known: set[str] = set()

    def change(read: Any, options: Any) -> Any:
        since = options.get("since")
        if since is not None and since.epoch in known:
            return read(since=Position(since.offset, ""))
        found, top = read()
        known.add(top.epoch)
        return found, top

    def add(original: Any, self: Any, *rest: Any, **options: Any) -> Any:
        publication, position = original(self, *rest, **options)
        known.add(position.epoch)
        return publication, position

    around(Streams, "add", add)
    reading(change)


@KEPT.mutant("history.limit.extremes", releases=V3)
def the_smallest_limit_is_none() -> None:
    """History with the smallest limit that there is returns nothing."""

    def change(request: Any) -> None:
        if request.limit == -(2**31):
            request.limit = 0

    asked("History", change=change)


@KEPT.mutant("history-remove.accept.twice", releases=EVERY)
def history_is_removed_once() -> None:
    """A second HistoryRemove after which nothing was published is error 108."""
    removed: set[str] = set()

    def publish(forward: Any, request: Any) -> Any:
        removed.discard(text(request.channel))
        return forward(request)

    def change(request: Any, response: Any) -> None:
        if text(request.channel) in removed:
            response.ClearField("result")
            response.error.code = 108
        removed.add(text(request.channel))

    relayed("Publish", relay=publish)
    told("HistoryRemove", change=change)


@KEPT.mutant("property.model.history", releases=EVERY)
def one_removal_in_three_does_nothing() -> None:
    """Each third HistoryRemove succeeds and removes nothing."""
    counted = itertools.count(1)

    def remove(original: Any, self: Any, channel: str) -> None:
        if next(counted) % 3:
            original(self, channel)

    around(Streams, "remove", remove)


@PRESENT.mutant("channels.match.nothing", releases=V3)
def patterns_need_a_match() -> None:
    """Channels with a pattern that matches nothing is error 102."""

    def change(request: Any, response: Any) -> None:
        if request.pattern and response.HasField("result") and not response.result.channels:
            response.ClearField("result")
            response.error.code, response.error.message = 102, "unknown channel"

    told("Channels", change=change)


@PRESENT.mutant("presence.return.binary-info", releases=EVERY)
def information_stays_in_base64() -> None:
    """What a token tells in base64 is taken as it is written."""

    def decoded(_original: Any, self: Any, name: str) -> Any:
        return self.text(name).encode() or None

    around(Claims, "decoded", decoded)


@PRESENT.mutant("channels.list.subscribed", releases=EVERY)
def channels_lists_what_was_published_to() -> None:
    """Channels lists channels that were published to, though nobody is subscribed."""
    published: list[Any] = []

    def remember(forward: Any, request: Any) -> Any:
        if request.channel:
            published.append(request.channel)
        return forward(request)

    def change(request: Any, response: Any) -> None:
        listed = response.result.channels
        for channel in published:
            if isinstance(channel, bytes) and channel not in listed:
                listed.append(channel)
            elif channel == getattr(request, "pattern", None) and channel not in listed:
                listed[channel].num_clients = 1

    relayed("Publish", relay=remember)
    told("Channels", change=change)


@KEPT.mutant("history.return.result-when-empty", releases=EVERY)
def histories_of_nothing_set_no_result() -> None:
    """History of a channel that was never published to sets no `result`."""

    def change(_: Any, response: Any) -> None:
        if not response.result.publications and not getattr(response.result, "offset", 0):
            response.ClearField("result")

    told("History", change=change)
