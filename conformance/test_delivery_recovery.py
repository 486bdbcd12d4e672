"""Recovery: a client that comes back gets what it has missed, and goes on without a gap."""

from centrifugo_grpc.releases import Dialect, Release
from centrifugo_grpc.subscriber.events import Publication, Subscription
from centrifugo_grpc.subscriber.uni import Position
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Clients
from conformance.requirement import ALL, V2, V3, Level, requirement

DOCS = "centrifugal.dev/docs/server/history_and_recovery; 2.8.7 docs/content/server/recover.md"
FACTS = "facts v2.md 6, v3-v6.md 6"
SINCE_4 = [release for release in V3 if release >= Release.V4_1]


def filled(api: Api, clients: Clients, room: str, count: int) -> str:
    """Publish `0`, `1` and so on; gives the epoch, which 2.8 tells to clients alone."""
    for number in range(count):
        expect.success(api.publish(room, b"%d" % number))
    return clients.connect(room).subscription(room).epoch


def payloads(told: Subscription) -> list[bytes]:
    """What a subscription has recovered."""
    return [pub.data for pub in told.publications]


@requirement(
    "recovery.tell.position",
    "Who subscribes where recovery is on is told the epoch and the top offset.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "recovery"],
)
def test_the_position_is_told(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    answers = [api.publish(room, b"x") for _ in range(3)]
    told = clients.connect(room).subscription(room)
    expect.that(told.recoverable, "`recoverable`")
    expect.equal("offset", told.offset, 3)
    expect.that(told.epoch, "an epoch")
    if api.dialect is Dialect.V3:
        expect.equal("epoch", told.epoch, answers[0].result.epoch)


@requirement(
    "recovery.return.what-was-missed",
    "Who comes back with its position gets exactly the publications after it, in order.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "recovery"],
)
def test_what_was_missed_comes(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 7)
    client = clients.connect(positions={room: Position(4, epoch)})
    told = client.subscription(room)
    expect.that(told.recovered, "`recovered`")
    got = [(pub.offset, pub.data) for pub in told.publications]
    expect.equal("publications recovered", got, [(5, b"4"), (6, b"5"), (7, b"6")])
    expect.equal("epoch", told.epoch, epoch)


@requirement(
    "recovery.return.bytes-and-tags",
    "Recovered publications have the bytes and the tags that were published.",
    level=Level.MUST,
    source=DOCS,
    releases=V3,
    needs=["clients", "recovery"],
)
def test_recovered_publications_are_whole(api: Api, channel: Channels, clients: Clients) -> None:
    room, every = channel("recovery"), bytes(range(256))
    epoch = filled(api, clients, room, 1)
    expect.success(api.publish(room, every, tags={"a": "1"}))
    client = clients.connect(positions={room: Position(1, epoch)})
    got = [(pub.data, dict(pub.tags)) for pub in client.subscription(room).publications]
    expect.equal("publications recovered", got, [(every, {"a": "1"})])


@requirement(
    "recovery.return.bytes",
    "In 2.8 a protobuf client recovers the bytes that were published.",
    level=Level.MUST,
    source=FACTS,
    releases=V2,
    needs=["clients", "recovery"],
)
def test_recovered_bytes(api: Api, channel: Channels, clients: Clients) -> None:
    room, every = channel("recovery"), bytes(range(256))
    epoch = filled(api, clients, room, 1)
    expect.success(api.publish(room, every))
    client = clients.connect(positions={room: Position(1, epoch)})
    expect.equal("publications recovered", payloads(client.subscription(room)), [every])


@requirement(
    "recovery.return.nothing-missed",
    "Who comes back having missed nothing recovers with no publications.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "recovery"],
)
def test_nothing_was_missed(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 3)
    told = clients.connect(positions={room: Position(3, epoch)}).subscription(room)
    expect.that(told.recovered, "`recovered`")
    expect.equal("publications recovered", payloads(told), [])


@requirement(
    "recovery.continue.live",
    "After recovery publications go on with the next offset: no gap, nothing twice.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "recovery"],
)
def test_live_publications_follow(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 5)
    client = clients.connect(positions={room: Position(2, epoch)})
    told = client.subscription(room)
    for number in range(5, 8):
        expect.success(api.publish(room, b"%d" % number))
    recovered = [pub.offset for pub in told.publications]
    live = [pub.offset for pub in client.settled_of(Publication, room)]
    expect.equal("offsets", recovered + live, [3, 4, 5, 6, 7, 8])


@requirement(
    "recovery.refuse.wrong-epoch",
    "Who comes back with another epoch recovers nothing, and is told the top position.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "recovery"],
)
def test_another_epoch(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 3)
    told = clients.connect(positions={room: Position(1, "wrong")}).subscription(room)
    expect.that(not told.recovered, "`recovered` not set")
    if api.release is not Release.V2_8:  # 2.8 sends what it has.
        expect.equal("publications recovered", payloads(told), [])
    expect.equal("position", (told.epoch, told.offset), (epoch, 3))


@requirement(
    "recovery.refuse.after-remove",
    "Who was below the top when the history was removed recovers nothing.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "recovery"],
)
def test_a_removed_history(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 3)
    expect.success(api.history_remove(room))
    told = clients.connect(positions={room: Position(1, epoch)}).subscription(room)
    expect.that(not told.recovered, "`recovered` not set")
    expect.equal("publications recovered", payloads(told), [])


@requirement(
    "recovery.refuse.trimmed",
    "Who has missed more than the history keeps is not recovered; in 2.8 it gets what is left,"
    " later nothing.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    needs=["clients", "recovery"],
)
def test_a_trimmed_history(api: Api, channel: Channels, clients: Clients) -> None:
    room, size = channel("recovery"), channel.option("recovery", "size")
    epoch = filled(api, clients, room, size + 5)
    told = clients.connect(positions={room: Position(2, epoch)}).subscription(room)
    expect.that(not told.recovered, "`recovered` not set")
    left = [b"%d" % number for number in range(5, size + 5)]
    expected = left if api.release is Release.V2_8 else []
    expect.equal("publications", payloads(told), expected)


@requirement(
    "recovery.refuse.beyond-top",
    "Who comes back with an offset beyond the top is not recovered.",
    level=Level.MUST,
    source=FACTS,
    releases=V3,
    needs=["clients", "recovery"],
)
def test_an_offset_beyond_the_top(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 3)
    told = clients.connect(positions={room: Position(9, epoch)}).subscription(room)
    expect.that(not told.recovered, "`recovered` not set")
    expect.equal("publications recovered", payloads(told), [])


@requirement(
    "recovery.omit.unasked",
    "Without the flag `recover` nothing is recovered, whatever the position.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "recovery"],
)
def test_recovery_has_to_be_asked_for(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 3)
    position = Position(1, epoch, recover=False)
    told = clients.connect(positions={room: position}).subscription(room)
    expect.that(not told.recovered, "`recovered` not set")
    expect.equal("publications recovered", payloads(told), [])
    expect.equal("offset", told.offset, 3)


@requirement(
    "recovery.omit.where-off",
    "Where recovery is off nothing is recovered, although there is a history.",
    level=Level.MUST,
    source=DOCS,
    releases=ALL,
    needs=["clients", "history"],
)
def test_recovery_has_to_be_on(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("history")
    for number in range(3):
        expect.success(api.publish(room, b"%d" % number))
    told = clients.connect(positions={room: Position(1, "")}).subscription(room)
    expect.that(not told.recovered, "`recovered` not set")
    expect.equal("publications recovered", payloads(told), [])


@requirement(
    "recovery.accept.blank-epoch",
    "A blank epoch is recovered from as the right one.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "recovery"],
)
def test_a_blank_epoch(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    filled(api, clients, room, 3)
    told = clients.connect(positions={room: Position(1, "")}).subscription(room)
    expect.that(told.recovered, "`recovered`")
    expect.equal("publications recovered", payloads(told), [b"1", b"2"])


@requirement(
    "recovery.tell.was-recovering",
    "From 4 on a client that asks for recovery is told `was_recovering`, and after success the"
    " offset it came with.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_4,
    needs=["clients", "recovery"],
)
def test_was_recovering(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("recovery")
    epoch = filled(api, clients, room, 4)
    told = clients.connect(positions={room: Position(2, epoch)}).subscription(room)
    expect.that(told.was_recovering, "`was_recovering`")
    expect.equal("offset", told.offset, 2)
    failed = clients.connect(positions={room: Position(2, "wrong")}).subscription(room)
    expect.that(failed.was_recovering, "`was_recovering` after a failure, too")
    expect.equal("offset after a failure", failed.offset, 4)
    fresh = clients.connect(room).subscription(room)
    expect.that(not fresh.was_recovering, "no `was_recovering` for a newcomer")


@requirement(
    "recovery.tell.positioned",
    "Where the namespace keeps positions a subscription is told `positioned`: from 4 on.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "position", "plain"],
)
def test_positioned(api: Api, channel: Channels, clients: Clients) -> None:
    room, plain = channel("position"), channel("plain")
    client = clients.connect(room, plain)
    told = client.subscription(room)
    expect.equal("`positioned`", told.positioned, api.release >= Release.V4_1)
    expect.that(not told.recoverable, "`recoverable` not set")
    expect.that(not client.subscription(plain).positioned, "`positioned` not set elsewhere")


@requirement(
    "recovery.return.latest-in-cache-mode",
    "In the recovery mode `cache` a client that asks gets the latest publication alone.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/cache_recovery",
    releases=[Release.V5_4, Release.V6_9],
    needs=["clients", "cache"],
)
def test_cache_mode(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("cache")
    for number in range(3):
        expect.success(api.publish(room, b"%d" % number))
    asked = clients.connect(positions={room: Position()}).subscription(room)
    expect.equal("publications recovered", payloads(asked), [b"2"])
    expect.that(asked.recovered, "`recovered`")
    unasked = clients.connect(room).subscription(room)
    expect.equal("publications without asking", payloads(unasked), [])


@requirement(
    "recovery.return.latest-unasked",
    "With `auto_cache_recover` a client gets the latest publication without asking.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/cache_recovery",
    releases=[Release.V6_9],
    needs=["clients", "auto_cache"],
)
def test_auto_cache_recover(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("auto_cache")
    for number in range(3):
        expect.success(api.publish(room, b"%d" % number))
    told = clients.connect(room).subscription(room)
    expect.equal("publications", payloads(told), [b"2"])
