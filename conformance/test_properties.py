"""What holds for every payload, channel, option and sequence of calls that one can think of."""

import secrets
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from centrifugo_grpc.releases import Dialect, Release
from centrifugo_grpc.subscriber.events import Publication
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.clients import Clients
from conformance.properties import Properties
from conformance.requirement import ALL, V3, Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#grpc-api; 2.8.7 docs/content/server/grpc_api.md"
BROADCAST = "centrifugal.dev/docs/server/server_api#broadcast"
BATCH = "centrifugal.dev/docs/server/server_api#batch"
HISTORY = "centrifugal.dev/docs/server/server_api#history"
SINCE_4 = [release for release in V3 if release >= Release.V4_1]

PAYLOADS = st.binary(min_size=1, max_size=300) | st.sampled_from(
    [b"\x00", b" ", b"\xff", b"{}", b'{"a":1}', b"\xc3\x28", b"null"]
)
ENDINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""How a channel's name goes on."""
TAGS = st.dictionaries(ENDINGS, ENDINGS, max_size=3)


@requirement(
    "property.return.payload",
    "Whatever is published into a channel of whatever name comes back from its history.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
)
def test_payloads_come_back(api: Api, channel: Channels, properties: Properties) -> None:
    def come_back(example: tuple[str, list[bytes]]) -> None:
        ending, payloads = example
        room = f"{channel('history')}{ending}"
        for payload in payloads:
            expect.success(api.publish(room, payload))
        expect.equal("history", api.payloads(room), payloads)

    properties.hold(st.tuples(ENDINGS, st.lists(PAYLOADS, min_size=1, max_size=5)), come_back)


@requirement(
    "property.deliver.payload",
    "Whatever is published arrives at a subscriber, in order, once.",
    level=Level.MUST,
    source=DOCS,
    needs=["clients", "plain"],
)
def test_payloads_arrive(
    api: Api, channel: Channels, clients: Clients, properties: Properties
) -> None:
    room = channel("plain")
    client = clients.connect(room)
    sent: list[bytes] = []

    def arrive(payloads: list[bytes]) -> None:
        before = len(sent)
        for payload in payloads:
            expect.success(api.publish(room, payload))
            sent.append(payload)
        expect.equal("payloads received", client.payloads(room, len(sent))[before:], payloads)

    properties.hold(st.lists(PAYLOADS, min_size=1, max_size=8), arrive)
    expect.equal("publications", len(client.settled_of(Publication, room)), len(sent))


@dataclass(frozen=True)
class Cast:
    """A broadcast: the kinds of its channels, the payload and the options."""

    kinds: list[str]
    data: bytes
    options: dict[str, Any]


@requirement(
    "property.equal.broadcast-and-publishes",
    "A broadcast does in each channel, and answers for it, what a publication alone would.",
    level=Level.MUST,
    source=BROADCAST,
    needs=["history", "plain"],
)
def test_a_broadcast_is_publications(api: Api, channel: Channels, properties: Properties) -> None:
    kinds = ["history", "plain"]
    options: dict[str, Any] = {}
    if api.dialect is Dialect.V3:
        kinds += ["unknown", "blank"]
        options = {"tags": TAGS, "skip_history": st.booleans()}

    def room_of(kind: str) -> str:
        if kind == "blank":
            return ""
        return unknown_namespace() if kind == "unknown" else channel(kind)

    def equal(cast: Cast) -> None:
        together = [room_of(kind) for kind in cast.kinds]
        apart = [room_of(kind) for kind in cast.kinds]
        answer = api.broadcast(together, cast.data, **cast.options)
        expect.success(answer)
        answers = [api.publish(room, cast.data, **cast.options) for room in apart]
        if api.dialect is Dialect.V3:
            slots = [_told(slot) for slot in answer.result.responses]
            expect.equal("slots", slots, [_told(one.response) for one in answers])
        for kind, one, other in zip(cast.kinds, together, apart, strict=True):
            if kind == "history":
                expect.equal("history", _stored(api, one), _stored(api, other))

    casts = st.builds(
        Cast,
        st.lists(st.sampled_from(kinds), min_size=1, max_size=6),
        PAYLOADS,
        st.fixed_dictionaries({}, optional=options),
    )
    properties.hold(casts, equal)


