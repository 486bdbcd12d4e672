"""Shared poll channels: telling of a new version at once (6.9)."""

from typing import Any

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels, unknown_namespace
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/shared_poll#api; facts v3-v6.md 5 SharedPollPublish"
LATEST = (Release.V6_9,)


@requirement(
    "shared-poll.accept.publish",
    "SharedPollPublish with key and version succeeds with an empty `result`.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["shared_poll"],
)
def test_shared_poll_publish(api: Api, channel: Channels) -> None:
    answer = api.call(
        "SharedPollPublish", channel=channel("shared_poll"), key="k", data=b"x", version=1
    )
    expect.success(answer)
    expect.that(answer.result is not None, "`result` is set", answer)


@requirement(
    "shared-poll.refuse.bad-fields",
    "SharedPollPublish without channel, key or version, or with bad base64, is answered with error"
    " 107.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["shared_poll"],
)
def test_shared_poll_bad_fields(api: Api, channel: Channels) -> None:
    good: dict[str, Any] = {
        "channel": channel("shared_poll"),
        "key": "k",
        "data": b"x",
        "version": 1,
    }
    bad_fields: list[dict[str, Any]]
    bad_fields = [{"channel": ""}, {"key": ""}, {"version": 0}, {"b64data": "!!"}]
    for bad in bad_fields:
        answer = api.call("SharedPollPublish", **(good | bad))
        expect.error(answer, api.error(Code.BAD_REQUEST))


@requirement(
    "shared-poll.refuse.not-enabled",
    "SharedPollPublish where publishing is not enabled is answered with error 108.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["shared_poll_closed"],
)
def test_shared_poll_not_enabled(api: Api, channel: Channels) -> None:
    answer = api.call(
        "SharedPollPublish", channel=channel("shared_poll_closed"), key="k", data=b"x", version=1
    )
    expect.error(answer, api.error(Code.NOT_AVAILABLE))


@requirement(
    "shared-poll.refuse.other-namespaces",
    "SharedPollPublish is error 102 in an unknown namespace, 107 in one of another type.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 SharedPollPublish",
    releases=LATEST,
    needs=["history", "map"],
)
def test_shared_poll_other_namespaces(api: Api, channel: Channels) -> None:
    rooms = {
        unknown_namespace(): Code.UNKNOWN_CHANNEL,
        channel("history"): Code.BAD_REQUEST,
        channel("map"): Code.BAD_REQUEST,
    }
    for room, code in rooms.items():
        answer = api.call("SharedPollPublish", channel=room, key="k", data=b"x", version=1)
        expect.error(answer, api.error(code))


@requirement(
    "shared-poll.accept.stale-version",
    "SharedPollPublish of a version that is not newer succeeds.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["shared_poll"],
)
def test_shared_poll_stale_versions(api: Api, channel: Channels) -> None:
    room = channel("shared_poll")
    for version in (7, 7, 3, 2**64 - 1):
        answer = api.call("SharedPollPublish", channel=room, key="k", data=b"x", version=version)
        expect.success(answer)


@requirement(
    "shared-poll.accept.epoch-and-b64data",
    "SharedPollPublish takes an epoch and data in base64.",
    level=Level.MUST,
    source=DOCS,
    releases=LATEST,
    needs=["shared_poll"],
)
def test_shared_poll_options(api: Api, channel: Channels) -> None:
    answer = api.call(
        "SharedPollPublish",
        channel=channel("shared_poll"),
        key="k",
        b64data="AP8=",
        version=1,
        epoch="first",
    )
    expect.success(answer)


@requirement(
    "batch.run.shared-poll-command",
    "Batch of 6.9 runs SharedPollPublish.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 5 Batch",
    releases=LATEST,
    needs=["shared_poll"],
)
def test_batch_runs_shared_poll_publish(api: Api, channel: Channels) -> None:
    good: dict[str, Any] = {"channel": channel("shared_poll"), "key": "k", "data": b"x"}
    commands = [{"shared_poll_publish": good | {"version": version}} for version in (1, 0)]
    answer = api.batch(commands)
    expect.success(answer)
    replies = answer.response.replies if answer.response is not None else []
    expect.equal("codes", [reply.error.code for reply in replies], [0, Code.BAD_REQUEST])
    expect.that(replies[0].HasField("shared_poll_publish"), "its result in the first reply", answer)
