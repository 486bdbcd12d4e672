"""Streams of subscribers behind a relay that alters one thing."""

import itertools
from dataclasses import replace
from typing import Any

from reference_server.clients.pushes import (
    Joined,
    Left,
    Push,
    Refreshed,
    Unsubscribed,
)
from reference_server.clients.recovery import Recoverer
from reference_server.clients.session import Session
from reference_server.engine.hub import Hub
from reference_server.node import Node
from tests.mutants.clients import subscription_told
from tests.mutants.declaring import EVERY, V3, Area
from tests.mutants.patching import around

DELIVERY = Area("delivery")


def _pushed(kind: Any, change: Any) -> None:
    """Push another body of a kind, or None."""

    def send(original: Any, self: Any, push: Push) -> None:
        body = change(push.body) if isinstance(push.body, kind) else push.body
        if body is not None:
            original(self, Push(push.channel, body) if body is not push.body else push)

    around(Session, "_send_push", send)


def delivered(change: Any) -> None:
    """Deliver another publication than was published, or None."""

    def deliver(original: Any, self: Any, channel: str, publication: Any, *rest: Any) -> None:
        told = change(channel, publication)
        if told is not None:
            original(self, channel, told, *rest)

    around(Node, "deliver", deliver)


def _info(**wrong: Any) -> None:
    _pushed((Joined, Left), lambda body: type(body)(replace(body.info, **wrong)))


@DELIVERY.mutant("join.reach.subscribers", "leave.reach.subscribers", releases=EVERY)
def joins_without_connection_info() -> None:
    """Joins and leaves tell no connection information."""
    _info(conn_info=b"")


@DELIVERY.mutant("subscribe.tell.info", "join.tell.channel-info", releases=EVERY)
def joins_without_channel_info() -> None:
    """Joins and leaves tell no channel information."""
    _info(chan_info=b"")


@DELIVERY.mutant("join.reach.subscribers", releases=EVERY)
def joins_without_users() -> None:
    """Joins and leaves tell no users."""
    _info(user="")


@DELIVERY.mutant("join.reach.subscribers", releases=EVERY)
def joins_without_clients() -> None:
    """Joins and leaves tell no client ids."""
    _info(client="")


