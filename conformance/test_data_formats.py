"""Data formats: a namespace may ask for JSON (6.9)."""

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/channels#publication_data_format"
LATEST = (Release.V6_9,)


@requirement(
    "publish.refuse.data-format-json",
    "A namespace with the data format `json` refuses with error 107 what is no JSON value.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["json"],
)
def test_json_namespace_takes_json_alone(api: Api, channel: Channels) -> None:
    room = channel("json")
    for good in (b'{"a": 1}', b"[1]", b"5", b' "x" ', b"null"):
        expect.success(api.publish(room, good))
    for bad in (b"", b"plain", b"{", b"1 2", b"\xff"):
        expect.error(api.publish(room, bad), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.refuse.data-format-json-object",
    "A namespace with the data format `json_object` refuses with error 107 what is no JSON object.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["json_object"],
)
def test_json_object_namespace_takes_objects_alone(api: Api, channel: Channels) -> None:
    room = channel("json_object")
    expect.success(api.publish(room, b'{"a": 1}'))
    for bad in (b"", b"[1]", b"5", b'"x"', b"null"):
        expect.error(api.publish(room, bad), api.error(Code.BAD_REQUEST))


@requirement(
    "publish.accept.data-format-binary",
    "A namespace with the data format `binary` accepts any data, empty data too.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["binary"],
)
def test_binary_namespace_takes_anything(api: Api, channel: Channels) -> None:
    room = channel("binary")
    for data in (b"", b"\x00\xff"):
        expect.success(api.publish(room, data))
    expect.equal("history", api.payloads(room), [b"", b"\x00\xff"])


@requirement(
    "broadcast.check.data-format-by-channel",
    "Broadcast checks the data format of each channel's namespace for its own slot.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["json", "json_object", "binary", "history"],
)
def test_broadcast_checks_formats_by_channel(api: Api, channel: Channels) -> None:
    kinds = ("json", "json_object", "binary", "history")
    for data, codes in ((b"[1]", [0, 107, 0, 0]), (b"no json", [107, 107, 0, 0])):
        answer = api.broadcast([channel(kind) for kind in kinds], data)
        expect.success(answer)
        told = [response.error.code for response in answer.result.responses]
        expect.equal(f"codes for {data!r}", told, codes)


@requirement(
    "broadcast.accept.empty-data-where-binary",
    "Broadcast of empty data is published where the data format is `binary`, and refused with"
    " error 107 elsewhere.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["binary", "history"],
)
def test_broadcast_of_empty_data(api: Api, channel: Channels) -> None:
    binary, other = channel("binary"), channel("history")
    answer = api.broadcast([binary, other], b"")
    expect.success(answer)
    told = [response.error.code for response in answer.result.responses]
    expect.equal("codes", told, [0, Code.BAD_REQUEST])
    expect.equal("history where it is binary", api.payloads(binary), [b""])
    expect.equal("history elsewhere", api.payloads(other), [])


@requirement(
    "publish.check.data-format-of-b64data",
    "The data format is checked on what `b64data` decodes to.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["json"],
)
def test_b64data_is_checked(api: Api, channel: Channels) -> None:
    room = channel("json")
    expect.error(api.publish(room, b"{}", b64data="/w=="), api.error(Code.BAD_REQUEST))
    expect.success(api.publish(room, b"no json", b64data="e30="))
    expect.equal("history", api.payloads(room), [b"{}"])
