"""What subscribers get gone wrong, while every answer and every history is right."""

import contextlib
from dataclasses import replace
from typing import Any

from centrifugo_grpc.releases import Release
from reference_server.clients.failures import CONNECTION_CLOSED, UnencodableError
from reference_server.clients.pushes import Joined, Left, Published, Push
from reference_server.clients.recovery import Recoverer
from reference_server.clients.session import Session
from reference_server.engine.streams import ClientInfo, Position
from reference_server.node import Node
from reference_server.transports.websocket import WebSocketClient
from tests.mutants.declaring import BOTH, SINCE_4, V3, Area
from tests.mutants.patching import around

DELIVERY = Area("delivery")


def _delivered(change: Any) -> None:
    """Deliver another publication than was published, or None."""

    def deliver(original: Any, self: Any, channel: str, publication: Any, *rest: Any) -> None:
        told = change(publication)
        if told is not None:
            original(self, channel, told, *rest)

    around(Node, "deliver", deliver)


def _bytes(change: Any) -> None:
    _delivered(lambda publication: replace(publication, data=change(publication.data)))


@DELIVERY.mutant("delivery.keep.nul-bytes", releases=BOTH)
def delivered_up_to_nul() -> None:
    """A payload is delivered up to its first NUL byte."""
    _bytes(lambda data: data.split(b"\0")[0] or b"?")


@DELIVERY.mutant("delivery.keep.invalid-utf8", releases=BOTH)
def delivered_as_text() -> None:
    """A payload is delivered as text: what is not UTF-8 is replaced."""
    _bytes(lambda data: data.decode("utf-8", "replace").encode())


@DELIVERY.mutant("delivery.keep.64-kib", releases=BOTH)
def delivered_up_to_65535() -> None:
    """A payload is delivered up to 65,535 bytes."""
    _bytes(lambda data: data[:0xFFFF])


@DELIVERY.mutant("delivery.keep.900-kib", releases=BOTH)
def delivered_below_256_kib() -> None:
    """Payloads above 256 KiB are lost on their way."""
    _delivered(lambda publication: publication if len(publication.data) <= 1 << 18 else None)


@DELIVERY.mutant("delivery.keep.json-as-it-is", releases=BOTH)
def delivered_without_spaces() -> None:
    """A payload is delivered without the spaces in it."""
    _bytes(lambda data: data.replace(b" ", b"") or data)


@DELIVERY.mutant("delivery.keep.all-byte-values", releases=BOTH)
def delivered_in_seven_bits() -> None:
    """The highest bit of each byte 255 is lost on its way."""
    _bytes(lambda data: data.replace(b"\xff", b"\x7f"))


@DELIVERY.mutant("delivery.keep.tags")
def delivered_without_tags() -> None:
    """Publications are delivered without tags."""
    _delivered(lambda publication: replace(publication, tags={}))


@DELIVERY.mutant("delivery.tell.offset")
def delivered_with_the_next_offset() -> None:
    """Publications are delivered with the offset after theirs."""

    def deliver(original: Any, self: Any, push: Any, position: Any) -> None:
        body = push.body
        if isinstance(body, Published) and body.publication.offset:
            told = replace(body.publication, offset=body.publication.offset + 1)
            push = Push(push.channel, Published(told, body.epoch))
        original(self, push, position)

    around(Session, "deliver", deliver)


@DELIVERY.mutant("delivery.omit.offset", releases=BOTH)
def delivered_with_an_offset_of_none() -> None:
    """Publications of channels without history are delivered with offset 1."""

    def deliver(original: Any, self: Any, push: Any, position: Any) -> None:
        body = push.body
        if isinstance(body, Published) and not body.publication.offset:
            push = Push(push.channel, Published(replace(body.publication, offset=1), body.epoch))
        original(self, push, position)

    around(Session, "deliver", deliver)


@DELIVERY.mutant("delivery.omit.info", releases=BOTH)
def delivered_with_somebody() -> None:
    """Publications of the API are delivered as those of a client."""
    _delivered(lambda p: replace(p, info=p.info or ClientInfo("api", "api")))


@DELIVERY.mutant("delivery.tell.info-of-publisher", releases=BOTH)
def delivered_without_publisher() -> None:
    """Publications of clients are delivered without who published them."""
    _delivered(lambda publication: replace(publication, info=None))


