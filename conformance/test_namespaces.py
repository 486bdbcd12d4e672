"""Which namespace a channel's name stands for."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import STRICT_UTF8
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.commands import nobody
from conformance.requirement import V2, Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/channels#channel-namespaces; 2.8.7 docs/content/server/channels.md"
)
FACTS = "facts v2.md 2, v3-v6.md 4"


@requirement(
    "namespace.find.before-first-colon",
    "The namespace of a channel is the part before the first colon.",
    level=Level.MUST,
    source=DOCS,
    needs=["history", "plain"],
    core=True,
)
def test_the_first_colon_ends_the_namespace(api: Api, channel: Channels) -> None:
    name = channel("history")
    for rest in (":plain:more", ":plainmore", "plain:more", "plainmore"):
        expect.success(api.publish(name + rest, rest.encode()))
    for rest in (":plain:more", ":plainmore", "plain:more", "plainmore"):
        expect.equal(f"history of {rest}", api.payloads(name + rest), [rest.encode()])


@requirement(
    "namespace.match.exact",
    "The name of a namespace has to match exactly: another case or a space is error 102.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["history"],
)
def test_names_match_exactly(api: Api, channel: Channels) -> None:
    name, _, rest = channel("history").partition(":")
    for other in (name.upper(), name.title(), f" {name}", f"{name} ", name[:-1]):
        answer = api.publish(f"{other}:{rest}", b"x")
        expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "namespace.ignore.private-prefix",
    "One leading `$` is not part of the namespace's name, and makes another channel.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["history"],
)
def test_a_private_channel_has_its_namespace(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(f"${room}", b"private"))
    expect.success(api.publish(room, b"plain"))
    expect.equal("the private channel", api.payloads(f"${room}"), [b"private"])
    expect.equal("the plain one", api.payloads(room), [b"plain"])
    expect.error(api.publish(f"$${room}", b"x"), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "namespace.accept.blank-name",
    "A channel that begins with a colon has the options of channels without a namespace.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_a_leading_colon_names_no_namespace(api: Api, channel: Channels) -> None:
    expect.success(api.publish(f":{channel()}", b"x"))


@requirement(
    "namespace.refuse.unknown-private",
    "A private channel of an unknown namespace is error 102.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_an_unknown_namespace_stays_unknown_when_private(api: Api) -> None:
    answer = api.publish(f"${unknown_namespace()}", b"x")
    expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "namespace.accept.any-characters",
    "Channels of spaces, NUL, `*`, `#` and letters of any script are accepted and kept apart.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["history"],
)
def test_any_characters_name_a_channel(api: Api, channel: Channels) -> None:
    room = channel("history")
    # Each line has what one who tidies names up would take for the same.
    ends = (
        *(" ", "  ", "\x00", "\x00a", "\n", "\t", "*", "**", "#42", "чат", "ЧАТ", "🦀"),
        *("a/b?c=d&e", "?", "?a", "&", "&a", "%20", "+", "%2F", "/", "//", "\\", "/."),
        *("\u00e9", "e\u0301", "\ufb01", "fi", "ß", "ss", "ẞ", "\u200d"),
        *(":", "::", ":a:b", ":ab", "a:b", "ab", '"', "'", "<", "&lt;"),
    )
    for rest in ends:
        expect.success(api.publish(room + rest, rest.encode()))
    for rest in ends:
        expect.equal(f"history of {rest!r}", api.payloads(room + rest), [rest.encode()])
    expect.equal("the channel itself", api.payloads(room), [])


@requirement(
    "namespace.accept.long-names",
    "The API sets no limit to the length of a channel's name: 64 KiB are accepted.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["history"],
)
def test_long_names_are_accepted(api: Api, channel: Channels) -> None:
    for length in (255, 256, 65_536):
        room = channel("history").ljust(length, "x")
        expect.success(api.publish(room, b"x"))
        expect.equal(f"history of {length} characters", api.payloads(room), [b"x"])


@requirement(
    "namespace.accept.invalid-utf8",
    "2.8 takes a channel's name as bytes, UTF-8 or not.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V2,
    needs=["history"],
)
def test_names_may_be_any_bytes(api: Api, channel: Channels) -> None:
    assert not STRICT_UTF8[api.release]
    name = channel("history").encode() + b"\xff"
    field = b"\x0a" + bytes([len(name)]) + name
    expect.success(api.raw("Publish", field + b"\x12\x01x"))
    answer = api.raw("History", field)
    expect.success(answer)
    expect.equal("history", [item.data for item in answer.result.publications], [b"x"])


@requirement(
    "namespace.separate.channel-strings",
    "A channel is its whole name: `$`, `#` and the order of users make different channels.",
    level=Level.MUST,
    source=(
        "centrifugal.dev/docs/server/channels#channel-is-just-a-string;"
        " 2.8.7 docs/content/server/channels.md#user-channel-boundary"
    ),
    needs=["history"],
    core=True,
)
def test_a_channel_is_its_whole_name(api: Api, channel: Channels) -> None:
    room = channel("history")
    ends = ("", "#42,43", "#43,42", "#", " ", "a", "A")
    names = (f"${room}", *(room + end for end in ends))
    for name in names:
        expect.success(api.publish(name, name.encode()))
    for name in names:
        expect.equal(f"history of {name}", api.payloads(name), [name.encode()])


@requirement(
    "namespace.find.before-user-boundary",
    "A colon among the users of a channel without a namespace makes what is before it one.",
    level=Level.OBSERVED,
    source=FACTS,
)
def test_a_colon_in_a_user_id(api: Api, channel: Channels) -> None:
    expect.success(api.publish(f"#{channel()}", b"x"))
    expect.error(api.publish(f"#{channel()}:42", b"x"), api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "namespace.refuse.unknown-for-every-rpc",
    "Every RPC that names a channel answers error 102 for an unknown namespace.",
    level=Level.MUST,
    source=(
        "centrifugal.dev/docs/server/codes#unknown-channel;"
        " 2.8.7 docs/content/server/http_api.md#publish"
    ),
    core=True,
)
def test_every_rpc_knows_the_namespaces(api: Api) -> None:
    room = unknown_namespace()
    answers = [
        api.publish(room, b"x"),
        api.history(room),
        api.history_remove(room),
        api.presence(room),
        api.presence_stats(room),
        api.unsubscribe(channel=room, user=nobody()),
    ]
    if api.release not in V2:
        answers.append(api.subscribe(channel=room, user=nobody()))
    for answer in answers:
        expect.error(answer, api.error(Code.UNKNOWN_CHANNEL))
