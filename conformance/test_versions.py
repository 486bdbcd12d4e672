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
    expect.success(api.publish(room, b"c", version=1, version_epoch="b"))
    expect.success(api.publish(room, b"d", version=1, version_epoch="b "))
    expect.equal("history", api.payloads(room), [b"a", b"b", b"c", b"d"])


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
    ahead, behind, also_ahead = channel("history"), channel("history"), channel("history")
    for room in (ahead, also_ahead):
        expect.success(api.publish(room, b"v7", version=7))
    expect.success(api.broadcast([ahead, behind, also_ahead], b"v6", version=6))
    for room in (ahead, also_ahead):
        expect.equal("history of a channel ahead", api.payloads(room), [b"v7"])
    expect.equal("history of the channel behind", api.payloads(behind), [b"v6"])


@requirement(
    "broadcast.honour.version-epoch",
    "A broadcast of a lower version but another version epoch is accepted in every channel.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#broadcastrequest",
    releases=LATEST,
    needs=["history"],
)
def test_broadcasts_have_version_epochs(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(3)]
    expect.success(api.broadcast(rooms, b"A9", version=9, version_epoch="A"))
    expect.success(api.broadcast(rooms, b"A8", version=8, version_epoch="A"))
    expect.success(api.broadcast(rooms, b"B1", version=1, version_epoch="B"))
    expect.success(api.broadcast(rooms, b"b0", version=1, version_epoch="b"))
    for room in rooms:
        expect.equal("history", api.payloads(room), [b"A9", b"B1", b"b0"])


@requirement(
    "publish.compare.large-versions",
    "Versions are compared in all of their 64 bits.",
    level=Level.MUST,
    source=REQUEST,
    releases=LATEST,
    needs=["full"],
)
def test_large_versions(api: Api, channel: Channels) -> None:
    room, stored = channel("full"), list[bytes]()
    for version in (7, 2**31, 2**32, 2**32 + 1, 2**53, 2**53 + 1, 2**63, 2**63 + 1, 2**64 - 1):
        for told in (version, version - 1, version):
            answer = api.publish(room, b"%d" % told, version=told)
            expect.success(answer)
            if told == version and stored[-1:] != [b"%d" % version]:
                stored.append(b"%d" % version)
            expect.equal(f"offset after version {told}", answer.result.offset, len(stored))
    expect.equal("history", api.payloads(room), stored)


@requirement(
    "publish.scope.version",
    "A version holds for its channel alone.",
    level=Level.MUST,
    source=REQUEST,
    releases=LATEST,
    needs=["history"],
)
def test_versions_are_by_channel(api: Api, channel: Channels) -> None:
    for version in (5, 4, 3):
        room = channel("history")
        expect.success(api.publish(room, b"first", version=version))
        expect.success(api.publish(room, b"again", version=version))
        expect.equal("history", api.payloads(room), [b"first"])
