"""Idempotency keys and versions behind a relay that alters one thing."""

import time
from typing import Any

from tests.mutants.declaring import LATEST, SINCE_5, Area
from tests.mutants.relaying import asked, relayed, told

OPTIONS = Area("options")
_PUBLISHING = ("Publish", "Broadcast")


def _keyed(change: Any) -> None:
    """Take idempotency keys for others."""

    def alter(request: Any) -> None:
        request.idempotency_key = change(request.idempotency_key)

    asked(*_PUBLISHING, change=alter)


_KEYS = ("publish", "property.suppress", "broadcast.honour.idempotency-key")


@OPTIONS.mutant("publish.compare.whole-idempotency-key", releases=SINCE_5)
def idempotency_keys_without_capitals() -> None:
    """Idempotency keys that differ in capitals alone are one."""
    _keyed(lambda key: key.lower())


@OPTIONS.mutant("publish.compare.whole-idempotency-key", releases=SINCE_5)
def idempotency_keys_without_spaces() -> None:
    """Idempotency keys lose the spaces around them."""
    _keyed(lambda key: key.strip())


@OPTIONS.mutant(
    "publish.compare.whole-idempotency-key", "publish.accept.long-idempotency-key", releases=SINCE_5
)
def idempotency_keys_of_8_characters() -> None:
    """Idempotency keys count by their first 255 characters."""
    _keyed(lambda key: key[:255])


@OPTIONS.mutant("publish.compare.whole-idempotency-key", releases=SINCE_5)
def idempotency_keys_of_ascii() -> None:
    """What is no ASCII in idempotency keys is dropped."""
    _keyed(lambda key: key.encode("ascii", "replace").decode())


@OPTIONS.mutant("publish.accept.long-idempotency-key", releases=SINCE_5)
def idempotency_keys_too_long_are_ignored() -> None:
    """Idempotency keys of more than 1,000 characters are ignored."""
    _keyed(lambda key: key if len(key) <= 1000 else "")


def _forgetting(is_known: Any) -> None:
    """Forget keys: they are passed on with something behind them that changes when forgotten."""
    uses: dict[tuple[str, str], Any] = {}

    def alter(request: Any) -> None:
        if request.idempotency_key:
            request.idempotency_key += is_known(uses, request.channel, request.idempotency_key)

    asked("Publish", change=alter)


@OPTIONS.mutant(
    "publish.compare.whole-idempotency-key", "property.suppress.repeats", releases=SINCE_5
)
def idempotency_keys_are_forgotten_for_others() -> None:
    """Only the last idempotency key of a channel is remembered."""

    def mark(uses: Any, channel: str, key: str) -> str:
        last, number = uses.get(channel, ("", 0))
        if key != last:
            number += 1
        uses[channel] = (key, number)
        return f" {number}"

    _forgetting(mark)


@OPTIONS.mutant("publish.repeat.first-answer", releases=SINCE_5)
def idempotency_keys_hold_once() -> None:
    """An idempotency key suppresses one repetition only."""

    def mark(uses: Any, channel: str, key: str) -> str:
        uses[channel, key] = uses.get((channel, key), -1) + 1
        return f" {uses[channel, key] // 2}"

    _forgetting(mark)


@OPTIONS.mutant("publish.keep.idempotency-key", releases=SINCE_5)
def idempotency_keys_hold_for_a_second() -> None:
    """An idempotency key is forgotten after a second."""

    def mark(uses: Any, channel: str, key: str) -> str:
        now = time.monotonic()
        first, number = uses.get((channel, key), (now, 0))
        if now - first > 1:
            first, number = now, number + 1
        uses[channel, key] = (first, number)
        return f" {number}"

    _forgetting(mark)


@OPTIONS.mutant("publish.honour.idempotency-key", releases=SINCE_5)
def idempotency_keys_need_the_same_data() -> None:
    """An idempotency key holds for the same payload only."""

    def alter(request: Any) -> None:
        if request.idempotency_key:
            request.idempotency_key += request.data.hex()

    asked("Publish", change=alter)


@OPTIONS.mutant("publish.repeat.first-answer", releases=SINCE_5)
def repeats_are_answered_with_the_top() -> None:
    """A repeated idempotency key is answered with the channel's top."""
    tops: dict[str, int] = {}

    def change(request: Any, response: Any) -> None:
        offset = response.result.offset
        top = tops[request.channel] = max(tops.get(request.channel, 0), offset)
        if request.idempotency_key and offset:
            response.result.offset = top

    told("Publish", change=change)


