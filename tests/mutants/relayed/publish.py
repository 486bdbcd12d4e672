"""Publish behind a relay that alters one thing."""

import itertools
import unicodedata
from typing import Any

from tests.mutants.declaring import EVERY, LATEST, SINCE_4, V3, Area
from tests.mutants.relaying import as_in, asked, relayed, text, told

PUBLISH = Area("Publish")


def _data(change: Any) -> None:
    """Publish and broadcast other bytes."""

    def alter(request: Any) -> None:
        if request.data:
            request.data = change(request.data) or b"?"

    asked("Publish", "Broadcast", change=alter)


def _channel(change: Any) -> None:
    """Take every channel that is named for another one."""

    def alter(request: Any) -> None:
        request.channel = as_in(request, change(text(request.channel)))

    def alter_all(request: Any) -> None:
        channels = [as_in(request, change(text(name))) for name in request.channels]
        del request.channels[:]
        request.channels.extend(channels)

    asked("Publish", "History", "HistoryRemove", "Presence", "PresenceStats", change=alter)
    asked("Broadcast", change=alter_all)


@PUBLISH.mutant("payload.return.edges", releases=EVERY)
def payloads_lose_line_ends() -> None:
    """A line break at the end of a payload is lost."""
    _data(lambda data: data.rstrip(b"\r\n"))


@PUBLISH.mutant("payload.return.edges", releases=EVERY)
def payloads_have_other_line_ends() -> None:
    """CR LF in a payload becomes LF."""
    _data(lambda data: data.replace(b"\r\n", b"\n"))


@PUBLISH.mutant("payload.return.edges", releases=EVERY)
def payloads_lose_byte_order_marks() -> None:
    """A payload loses the byte order mark that it begins with."""
    _data(lambda data: data.removeprefix(b"\xef\xbb\xbf"))


@PUBLISH.mutant("payload.return.every-size", releases=EVERY)
def payloads_are_padded() -> None:
    """A payload of an odd length above 1,000 bytes gets a NUL at its end."""
    _data(lambda data: data + b"\0" if len(data) > 1000 and len(data) % 2 else data)


@PUBLISH.mutant("payload.return.every-size", releases=EVERY)
def payloads_of_127_bytes_are_cut() -> None:
    """A payload of 128 bytes, where a length takes two, loses its last one."""
    _data(lambda data: data[:-1] if len(data) == 128 else data)


@PUBLISH.mutant("payload.return.every-size", releases=EVERY)
def payloads_of_16_kib_are_cut() -> None:
    """A payload of 16,384 bytes and more, where a length takes three, loses its last one."""
    _data(lambda data: data[:-1] if 16384 <= len(data) < 16400 else data)


@PUBLISH.mutant("payload.return.json-as-it-is", releases=EVERY)
def payloads_are_unescaped() -> None:
    """Escaped characters in a JSON payload are written as themselves."""
    _data(lambda data: data.replace(b"\\u0041", b"A").replace(b"\\/", b"/"))


@PUBLISH.mutant("payload.return.json-as-it-is", releases=EVERY)
def payloads_have_shorter_numbers() -> None:
    """Numbers in a JSON payload lose zeros at their end."""
    _data(lambda data: data.replace(b".0", b""))


@PUBLISH.mutant("namespace.accept.any-characters", releases=V3)
def channels_are_normalised() -> None:
    """Channels are compared after Unicode's normalisation."""
    _channel(lambda name: unicodedata.normalize("NFC", name))


@PUBLISH.mutant(
    "namespace.accept.any-characters", "namespace.separate.channel-strings", releases=EVERY
)
def channels_lose_spaces() -> None:
    """Channels lose the spaces at their end."""
    _channel(lambda name: name.rstrip(" "))


@PUBLISH.mutant("namespace.accept.any-characters", releases=EVERY)
def channels_end_at_nul() -> None:
    """A channel ends at its first NUL."""
    _channel(lambda name: name.split("\0")[0] or name)


@PUBLISH.mutant("namespace.accept.any-characters", releases=EVERY)
def channels_end_at_question_marks() -> None:
    """What comes after `?` or `&` in a channel is ignored."""
    _channel(lambda name: name.split("?")[0].split("&")[0] or name)


@PUBLISH.mutant("namespace.accept.any-characters", releases=EVERY)
def channels_are_decoded() -> None:
    """`%2F` and its like in a channel are decoded."""
    _channel(lambda name: name.replace("%2F", "/").replace("%20", " ").replace("+", " "))


@PUBLISH.mutant("namespace.accept.long-names", releases=EVERY)
def channels_are_limited() -> None:
    """Channels of more than 255 bytes are refused with error 107."""
    _channel(lambda name: name if len(name.encode("utf-8", "surrogateescape")) <= 255 else "")


@PUBLISH.mutant(
    "namespace.find.before-first-colon", "namespace.accept.any-characters", releases=EVERY
)
def namespaces_end_at_the_last_colon() -> None:
    """Colons but the first are dropped from a channel."""

    def only_first(name: str) -> str:
        namespace, colon, rest = name.partition(":")
        return namespace + colon + rest.replace(":", "")

    _channel(only_first)


@PUBLISH.mutant("publish.keep.tags", releases=V3)
def tags_with_blank_values_are_lost() -> None:
    """Tags with a blank value are dropped."""

    def drop(request: Any) -> None:
        for key in [key for key, value in request.tags.items() if not value]:
            del request.tags[key]

    asked("Publish", change=drop)


