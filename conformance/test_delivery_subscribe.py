"""Subscribe as connected clients see it (v3)."""

import base64
import time
from typing import Any

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from centrifugo_grpc.subscriber.events import Disconnected, Join, Publication, Subscribed
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Client, Clients
from conformance.commands import nobody, others_than
from conformance.requirement import V3, Level, requirement

SUBSCRIBE = "centrifugal.dev/docs/server/server_api#subscribe"
REQUEST = "centrifugal.dev/docs/server/server_api#subscribe-request"
FACTS = "facts v3-v6.md 5 Subscribe"
CHANNEL_LIMIT = 128
"""`client_channel_limit` unless configured otherwise."""


def subscribed(api: Api, client: Client, room: str, **fields: Any) -> Subscribed:
    """Subscribe a client's user to a channel; gives what the client is told of it."""
    expect.success(api.subscribe(channel=room, user=client.user, **fields))
    return client.expect(Subscribed, channel=room)


@requirement(
    "subscribe.push.to-the-user",
    "Subscribe tells every connection of the user, which then gets what is published.",
    level=Level.MUST,
    source=SUBSCRIBE,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribe_reaches_the_user(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    first, other = clients.connect(), clients.connect()
    second = clients.connect(user=first.user)
    first.is_connected()
    second.is_connected()
    other.is_connected()
    for client in (first, second):
        subscribed(api, client, room)
    expect.success(api.publish(room, b"x"))
    for client in (first, second):
        got = [pub.data for pub in client.settled_of(Publication, room)]
        expect.equal("payloads received", got, [b"x"])
    expect.equal("received by another user", other.settled(), [])


@requirement(
    "subscribe.match.whole-user",
    "A user is matched by the whole id: neither a part of it nor another case of letters counts.",
    level=Level.MUST,
    source=SUBSCRIBE,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribe_matches_a_user_exactly(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect()
    client.is_connected()
    for user in others_than(client.user):
        expect.success(api.subscribe(channel=room, user=user))
    expect.equal("everything received", client.settled(), [])


@requirement(
    "subscribe.push.data",
    "A client is told the `data` of Subscribe, whatever its bytes.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribe_tells_data(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    for data in (b'{"a": 1}', bytes(range(256)), b"\n a\0\r\n", b"x" * 10_000, b""):
        push = subscribed(api, client, channel("plain"), data=data)
        expect.equal("data", push.data, data)


@requirement(
    "subscribe.push.base64-data",
    "In 6.9 `b64data` of Subscribe wins over `data`; earlier releases ignore it.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribe_and_base64_data(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    encoded = base64.b64encode(b"\x00\xff").decode()
    push = subscribed(api, client, channel("plain"), data=b"data", b64data=encoded)
    expect.equal("data", push.data, b"\x00\xff" if api.release is Release.V6_9 else b"data")


@requirement(
    "subscribe.push.position",
    "A client is told epoch and offset where the namespace keeps its position, and that it can"
    " recover where it can.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/history_and_recovery",
    releases=V3,
    needs=["clients", "plain", "recovery", "position"],
)
def test_subscribe_tells_the_position(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    for kind, recoverable, positioned in (
        ("recovery", True, True),
        ("position", False, True),
        ("plain", False, False),
    ):
        room = channel(kind)
        answers = [api.publish(room, b"x") for _ in range(3)]
        push = subscribed(api, client, room)
        expect.equal(f"`recoverable` in {kind}", push.recoverable, recoverable)
        expect.equal(f"`positioned` in {kind}", push.positioned, positioned)
        epoch = answers[0].result.epoch if positioned else ""
        told = (push.epoch, push.offset)
        expect.equal(f"position in {kind}", told, (epoch, 3 if positioned else 0))


@requirement(
    "subscribe.tell.info",
    "`info` of Subscribe is the channel information in presence and in the join.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients", "full"],
)
def test_subscribe_sets_the_info(api: Api, channel: Channels, clients: Clients) -> None:
    room, info = channel("full"), b'{"role": "\xff\x00"}'
    client = clients.connect()
    client.is_connected()
    subscribed(api, client, room, info=info)
    join = client.expect(Join, channel=room)
    expect.equal("information in the join", join.info and join.info.chan_info, info)
    answer = api.presence(room)
    expect.success(answer)
    told = {key: entry.chan_info for key, entry in answer.result.presence.items()}
    expect.equal("information in presence", told, {client.id: info})


@requirement(
    "subscribe.tell.base64-info",
    "In 6.9 `b64info` of Subscribe wins over `info`; earlier releases ignore it.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=V3,
    needs=["clients", "presence"],
)
def test_subscribe_and_base64_info(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("presence"), clients.connect()
    client.is_connected()
    subscribed(api, client, room, info=b"info", b64info=base64.b64encode(b"\x00\xff").decode())
    answer = api.presence(room)
    expect.success(answer)
    told = [entry.chan_info for entry in answer.result.presence.values()]
    expected = b"\x00\xff" if api.release is Release.V6_9 else b"info"
    expect.equal("information", told, [expected])


@requirement(
    "subscribe.narrow.client",
    "Subscribe with a client id concerns that connection of the user alone.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribe_is_narrowed_to_a_client(api: Api, channel: Channels, clients: Clients) -> None:
    room, first = channel("plain"), clients.connect()
    second = clients.connect(user=first.user)
    second.is_connected()
    expect.success(api.subscribe(channel=room, user=first.user, client=first.id))
    first.expect(Subscribed, channel=room)
    expect.equal("received by the other connection", second.settled(), [])
    expect.success(api.subscribe(channel=room, user=first.user, client=nobody()))
    expect.success(api.subscribe(channel=room, user=nobody(), client=second.id))
    expect.equal("received by the other connection", second.settled(), [])


@requirement(
    "subscribe.narrow.session",
    "Subscribe with a session id concerns that connection of the user alone.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribe_is_narrowed_to_a_session(api: Api, channel: Channels, clients: Clients) -> None:
    room, first = channel("plain"), clients.connect()
    second = clients.connect(user=first.user)
    second.is_connected()
    subscribed(api, first, room, session=first.connected.session)
    expect.success(api.subscribe(channel=room, user=nobody(), session=second.connected.session))
    expect.success(api.subscribe(channel=room, user=first.user, session=nobody()))
    expect.equal("received by the other connection", second.settled(), [])


@requirement(
    "subscribe.repeat.push-alone",
    "Who is subscribed already is told so again, and gets publications once.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribing_again(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect()
    client.is_connected()
    for _ in range(2):
        expect.success(api.subscribe(channel=room, user=client.user))
    expect.success(api.publish(room, b"x"))
    got = [type(event).__name__ for event in client.settled()]
    expect.equal("received", got, ["Subscribed", "Subscribed", "Publication"])


@requirement(
    "subscribe.reach.closed-namespaces",
    "Subscribe subscribes to channels that clients may not subscribe to themselves.",
    level=Level.MUST,
    source=SUBSCRIBE,
    releases=V3,
    needs=["clients", "private", "user_limited"],
)
def test_subscribe_to_closed_channels(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    rooms = [channel("private"), channel("user_limited"), f"{channel('user_limited')}#somebody"]
    for room in [*rooms, f"${channel()}"]:
        subscribed(api, client, room)
        expect.success(api.publish(room, b"x"))
        expect.equal(f"received in {room}", client.payloads(room, 1), [b"x"])


@requirement(
    "subscribe.override.positioning",
    "The overrides of recovery and positioning hold in a namespace without them.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#subscribeoptionoverride",
    releases=V3,
    needs=["clients", "history"],
)
def test_overrides_turn_recovery_on(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    on, off = {"value": True}, {"value": False}
    for override, recoverable, positioned in (
        ({"force_recovery": on}, True, True),
        ({"force_positioning": on}, False, True),
        ({"force_recovery": off, "force_positioning": off}, False, False),
        ({}, False, False),
    ):
        push = subscribed(api, client, channel("history"), override=override)
        told = (push.recoverable, push.positioned)
        expect.equal(f"recoverable, positioned with {override}", told, (recoverable, positioned))


@requirement(
    "subscribe.override.off",
    "The overrides turn off what the namespace has on; an override with nothing set changes"
    " nothing.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#subscribeoptionoverride",
    releases=V3,
    needs=["clients", "full"],
)
def test_overrides_turn_options_off(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    off: dict[str, Any] = {"value": False}
    plain, changed = channel("full"), channel("full")
    subscribed(api, client, plain, override={})
    override = dict.fromkeys(("presence", "join_leave", "force_recovery", "force_positioning"), off)
    push = subscribed(api, client, changed, override=override)
    expect.equal("recoverable, positioned", (push.recoverable, push.positioned), (False, False))
    assert client.expect(Join, channel=plain)
    expect.equal("joins", client.settled_of(Join, changed), [])
    for room, present in ((plain, [client.id]), (changed, [])):
        answer = api.presence(room)
        expect.success(answer)
        expect.equal("clients present", list(answer.result.presence), present)


@requirement(
    "subscribe.override.join-leave",
    "The overrides of joins hold in a namespace without them.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#subscribeoptionoverride",
    releases=V3,
    needs=["clients", "plain"],
)
def test_overrides_turn_joins_on(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    room, on = channel("plain"), {"value": True}
    override = {"join_leave": on}
    if api.release >= Release.V4_1:
        override["force_push_join_leave"] = on
    subscribed(api, client, room, override=override)
    client.expect(Join, channel=room)
    if api.release >= Release.V4_1:
        unpushed = channel("plain")
        subscribed(api, client, unpushed, override={"join_leave": on})
        expect.equal("joins", client.settled_of(Join, unpushed), [])


@requirement(
    "subscribe.override.presence-alone",
    "The override of presence does not make Presence available: still error 108.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 Presence",
    releases=V3,
    needs=["clients", "plain"],
)
def test_presence_by_override(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect()
    client.is_connected()
    subscribed(api, client, room, override={"presence": {"value": True}})
    expect.error(api.presence(room), api.error(Code.NOT_AVAILABLE))


@requirement(
    "subscribe.position.recover-since",
    "Subscribe with `recover_since` sends no publications, and tells the given offset if it is"
    " recoverable, the top one otherwise.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "recovery"],
)
def test_recover_since(api: Api, channel: Channels, clients: Clients) -> None:
    client = clients.connect()
    client.is_connected()
    room = channel("recovery")
    answers = [api.publish(room, b"x") for _ in range(4)]
    epoch = answers[0].result.epoch
    push = subscribed(api, client, room, recover_since={"offset": 2, "epoch": epoch})
    told = (push.epoch, push.offset)
    expect.equal("position", told, (epoch, 2))
    expect.equal("publications", client.settled_of(Publication, room), [])
    other = channel("recovery")
    for _ in range(4):
        expect.success(api.publish(other, b"x"))
    push = subscribed(api, client, other, recover_since={"offset": 2, "epoch": "wrong"})
    expect.equal("offset for a wrong epoch", push.offset, 4)


@requirement(
    "subscribe.refuse.past-expiry",
    "Subscribe of a connected client with an expiry in the past is answered with error 100, and"
    " the client is told nothing.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "plain"],
    one_node=True,
)
def test_a_past_expiry_is_refused(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect()
    client.is_connected()
    answer = api.subscribe(channel=room, user=client.user, expire_at=1)
    expect.error(answer, api.error(Code.INTERNAL))
    expect.success(api.publish(room, b"x"))
    expect.equal("everything received", client.settled(), [])
    future = int(time.time()) + 600
    subscribed(api, client, room, expire_at=future)


@requirement(
    "subscribe.end.past-expiry",
    "Subscribe with an expiry in the past, which is error 100, ends the subscription of who is"
    " subscribed, without a word.",
    level=Level.OBSERVED,
    source="library centrifuge of each release, client.go, Subscribe and onSubscribeError",
    releases=V3,
    needs=["clients", "plain"],
    one_node=True,
)
def test_a_past_expiry_ends_a_subscription(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("plain")
    client, other = clients.connect(room), clients.connect(room)
    expect.success(api.publish(room, b"before"))
    answer = api.subscribe(channel=room, user=client.user, expire_at=1)
    expect.error(answer, api.error(Code.INTERNAL))
    expect.success(api.publish(room, b"after"))
    expect.equal("payloads of another", other.payloads(room, 2), [b"before", b"after"])
    told = [(event.channel, getattr(event, "data", None)) for event in client.settled()]
    expect.equal("everything received", told, [(room, b"before")])
    subscribed(api, client, room)
    expect.success(api.publish(room, b"again"))
    got = [pub.data for pub in client.settled_of(Publication, room)]
    expect.equal("payloads received", got, [b"before", b"again"])


@requirement(
    "subscribe.limit.channels",
    "Subscribe beyond the limit of a client's channels succeeds and disconnects the client with"
    " 3505 `channel limit`.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "plain"],
)
def test_the_limit_of_channels(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain") for _ in range(CHANNEL_LIMIT - 2)]  # And the fence.
    client = clients.connect(claims={"channels": rooms})
    client.is_connected()
    subscribed(api, client, channel("plain"))
    expect.success(api.subscribe(channel=channel("plain"), user=client.user))
    end = client.expect(Disconnected)
    expect.equal("code and reason", (end.code, end.reason), (3505, "channel limit"))


@requirement(
    "subscribe.limit.token-channels",
    "Who connects with a token for more channels than a client may have is disconnected with 3505"
    " `channel limit`.",
    level=Level.OBSERVED,
    source="library centrifuge of each release, client.go, connectCmd",
    releases=V3,
    needs=["clients", "plain"],
)
def test_the_limit_of_channels_of_a_token(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain") for _ in range(CHANNEL_LIMIT)]  # And the fence.
    client = clients.attempt_uni({}, claims={"channels": rooms})
    end = client.expect(Disconnected)
    expect.equal("code and reason", (end.code, end.reason), (3505, "channel limit"))


@requirement(
    "subscribe.reach.blank-user",
    "Subscribe without a user concerns the connections without one.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribe_of_users_without_an_id(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect(user="")
    known = clients.connect()
    known.is_connected()
    # With the ids of the clients: other tests have clients without a user, too.
    expect.success(api.subscribe(channel=room, client=client.id))
    expect.success(api.subscribe(channel=room, client=known.id))
    client.expect(Subscribed, channel=room)
    expect.equal("received by a user", known.settled(), [])


@requirement(
    "subscribe.list.channel",
    "A channel that Subscribe has given its first subscriber is listed by Channels at once.",
    level=Level.MUST,
    source=SUBSCRIBE,
    releases=V3,
    needs=["clients", "plain"],
)
def test_subscribing_lists_the_channel(api: Api, channel: Channels, clients: Clients) -> None:
    room, client = channel("plain"), clients.connect()
    client.is_connected()
    expect.success(api.subscribe(channel=room, user=client.user))
    answer = api.channels(pattern=room)
    expect.success(answer)
    told = {name: info.num_clients for name, info in answer.result.channels.items()}
    expect.equal("channels", told, {room: 1})
