"""The RPCs of maps behind a relay that alters one thing."""

from typing import Any

from tests.mutants.declaring import LATEST, Area
from tests.mutants.relaying import asked, relayed, told

MAPS = Area("maps")


@MAPS.mutant("map.keep.bytes", "map-publish")
def map_keys_without_capitals() -> None:
    """Keys of a map that differ in capitals alone are one."""
    asked("MapPublish", change=lambda request: setattr(request, "key", request.key.lower()))


@MAPS.mutant("map.keep.bytes")
def map_keys_of_64_characters() -> None:
    """Keys of a map count by their first 64 characters."""
    asked("MapPublish", change=lambda request: setattr(request, "key", request.key[:64]))


@MAPS.mutant("map.keep.bytes")
def map_data_ends_at_nul() -> None:
    """The data of a key ends at its first NUL."""

    def cut(request: Any) -> None:
        request.data = request.data.split(b"\0")[0]

    asked("MapPublish", change=cut)


@MAPS.mutant("map-publish.honour.key-mode")
def map_takes_if_new_for_if_exists() -> None:
    """MapPublish takes `if_new` for `if_exists` and the other way round."""

    def swap(request: Any) -> None:
        other = {"if_new": "if_exists", "if_exists": "if_new"}
        request.key_mode = other.get(request.key_mode, request.key_mode)

    asked("MapPublish", change=swap)


@MAPS.mutant("map-publish.honour.idempotency-key")
def map_keys_share_idempotency_keys_of_channels() -> None:
    """A repeated idempotency key of MapPublish is told as not suppressed."""

    def change(request: Any, response: Any) -> None:
        if request.idempotency_key:
            response.result.ClearField("suppressed")
            response.result.ClearField("suppress_reason")

    told("MapPublish", change=change)


@MAPS.mutant("map-publish.honour")
def map_reasons_are_not_told() -> None:
    """MapPublish does not tell why a change was suppressed."""
    told("MapPublish", change=lambda _, response: response.result.ClearField("suppress_reason"))


@MAPS.mutant("map-remove.drop.key")
def map_remove_of_nothing_is_a_removal() -> None:
    """MapRemove of a missing key is told as a removal."""

    def change(_: Any, response: Any) -> None:
        response.result.ClearField("suppressed")
        response.result.ClearField("suppress_reason")

    told("MapRemove", change=change)


@MAPS.mutant("map-remove.drop.key")
def map_remove_does_nothing() -> None:
    """MapRemove answers as if it removed a key, and does not."""

    def relay(forward: Any, request: Any) -> Any:
        other = type(request)()
        other.CopyFrom(request)
        other.key = f"{request.key} " if request.key else ""
        response = forward(other)
        if not response.HasField("error"):
            response.result.ClearField("suppressed")
            response.result.ClearField("suppress_reason")
        return response

    relayed("MapRemove", relay=relay)


@MAPS.mutant("map-clear.drop.everything")
def map_clear_does_nothing() -> None:
    """MapClear succeeds and clears nothing."""

    def relay(forward: Any, request: Any) -> Any:
        kept = request.channel
        if not kept:
            return forward(request)
        other = type(request)(channel=f"{kept} ")
        return forward(other)

    relayed("MapClear", relay=relay)


@MAPS.mutant("map-read-state.page.by-key")
def map_pages_have_one_more() -> None:
    """A page of a map has one entry more than the limit."""

    def more(request: Any) -> None:
        if request.limit > 0:
            request.limit += 1

    asked("MapReadState", change=more)


@MAPS.mutant("map-read-state.page.by-key", "map.read.after-cursor")
def map_pages_begin_at_the_cursor() -> None:
    """A page of a map begins with the key that the cursor names."""

    def before(request: Any) -> None:
        if request.cursor:
            request.cursor = request.cursor[:-1] + chr(ord(request.cursor[-1]) - 1) + "\U0010ffff"

    asked("MapReadState", change=before)


