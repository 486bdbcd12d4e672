"""History: how long it is kept. These requirements wait, beside the others."""

import time

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import V2, Level, requirement
from conformance.streams import filled

TTL = (
    "centrifugal.dev/docs/server/channels#history_ttl;"
    " 2.8.7 docs/content/server/channels.md#history_lifetime"
)
LATE_SECONDS = 2.0
"""How long after its lifetime a history may still be seen; it may be gone a second before."""

ATTEMPTS = 3
"""How often a busy machine may try to keep the times of a requirement."""


def seconds(text: str) -> float:
    """A duration of a profile, such as 4s, in seconds."""
    return float(text.removesuffix("s"))


def begins_anew(api: Api, channel: Channels) -> None:
    """After the meta ttl nothing is known of a channel any more."""
    room = channel("meta")
    before = api.publish(room, b"1")
    expect.success(before)
    time.sleep(seconds(channel.option("meta", "meta_ttl")) + LATE_SECONDS)
    since = {"offset": 1, "epoch": before.result.epoch}
    expect.error(api.history(room, limit=-1, since=since), api.error(Code.UNRECOVERABLE_POSITION))
    after = api.publish(room, b"2")
    expect.success(after)
    expect.equal("offset", after.result.offset, 1)
    expect.that(after.result.epoch != before.result.epoch, "another epoch", after)


@requirement(
    "history.expire.lifetime",
    "A history is gone two seconds after its lifetime at the latest, and kept until one second"
    " before its end.",
    level=Level.MUST,
    source=TTL,
    needs=["short_history"],
    waits=True,
)
def test_history_expires(api: Api, channel: Channels) -> None:
    room = channel("short_history")
    lifetime = seconds(channel.option("short_history", "ttl"))
    filled(api, room, 1)
    published = time.monotonic()
    time.sleep(lifetime - 1.5)
    still = api.payloads(room)
    if time.monotonic() - published < lifetime - 1:
        expect.equal("history within its lifetime", still, [b"1"])
    time.sleep(max(0.0, published + lifetime + LATE_SECONDS - time.monotonic()))
    expect.equal("history after its lifetime", api.payloads(room), [])
    if api.release not in V2:
        answer = api.publish(room, b"2")
        expect.success(answer)
        expect.equal("the next offset", answer.result.offset, 2)


@requirement(
    "history.renew.lifetime",
    "Each publication renews the lifetime of the whole history.",
    level=Level.OBSERVED,
    source="facts v2.md 3 History, v3-v6.md 5 History",
    needs=["short_history"],
    waits=True,
)
def test_publishing_renews_the_lifetime(api: Api, channel: Channels) -> None:
    lifetime = seconds(channel.option("short_history", "ttl"))
    for _ in range(ATTEMPTS):
        room = channel("short_history")
        expected, longest_gap = published_in_time(api, room, lifetime)
        if longest_gap < lifetime - 1:
            expect.equal("history", api.payloads(room), expected)
            return
    raise TimeoutError("this machine could not publish in time: try again when it has less to do")


def published_in_time(api: Api, room: str, lifetime: float) -> tuple[list[bytes], float]:
    """Publish for longer than a lifetime, with shorter pauses; the payloads, the longest gap."""
    pause = (lifetime - 1) * 0.8
    began = sent = time.monotonic()
    expected: list[bytes] = []
    longest_gap = 0.0
    while sent - began < lifetime + LATE_SECONDS + 0.2:
        before, sent = sent, time.monotonic()
        expected.append(b"%d" % len(expected))
        expect.success(api.publish(room, expected[-1]))
        longest_gap = max(longest_gap, time.monotonic() - before)
        time.sleep(pause)
    longest_gap = max(longest_gap, time.monotonic() - sent)
    return expected, longest_gap


@requirement(
    "history.expire.meta",
    "After `history_meta_ttl` a channel begins anew: another epoch, offset 1, and error 112 for"
    " the epoch before.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/channels#history_meta_ttl",
    releases=[Release.V5_4, Release.V6_9],
    needs=["meta"],
    waits=True,
)
def test_the_position_expires(api: Api, channel: Channels) -> None:
    begins_anew(api, channel)


@requirement(
    "history.expire.global-meta",
    "After the global `history_meta_ttl` a channel begins anew: another epoch, offset 1, and error"
    " 112 for the epoch before.",
    level=Level.MUST,
    source="centrifugal.dev/docs/3/server/channels#history_meta_ttl; facts v3-v6.md 5 History",
    releases=[Release.V3_2, Release.V4_1],
    needs=["meta"],
    variant="meta",
    waits=True,
)
def test_the_position_expires_by_the_global_option(api: Api, channel: Channels) -> None:
    begins_anew(api, channel)
