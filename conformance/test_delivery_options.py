"""Delivery and the options of Publish, Broadcast and Batch."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import IDEMPOTENCY_KEY, PUBLICATION_VERSION, Release
from centrifugo_grpc.subscriber.events import Disconnected, Publication
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.clients import Client, Clients
from conformance.requirement import V2, V3, Level, requirement

REQUEST = "centrifugal.dev/docs/server/server_api#publishrequest"
BATCH = "centrifugal.dev/docs/server/server_api#batch"
SINCE_4 = [release for release in V3 if release >= Release.V4_1]


def received(client: Client, room: str) -> list[bytes]:
    """Every payload that a client has got in a channel, after it has got all of them."""
    return [pub.data for pub in client.settled_of(Publication, room)]


@requirement(
    "delivery.reach.despite-skip-history",
    "A publication with `skip_history` is delivered, without an offset.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients", "history"],
)
def test_skip_history_delivers(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("history")
    client = clients.connect(room)
    expect.success(api.publish(room, b"kept"))
    expect.success(api.publish(room, b"passing", skip_history=True))
    expect.success(api.broadcast([room], b"passing too", skip_history=True))
    expect.success(api.publish(room, b"kept"))
    got = [(pub.data, pub.offset) for pub in client.publications(room, 4)]
    expected = [(b"kept", 1), (b"passing", 0), (b"passing too", 0), (b"kept", 2)]
    expect.equal("received", got, expected)


@requirement(
    "delivery.suppress.idempotent-repeat",
    "A repeated publication with the same `idempotency_key` is not delivered again.",
    level=Level.MUST,
    source=REQUEST,
    releases=[release for release in V3 if IDEMPOTENCY_KEY[release]],
    needs=["clients", "plain", "history"],
)
def test_repeats_are_not_delivered(api: Api, channel: Channels, clients: Clients) -> None:
    for kind in ("plain", "history"):
        room = channel(kind)
        client = clients.connect(room)
        expect.success(api.publish(room, b"first", idempotency_key="k"))
        expect.success(api.publish(room, b"repeat", idempotency_key="k"))
        expect.success(api.broadcast([room], b"repeat", idempotency_key="k"))
        expect.success(api.publish(room, b"other", idempotency_key="other"))
        expect.equal("payloads received", received(client, room), [b"first", b"other"])


@requirement(
    "delivery.ignore.idempotency-key",
    "Before 5.2 a repeated publication is delivered again, whatever its `idempotency_key`.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=[release for release in V3 if not IDEMPOTENCY_KEY[release]],
    needs=["clients", "plain"],
)
def test_repeats_are_delivered(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client = clients.connect(room)
    for payload in (b"first", b"repeat"):
        expect.success(api.publish(room, payload, idempotency_key="k"))
    expect.equal("payloads received", received(client, room), [b"first", b"repeat"])


@requirement(
    "delivery.suppress.old-version",
    "A publication that its `version` makes obsolete is not delivered.",
    level=Level.MUST,
    source=REQUEST,
    releases=[release for release in V3 if PUBLICATION_VERSION[release]],
    needs=["clients", "history"],
)
def test_old_versions_are_not_delivered(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("history")
    client = clients.connect(room)
    for payload, version in ((b"5", 5), (b"4", 4), (b"5 again", 5), (b"6", 6)):
        expect.success(api.publish(room, payload, version=version))
    expect.success(api.publish(room, b"other", version=1, version_epoch="other"))
    got = [(pub.data, pub.version) for pub in client.settled_of(Publication, room)]
    expect.equal("received", got, [(b"5", 5), (b"6", 6), (b"other", 1)])


@requirement(
    "delivery.keep.full-data-despite-delta",
    "A subscriber without delta compression gets whole payloads of publications with `delta`.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/delta_compression",
    releases=[Release.V5_4, Release.V6_9],
    needs=["clients", "delta"],
)
def test_delta_is_not_forced_on_anybody(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("delta")
    client = clients.connect(room)
    payloads = [b'{"text": "%s", "number": %d}' % (b"long " * 50, n) for n in range(3)]
    for payload in payloads:
        expect.success(api.publish(room, payload, delta=True))
    expect.equal("payloads received", received(client, room), payloads)


@requirement(
    "delivery.isolate.bad-channels",
    "A broadcast reaches the good ones of its channels, though others are refused.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#broadcastresult",
    releases=V3,
    needs=["clients", "plain"],
)
def test_good_channels_are_reached(api: Api, channel: Channels, clients: Clients) -> None:
    first, last = channel("plain"), channel("plain")
    client = clients.connect(first, last)
    expect.success(api.broadcast([first, unknown_namespace(), "", last], b"x"))
    for room in (first, last):
        expect.equal("payloads received", received(client, room), [b"x"])


@requirement(
    "delivery.stop.at-a-bad-channel",
    "In 2.8 a refused broadcast has reached the channels before the bad one, and none after it.",
    level=Level.OBSERVED,
    source="facts v2.md 3 Broadcast",
    releases=V2,
    needs=["clients", "plain"],
)
def test_channels_before_the_bad_one(api: Api, channel: Channels, clients: Clients) -> None:
    before, after = channel("plain"), channel("plain")
    client = clients.connect(before, after)
    answer = api.broadcast([before, unknown_namespace(), after], b"x")
    expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))
    # It is published after the answer, so it is awaited on its own.
    expect.equal("before", client.payloads(before, 1), [b"x"])
    expect.equal("after", received(client, after), [])


@requirement(
    "delivery.order.of-a-batch",
    "The publications of a batch arrive in the order of its commands.",
    level=Level.MUST,
    source=BATCH,
    releases=SINCE_4,
    needs=["clients", "plain", "history"],
    one_node=True,
)
def test_a_batch_arrives_in_order(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain"), channel("history")]
    client = clients.connect(*rooms)
    commands = [
        {"publish": {"channel": rooms[number % 2], "data": b"%d" % number}} for number in range(40)
    ]
    expect.success(api.batch(commands))
    got = [event.data for event in client.settled() if isinstance(event, Publication)]
    expect.equal("payloads received", got, [b"%d" % number for number in range(40)])


@requirement(
    "delivery.reach.all-of-a-parallel-batch",
    "All publications of a parallel batch arrive, each once.",
    level=Level.MUST,
    source=BATCH,
    releases=[Release.V5_4, Release.V6_9],
    needs=["clients", "history"],
)
def test_a_parallel_batch_arrives(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("history")
    client = clients.connect(room)
    payloads = [b"%02d" % number for number in range(40)]
    commands = [{"publish": {"channel": room, "data": payload}} for payload in payloads]
    expect.success(api.batch(commands, parallel=True))
    got = client.settled_of(Publication, room)
    expect.equal("payloads received", sorted(pub.data for pub in got), payloads)
    expect.equal("offsets", [pub.offset for pub in got], list(range(1, 41)))


@requirement(
    "delivery.run.commands-of-a-batch",
    "In a batch Subscribe, Publish and Unsubscribe take effect one after the other.",
    level=Level.MUST,
    source=BATCH,
    releases=SINCE_4,
    needs=["clients", "plain"],
    one_node=True,
)
def test_a_batch_acts_on_clients(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect()
    client.is_connected()
    expect.success(
        api.batch(
            [
                {"publish": {"channel": room, "data": b"before"}},
                {"subscribe": {"channel": room, "user": client.user}},
                {"publish": {"channel": room, "data": b"between"}},
                {"unsubscribe": {"channel": room, "user": client.user}},
                {"publish": {"channel": room, "data": b"after"}},
            ]
        )
    )
    got = [type(event).__name__ for event in client.settled() if event.channel == room]
    expect.equal("received", got, ["Subscribed", "Publication", "Unsubscribed"])
    expect.equal("payloads", received(client, room), [b"between"])


@requirement(
    "delivery.suppress.versions-across-calls",
    "Publish and Broadcast share a channel's version and its epoch, and subscribers are told it.",
    level=Level.MUST,
    source=REQUEST,
    releases=[release for release in V3 if PUBLICATION_VERSION[release]],
    needs=["clients", "history"],
)
def test_versions_are_shared(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("history")
    client = clients.connect(room)
    expect.success(api.publish(room, b"1", version=5, version_epoch="e"))
    for version in (4, 5):
        expect.success(api.broadcast([room], b"old", version=version, version_epoch="e"))
    expect.success(api.broadcast([room], b"2", version=6, version_epoch="e"))
    expect.success(api.publish(room, b"old", version=6, version_epoch="e"))
    expect.success(api.broadcast([room], b"3", version=1, version_epoch="other"))
    got = [(pub.data, pub.version) for pub in client.settled_of(Publication, room)]
    expect.equal("received", got, [(b"1", 5), (b"2", 6), (b"3", 1)])


@requirement(
    "delivery.compress.where-asked",
    "A subscriber with delta compression gets a difference for a publication with `delta`, and a"
    " whole payload for one without.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/delta_compression",
    releases=[Release.V5_4, Release.V6_9],
    needs=["http", "recovery"],
)
def test_delta_is_a_matter_of_the_flag(api: Api, channel: Channels, clients: Clients) -> None:
    payload = b'{"text": "%s", "number": %d}'
    texts = [payload % (b"long " * 50, number) for number in range(5)]
    room = channel("recovery")
    client = clients.over_websocket(clients.json, {})
    client.subscribe(room, delta="fossil")
    expect.success(api.publish(room, texts[0], delta=True))
    expect.success(api.publish(room, texts[1], delta=True))
    expect.success(api.publish(room, texts[2]))
    expect.success(api.broadcast([room], texts[3], delta=True))
    expect.success(api.broadcast([room], texts[4]))
    is_short = [len(data) < 100 for data in client.payloads(room, 5)]
    expect.equal("which are differences", is_short, [False, True, False, True, False])


@requirement(
    "delivery.run.other-commands-of-a-batch",
    "In a batch Refresh, Disconnect and Channels do what they do alone.",
    level=Level.MUST,
    source=BATCH,
    releases=SINCE_4,
    needs=["clients", "plain"],
)
def test_a_batch_acts_on_connections(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    expired, gone, stays = (clients.connect(room) for _ in range(3))
    answer = api.batch(
        [
            {"channels": {"pattern": room}},
            {"refresh": {"user": expired.user, "expired": True}},
            {"disconnect": {"user": gone.user, "disconnect": {"code": 4001, "reason": "r"}}},
        ]
    )
    expect.success(answer)
    assert answer.response is not None
    told = [
        {name: info.num_clients for name, info in reply.channels.channels.items()}
        for reply in answer.response.replies
    ]
    expect.equal("channels", told, [{room: 3}, {}, {}])
    ends = [
        (client.expect(Disconnected).code, client.expect(Disconnected).reason)
        for client in (expired, gone)
    ]
    expect.equal("ends", ends, [(3005, "connection expired"), (4001, "r")])
    expect.equal("received by another", stays.settled(), [])
