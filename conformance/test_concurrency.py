"""Many publishers at once: nothing lost, nothing twice, one order for everybody."""

from functools import partial

from centrifugo_grpc.releases import IDEMPOTENCY_KEY, PUBLICATION_VERSION, Release
from centrifugo_grpc.subscriber.events import Publication
from conformance import expect
from conformance.api import Answer, Api, Channels
from conformance.clients import Clients, eventually, listed
from conformance.parallel import CALLERS, at_once
from conformance.requirement import V3, Level, requirement

FACTS = "facts v2.md 5, v3-v6.md 3 Raw HTTP/2, 6"
HISTORY = "centrifugal.dev/docs/server/history_and_recovery"
EACH = 3
"""Publications of each publisher, one after the other."""


def named(publisher: int) -> list[bytes]:
    """The payloads of a publisher, in its order."""
    return [b"%02d/%d" % (publisher, number) for number in range(EACH)]


def publish_all(api: Api, rooms: list[str]) -> list[list[Answer]]:
    """A publisher for each of `rooms`, all at once; gives the answers of each."""

    def publish(publisher: int) -> list[Answer]:
        return [api.publish(rooms[publisher], payload) for payload in named(publisher)]

    answers = at_once(publish, range(len(rooms)))
    for several in answers:
        for answer in several:
            expect.success(answer)
    return answers


def keeps_each_order(got: list[bytes]) -> None:
    """Everything arrived, once, and what one publisher sent in its order."""
    every = sorted(payload for publisher in range(CALLERS) for payload in named(publisher))
    expect.equal("payloads received, sorted", sorted(got), every)
    for publisher in range(CALLERS):
        own = [payload for payload in got if payload.startswith(b"%02d/" % publisher)]
        expect.equal(f"order of publisher {publisher}", own, named(publisher))


