"""Presence, PresenceStats, Channels and Info as subscribers come and go."""

import time

from centrifugo_grpc.releases import Dialect
from conformance import expect
from conformance.api import Api, Channels
from conformance.clients import Clients, eventually, listed
from conformance.requirement import V3, Level, requirement

PRESENCE = (
    "centrifugal.dev/docs/server/server_api#presence;"
    " 2.8.7 docs/content/server/http_api.md#presence"
)
STATS = (
    "centrifugal.dev/docs/server/server_api#presence_stats;"
    " 2.8.7 docs/content/server/http_api.md#presence_stats"
)
CHANNELS = (
    "centrifugal.dev/docs/server/server_api#channels;"
    " 2.8.7 docs/content/server/http_api.md#channels"
)
INFO = "centrifugal.dev/docs/server/server_api#info; 2.8.7 docs/content/server/http_api.md#info"
FACTS = "facts v2.md 3 Presence, v3-v6.md 5 Presence"
SNAPSHOT_SECONDS = 3


def present(api: Api, room: str) -> dict[str, tuple[str, str, bytes, bytes]]:
    """Who is present: by client id the user, the client, both kinds of information."""
    answer = api.presence(room)
    expect.success(answer)
    return {
        key: (info.user, info.client, info.conn_info, info.chan_info)
        for key, info in answer.result.presence.items()
    }


def stats(api: Api, room: str) -> tuple[int, int]:
    """How many clients, how many users."""
    answer = api.presence_stats(room)
    expect.success(answer)
    return answer.result.num_clients, answer.result.num_users


