"""What Publish takes besides channel and data: tags, history or not, base64, delta."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import PUBLISH_B64_STORES_DATA_FIELD, Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import V3, Level, requirement

REQUEST = "centrifugal.dev/docs/server/server_api#publishrequest"
FACTS_V3 = "facts v3-v6.md 5 Publish"
SINCE_4 = (Release.V4_1, Release.V5_4, Release.V6_9)
SINCE_5 = (Release.V5_4, Release.V6_9)


@requirement(
    "publish.keep.tags",
    "The tags of a publication come back with it, those with a blank key or value too.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_publish_keeps_tags(api: Api, channel: Channels) -> None:
    room, tags = channel("history"), {"k": "v", "blank": "", "": "no key", "é": "中"}
    tags |= {"K": "V", " ": " x ", "long": "x" * 5000, "nul": "\0", "line": "a\r\n"}
    expect.success(api.publish(room, b"{}", tags=tags))
    expect.success(api.publish(room, b"{}"))
    publications = api.publications(room)
    expect.equal("tags", [dict(item.tags) for item in publications], [tags, {}])


@requirement(
    "publish.honour.skip-history",
    "A publication with `skip_history` is not stored and takes no offset.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
    needs=["history"],
)
def test_publish_skips_history(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"kept"))
    skipped = api.publish(room, b"skipped", skip_history=True)
    expect.success(skipped)
    expect.equal("offset of the skipped one", skipped.result.offset, 0)
    following = api.publish(room, b"next")
    expect.equal("offset of the next one", following.result.offset, 2)
    expect.equal("history", api.payloads(room), [b"kept", b"next"])


@requirement(
    "publish.honour.b64data",
    "The data of `b64data` is decoded and published, and wins over `data`.",
    level=Level.MUST,
    source=REQUEST,
    releases=[Release.V4_1, *SINCE_5],
    needs=["history"],
)
def test_publish_decodes_b64data(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"", b64data="AP8="))
    expect.success(api.publish(room, b"other", b64data="aGk="))
    expect.equal("history", api.payloads(room), [b"\x00\xff", b"hi"])


@requirement(
    "publish.honour.b64data-of-3",
    "3.2 checks `b64data` but publishes the `data` field, empty if it is not set.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 9.2",
    releases=[Release.V3_2],
    needs=["history"],
)
def test_publish_b64data_in_3(api: Api, channel: Channels) -> None:
    assert PUBLISH_B64_STORES_DATA_FIELD[api.release]
    room = channel("history")
    expect.success(api.publish(room, b"", b64data="AP8="))
    expect.equal("history", api.payloads(room), [b""])


@requirement(
    "publish.refuse.bad-b64data",
    "`b64data` that is no base64 is answered with error 107.",
    level=Level.MUST,
    source=REQUEST,
    releases=V3,
)
def test_publish_refuses_bad_b64data(api: Api, channel: Channels) -> None:
    for bad in ("!!", "a", "AP8"):
        expect.error(api.publish(channel(), b"{}", b64data=bad), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.ignore.delta",
    "The `delta` flag changes nothing of the answer and the history.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=SINCE_5,
    needs=["history"],
)
def test_delta_shows_nowhere(api: Api, channel: Channels) -> None:
    room = channel("history")
    for data in (b'{"a": 1}', b'{"a": 2}'):
        expect.success(api.publish(room, data, delta=True))
    stored = api.payloads(room)
    expect.equal("history", stored, [b'{"a": 1}', b'{"a": 2}'])


@requirement(
    "publish.keep.many-tags",
    "A publication keeps 100 tags.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=V3,
    needs=["history"],
)
def test_publish_keeps_many_tags(api: Api, channel: Channels) -> None:
    room, tags = channel("history"), {f"key-{number}": str(number) for number in range(100)}
    expect.success(api.publish(room, b"x", tags=tags))
    expect.equal("tags", [dict(item.tags) for item in api.publications(room)], [tags])


@requirement(
    "publish.return.no-position-when-skipped",
    "The answer for a publication with `skip_history` has a `result` with nothing in it.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=V3,
    needs=["history"],
)
def test_a_skipped_publication_has_no_position(api: Api, channel: Channels) -> None:
    answer = api.publish(channel("history"), b"x", skip_history=True)
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)
    expect.equal("bytes of `result`", answer.result.ByteSize(), 0)


@requirement(
    "publish.accept.b64data-with-newlines",
    "Line breaks in `b64data` are skipped.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=SINCE_4,
    needs=["history"],
)
def test_b64data_may_have_newlines(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"", b64data="aG\nVs\r\nbG8=\n"))
    expect.equal("history", api.payloads(room), [b"hello"])


@requirement(
    "publish.refuse.b64data-alphabet",
    "`b64data` of the URL-safe alphabet is answered with error 107.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=V3,
)
def test_b64data_has_the_standard_alphabet(api: Api, channel: Channels) -> None:
    expect.success(api.publish(channel(), b"x", b64data="+/+/"))
    expect.error(api.publish(channel(), b"x", b64data="-_-_"), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.refuse.b64data-of-nothing",
    "`b64data` that decodes to no byte is answered with error 107, though `data` is set.",
    level=Level.OBSERVED,
    source=FACTS_V3,
    releases=V3,
)
def test_b64data_of_nothing(api: Api, channel: Channels) -> None:
    expect.error(api.publish(channel(), b"x", b64data="\n"), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.ignore.delta-flag",
    "Releases before 5 take a request with the `delta` flag as one without.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 8",
    releases=[Release.V3_2, Release.V4_1],
    needs=["history"],
)
def test_the_delta_flag_is_unknown(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"x", delta=True))
    expect.equal("history", api.payloads(room), [b"x"])
