"""Maps gone wrong in what they share with other calls, and in what their subscribers get."""

import dataclasses
from typing import Any

from reference_server.api.v3_maps import MapCalls
from reference_server.clients.session import Session
from reference_server.engine import maps
from reference_server.engine.map_state import Entry
from reference_server.engine.maps import Maps
from reference_server.engine.streams import Position, Publication
from reference_server.node import Node
from tests.mutants.declaring import Area
from tests.mutants.patching import around, put
from tests.mutants.relaying import asked, relayed, told

MAP_CHANGES = Area("maps")


def _is_new() -> Any:
    """Tells whether a map was never published to."""
    known: set[str] = set()

    def remember(forward: Any, request: Any) -> Any:
        known.add(request.channel)
        return forward(request)

    relayed("MapPublish", relay=remember)
    return lambda request: request.channel not in known


def _is_map(node: Any, channel: str) -> bool:
    rules = node.settings.channel_options(channel)
    return rules is not None and rules.subscription_type.startswith("map")


@MAP_CHANGES.mutant("map-clear.accept.empty-map", "map-read-state.return.empty")
def maps_of_nothing_are_not_available() -> None:
    """MapClear and MapReadState of a map that was never published to are error 108."""
    is_new = _is_new()

    def change(request: Any, response: Any) -> None:
        if is_new(request) and not response.HasField("error"):
            response.ClearField("result")
            response.error.code, response.error.message = 108, "not available"

    told("MapClear", "MapReadState", change=change)


@MAP_CHANGES.mutant("map-remove.share.offsets")
def map_remove_answers_the_offset_before() -> None:
    """MapRemove answers the offset before the removal's own."""

    def change(_: Any, response: Any) -> None:
        if response.result.offset > 1:
            response.result.offset -= 1

    told("MapRemove", change=change)


@MAP_CHANGES.mutant("map.deliver.broadcast")
def broadcasts_do_not_reach_maps() -> None:
    """A broadcast into a map is delivered to nobody."""

    def deliver(original: Any, self: Any, channel: str, publication: Any, *rest: Any) -> None:
        if publication.key or not _is_map(self, channel):
            original(self, channel, publication, *rest)

    around(Node, "deliver", deliver)


@MAP_CHANGES.mutant("map.deliver.no-clearing")
def clearing_is_delivered() -> None:
    """MapClear is delivered as the removal of each key."""

    def clear(original: Any, self: Any, channel: str) -> None:
        held = self._held(channel)
        for key in list(held.entries) if held else ():
            self._tell(channel, Entry(key, removed=True), held.position, None)
        original(self, channel)

    around(Maps, "clear", clear)


@MAP_CHANGES.mutant("map.share.idempotency-and-versions")
def batches_have_idempotency_keys_of_their_own() -> None:
    """MapPublish and MapRemove have other idempotency keys alone than in a batch."""

    def change(request: Any) -> None:
        if request.idempotency_key:
            request.idempotency_key = f"alone {request.idempotency_key}"

    asked("MapPublish", "MapRemove", change=change)


@MAP_CHANGES.mutant("map.stop.after-unsubscribe")
def maps_are_not_left() -> None:
    """Unsubscribe from a map is told, and ends nothing."""

    def end(original: Any, self: Any, channel: str) -> None:
        if self.closed is not None or not _is_map(self.node, channel):
            original(self, channel)

    around(Session, "end", end)


@MAP_CHANGES.mutant("map.suppress.delivery")
def suppressed_changes_are_delivered() -> None:
    """A suppressed change of a map is delivered."""

    def publish(original: Any, self: Any, channel: str, entry: Any, *rest: Any, **o: Any) -> Any:
        change = original(self, channel, entry, *rest, **o)
        if change.suppressed:
            self._tell(channel, entry, change.position, None)
        return change

    around(Maps, "publish", publish)


@MAP_CHANGES.mutant("map.tell.time")
def map_entries_tell_seconds() -> None:
    """MapReadState tells times in seconds."""

    def change(_: Any, response: Any) -> None:
        for entry in response.result.entries:
            entry.time //= 1000

    told("MapReadState", change=change)