@requirement(
    "presence.return.subscribers",
    "Presence tells by client id the user and the connection information of each subscriber.",
    level=Level.MUST,
    source=PRESENCE,
    needs=["clients", "presence"],
)
def test_presence_of_subscribers(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    named = clients.connect(room, claims={"info": {"name": "Ada", "age": [1, None]}})
    plain, second = clients.connect(room), clients.connect(room, user=named.user)
    # Anonymous: by the token, since its own wishes are a matter of permissions.
    nobody = clients.connect(user="", claims={"channels": [room]})
    info = b'{"name":"Ada","age":[1,null]}'
    expected = {
        named.id: (named.user, named.id, info, b""),
        plain.id: (plain.user, plain.id, b"", b""),
        second.id: (named.user, second.id, b"", b""),
        nobody.id: ("", nobody.id, b"", b""),
    }
    expect.equal("presence", present(api, room), expected)


@requirement(
    "presence.return.everybody",
    "Presence tells of all 30 subscribers of a channel, and PresenceStats counts them.",
    level=Level.MUST,
    source=f"{PRESENCE}; {STATS}",
    needs=["clients", "presence"],
)
def test_presence_of_many(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    crowd = {client.id for client in (clients.connect(room) for _ in range(30))}
    expect.equal("clients present", set(present(api, room)), crowd)
    expect.equal("clients and users", stats(api, room), (30, 30))


@requirement(
    "presence.return.binary-info",
    "Connection information that the token gives in base64 comes as its bytes.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["clients", "presence"],
)
def test_binary_connection_information(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    client = clients.connect(room, claims={"b64info": "AAH/gA=="})
    expected = {client.id: (client.user, client.id, b"\x00\x01\xff\x80", b"")}
    expect.equal("presence", present(api, room), expected)


@requirement(
    "presence.return.channel-info",
    "Channel information of a subscription stands in presence.",
    level=Level.MUST,
    source=PRESENCE,
    needs=["clients", "presence"],
)
def test_channel_information(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    if api.dialect is Dialect.V2:
        room = f"${room}"
    client = clients.by_token(room, info={"role": 1})
    expected = {client.id: (client.user, client.id, b"", b'{"role":1}')}
    expect.equal("presence", present(api, room), expected)


@requirement(
    "presence.forget.leavers",
    "Who closes its connection is not present any more.",
    level=Level.MUST,
    source=PRESENCE,
    needs=["clients", "presence"],
)
def test_leavers_are_forgotten(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    stayer, leaver = clients.connect(room), clients.connect(room)
    expect.equal("clients present", set(present(api, room)), {stayer.id, leaver.id})
    leaver.leave()
    eventually("clients present", lambda: set(present(api, room)), {stayer.id})
    eventually("clients and users", lambda: stats(api, room), (1, 1))


@requirement(
    "presence.separate.channels",
    "Who is present in one channel is not present in another.",
    level=Level.MUST,
    source=PRESENCE,
    needs=["clients", "presence"],
)
def test_presence_is_of_one_channel(api: Api, channel: Channels, clients: Clients) -> None:
    room, other = channel("presence"), channel("presence")
    client = clients.connect(room)
    expect.equal("clients present", list(present(api, room)), [client.id])
    for name in (other, f"${room}", f"{room}x"):
        expect.equal(f"clients present in {name}", list(present(api, name)), [])


@requirement(
    "presence-stats.count.clients-and-users",
    "PresenceStats counts every connection as a client, and each user once.",
    level=Level.MUST,
    source=STATS,
    needs=["clients", "presence"],
    one_node=True,
)
def test_clients_and_users_are_counted(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    first = clients.connect(room)
    expect.equal("clients and users", stats(api, room), (1, 1))
    second = clients.connect(room, user=first.user)
    expect.equal("clients and users", stats(api, room), (2, 1))
    clients.connect(room).is_connected()
    clients.connect(room).is_connected()
    expect.equal("clients and users", stats(api, room), (4, 3))
    for _ in range(2):
        clients.connect(user="", claims={"channels": [room]}).is_connected()
    # Those who are anonymous are one user.
    expect.equal("clients and users", stats(api, room), (6, 4))
    expect.success(api.unsubscribe(channel=room, user=second.user))
    expect.equal("clients and users", stats(api, room), (4, 3))


@requirement(
    "presence-stats.equal.presence",
    "PresenceStats counts what Presence lists.",
    level=Level.MUST,
    source=STATS,
    needs=["clients", "presence"],
)
def test_stats_and_presence_agree(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    users = [clients.connect(room).user for _ in range(3)]
    for user in users[:2]:
        clients.connect(room, user=user).is_connected()
    listing = present(api, room)
    told = len(listing), len({info[0] for info in listing.values()})
    expect.equal("clients and users", (told, stats(api, room)), ((5, 3), (5, 3)))


@requirement(
    "channels.list.subscribed",
    "Channels lists a channel while it has subscribers: at once, and no longer.",
    level=Level.MUST,
    source=CHANNELS,
    needs=["clients", "plain", "history"],
)
def test_subscribed_channels_are_listed(api: Api, channel: Channels, clients: Clients) -> None:
    room, unused = channel("plain"), channel("history")
    expect.success(api.publish(unused, b"x"))
    first, second = clients.connect(room), clients.connect(room)
    expect.that(listed(api, room), "a channel with subscribers that is listed")
    expect.that(not listed(api, unused), "a channel with history alone that is not listed")
    first.leave()
    expect.success(api.unsubscribe(channel=room, user=first.user))
    expect.that(listed(api, room), "a channel with a subscriber left that is listed")
    second.leave()
    eventually("whether it is listed", lambda: listed(api, room), expected=False)


@requirement(
    "channels.count.clients",
    "Channels tells how many clients are subscribed to each channel.",
    level=Level.MUST,
    source=CHANNELS,
    releases=V3,
    needs=["clients", "plain"],
)
def test_channels_count_clients(api: Api, channel: Channels, clients: Clients) -> None:
    room, other = channel("plain"), channel("plain")
    first = clients.connect(room, other)
    clients.connect(room, user=first.user).is_connected()
    clients.connect(room).is_connected()
    counts: dict[str, int] = {}
    for name in (room, other):
        answer = api.channels(pattern=name)
        expect.success(answer)
        counts |= {key: info.num_clients for key, info in answer.result.channels.items()}
    expect.equal("clients by channel", counts, {room: 3, other: 1})


@requirement(
    "channels.match.pattern",
    "A pattern selects the channels it matches: `*` any text, `?` a character, `[a-b]` a range,"
    " `{a,b}` alternatives.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#channelsrequest",
    releases=V3,
    needs=["clients", "plain"],
)
def test_patterns_select(api: Api, channel: Channels, clients: Clients) -> None:
    base = channel("plain")
    names = {f"{base}-{end}" for end in ("a", "b", "ab", "c:d")}
    clients.connect(*names).is_connected()
    name = base[base.rindex("conformance-") :]
    for pattern, ends in {
        f"{base}*": ("a", "b", "ab", "c:d"),
        f"*{name}*": ("a", "b", "ab", "c:d"),
        f"*{name}-a": ("a",),
        f"?*{name}-[!a]": ("b",),
        f"{base}-[!b]?": ("ab",),
        f"{base}-?*": ("a", "b", "ab", "c:d"),
        f"{base}-???": ("c:d",),
        f"{base.upper()}*": (),
        f"{base[:-4]}{base[-4:].upper()}A*": (),
        f"{name[1:]}-a": (),
        f"{name[1:]}*": (),
        f"{base}-": (),
        f"{base}-?": ("a", "b"),
        f"{base}-[a-b]": ("a", "b"),
        f"{base}-{{ab,b}}": ("ab", "b"),
        f"{base}-a": ("a",),
        f"{base}-*:*": ("c:d",),
        f"{base}-A": (),
        base: (),
        f"{base[:-1]}?-a": ("a",),
    }.items():
        answer = api.channels(pattern=pattern)
        expect.success(answer)
        matched = {f"{base}-{end}" for end in ends}
        expect.equal(f"channels that match {pattern}", set(answer.result.channels), matched)


@requirement(
    "channels.list.many",
    "Channels lists all of 100 channels that a client is subscribed to.",
    level=Level.MUST,
    source=CHANNELS,
    needs=["clients", "plain"],
)
def test_many_channels_are_listed(api: Api, channel: Channels, clients: Clients) -> None:
    base = channel("plain")
    rooms = {f"{base}-{number}" for number in range(100)}
    clients.connect(claims={"channels": sorted(rooms)}).is_connected()
    answer = api.channels(**({} if api.dialect is Dialect.V2 else {"pattern": f"{base}*"}))
    expect.success(answer)
    found = {name for name in answer.result.channels if name.startswith(base)}
    expect.equal("channels", found, rooms)


@requirement(
    "channels.list.everything-without-pattern",
    "Without a pattern Channels lists every channel that has subscribers.",
    level=Level.MUST,
    source=CHANNELS,
    needs=["clients", "plain", "presence"],
)
def test_all_channels_are_listed(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain"), channel("presence"), channel()]
    # By the token: the channel without a namespace may be closed to clients.
    clients.connect(claims={"channels": rooms}).is_connected()
    answer = api.channels()
    expect.success(answer)
    told = set(answer.result.channels)
    expect.that(set(rooms) <= told, f"all of {rooms} among the channels", answer)


def totals(api: Api) -> dict[str, int]:
    """What Info counts, over all nodes."""
    answer = api.info()
    expect.success(answer)
    names = ["num_clients", "num_users", "num_channels"]
    names += ["num_subs"] if api.dialect is Dialect.V3 else []
    return {name: sum(getattr(node, name) for node in answer.result.nodes) for name in names}


@requirement(
    "info.count.clients",
    "Within its snapshot's few seconds Info counts clients, users, channels and, from 3 on,"
    " subscriptions.",
    level=Level.MUST,
    source=INFO,
    needs=["clients", "plain"],
    waits=True,
    one_node=True,
)
def test_info_counts(api: Api, channel: Channels, clients: Clients) -> None:
    rooms = [channel("plain") for _ in range(40)]
    first = clients.connect(*rooms)
    crowd = [clients.connect(*rooms[:5]) for _ in range(4)]
    crowd += [clients.connect(user=first.user) for _ in range(3)]
    for client in crowd:
        client.is_connected()
    # Others may be connected, too: at least these are there, and no more users than clients.
    least = {"num_clients": 8, "num_users": 5, "num_channels": 48, "num_subs": 68}
    deadline = time.monotonic() + SNAPSHOT_SECONDS + 2
    while True:
        told = totals(api)
        enough = all(count >= least[name] for name, count in told.items())
        if enough or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    expect.that(enough, f"at least {least}, not {told}")
    expect.that(told["num_users"] <= told["num_clients"] - 3, f"fewer users than clients: {told}")


@requirement(
    "presence.keep.other-connections",
    "The presence of one connection of a user stays when another one of it leaves.",
    level=Level.MUST,
    source=PRESENCE,
    needs=["clients", "presence"],
)
def test_one_connection_leaves(api: Api, channel: Channels, clients: Clients) -> None:
    room = channel("presence")
    first = clients.connect(room)
    second = clients.connect(room, user=first.user)
    expect.equal("clients and users", stats(api, room), (2, 1))
    second.leave()
    eventually("clients and users", lambda: stats(api, room), (1, 1))
    expect.equal("clients present", list(present(api, room)), [first.id])