def _told(response: Any) -> tuple[int, str, int, bool]:
    """What an answer to a publication says, but for the epoch, which is each channel's own."""
    error, result = response.error, response.result
    return error.code, error.message, result.offset, bool(result.epoch)


def _stored(api: Api, room: str) -> list[tuple[bytes, dict[str, str]]]:
    return [(item.data, dict(getattr(item, "tags", {}))) for item in api.publications(room)]


COMMANDS = st.one_of(
    st.tuples(
        st.just("publish"), st.fixed_dictionaries({"data": PAYLOADS}, optional={"tags": TAGS})
    ),
    st.tuples(
        st.just("history"),
        st.fixed_dictionaries({"limit": st.integers(-1, 4)}, optional={"reverse": st.booleans()}),
    ),
    st.tuples(st.just("history_remove"), st.just({})),
    st.tuples(st.just("presence"), st.just({})),
    st.tuples(st.just("presence_stats"), st.just({})),
    st.tuples(st.just("rpc"), st.fixed_dictionaries({}, optional={"method": ENDINGS})),
)
_METHODS = {
    "publish": "Publish",
    "history": "History",
    "history_remove": "HistoryRemove",
    "presence": "Presence",
    "presence_stats": "PresenceStats",
    "rpc": "RPC",
}
KINDS = ("history", "plain", "presence", "unknown", "blank")


@requirement(
    "property.equal.batch-and-its-parts",
    "A batch does and replies what its commands would, called one after the other.",
    level=Level.MUST,
    source=BATCH,
    releases=SINCE_4,
    needs=["history", "plain", "presence"],
)
def test_a_batch_is_its_parts(api: Api, channel: Channels, properties: Properties) -> None:
    def rooms() -> dict[str, str]:
        known = {kind: channel(kind) for kind in KINDS[:3]}
        return known | {"unknown": unknown_namespace(), "blank": ""}

    def equal(commands: list[tuple[str, tuple[str, dict[str, Any]]]]) -> None:
        together, apart = rooms(), rooms()
        epochs: set[str] = set()
        batch, parts = [], []
        for kind, (name, fields) in commands:
            one, other = dict(fields), dict(fields)
            if name != "rpc":
                one["channel"], other["channel"] = together[kind], apart[kind]
            batch.append({name: one})
            parts.append(api.call(_METHODS[name], **other))
        answer = api.batch(batch)
        expect.success(answer)
        assert answer.response is not None
        replies = [_reply(reply, epochs) for reply in answer.response.replies]
        alone = [
            _part(name, part.response, epochs)
            for (_, (name, _)), part in zip(commands, parts, strict=True)
        ]
        expect.equal("replies", replies, alone)
        expect.that(len(epochs) <= 2, f"the epochs of two channels, not {epochs}")

    commands = st.lists(st.tuples(st.sampled_from(KINDS), COMMANDS), min_size=1, max_size=8)
    properties.hold(commands, equal)


def _reply(reply: Any, epochs: set[str]) -> tuple[str, bytes]:
    """The field of a reply that is set and its content, without the epoch."""
    fields = reply.ListFields()
    if len(fields) != 1:
        return f"{len(fields)} fields", b""
    field, value = fields[0]
    return field.name, _plain(value, epochs)


def _part(name: str, response: Any, epochs: set[str]) -> tuple[str, bytes]:
    """The same of an answer to a call."""
    if response.HasField("error"):
        return "error", _plain(response.error, epochs)
    return name, _plain(response.result, epochs)


def _plain(message: Any, epochs: set[str]) -> bytes:
    copy = type(message)()
    copy.CopyFrom(message)
    if "epoch" in copy.DESCRIPTOR.fields_by_name and copy.epoch:
        epochs.add(copy.epoch)
        copy.epoch = ""
    serialized: bytes = copy.SerializeToString(deterministic=True)
    return serialized


