"""Versions of publications: an older state of a document is dropped (6.9)."""

from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import Level, requirement

REQUEST = "centrifugal.dev/docs/server/server_api#publishrequest"
FACTS = "facts v3-v6.md 5 Publish"
LATEST = (Release.V6_9,)


@requirement(
    "publish.honour.version",
    "A publication whose version is not above the last one's is suppressed: the answer is the"
    " current top, nothing is stored.",
    level=Level.MUST,
    source=REQUEST,
    releases=LATEST,
    needs=["history"],
)
def test_publish_suppresses_old_versions(api: Api, channel: Channels) -> None:
    room = channel("history")
    for version, offset in ((5, 1), (5, 1), (4, 1), (6, 2)):
        answer = api.publish(room, b"v%d" % version, version=version)
        expect.success(answer)
        expect.equal(f"offset after version {version}", answer.result.offset, offset)
    expect.equal("history", api.payloads(room), [b"v5", b"v6"])


@requirement(
    "publish.honour.version-epoch",
    "A lower version of another version epoch is accepted, and counts from then on.",
    level=Level.MUST,
    source=REQUEST,
    releases=LATEST,
    needs=["history"],
)
def test_version_epochs_start_anew(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"a", version=9, version_epoch="A"))
    expect.success(api.publish(room, b"b", version=1, version_epoch="B"))
    expect.success(api.publish(room, b"again", version=1, version_epoch="B"))
    expect.equal("history", api.payloads(room), [b"a", b"b"])


@requirement(
    "publish.accept.version-zero",
    "A publication without a version is never suppressed, and lets any version follow.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["history"],
    one_node=True,
)
def test_no_version_resets(api: Api, channel: Channels) -> None:
    room = channel("history")
    for version in (11, 0, 5, 4):
        expect.success(api.publish(room, b"v%d" % version, version=version))
    expect.equal("history", api.payloads(room), [b"v11", b"v0", b"v5"])


@requirement(
    "publish.keep.version-after-removal",
    "HistoryRemove does not make old versions acceptable.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["history"],
)
def test_a_version_survives_history_remove(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"v3", version=3))
    expect.success(api.history_remove(room))
    expect.success(api.publish(room, b"v2", version=2))
    expect.equal("history", api.payloads(room), [])


@requirement(
    "publish.match.blank-version-epoch",
    "A lower version is suppressed if its version epoch is blank or the same.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["history"],
)
def test_a_blank_version_epoch_is_the_same(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"v3", version=3, version_epoch="A"))
    expect.success(api.publish(room, b"v2", version=2))
    expect.success(api.publish(room, b"v1", version=1, version_epoch="A"))
    expect.equal("history", api.payloads(room), [b"v3"])


@requirement(
    "publish.skip.version-with-skip-history",
    "The version of a publication with `skip_history` is not remembered.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["history"],
)
def test_a_skipped_version_is_forgotten(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"v9", version=9, skip_history=True))
    for version in (2, 1):
        expect.success(api.publish(room, b"v%d" % version, version=version))
    expect.equal("history", api.payloads(room), [b"v2"])


@requirement(
    "publish.retry.suppressed-version",
    "A publication that its version suppressed does not use up its idempotency key.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=LATEST,
    needs=["history"],
)
def test_a_suppressed_version_leaves_the_key(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"v5", version=5))
    expect.success(api.publish(room, b"v4", version=4, idempotency_key="key"))
    expect.success(api.publish(room, b"v6", version=6, idempotency_key="key"))
    expect.equal("history", api.payloads(room), [b"v5", b"v6"])


@requirement(
    "publish.ignore.version",
    "Releases before 6 ignore `version` and `version_epoch`.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=[Release.V3_2, Release.V4_1, Release.V5_4],
    needs=["history"],
)
def test_versions_are_ignored(api: Api, channel: Channels) -> None:
    room = channel("history")
    for version in (5, 4):
        answer = api.publish(room, b"v%d" % version, version=version, version_epoch="A")
        expect.success(answer)
    expect.equal("history", api.payloads(room), [b"v5", b"v4"])


@requirement(
    "broadcast.honour.version",
    "Broadcast suppresses an old version channel by channel.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#broadcastrequest",
    releases=LATEST,
    needs=["history"],
)
def test_broadcast_suppresses_by_channel(api: Api, channel: Channels) -> None:
    ahead, behind = channel("history"), channel("history")
    expect.success(api.publish(ahead, b"v7", version=7))
    expect.success(api.broadcast([ahead, behind], b"v6", version=6))
    expect.equal("history of the channel ahead", api.payloads(ahead), [b"v7"])
    expect.equal("history of the channel behind", api.payloads(behind), [b"v6"])
