"""Errors behind a relay that alters one thing."""

import itertools
from typing import Any

import grpc

from reference_server.api.answers import GrpcFailure
from tests.mutants.declaring import EVERY, V3, Area
from tests.mutants.relaying import relayed, told

ERRORS = Area("errors")


def _worded(methods: tuple[str, ...], code: int, change: Any) -> None:
    """Answer errors of a code in other words."""

    def alter(_: Any, response: Any) -> None:
        error = response.error
        if error.code == code:
            message = error.message
            is_bytes = isinstance(message, bytes)
            words = change(message.decode() if is_bytes else message)
            error.message = words.encode() if is_bytes else words

    told(*methods, change=alter)


@ERRORS.mutant("publish.refuse.unknown-namespace", "error.use.words", releases=EVERY)
def publish_tells_of_unknown_channels_in_other_words() -> None:
    """Publish has other words for error 102, with the right code."""
    _worded(("Publish",), 102, lambda _: "no such channel")


@ERRORS.mutant("history.refuse.not-kept", releases=EVERY)
def history_tells_what_is_not_available_in_other_words() -> None:
    """History has other words for error 108, with the right code."""
    _worded(("History",), 108, lambda _: "history not available")


@ERRORS.mutant("presence.refuse.not-on", releases=EVERY)
def presence_tells_what_is_not_available_in_other_words() -> None:
    """Presence has other words for error 108, with the right code."""
    _worded(("Presence",), 108, lambda _: "presence not available")


@ERRORS.mutant("presence-stats.refuse.not-on", releases=EVERY)
def presence_stats_tell_what_is_not_available_in_other_words() -> None:
    """PresenceStats has other words for error 108, with the right code."""
    _worded(("PresenceStats",), 108, lambda _: "presence not available")


@ERRORS.mutant("history-remove.refuse.blank-channel", "error.use.words", releases=EVERY)
def history_remove_tells_bad_requests_in_other_words() -> None:
    """HistoryRemove has a point behind the words for error 107."""
    _worded(("HistoryRemove",), 107, lambda words: f"{words}.")


@ERRORS.mutant("unsubscribe.refuse.unknown-namespace", "error.use.words", releases=EVERY)
def unsubscribe_tells_of_unknown_channels_in_other_words() -> None:
    """Unsubscribe has other words for error 102, with the right code."""
    _worded(("Unsubscribe",), 102, lambda words: words.title())


@ERRORS.mutant("rpc.use.words", "error.use.words", releases=EVERY)
def rpc_tells_the_method() -> None:
    """RPC tells the method in the words for error 104."""
    _worded(("RPC",), 104, lambda words: f"{words}: method")


@ERRORS.mutant("history.since.other-epoch", releases=V3)
def unrecoverable_positions_have_other_words() -> None:
    """History has other words for error 112, with the right code."""
    _worded(("History",), 112, lambda _: "unrecoverable")


@ERRORS.mutant("broadcast.refuse.no-channels", "error.use.words", releases=EVERY)
def broadcast_tells_bad_requests_in_other_words() -> None:
    """Broadcast has other words for error 107, with the right code."""
    _worded(("Broadcast",), 107, lambda _: "channels required")


def _coded(methods: tuple[str, ...], right: int, wrong: int) -> None:
    """Answer errors with another code, in the right words."""

    def alter(_: Any, response: Any) -> None:
        if response.error.code == right:
            response.error.code = wrong

    told(*methods, change=alter)


@ERRORS.mutant("history-remove.refuse.unknown-namespace", releases=EVERY)
def history_remove_has_another_code_for_unknown_channels() -> None:
    """HistoryRemove answers unknown channels with code 108."""
    _coded(("HistoryRemove",), 102, 108)


@ERRORS.mutant("presence-stats.refuse.not-on", releases=EVERY)
def presence_stats_have_another_code_for_what_is_off() -> None:
    """PresenceStats answers code 102 where presence is off."""
    _coded(("PresenceStats",), 108, 102)


@ERRORS.mutant(
    "presence.refuse.blank-channel", "presence-stats.refuse.blank-channel", releases=EVERY
)
def presence_has_another_code_for_bad_requests() -> None:
    """Presence answers a blank channel with code 102."""
    _coded(("Presence", "PresenceStats"), 107, 102)