@PUBLISH.mutant("publish.keep.tags", releases=V3)
def tags_have_keys_in_lower_case() -> None:
    """The keys of tags are in lower case."""

    def lower(request: Any) -> None:
        tags = {key.lower(): value for key, value in request.tags.items()}
        request.ClearField("tags")
        request.tags.update(tags)

    asked("Publish", change=lower)


@PUBLISH.mutant("publish.keep.tags", releases=V3)
def tags_are_trimmed() -> None:
    """The values of tags lose spaces around them."""

    def trim(request: Any) -> None:
        for key in request.tags:
            request.tags[key] = request.tags[key].strip()

    asked("Publish", change=trim)


@PUBLISH.mutant("publish.store.equal-payloads", releases=EVERY)
def the_same_again_is_not_published() -> None:
    """A payload that is the same as the channel's last one is answered and not published."""
    last: dict[str, tuple[bytes, Any]] = {}

    def relay(forward: Any, request: Any) -> Any:
        known = last.get(text(request.channel))
        if known is not None and request.data and known[0] == request.data:
            return known[1]
        response = forward(request)
        if not response.HasField("error"):
            last[text(request.channel)] = (request.data, response)
        return response

    relayed("Publish", relay=relay)


@PUBLISH.mutant("publish.store.all-when-concurrent", "history.return.a-hundred", releases=EVERY)
def publish_forgets_one_in_ten() -> None:
    """Each tenth publication is answered as the one before it and not published."""
    counted = itertools.count(1)
    last: list[Any] = []

    def relay(forward: Any, request: Any) -> Any:
        if last and next(counted) % 10 == 0:
            return last[-1]
        response = forward(request)
        if not response.HasField("error"):
            last[:] = [response]
        return response

    relayed("Publish", relay=relay)


@PUBLISH.mutant(
    "publish.store.all-when-concurrent", "history.return.a-hundred", releases=EVERY, racy=True
)
def publish_doubles_one_in_twenty() -> None:
    """Each twentieth publication is published twice, and answered as the first."""
    counted = itertools.count(1)

    def relay(forward: Any, request: Any) -> Any:
        if next(counted) % 20 == 0:
            forward(request)
        return forward(request)

    relayed("Publish", relay=relay)


@PUBLISH.mutant("publish.return.epoch-by-channel", "publish.return.position", releases=V3)
def publish_answers_the_epoch_of_the_first_channel() -> None:
    """Publish answers one epoch, that of the first channel that was published to."""
    first: list[str] = []

    def change(_: Any, response: Any) -> None:
        if response.result.epoch:
            first.append(response.result.epoch)
            response.result.epoch = first[0]

    told("Publish", change=change)


@PUBLISH.mutant("publish.return.offsets-when-concurrent", releases=V3)
def publish_answers_offsets_of_8_bits() -> None:
    """Publish answers no offset above 16."""

    def change(_: Any, response: Any) -> None:
        response.result.offset = min(response.result.offset, 16)

    told("Publish", change=change)


@PUBLISH.mutant("publish.return.no-position-when-skipped", releases=V3)
def publish_answers_the_top_when_skipped() -> None:
    """Publish with `skip_history` answers the channel's epoch."""

    def change(request: Any, response: Any) -> None:
        if request.skip_history:
            response.result.epoch = "abcd"

    told("Publish", change=change)


@PUBLISH.mutant("publish.refuse.data-format-json", releases=LATEST)
def data_formats_are_checked_for_a_start() -> None:
    """Where a namespace wants JSON what merely begins as JSON is taken."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if response.error.code == 107 and request.data[:1] == b"{" and request.channel:
            kept = request.data
            request.data = b"{}"
            response = forward(request)
            request.data = kept
        return response

    relayed("Publish", relay=relay)


@PUBLISH.mutant("publish.accept.b64data-with-newlines", releases=SINCE_4)
def base64_with_newlines_is_refused() -> None:
    """Line breaks in `b64data` are answered with error 107."""

    def spoil(request: Any) -> None:
        if "\n" in request.b64data:
            request.b64data = "!"

    asked("Publish", change=spoil)


@PUBLISH.mutant("publish.refuse.bad-b64data", releases=V3)
def base64_without_padding_is_taken() -> None:
    """`b64data` may leave its padding out."""

    def pad(request: Any) -> None:
        missing = -len(request.b64data) % 4
        if missing and request.b64data.rstrip("=").isalnum():
            request.b64data += "=" * missing

    asked("Publish", change=pad)


@PUBLISH.mutant("publish.return.result-shape", releases=V3)
def publish_answers_nothing() -> None:
    """Publish without a position answers a message of zero bytes."""

    def change(_: Any, response: Any) -> None:
        if not response.HasField("error") and not response.result.ByteSize():
            response.ClearField("result")

    told("Publish", change=change)


@PUBLISH.mutant("namespace.match.exact", releases=V3)
def namespaces_may_have_capitals() -> None:
    """A namespace with capitals is taken for that in lower case."""

    def lower(request: Any) -> None:
        namespace, colon, rest = request.channel.partition(":")
        request.channel = namespace.lower() + colon + rest

    asked("Publish", change=lower)