@MAP_CHANGES.mutant("shared-poll.deliver.nothing-to-uni")
def shared_polls_are_pushed() -> None:
    """SharedPollPublish is delivered to subscribers."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        result = original(self, request)
        publication = Publication(request.data, {}, key=request.key)
        self._node.deliver(request.channel, publication, Position(0, ""))
        return result

    around(MapCalls, "_shared_poll_publish", publish)


@MAP_CHANGES.mutant("shared-poll.refuse.other-namespaces")
def shared_polls_of_unknown_namespaces_are_bad_requests() -> None:
    """SharedPollPublish in an unknown namespace is error 107."""

    def change(_: Any, response: Any) -> None:
        if response.error.code == 102:
            response.error.code, response.error.message = 107, "bad request"

    told("SharedPollPublish", change=change)


@MAP_CHANGES.mutant("map.refuse.unsound-options")
def maps_need_not_outlive_their_keys() -> None:
    """A map that is to be forgotten before its keys works as any other."""
    put(maps, "_require_sound", lambda options: None)


def _changed(change: Any) -> None:
    """Tell subscribers other changes of maps."""

    def deliver(original: Any, self: Any, channel: str, entry: Any, *rest: Any) -> None:
        other = change(entry)
        if other is not None:
            original(self, channel, other, *rest)

    around(Node, "_deliver_change", deliver)


@MAP_CHANGES.mutant("map.deliver.changes")
def removals_are_not_delivered() -> None:
    """Subscribers of a map do not learn of removals."""
    _changed(lambda entry: None if entry.removed else entry)


@MAP_CHANGES.mutant("map.deliver.tags")
def changes_are_delivered_without_tags() -> None:
    """Changes of a map are delivered without tags."""
    _changed(lambda entry: dataclasses.replace(entry, tags={}))


@MAP_CHANGES.mutant("map.deliver.changes")
def changes_are_delivered_without_keys() -> None:
    """Changes of a map are delivered without keys."""
    _changed(lambda entry: dataclasses.replace(entry, key=""))


@MAP_CHANGES.mutant("map.deliver.ephemeral")
def ephemeral_changes_have_offsets() -> None:
    """Changes of an ephemeral map are delivered with offset 1."""
    _changed(lambda entry: dataclasses.replace(entry, offset=entry.offset or 1))


@MAP_CHANGES.mutant("map.separate.channels")
def maps_share_their_keys() -> None:
    """All maps of a namespace are one."""

    def alter(request: Any) -> None:
        if request.channel.startswith("map:"):
            request.channel = "map:one"

    asked("MapPublish", "MapReadState", "MapRemove", change=alter)


@MAP_CHANGES.mutant(
    *("map.refuse.blank-channel", "map.refuse.unknown-namespace", "map-remove.refuse.blank-key"),
)
def maps_refuse_nothing() -> None:
    """MapRemove, MapReadState, MapReadStream, MapStats and MapClear refuse nothing."""

    def change(_: Any, response: Any) -> None:
        if response.error.code in {102, 107}:
            response.ClearField("error")
            response.result.SetInParent()

    told("MapRemove", "MapReadState", "MapReadStream", "MapStats", "MapClear", change=change)


@MAP_CHANGES.mutant(
    *("map-read-state.refuse", "map-read-stream.refuse", "map.check.revision-epoch"),
)
def maps_ignore_epochs() -> None:
    """MapReadState and MapReadStream ignore epochs."""

    def change(request: Any) -> None:
        for field in ("revision_epoch", "since_epoch", "revision_offset"):
            if field in request.DESCRIPTOR.fields_by_name:
                request.ClearField(field)

    asked("MapReadState", "MapReadStream", change=change)


@MAP_CHANGES.mutant("map.return.result-set")
def maps_set_no_empty_result() -> None:
    """Calls on maps that have nothing to tell set no `result`."""

    def change(_: Any, response: Any) -> None:
        if response.HasField("result") and not response.result.ByteSize():
            response.ClearField("result")

    told("MapClear", "MapStats", change=change)


@MAP_CHANGES.mutant("map-stats.follow.removals")
def map_stats_remember() -> None:
    """MapStats counts removed keys, too."""
    most: dict[str, int] = {}

    def count(original: Any, self: Any, channel: str) -> int:
        most[channel] = max(most.get(channel, 0), original(self, channel))
        return most[channel]

    around(Maps, "count", count)


@MAP_CHANGES.mutant("map-read-stream.trim.size")
def map_streams_are_cut_to_two() -> None:
    """MapReadStream returns two changes at most."""

    def change(_: Any, response: Any) -> None:
        del response.result.entries[2:]

    told("MapReadStream", change=change)


@MAP_CHANGES.mutant("concurrent.suppress.new-keys")
def new_keys_are_never_suppressed() -> None:
    """`if_new` of a key that is there succeeds, and changes nothing."""

    def change(request: Any, response: Any) -> None:
        if request.key_mode == "if_new":
            response.result.ClearField("suppressed")

    told("MapPublish", change=change)