@DELIVERY.mutant("delivery.reach.once", releases=BOTH)
def delivered_twice() -> None:
    """Every publication of a channel without history is delivered twice."""

    def deliver(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        if not rest[1].offset:
            original(self, *rest)

    around(Node, "deliver", deliver)


@DELIVERY.mutant("delivery.reach.every-subscriber", releases=BOTH)
def delivered_to_one_connection_a_user() -> None:
    """Of a user's connections only the first gets a publication."""

    def subscribers(original: Any, self: Any, channel: str) -> Any:
        first: dict[str, Any] = {}
        for each in original(self, channel):
            first.setdefault(each.user, each)
        return list(first.values())

    def deliver(original: Any, self: Any, channel: str, *rest: Any) -> None:
        found = self.hub.subscribers
        self.hub.subscribers = lambda name: subscribers(lambda _, n: found(n), self.hub, name)
        try:
            original(self, channel, *rest)
        finally:
            self.hub.subscribers = found

    around(Node, "deliver", deliver)


@DELIVERY.mutant("delivery.reach.its-channel-alone", releases=BOTH)
def delivered_to_other_namespaces() -> None:
    """Publications reach channels that have the same name in another namespace."""

    def deliver(original: Any, self: Any, channel: str, *rest: Any) -> None:
        last = channel.rpartition(":")[2]
        for each in {name for name, _ in self.hub.channels()} | {channel}:
            if each.rpartition(":")[2] == last:
                original(self, each, *rest)

    around(Node, "deliver", deliver)


@DELIVERY.mutant("delivery.reach.its-channel-alone", releases=BOTH)
def delivered_by_the_beginning() -> None:
    """Publications reach channels whose names begin with theirs."""

    def deliver(original: Any, self: Any, channel: str, *rest: Any) -> None:
        for each in {name for name, _ in self.hub.channels()} | {channel}:
            if each.startswith(channel):
                original(self, each, *rest)

    around(Node, "deliver", deliver)


@DELIVERY.mutant("delivery.reach.its-channel-alone", releases=BOTH)
def delivered_without_capitals() -> None:
    """Publications reach channels that differ in capitals alone."""

    def deliver(original: Any, self: Any, channel: str, *rest: Any) -> None:
        for each in {name for name, _ in self.hub.channels()} | {channel}:
            if each.lower() == channel.lower():
                original(self, each, *rest)

    around(Node, "deliver", deliver)


@DELIVERY.mutant("delivery.order.awaited-publishes", releases=BOTH)
def delivered_in_pairs_swapped() -> None:
    """Every second publication of a channel is delivered before the one before it."""
    held: dict[str, Any] = {}

    def deliver(original: Any, self: Any, channel: str, *rest: Any) -> None:
        if rest[0].offset:
            original(self, channel, *rest)
        elif channel in held:
            original(self, channel, *rest)
            original(self, channel, *held.pop(channel))
        else:
            held[channel] = rest

    around(Node, "deliver", deliver)


@DELIVERY.mutant("delivery.continue.after-many", releases=BOTH)
def delivered_up_to_256() -> None:
    """A connection gets 256 publications and no more."""

    def deliver(original: Any, self: Any, *rest: Any) -> None:
        count = counted[self.client] = counted.get(self.client, 0) + 1
        if count <= 256:
            original(self, *rest)

    counted: dict[str, int] = {}
    around(Session, "deliver", deliver)


@DELIVERY.mutant("delivery.reach.despite-skip-history")
def delivered_only_if_stored() -> None:
    """A publication with `skip_history` is not delivered."""

    def publish(original: Any, self: Any, channel: str, data: bytes, options: Any, *r: Any) -> Any:
        if not options.skip_history:
            return original(self, channel, data, options, *r)
        return Position(0, "")

    around(Node, "publish", publish)


@DELIVERY.mutant("delivery.suppress.idempotent-repeat")
def delivered_again_by_a_repeat() -> None:
    """A repeated idempotency key is answered as before, and delivered again."""

    def publish(original: Any, self: Any, channel: str, data: bytes, options: Any, *r: Any) -> Any:
        is_known = self._answers.get(f"{channel}_{options.idempotency_key}") is not None
        if options.idempotency_key and is_known:
            plain = options._replace(idempotency_key="", skip_history=True)
            original(self, channel, data, plain, *r)
        return original(self, channel, data, options, *r)

    around(Node, "publish", publish)


@DELIVERY.mutant("delivery.suppress.old-version")
def delivered_in_old_versions() -> None:
    """A publication of an old version is suppressed, and delivered."""

    def store(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        publication, position = original(self, channel, *rest)
        if publication is None:
            data, options, rules = rest
            lost, _ = original(self, channel, data, options._replace(skip_history=True), rules)
            self.deliver(channel, lost, position)
        return publication, position

    around(Node, "_store", store)


@DELIVERY.mutant("join.reach.subscribers", releases=BOTH)
def joins_are_lost() -> None:
    """Nobody learns who joins."""
    around(Node, "join", lambda original, self, channel, info: None)


@DELIVERY.mutant("leave.reach", releases=BOTH)
def leaves_are_lost() -> None:
    """Nobody learns who leaves."""
    around(Node, "leave", lambda original, self, channel, info: None)


@DELIVERY.mutant("join.reach.subscribers", "leave.reach.subscribers", releases=BOTH)
def joins_are_leaves() -> None:
    """Joins are told as leaves and leaves as joins."""

    def tell(original: Any, self: Any, push: Any) -> None:
        kind = Left if isinstance(push.body, Joined) else Joined
        original(self, Push(push.channel, kind(push.body.info)))

    around(Session, "deliver_presence", tell)


@DELIVERY.mutant("join.omit.unpushed")
def joins_are_always_pushed() -> None:
    """Joins and leaves are pushed though they are not to be."""
    around(Session, "deliver_presence", lambda original, self, push: self._send_push(push))


@DELIVERY.mutant("recovery.return.what-was-missed", releases=BOTH)
def recovery_loses_the_first() -> None:
    """Recovery leaves the first publication out that was missed."""

    def missed(original: Any, self: Any, *rest: Any) -> Any:
        top, found, is_recovered = original(self, *rest)
        return top, found[1:], is_recovered

    around(Recoverer, "_missed", missed)


@DELIVERY.mutant("recovery.return.what-was-missed", releases=BOTH)
def recovery_gives_one_too_many() -> None:
    """Recovery gives the first publication twice that was missed."""

    def missed(original: Any, self: Any, *rest: Any) -> Any:
        top, found, is_recovered = original(self, *rest)
        return top, [*found[:1], *found], is_recovered

    around(Recoverer, "_missed", missed)


@DELIVERY.mutant("recovery.refuse.trimmed", releases=BOTH)
def recovery_of_what_was_trimmed() -> None:
    """Recovery tells success though some of what was missed is gone."""

    def missed(original: Any, self: Any, *rest: Any) -> Any:
        top, found, is_recovered = original(self, *rest)
        return top, found, is_recovered or bool(found)

    around(Recoverer, "_missed", missed)


@DELIVERY.mutant("recovery.refuse.wrong-epoch", releases=BOTH)
def recovery_from_another_epoch() -> None:
    """Recovery ignores the epoch."""

    def missed(original: Any, self: Any, channel: str, options: Any, asked: Any) -> Any:
        return original(
            self, channel, options, replace(asked, epoch=self._top(channel, options).epoch)
        )

    around(Recoverer, "_missed", missed)


@DELIVERY.mutant("json.omit.binary-joins", releases=(Release.V2_8, Release.V3_2))
def joins_that_cannot_be_told_end_the_connection() -> None:
    """Who cannot be told of a join is disconnected, as by later releases."""

    def deliver(original: Any, self: Any, push: Any) -> None:
        try:
            original(self, push)
        except UnencodableError:
            self.close(self.known.inappropriate_protocol)

    around(Session, "deliver_presence", deliver)


@DELIVERY.mutant("json.disconnect.on-binary-join", releases=SINCE_4)
def joins_that_cannot_be_told_are_left_out() -> None:
    """Who cannot be told of a join stays and does not learn of it."""

    def send(original: Any, self: Any, push: Any) -> None:
        if isinstance(push.body, Joined):
            with contextlib.suppress(UnencodableError):
                self.send(push.encoded(self.link.codec))
        else:
            original(self, push)

    around(Session, "_send_push", send)


@DELIVERY.mutant("disconnect.close.code-in-16-bits", releases=V3)
def large_codes_drop_the_connection() -> None:
    """A WebSocket is dropped where the code of Disconnect does not fit into a close frame."""

    async def say(original: Any, self: Any, disconnect: Any) -> None:
        if disconnect.code > 0xFFFF:
            self.drop()
        else:
            await original(self, disconnect)

    around(WebSocketClient, "_say_goodbye", say)


@DELIVERY.mutant("disconnect.drop.with-3000", releases=V3)
def a_websocket_stays_open_with_3000() -> None:
    """Code 3000 ends the client, and leaves its WebSocket open."""

    async def say(original: Any, self: Any, disconnect: Any) -> None:
        if disconnect.code != CONNECTION_CLOSED.code or disconnect.reason != "unseen":
            await original(self, disconnect)

    around(WebSocketClient, "_say_goodbye", say)
