"""Broadcast behind a relay that alters one thing."""

from typing import Any

from tests.mutants.declaring import EVERY, LATEST, SINCE_5, V2, V3, Area
from tests.mutants.relaying import asked, relayed, told

BROADCAST = Area("Broadcast")


def _split(change: Any) -> None:
    """Pass one broadcast on as several: `change` gives their requests from the one."""

    def relay(forward: Any, request: Any) -> Any:
        first, *others = [forward(each) for each in change(request)]
        for other in others:
            if first.HasField("result"):
                first.result.responses.extend(other.result.responses)
        return first

    relayed("Broadcast", relay=relay)


def _copy(request: Any, channels: Any, **fields: Any) -> Any:
    other = type(request)()
    other.CopyFrom(request)
    del other.channels[:]
    other.channels.extend(channels)
    for name, value in fields.items():
        if value is None:
            other.ClearField(name)
        else:
            setattr(other, name, value)
    return other


def _differently(**fields: Any) -> None:
    """Broadcast with other fields into all channels but the first."""

    def change(request: Any) -> list[Any]:
        rest = request.channels[1:]
        first = _copy(request, request.channels[:1])
        return [first, _copy(request, rest, **fields)] if rest else [first]

    _split(change)


@BROADCAST.mutant("broadcast.keep.tags", releases=V3)
def tags_reach_the_first_channel() -> None:
    """The tags of a broadcast reach its first channel only."""
    _differently(tags=None)


@BROADCAST.mutant("broadcast.honour.skip-history", releases=V3)
def skipping_concerns_the_first_channel() -> None:
    """`skip_history` of a broadcast holds for its first channel only."""
    _differently(skip_history=False)


@BROADCAST.mutant("broadcast.honour.idempotency-key", releases=SINCE_5)
def idempotency_concerns_the_first_channel() -> None:
    """The idempotency key of a broadcast holds for its first channel only."""
    _differently(idempotency_key="")


@BROADCAST.mutant("broadcast.honour.version", releases=LATEST)
def versions_concern_the_first_channel() -> None:
    """The version of a broadcast holds for its first channel only."""
    _differently(version=0)


@BROADCAST.mutant("broadcast.honour.version-epoch", releases=LATEST)
def version_epochs_of_broadcasts_are_lost() -> None:
    """The epoch of a broadcast's version is lost."""
    asked("Broadcast", change=lambda request: request.ClearField("version_epoch"))


@BROADCAST.mutant("broadcast.accept.channels", "broadcast.accept.many-channels", releases=EVERY)
def broadcast_leaves_the_last_channel_out() -> None:
    """A broadcast does not reach the last of several channels, though it answers for it."""

    def relay(forward: Any, request: Any) -> Any:
        if len(request.channels) < 2:
            return forward(request)
        response = forward(_copy(request, request.channels[:-1]))
        if response.HasField("result") and "responses" in response.result.DESCRIPTOR.fields_by_name:
            response.result.responses.add().CopyFrom(response.result.responses[-1])
        return response

    relayed("Broadcast", relay=relay)


@BROADCAST.mutant("broadcast.accept.channels", "delivery.reach.all-of-a-broadcast", releases=EVERY)
def broadcast_reaches_the_last_channel_twice() -> None:
    """A broadcast into several channels reaches the last of them twice."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if len(request.channels) > 1:
            forward(_copy(request, request.channels[-1:]))
        return response

    relayed("Broadcast", relay=relay)


@BROADCAST.mutant("broadcast.isolate.bad-channels", releases=V3)
def errors_of_channels_are_swallowed() -> None:
    """The error of one channel of a broadcast is answered as a success."""

    def change(_: Any, response: Any) -> None:
        for slot in response.result.responses:
            if slot.HasField("error"):
                slot.ClearField("error")
                slot.result.SetInParent()

    told("Broadcast", change=change)


@BROADCAST.mutant("broadcast.isolate.bad-channels", releases=V3)
def errors_of_channels_have_no_words() -> None:
    """The errors of a broadcast's channels have no message."""

    def change(_: Any, response: Any) -> None:
        for slot in response.result.responses:
            slot.error.ClearField("message") if slot.HasField("error") else None

    told("Broadcast", change=change)


@BROADCAST.mutant("broadcast.isolate.bad-channels", releases=V3)
def errors_of_channels_stand_for_the_call() -> None:
    """The errors of a broadcast's channels are in the slots of their neighbours."""

    def change(_: Any, response: Any) -> None:
        slots = list(response.result.responses)
        del response.result.responses[:]
        response.result.responses.extend(slots[1:] + slots[:1])

    told("Broadcast", change=change)


@BROADCAST.mutant("broadcast.return.by-channel", releases=V3)
def broadcast_answers_the_first_epoch() -> None:
    """All channels of a broadcast are answered with the epoch of the first."""

    def change(_: Any, response: Any) -> None:
        epochs = [slot.result.epoch for slot in response.result.responses if slot.result.epoch]
        for slot in response.result.responses:
            if slot.result.epoch:
                slot.result.epoch = epochs[0]

    told("Broadcast", change=change)


@BROADCAST.mutant("broadcast.return.by-channel", releases=V3)
def broadcast_answers_the_first_offset() -> None:
    """All channels of a broadcast are answered with the offset of the first."""

    def change(_: Any, response: Any) -> None:
        for slot in response.result.responses:
            if slot.result.offset:
                slot.result.offset = response.result.responses[0].result.offset or 1

    told("Broadcast", change=change)


@BROADCAST.mutant("broadcast.repeat.duplicates", releases=V3)
def broadcast_answers_a_repeated_channel_alike() -> None:
    """A channel that a broadcast names again is answered with its first offset."""

    def change(request: Any, response: Any) -> None:
        seen: dict[Any, Any] = {}
        for channel, slot in zip(request.channels, response.result.responses, strict=False):
            slot.CopyFrom(seen.setdefault(channel, slot))

    told("Broadcast", change=change)


@BROADCAST.mutant("publish.share.idempotency-with-broadcast", releases=SINCE_5)
def broadcast_has_keys_of_its_own() -> None:
    """Publish and Broadcast have idempotency keys of their own."""

    def rename(request: Any) -> None:
        if request.idempotency_key:
            request.idempotency_key = f"broadcast {request.idempotency_key}"

    asked("Broadcast", change=rename)


@BROADCAST.mutant("broadcast.order.bad-b64data-first", releases=V3)
def broadcast_looks_at_base64_by_channel() -> None:
    """Bad base64 of a broadcast is an error of each channel."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if response.HasField("error") and request.b64data and request.channels:
            error = type(response.error)()
            error.CopyFrom(response.error)
            response.ClearField("error")
            for _ in request.channels:
                response.result.responses.add().error.CopyFrom(error)
        return response

    relayed("Broadcast", relay=relay)


@BROADCAST.mutant("broadcast.apply", releases=V2)
def broadcast_goes_on_after_a_bad_channel() -> None:
    """A broadcast reaches the channels after a bad one, too."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if response.HasField("error") and request.data:
            for channel in request.channels:
                forward(_copy(request, [channel]))
        return response

    relayed("Broadcast", relay=relay)


@BROADCAST.mutant("broadcast.tell.first-bad-channel", "broadcast.refuse", releases=V2)
def broadcast_swallows_errors_in_28() -> None:
    """A broadcast of several channels of which one is bad succeeds."""

    def change(request: Any, response: Any) -> None:
        if len(request.channels) > 1:
            response.ClearField("error")

    told("Broadcast", change=change)
