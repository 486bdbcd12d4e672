"""Publish gone wrong: what it refuses, keeps and answers."""

import itertools
from dataclasses import replace
from typing import Any

from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.v2 import V2Api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.engine import streams
from reference_server.engine.streams import Position, Streams
from reference_server.node import Node, PublishOptions
from tests.mutants.declaring import BOTH, V2, Area
from tests.mutants.patching import around, put

PUBLISH = Area("Publish")


def stored_as(altered: Any) -> None:
    """Store another payload than was published, and deliver the right one."""

    def add(original: Any, self: Any, channel: str, data: bytes, *rest: Any, **options: Any) -> Any:
        publication, position = original(self, channel, altered(data), *rest, **options)
        return publication and replace(publication, data=data), position

    around(Streams, "add", add)


def answered(change: Any) -> None:
    """Answer Publish with something else."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        result = api.PublishResult.FromString(original(self, request))
        change(request, result)
        return result

    around(ChannelCalls, "_publish", publish)


def taken(condition: Any) -> None:
    """Publish to a channel with no name or no namespace as if it were another."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        condition(request)
        return original(self, request)

    around(ChannelCalls, "_publish", publish)
    around(V2Api, "_publish", publish)


def _text(name: Any) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _rename(request: Any, name: str) -> None:
    request.channel = name.encode() if isinstance(request.channel, bytes) else name


@PUBLISH.mutant("publish.return.position")
def publish_offset_before() -> None:
    """Publish answers the offset before its publication."""
    answered(lambda _, result: setattr(result, "offset", max(result.offset - 1, 0)))


@PUBLISH.mutant("publish.return.position")
def publish_without_epoch() -> None:
    """Publish answers no epoch."""
    answered(lambda _, result: result.ClearField("epoch"))


@PUBLISH.mutant("publish.return.no-position-without-history")
def publish_position_without_history() -> None:
    """Publish answers offset 1 where no history is kept."""
    answered(lambda _, result: setattr(result, "offset", result.offset or 1))


@PUBLISH.mutant("publish.refuse.blank-channel", releases=BOTH)
def publish_to_blank_channel() -> None:
    """Publish takes a blank channel."""
    taken(lambda request: None if request.channel else _rename(request, "plain:blank"))


@PUBLISH.mutant("publish.refuse.empty-data", releases=BOTH)
def publish_empty_data() -> None:
    """Publish takes no data for an empty object."""

    def fill(request: Any) -> None:
        if not request.data and not getattr(request, "b64data", ""):
            request.data = b"{}"

    taken(fill)


@PUBLISH.mutant("publish.refuse.unknown-namespace", releases=BOTH)
def publish_to_unknown_namespace() -> None:
    """Publish takes a channel of no namespace."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        rules = self._node.settings.channel_options(_text(request.channel))
        if rules is None and request.channel:
            _rename(request, "unknown")
        return original(self, request)

    around(ChannelCalls, "_publish", publish)
    around(V2Api, "_publish", publish)


@PUBLISH.mutant("publish.keep.tags")
def publish_loses_tags() -> None:
    """Publish drops tags."""
    taken(lambda request: request.ClearField("tags"))


@PUBLISH.mutant("publish.keep.many-tags")
def publish_keeps_16_tags() -> None:
    """Publish keeps no more than 16 tags."""

    def drop(request: Any) -> None:
        for key in sorted(request.tags)[16:]:
            del request.tags[key]

    taken(drop)


@PUBLISH.mutant("payload.return.nul-bytes", releases=BOTH)
def stored_up_to_nul() -> None:
    """A payload is stored up to its first NUL byte."""
    stored_as(lambda data: data.split(b"\0")[0] or b"?")


@PUBLISH.mutant("payload.return.invalid-utf8", releases=BOTH)
def stored_as_text() -> None:
    """A payload is stored as text: what is not UTF-8 is replaced."""
    stored_as(lambda data: data.decode("utf-8", "replace").encode())


@PUBLISH.mutant("payload.return.json-as-it-is", releases=BOTH)
def stored_without_spaces() -> None:
    """A payload is stored without the spaces around it and in it."""
    stored_as(lambda data: data.replace(b" ", b"") or data)


@PUBLISH.mutant("payload.return.64-kib", releases=BOTH)
def stored_up_to_65535() -> None:
    """A payload is stored up to 65,535 bytes."""
    stored_as(lambda data: data[:0xFFFF])


@PUBLISH.mutant("payload.return.1-mib", releases=BOTH)
def stored_up_to_half_a_mib() -> None:
    """A payload is stored up to half a MiB."""
    stored_as(lambda data: data[: 1 << 19])


@PUBLISH.mutant("payload.return.all-byte-values", releases=BOTH)
def stored_in_seven_bits() -> None:
    """The highest bit of each byte 255 is lost."""
    stored_as(lambda data: data.replace(b"\xff", b"\x7f"))


@PUBLISH.mutant("publish.return.epoch-by-channel")
def one_epoch_for_all() -> None:
    """All channels have one epoch."""
    put(streams, "new_epoch", lambda length: "A" * length)


@PUBLISH.mutant("publish.store.nothing-when-refused", releases=BOTH)
def publish_stores_what_it_refuses() -> None:
    """What is refused is stored all the same, with a payload of its own."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        try:
            return original(self, request)
        except Refused:
            channel = _text(request.channel)
            rules = self._node.settings.channel_options(channel)
            if rules is not None and channel:
                self._node.publish(channel, b"{}", PublishOptions(tags={}), rules)
            raise

    around(ChannelCalls, "_publish", publish)
    around(V2Api, "_publish", publish)


@PUBLISH.mutant("history.return.oldest-first", "payload.return", releases=V2)
def publish_stores_twice() -> None:
    """Publish stores each third publication twice."""
    counted = itertools.count(1)

    def publish(original: Any, self: Any, request: Any) -> None:
        original(self, request)
        if next(counted) % 3 == 0:
            original(self, request)

    around(V2Api, "_publish", publish)


@PUBLISH.mutant("publish.separate.channels", "namespace.separate.channel-strings", releases=BOTH)
def channels_in_lower_case() -> None:
    """Channels that differ in capitals alone are one."""

    def folded(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        return original(self, channel.lower(), *rest, **options)

    around(Streams, "add", folded)
    around(Streams, "read", folded)


@PUBLISH.mutant("publish.accept.any-channel", "namespace.accept.long-names", releases=BOTH)
def channels_of_255_characters() -> None:
    """Channels longer than 100 characters are cut."""

    def cut(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        return original(self, channel, *rest, **options)

    def publish(original: Any, self: Any, channel: str, *rest: Any) -> Position:
        return original(self, channel[:100], *rest)  # type: ignore[no-any-return]

    around(Node, "publish", publish)
    around(Streams, "read", cut)