@OPTIONS.mutant("publish.honour.idempotency-key", releases=SINCE_5)
def repeats_are_answered_with_nothing() -> None:
    """A repeated idempotency key is answered without a position."""
    seen: set[tuple[str, str]] = set()

    def change(request: Any, response: Any) -> None:
        key = (request.channel, request.idempotency_key)
        if request.idempotency_key and key in seen:
            response.result.Clear()
        seen.add(key)

    told("Publish", change=change)


@OPTIONS.mutant("publish.honour.idempotency-key", releases=SINCE_5)
def repeats_are_answered_with_an_error() -> None:
    """A repeated idempotency key is answered with error 107."""
    seen: set[tuple[str, str]] = set()

    def change(request: Any, response: Any) -> None:
        key = (request.channel, request.idempotency_key)
        if request.idempotency_key and key in seen and not response.HasField("error"):
            response.ClearField("result")
            response.error.code, response.error.message = 107, "bad request"
        seen.add(key)

    told("Publish", change=change)


@OPTIONS.mutant("publish.retry.after-an-error", releases=SINCE_5)
def errors_are_kept_for_their_key() -> None:
    """An error is kept for its idempotency key."""
    failed: dict[str, Any] = {}

    def relay(forward: Any, request: Any) -> Any:
        key = request.idempotency_key
        if key in failed:
            return failed[key]
        response = forward(request)
        if key and response.HasField("error"):
            failed[key] = response
        return response

    relayed("Publish", relay=relay)


_VERSIONS = ("publish", "broadcast.honour.version", "delivery.suppress", "concurrent.suppress")


def _versioned(change: Any) -> None:
    asked(*_PUBLISHING, change=change)


@OPTIONS.mutant("publish.compare.large-versions", releases=LATEST)
def versions_of_32_bits() -> None:
    """Versions are taken as 32 bits."""
    _versioned(lambda request: setattr(request, "version", request.version & 0xFFFF_FFFF))


@OPTIONS.mutant("publish.compare.large-versions", releases=LATEST)
def versions_of_53_bits() -> None:
    """Versions are taken as floating point numbers."""
    _versioned(lambda request: setattr(request, "version", int(float(request.version)) % 2**64))


@OPTIONS.mutant("publish.compare.large-versions", releases=LATEST)
def versions_of_63_bits() -> None:
    """Versions are taken as signed: from 2^63 on as none."""

    def alter(request: Any) -> None:
        if request.version >= 1 << 63:
            request.version = 0

    _versioned(alter)


@OPTIONS.mutant("publish.scope.version", releases=LATEST)
def versions_are_those_of_all_channels() -> None:
    """Versions hold for all channels together."""
    top = [0]

    def alter(request: Any) -> None:
        if request.version and request.channel.startswith("history") and not request.version_epoch:
            if request.version <= top[0] and not request.skip_history:
                request.version = 0
                request.skip_history = True
            else:
                top[0] = max(top[0], request.version)

    asked("Publish", change=alter)


@OPTIONS.mutant("publish.honour.version-epoch", releases=LATEST)
def version_epochs_without_capitals() -> None:
    """Epochs of versions that differ in capitals alone are one."""
    _versioned(lambda r: setattr(r, "version_epoch", r.version_epoch.lower()))


@OPTIONS.mutant("publish.honour.version", releases=LATEST)
def suppressed_versions_are_answered_with_nothing() -> None:
    """A publication of an old version is answered without a position."""
    tops: dict[str, int] = {}

    def change(request: Any, response: Any) -> None:
        offset, top = response.result.offset, tops.get(request.channel, 0)
        if request.version and offset and offset <= top:
            response.result.Clear()
        tops[request.channel] = max(top, offset)

    told("Publish", change=change)


@OPTIONS.mutant("publish.honour.version", releases=LATEST)
def suppressed_versions_take_an_offset() -> None:
    """A publication of an old version is answered with the offset after the top."""
    tops: dict[str, int] = {}

    def change(request: Any, response: Any) -> None:
        offset, top = response.result.offset, tops.get(request.channel, 0)
        if request.version and offset and offset <= top:
            response.result.offset = top + 1
        tops[request.channel] = max(top, offset)

    told("Publish", change=change)


@OPTIONS.mutant("delivery.compress.where-asked", releases=SINCE_5)
def delta_is_ignored() -> None:
    """The flag `delta` is ignored."""
    asked("Publish", change=lambda request: request.ClearField("delta"))


@OPTIONS.mutant("delivery.compress.where-asked", releases=SINCE_5)
def delta_is_always_on() -> None:
    """Every publication is told as a difference."""
    asked("Publish", change=lambda request: setattr(request, "delta", True))