@MAPS.mutant("map-read-state.page.by-key")
def map_pages_have_no_end() -> None:
    """The last page of a map has a cursor, too."""

    def change(_: Any, response: Any) -> None:
        if response.result.entries and not response.result.cursor:
            response.result.cursor = response.result.entries[-1].key

    told("MapReadState", change=change)


@MAPS.mutant("map-read-state.sort.by-key")
def map_entries_backward() -> None:
    """The entries of a map are sorted backward."""

    def change(_: Any, response: Any) -> None:
        entries = list(response.result.entries)[::-1]
        del response.result.entries[:]
        response.result.entries.extend(entries)

    told("MapReadState", change=change)


@MAPS.mutant("map.return.whole-entries")
def map_entries_without_offsets() -> None:
    """The entries of a map have no offsets."""

    def change(_: Any, response: Any) -> None:
        for entry in response.result.entries:
            entry.ClearField("offset")

    told("MapReadState", change=change)


@MAPS.mutant("map-read-stream.return.changes")
def map_streams_hide_removals() -> None:
    """The stream of a map tells removals as if keys were set."""

    def change(_: Any, response: Any) -> None:
        for entry in response.result.entries:
            entry.ClearField("removed")

    told("MapReadStream", change=change)


@MAPS.mutant("map-read-stream.return.changes")
def map_streams_leave_removals_out() -> None:
    """The stream of a map has no removals."""

    def change(_: Any, response: Any) -> None:
        kept = [entry for entry in response.result.entries if not entry.removed]
        del response.result.entries[:]
        response.result.entries.extend(kept)

    told("MapReadStream", change=change)


@MAPS.mutant("map-read-stream.return.changes")
def map_streams_since_is_inclusive() -> None:
    """The stream of a map since an offset begins with the change at it."""

    def before(request: Any) -> None:
        if request.since_offset and not request.reverse:
            request.since_offset -= 1

    asked("MapReadStream", change=before)


@MAPS.mutant("map-read-stream.limit.entries")
def map_streams_ignore_reverse() -> None:
    """The stream of a map ignores `reverse`."""
    asked("MapReadStream", change=lambda request: request.ClearField("reverse"))


@MAPS.mutant("map.return.whole-entries")
def map_streams_lose_tags() -> None:
    """The stream of a map tells no tags."""

    def change(_: Any, response: Any) -> None:
        for entry in response.result.entries:
            entry.ClearField("tags")

    told("MapReadStream", change=change)


@MAPS.mutant("map-read-stream.refuse.trimmed")
def map_streams_ignore_trimming() -> None:
    """The stream of a map since what was trimmed starts at the oldest change kept."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if response.error.code == 112 and request.since_offset:
            other = type(request)()
            other.CopyFrom(request)
            other.since_offset = 0
            return forward(other)
        return response

    relayed("MapReadStream", relay=relay)


@MAPS.mutant("map-stats.count.keys")
def map_stats_count_changes() -> None:
    """MapStats counts one key too many."""

    def change(_: Any, response: Any) -> None:
        if response.result.num_keys:
            response.result.num_keys += 1

    told("MapStats", change=change)


@MAPS.mutant("map.refuse.other-type", releases=LATEST)
def maps_of_other_namespaces_are_empty() -> None:
    """MapStats in a namespace that is no map counts no keys."""

    def change(_: Any, response: Any) -> None:
        if response.error.code == 107:
            response.ClearField("error")
            response.result.SetInParent()

    told("MapStats", change=change)


@MAPS.mutant("shared-poll.refuse.bad-fields", releases=LATEST)
def shared_polls_need_no_version() -> None:
    """SharedPollPublish needs no version."""

    def fill(request: Any) -> None:
        request.version = request.version or 1

    asked("SharedPollPublish", change=fill)


@MAPS.mutant("shared-poll.refuse.bad-fields", releases=LATEST)
def shared_polls_take_any_base64() -> None:
    """SharedPollPublish ignores `b64data`."""
    asked("SharedPollPublish", change=lambda request: request.ClearField("b64data"))