@requirement(
    "property.page.history",
    "Pages of whatever size, forward or backward, make up the whole history.",
    level=Level.MUST,
    source=HISTORY,
    releases=V3,
    needs=["history"],
)
def test_pages_make_up_the_whole(api: Api, channel: Channels, properties: Properties) -> None:
    def make_up(example: tuple[int, int, bool]) -> None:
        count, size, reverse = example
        room = channel("history")
        if count:
            expect.success(api.broadcast([room] * count, b"x"))
        whole = [item.offset for item in api.publications(room)]
        expect.equal("the whole", len(whole), min(count, channel.option("history", "size")))
        found: list[int] = []
        since: dict[str, Any] = {}
        while True:
            answer = api.history(room, limit=size, reverse=reverse, **since)
            expect.success(answer)
            page = [item.offset for item in answer.result.publications]
            expect.that(len(page) <= size, f"at most {size} publications, not {len(page)}")
            found += page
            if len(page) < size or (reverse and page[-1] == whole[0]) or len(found) > count:
                break
            since = {"since": {"offset": page[-1], "epoch": answer.result.epoch}}
        expect.equal("all pages", found, whole[::-1] if reverse else whole)

    properties.hold(st.tuples(st.integers(0, 14), st.integers(1, 6), st.booleans()), make_up)


STEPS = st.one_of(
    st.tuples(st.just("publish"), PAYLOADS),
    st.tuples(st.just("publish without history"), PAYLOADS),
    st.tuples(st.just("broadcast"), PAYLOADS),
    st.tuples(st.just("remove"), st.just(b"")),
    st.tuples(st.just("read"), st.just(b"")),
)


@requirement(
    "property.model.history",
    "After whatever sequence of calls the history holds what was published since it was last"
    " removed, the newest of its size, and its offset counts all that was stored.",
    level=Level.MUST,
    source=HISTORY,
    releases=ALL,
    needs=["small_history"],
)
def test_the_history_follows_its_model(api: Api, channel: Channels, properties: Properties) -> None:
    size = channel.option("small_history", "size")

    def follow(steps: list[tuple[str, bytes]]) -> None:
        room, kept, top = channel("small_history"), list[bytes](), 0
        for step, data in steps:
            if step == "remove":
                expect.success(api.history_remove(room))
                kept = []
            elif step in {"publish", "broadcast"}:
                publish = api.publish if step == "publish" else _broadcast(api)
                expect.success(publish(room, data))
                kept, top = [*kept, data][-size:], top + 1
            elif step == "publish without history" and api.dialect is Dialect.V3:
                expect.success(api.publish(room, data, skip_history=True))
            expect.equal("history", api.payloads(room), kept)
            if api.dialect is Dialect.V3:
                expect.equal("offset", api.history(room).result.offset, top)

    properties.hold(st.lists(STEPS, min_size=1, max_size=12), follow)


def _broadcast(api: Api) -> Any:
    return lambda room, data: api.broadcast([room], data)


@requirement(
    "property.suppress.repeats",
    "Of whatever publications with idempotency keys those with a key that was used are not stored,"
    " and are answered as the first with that key.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#publishrequest",
    releases=[Release.V5_4, Release.V6_9],
    needs=["history"],
)
def test_repeats_are_suppressed(api: Api, channel: Channels, properties: Properties) -> None:
    def suppressed(keys: list[str]) -> None:
        room, first, stored = channel("history"), dict[str, int](), list[bytes]()
        unique = secrets.token_hex(4)
        for number, key in enumerate(keys):
            data = b"%d" % number
            given = f"{unique}{key}" if key else ""
            answer = api.publish(room, data, idempotency_key=given)
            expect.success(answer)
            if not key or key not in first:
                stored.append(data)
                first[key] = len(stored)
            expect.equal("offset answered", answer.result.offset, first[key])
        kept = stored[-channel.option("history", "size") :]
        expect.equal("history", api.payloads(room), kept)

    keys = st.lists(st.sampled_from(["", "a", "b", "ab", "_"]) | ENDINGS, min_size=1, max_size=8)
    properties.hold(keys, suppressed)