@DELIVERY.mutant("join.reach", releases=EVERY)
def joins_come_twice() -> None:
    """Joins are told twice."""

    def join(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        original(self, *rest)

    around(Node, "join", join)


@DELIVERY.mutant("leave.reach", releases=EVERY)
def leaves_come_twice() -> None:
    """Leaves are told twice."""

    def leave(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        original(self, *rest)

    around(Node, "leave", leave)


@DELIVERY.mutant("delivery.continue.after-many", "concurrent.deliver", releases=EVERY)
def one_delivery_in_fifty_is_lost() -> None:
    """Each fiftieth publication without history is not delivered."""
    counted = itertools.count(1)
    delivered(lambda _, told: told if told.offset or next(counted) % 50 else None)


@DELIVERY.mutant("delivery.continue.after-many", "concurrent.deliver", releases=EVERY)
def one_delivery_in_fifty_is_doubled() -> None:
    """Each fiftieth publication is delivered twice."""
    counted = itertools.count(1)

    def deliver(original: Any, self: Any, *rest: Any) -> None:
        original(self, *rest)
        if next(counted) % 50 == 0:
            original(self, *rest)

    around(Node, "deliver", deliver)


@DELIVERY.mutant("delivery.keep.equal-payloads", releases=EVERY)
def the_same_again_is_not_delivered() -> None:
    """A payload that is the same as the channel's last one is not delivered."""
    last: dict[str, bytes] = {}

    def change(channel: str, told: Any) -> Any:
        before, last[channel] = last.get(channel), told.data
        return None if before == told.data else told

    delivered(change)


@DELIVERY.mutant("delivery.keep.edges", releases=EVERY)
def delivered_without_line_ends() -> None:
    """A line break at the end of a payload is not delivered."""
    delivered(lambda _, told: replace(told, data=told.data.rstrip(b"\r\n") or told.data))


@DELIVERY.mutant("delivery.keep.edges", releases=EVERY)
def delivered_with_other_line_ends() -> None:
    """CR LF in a payload is delivered as LF."""
    delivered(lambda _, told: replace(told, data=told.data.replace(b"\r\n", b"\n")))


@DELIVERY.mutant("delivery.keep.tags", releases=V3)
def delivered_without_blank_tags() -> None:
    """Tags with a blank value are not delivered."""
    delivered(
        lambda _, told: replace(told, tags={key: text for key, text in told.tags.items() if text})
    )


@DELIVERY.mutant("delivery.keep.tags", releases=V3)
def delivered_with_one_tag() -> None:
    """Publications are delivered with their first tag only."""
    delivered(lambda _, told: replace(told, tags=dict(sorted(told.tags.items())[:1])))


@DELIVERY.mutant("delivery.tell.info-of-publisher", releases=EVERY)
def delivered_without_connection_info() -> None:
    """Publications of clients are delivered without connection information."""
    delivered(lambda _, told: replace(told, info=told.info and replace(told.info, conn_info=b"")))


@DELIVERY.mutant("delivery.tell.info-of-publisher", releases=EVERY)
def delivered_without_client() -> None:
    """Publications of clients are delivered without the client's id."""
    delivered(lambda _, told: replace(told, info=told.info and replace(told.info, client="")))


@DELIVERY.mutant("unsubscribe.push.code", releases=V3)
def unsubscribes_without_reason() -> None:
    """Unsubscribe is told without a reason."""
    _pushed(Unsubscribed, lambda body: replace(body, reason=""))


@DELIVERY.mutant("subscribe.push.position", releases=V3)
def subscriptions_are_not_positioned() -> None:
    """Subscribe tells a client that its subscription keeps no position."""
    subscription_told(positioned=False)


@DELIVERY.mutant("subscribe.push.position", releases=V3)
def subscriptions_are_not_recoverable() -> None:
    """Subscribe tells a client that it cannot recover."""
    subscription_told(recoverable=False)


@DELIVERY.mutant("refresh.push.ttl", releases=V3)
def refreshes_do_not_expire() -> None:
    """Refresh tells a client that it does not expire."""
    _pushed(Refreshed, lambda body: replace(body, expires=False))


@DELIVERY.mutant("refresh.push.longest-ttl", releases=V3)
def refreshes_have_a_ttl_of_an_hour_at_most() -> None:
    """Refresh tells a client a ttl of an hour at most."""
    _pushed(Refreshed, lambda body: replace(body, ttl=min(body.ttl, 3600)))


@DELIVERY.mutant("recovery.return.bytes-and-tags", releases=V3)
def recovered_without_tags() -> None:
    """Recovered publications have no tags."""
    _recovered(lambda found: [replace(each, tags={}) for each in found])


@DELIVERY.mutant("recovery.return.what-was-missed", releases=EVERY)
def recovered_backward() -> None:
    """Recovered publications come newest first."""
    _recovered(lambda found: found[::-1])


@DELIVERY.mutant("recovery.return.bytes", "recovery.return.bytes-and-tags", releases=EVERY)
def recovered_as_text() -> None:
    """Recovered payloads have what is not UTF-8 replaced."""
    _recovered(
        lambda found: [
            replace(each, data=each.data.decode("utf-8", "replace").encode()) for each in found
        ]
    )


@DELIVERY.mutant("recovery.return.what-was-missed", releases=EVERY)
def recovered_without_offsets() -> None:
    """Recovered publications have the offset of the first."""
    _recovered(lambda found: [replace(each, offset=found[0].offset) for each in found])


def _recovered(change: Any) -> None:
    def missed(original: Any, self: Any, *rest: Any) -> Any:
        top, found, is_recovered = original(self, *rest)
        return top, change(list(found)), is_recovered

    around(Recoverer, "_missed", missed)


@DELIVERY.mutant("delivery.reach.every-subscriber", releases=EVERY)
def delivered_to_all_but_the_third() -> None:
    """Of three subscribers and more the last one gets nothing."""

    def subscribers(original: Any, self: Any, channel: str) -> Any:
        found = original(self, channel)
        return found[:-1] if len(found) > 2 else found

    around(Hub, "subscribers", subscribers)