@requirement(
    "concurrent.deliver.one-channel",
    "Of 64 publishers at once in one channel nothing is lost, nothing comes twice, and what each"
    " awaited comes in its order.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "plain"],
)
def test_many_publishers_in_a_channel(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    both = [clients.connect(room), clients.connect(room)]
    publish_all(api, [room] * CALLERS)
    for client in both:
        keeps_each_order([pub.data for pub in client.settled_of(Publication, room)])


@requirement(
    "concurrent.order.shared",
    "Where there is a history, every subscriber gets the publications of 64 publishers at once in"
    " one order, that of the history, with offsets from 1 on without a gap.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "full"],
)
def test_everybody_shares_one_order(api: Api, channel: Channels, clients: Clients) -> None:
    room, size = channel("full"), channel.option("full", "size")
    crowd = [clients.connect(room) for _ in range(3)]
    publish_all(api, [room] * CALLERS)
    received = [client.settled_of(Publication, room) for client in crowd]
    keeps_each_order([pub.data for pub in received[0]])
    order = [(pub.offset, pub.data) for pub in received[0]]
    offsets = [offset for offset, _ in order]
    expect.equal("offsets received", offsets, list(range(1, CALLERS * EACH + 1)))
    for others in received[1:]:
        expect.equal("order at another", [(pub.offset, pub.data) for pub in others], order)
    expect.equal("history", api.payloads(room), [data for _, data in order][-size:])


@requirement(
    "concurrent.answer.own-offset",
    "Of 64 publishers at once each is answered with the offset of its own publication: unique,"
    " without a gap, as subscribers and the history have it.",
    level=Level.MUST,
    source=HISTORY,
    releases=V3,
    needs=["clients", "full"],
)
def test_answers_tell_the_own_offset(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("full")
    client = clients.connect(room)
    answers = publish_all(api, [room] * CALLERS)
    answered = {
        answer.result.offset: payload
        for publisher, several in enumerate(answers)
        for payload, answer in zip(named(publisher), several, strict=True)
    }
    received = {pub.offset: pub.data for pub in client.publications(room, CALLERS * EACH)}
    expect.equal("offsets answered", sorted(answered), list(range(1, CALLERS * EACH + 1)))
    expect.equal("payload by offset", answered, received)
    stored = {item.offset: item.data for item in api.publications(room)}
    kept = {offset: data for offset, data in answered.items() if offset in stored}
    expect.equal("history by offset", stored, kept)


@requirement(
    "concurrent.deliver.many-channels",
    "Of 64 publishers at once in 64 channels each channel gets its own publications, in order.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "history"],
)
def test_many_publishers_in_many_channels(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("history") for _ in range(CALLERS)]
    client = clients.connect(claims={"channels": rooms})
    client.is_connected()
    publish_all(api, rooms)
    got: dict[str, list[bytes]] = {room: [] for room in rooms}
    for event in client.settled():
        if isinstance(event, Publication):
            got[event.channel].append(event.data)
    expected = {room: named(publisher) for publisher, room in enumerate(rooms)}
    expect.equal("payloads by channel", got, expected)
    histories = dict(zip(rooms, at_once(api.payloads, rooms), strict=True))
    expect.equal("histories", histories, expected)


@requirement(
    "concurrent.deliver.broadcasts",
    "Of 16 broadcasts at once into the same channels every channel gets each once.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "full"],
    one_node=True,
)
def test_broadcasts_at_once(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("full") for _ in range(8)]
    client = clients.connect(*rooms)
    payloads = [b"%02d" % number for number in range(16)]
    for answer in at_once(lambda payload: api.broadcast(rooms, payload), payloads):
        expect.success(answer)
    got = client.settled()
    for room in rooms:
        own = [e for e in got if isinstance(e, Publication) and e.channel == room]
        expect.equal("payloads", sorted(pub.data for pub in own), payloads)
        expect.equal("offsets", [pub.offset for pub in own], list(range(1, 17)))
        expect.equal("history", api.payloads(room), [pub.data for pub in own])


@requirement(
    "concurrent.show.effect-at-once",
    "An answer means that its effect is there for the next call, of whichever connection.",
    level=Level.MUST,
    source="a reasoned decision; facts v2.md 5, v3-v6.md 5",
    needs=["history"],
)
def test_an_effect_is_there_at_once(api: Api, channel: Channels) -> None:
    with api.another() as other:
        for number in range(30):
            room = channel("history")
            expect.success(api.publish(room, b"%d" % number))
            expect.equal("history after Publish", other.payloads(room), [b"%d" % number])
            expect.success(other.history_remove(room))
            expect.equal("history after HistoryRemove", api.payloads(room), [])
            rooms = [room, channel("history"), channel("history")]
            expect.success(api.broadcast(rooms, b"again"))
            for each in reversed(rooms):
                expect.equal("history after Broadcast", other.payloads(each), [b"again"])


@requirement(
    "concurrent.show.effect-on-clients-at-once",
    "An answer to Unsubscribe means that Presence, PresenceStats and Channels do not know the"
    " client any more; so does one to Disconnect, but for a race.",
    level=Level.MUST,
    source="a reasoned decision; centrifuge hub.go, client.go Disconnect closes beside the call",
    needs=["clients", "presence"],
    one_node=True,
)
def test_clients_are_gone_at_once(api: Api, channel: Channels, clients: Clients) -> None:
    gone = []
    with api.another() as other:
        for _ in range(5):
            room = channel("presence")
            client, second = clients.connect(room), clients.connect(room)
            expect.equal("present", set(_present(other, room)), {client.id, second.id})
            expect.success(api.unsubscribe(channel=room, user=client.user))
            expect.equal("present after Unsubscribe", _present(other, room), [second.id])
            answer = other.presence_stats(room)
            expect.success(answer)
            expect.equal("clients counted", answer.result.num_clients, 1)
            expect.success(api.disconnect(user=second.user))
            gone.append(not _present(other, room))
            eventually("listed", partial(listed, other, room), expected=False)
            expect.equal("present after Disconnect", _present(other, room), [])
    expect.mostly("nobody present right after Disconnect", gone)


def _present(api: Api, room: str) -> list[str]:
    answer = api.presence(room)
    expect.success(answer)
    return list(answer.result.presence)


@requirement(
    "concurrent.suppress.repeats",
    "Of 32 publications at once with one `idempotency_key` one is stored and delivered, and all"
    " are answered with its offset.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publishrequest",
    releases=[release for release in V3 if IDEMPOTENCY_KEY[release]],
    needs=["clients", "history"],
)
def test_repeats_at_once(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("history")
    client = clients.connect(room)

    def publish(number: int) -> Answer:
        return api.publish(room, b"%d" % number, idempotency_key="k")

    answers = at_once(publish, range(32))
    for answer in answers:
        expect.success(answer)
    expect.equal("offsets answered", {answer.result.offset for answer in answers}, {1})
    expect.equal("offsets", [pub.offset for pub in client.settled_of(Publication, room)], [1])
    expect.equal("publications stored", len(api.payloads(room)), 1)


@requirement(
    "concurrent.suppress.old-versions",
    "Of publications at once with different versions those that come too late are suppressed: the"
    " versions delivered rise, to the highest.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publishrequest",
    releases=[release for release in V3 if PUBLICATION_VERSION[release]],
    needs=["clients", "full"],
)
def test_versions_at_once(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("full")
    client = clients.connect(room)

    def publish(version: int) -> Answer:
        return api.publish(room, b"%d" % version, version=version)

    for answer in at_once(publish, range(1, 33)):
        expect.success(answer)
    got = client.settled_of(Publication, room)
    versions = [pub.version for pub in got]
    expect.equal("versions delivered", versions, sorted(set(versions)))
    expect.equal("the last one", versions[-1:], [32])
    expect.equal("offsets", [pub.offset for pub in got], list(range(1, len(got) + 1)))
    expect.equal("history", api.payloads(room), [pub.data for pub in got])


@requirement(
    "concurrent.suppress.new-keys",
    "Of 32 MapPublish at once with `if_new` for one key one succeeds.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/map_subscriptions",
    releases=[Release.V6_9],
    needs=["map"],
)
def test_new_keys_at_once(api: Api, channel: Channels) -> None:
    room = channel("map")

    def put(number: int) -> Answer:
        data = b"%d" % number
        return api.call("MapPublish", channel=room, key="k", data=data, key_mode="if_new")

    answers = at_once(put, range(32))
    for answer in answers:
        expect.success(answer)
    winners = [n for n, answer in enumerate(answers) if not answer.result.suppressed]
    expect.equal("how many were new", len(winners), 1)
    state = api.call("MapReadState", channel=room, limit=-1)
    expect.success(state)
    entries = [(entry.key, entry.data) for entry in state.result.entries]
    expect.equal("the map", entries, [("k", b"%d" % winners[0])])


@requirement(
    "concurrent.connect.everybody",
    "Of clients that connect at once all are present, and all get what is published next.",
    level=Level.MUST,
    source=FACTS,
    needs=["clients", "presence"],
)
def test_clients_connect_at_once(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    clients.connect(room).is_connected()
    crowd = at_once(lambda _: clients.connect(room), range(12))
    missing = {client.id for client in crowd} - set(_present(api, room))
    expect.equal("clients that are not present", missing, set())
    expect.success(api.publish(room, b"x"))
    for client in crowd:
        expect.equal("payloads", [p.data for p in client.settled_of(Publication, room)], [b"x"])
