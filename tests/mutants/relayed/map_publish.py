"""MapPublish and SharedPollPublish gone wrong, one rule each."""

from typing import Any

from reference_server.engine.map_state import MapState
from tests.mutants.declaring import Area
from tests.mutants.patching import around
from tests.mutants.relaying import asked, told

MAP_PUBLISH = Area("maps")


def _refused(method: str, when: Any) -> None:
    """Refuse requests that are to be answered."""

    def change(request: Any, response: Any) -> None:
        if when(request) and not response.HasField("error"):
            response.ClearField("result")
            response.error.code, response.error.message = 107, "bad request"

    told(method, change=change)


@MAP_PUBLISH.mutant("map-publish.set.key")
def map_keys_are_set_once() -> None:
    """MapPublish does not overwrite a key."""

    def change(request: Any) -> None:
        request.key_mode = request.key_mode or "if_new"

    asked("MapPublish", change=change)


@MAP_PUBLISH.mutant("map-publish.tell.suppressed-position")
def suppressed_changes_tell_no_offset() -> None:
    """The answer for a suppressed change of a map has no offset."""

    def change(_: Any, response: Any) -> None:
        if response.result.suppressed:
            response.result.ClearField("offset")

    told("MapPublish", change=change)


@MAP_PUBLISH.mutant("map-publish.return.ephemeral-position")
def ephemeral_maps_have_no_epoch() -> None:
    """MapPublish into an ephemeral map answers no epoch."""

    def change(_: Any, response: Any) -> None:
        if not response.result.offset:
            response.result.ClearField("epoch")

    told("MapPublish", change=change)


@MAP_PUBLISH.mutant("map-publish.expire.key")
def map_keys_live_for_ever() -> None:
    """The keys of an ephemeral map do not expire."""
    around(MapState, "prolong_key", lambda original, self, key, now: None)


@MAP_PUBLISH.mutant("map-publish.honour.b64data")
def map_data_wins_over_base64() -> None:
    """In MapPublish `data` wins over `b64data`."""

    def change(request: Any) -> None:
        if request.data:
            request.b64data = ""

    asked("MapPublish", change=change)


@MAP_PUBLISH.mutant("map-publish.accept.empty-data")
def map_keys_need_data() -> None:
    """MapPublish of nothing is error 107."""
    _refused("MapPublish", lambda request: not request.data and not request.b64data)


@MAP_PUBLISH.mutant("map-publish.keep.tags")
def map_keys_lose_blank_tags() -> None:
    """The tags of a map's key that are blank are lost."""

    def change(request: Any) -> None:
        for name in [name for name, value in request.tags.items() if not value]:
            del request.tags[name]

    asked("MapPublish", change=change)


@MAP_PUBLISH.mutant("map-publish.honour.version-epoch")
def map_versions_have_no_epochs() -> None:
    """MapPublish ignores the epoch of a version."""
    asked("MapPublish", change=lambda request: request.ClearField("version_epoch"))


@MAP_PUBLISH.mutant("shared-poll.accept.publish")
def shared_polls_set_no_result() -> None:
    """SharedPollPublish sets no `result`."""
    told("SharedPollPublish", change=lambda _, response: response.ClearField("result"))


@MAP_PUBLISH.mutant("shared-poll.accept.epoch-and-b64data")
def shared_polls_have_no_epochs() -> None:
    """SharedPollPublish with an epoch is error 107."""
    _refused("SharedPollPublish", lambda request: bool(request.epoch))