@ERRORS.mutant("unsubscribe.refuse.unknown-namespace", releases=EVERY)
def unsubscribe_has_another_code_for_unknown_channels() -> None:
    """Unsubscribe answers unknown channels with code 107."""
    _coded(("Unsubscribe",), 102, 107)


def _swallowed(method: str, code: int) -> None:
    def alter(_: Any, response: Any) -> None:
        if response.error.code == code:
            response.ClearField("error")
            if "result" in response.DESCRIPTOR.fields_by_name:
                response.result.SetInParent()

    told(method, change=alter)


@ERRORS.mutant(
    "presence.refuse.unknown-namespace", "namespace.refuse.unknown-for-every-rpc", releases=EVERY
)
def presence_of_unknown_namespaces_is_empty() -> None:
    """Presence in an unknown namespace is empty."""
    _swallowed("Presence", 102)


@ERRORS.mutant("presence-stats.refuse.blank-channel", releases=EVERY)
def presence_stats_of_a_blank_channel_are_empty() -> None:
    """PresenceStats without a channel is empty."""
    _swallowed("PresenceStats", 107)


@ERRORS.mutant("history.refuse.blank-channel", releases=EVERY)
def history_of_a_blank_channel_is_empty() -> None:
    """History without a channel is empty."""
    _swallowed("History", 107)


@ERRORS.mutant("subscribe.refuse.past-expiry", releases=V3)
def subscribe_takes_past_expiry() -> None:
    """Subscribe of a connected client with an expiry in the past succeeds."""
    _swallowed("Subscribe", 100)


@ERRORS.mutant(
    "unsubscribe.refuse.unknown-namespace", "namespace.refuse.unknown-for-every-rpc", releases=EVERY
)
def unsubscribe_takes_unknown_namespaces() -> None:
    """Unsubscribe in an unknown namespace succeeds."""
    _swallowed("Unsubscribe", 102)


@ERRORS.mutant("error.exclude.result", releases=EVERY)
def errors_of_presence_have_results() -> None:
    """Presence answers a result beside an error."""
    _both("Presence")


@ERRORS.mutant("error.exclude.result", releases=EVERY)
def errors_of_presence_stats_have_results() -> None:
    """PresenceStats answers a result beside an error."""
    _both("PresenceStats")


@ERRORS.mutant("error.exclude.result", releases=EVERY)
def errors_of_rpc_have_results() -> None:
    """RPC answers a result beside an error."""
    _both("RPC")


@ERRORS.mutant("history.since.other-epoch", releases=V3)
def errors_of_unrecoverable_positions_have_results() -> None:
    """History answers the position beside error 112."""

    def alter(_: Any, response: Any) -> None:
        if response.error.code == 112:
            response.result.SetInParent()

    told("History", change=alter)


def _both(method: str) -> None:
    def alter(_: Any, response: Any) -> None:
        if response.HasField("error"):
            response.result.SetInParent()

    told(method, change=alter)


def _as_status(method: str, code: int) -> None:
    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if response.error.code == code:
            message = response.error.message
            details = message.decode() if isinstance(message, bytes) else message
            raise GrpcFailure(grpc.StatusCode.NOT_FOUND, details)
        return response

    relayed(method, relay=relay)


@ERRORS.mutant("error.travel.inside-response", "rpc.refuse.unknown-method", releases=EVERY)
def rpc_not_found_is_a_grpc_status() -> None:
    """RPC of an unknown method is NOT_FOUND."""
    _as_status("RPC", 104)


@ERRORS.mutant("history.refuse.not-kept", releases=EVERY)
def history_not_available_is_a_grpc_status() -> None:
    """History where none is kept is NOT_FOUND."""
    _as_status("History", 108)


@ERRORS.mutant("history.since.other-epoch", releases=V3)
def unrecoverable_positions_are_a_grpc_status() -> None:
    """History since a position of another epoch is NOT_FOUND."""
    _as_status("History", 112)


@ERRORS.mutant("connection.survive.errors", "error", releases=EVERY, racy=True)
def errors_are_answered_once() -> None:
    """After three errors of Publish in a row the next one is answered as a success."""
    counted = itertools.count(1)

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if response.HasField("error") and next(counted) % 4 == 0:
            response.ClearField("error")
            if "result" in response.DESCRIPTOR.fields_by_name:
                response.result.SetInParent()
        return response

    relayed("Publish", relay=relay)
