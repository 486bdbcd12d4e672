"""Replies of batches and slots of broadcasts gone wrong, one rule each."""

from typing import Any

from centrifugo_grpc.errors import Code
from centrifugo_grpc.releases import Release
from protos.v3 import api_pb2 as api
from reference_server.api.answers import Refused
from reference_server.api.v3_channels import ChannelCalls
from reference_server.api.v3_rules import payload, rules_of
from tests.mutants.declaring import EVERY, SINCE_4, V3, Area
from tests.mutants.patching import around
from tests.mutants.relaying import asked, told

REPLIES = Area("Batch")
SLOTS = Area("Broadcast")


def _replied(change: Any) -> None:
    """Reply otherwise in a batch: `change` is given each command and its reply."""

    def alter(request: api.BatchRequest, response: api.BatchResponse) -> None:
        for command, reply in zip(request.commands, response.replies, strict=True):
            change(command, reply)

    told("Batch", change=alter)


@REPLIES.mutant("batch.accept.nothing", releases=SINCE_4)
def batches_of_nothing_are_replied_to() -> None:
    """A batch without commands has a reply with error 107."""

    def change(request: api.BatchRequest, response: api.BatchResponse) -> None:
        if not request.commands:
            response.replies.add(error=api.Error(code=107, message="bad request"))

    told("Batch", change=change)


@REPLIES.mutant("batch.reply.empty-results", releases=SINCE_4)
def empty_results_are_not_replied() -> None:
    """In a batch the reply to a publication without history is empty."""

    def change(_: api.Command, reply: api.Reply) -> None:
        if reply.HasField("publish") and not reply.publish.ByteSize():
            reply.ClearField("publish")

    _replied(change)


@REPLIES.mutant("batch.isolate.broadcast-errors", releases=SINCE_4)
def errors_of_channels_are_those_of_commands() -> None:
    """In a batch the error of a broadcast's channel is that of the broadcast."""

    def change(_: api.Command, reply: api.Reply) -> None:
        for slot in reply.broadcast.responses:
            if slot.HasField("error"):
                reply.error.CopyFrom(slot.error)
                reply.ClearField("broadcast")
                return

    _replied(change)


@REPLIES.mutant(
    *("batch.refuse.old-command", "batch.refuse.pro-command", "batch.refuse.empty-command"),
    releases=SINCE_4,
)
def unknown_commands_are_passed_over() -> None:
    """In a batch the reply to a command that is not known is empty."""

    def change(command: api.Command, reply: api.Reply) -> None:
        if reply.error.code == 104 and not command.HasField("rpc"):
            reply.ClearField("error")

    _replied(change)


@REPLIES.mutant("batch.reply.typed-results", releases=SINCE_4)
def statistics_are_replied_as_presence() -> None:
    """In a batch the result of PresenceStats is in the field of Presence."""

    def change(_: api.Command, reply: api.Reply) -> None:
        if reply.HasField("presence_stats"):
            reply.ClearField("presence_stats")
            reply.presence.SetInParent()

    _replied(change)


@REPLIES.mutant("batch.reply.rpc-errors", releases=SINCE_4)
def rpc_in_a_batch_needs_no_method() -> None:
    """In a batch RPC without a method is error 104."""

    def change(command: api.Command, reply: api.Reply) -> None:
        if command.HasField("rpc") and reply.error.code == 107:
            reply.error.code = 104

    _replied(change)


@REPLIES.mutant("batch.run.map-commands")
def map_stats_in_a_batch_count_nothing() -> None:
    """In a batch MapStats counts no keys."""
    _replied(lambda _, reply: reply.map_stats.ClearField("num_keys"))


@REPLIES.mutant("batch.run.shared-poll-command")
def shared_polls_are_unknown_to_batches() -> None:
    """In a batch SharedPollPublish is error 104."""

    def change(command: api.Command, reply: api.Reply) -> None:
        if command.HasField("shared_poll_publish"):
            reply.ClearField("shared_poll_publish")
            reply.error.code, reply.error.message = 104, "method not found"

    _replied(change)


def _told_of_broadcast(change: Any) -> None:
    told("Broadcast", change=change)


@SLOTS.mutant("broadcast.accept.bad-channels-alone", releases=V3)
def broadcasts_need_a_good_channel() -> None:
    """A broadcast of whose channels all are bad fails whole."""

    def change(_: Any, response: Any) -> None:
        slots = list(response.result.responses)
        if slots and all(slot.HasField("error") for slot in slots):
            response.error.CopyFrom(slots[0].error)
            response.ClearField("result")

    _told_of_broadcast(change)


@SLOTS.mutant("broadcast.accept.map-namespace", "broadcast.accept.shared-poll-namespace")
def broadcasts_need_streams() -> None:
    """A broadcast into a map or shared polls is refused, as Publish is."""

    def one(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        if rules_of(self._node, channel).subscription_type != "stream":
            raise Refused(Code.BAD_REQUEST)
        return original(self, channel, *rest)

    around(ChannelCalls, "_broadcast_one", one)


@SLOTS.mutant("broadcast.check.data-format-by-channel")
def broadcasts_have_any_format() -> None:
    """A broadcast is not held to the data formats of its channels."""

    def one(original: Any, self: Any, *rest: Any) -> Any:
        checks, self._checks_formats = self._checks_formats, False
        try:
            return original(self, *rest)
        finally:
            self._checks_formats = checks

    around(ChannelCalls, "_broadcast_one", one)


@SLOTS.mutant("broadcast.return.result-shape", releases=EVERY)
def broadcasts_set_results_where_none_is() -> None:
    """The result of a broadcast is set in 2.8, and not set later."""

    def change(_: Any, response: Any) -> None:
        if response.HasField("result"):
            response.ClearField("result")
        elif not response.HasField("error"):
            response.result.SetInParent()

    _told_of_broadcast(change)


@SLOTS.mutant("broadcast.order.empty-data-before-namespace", releases=(Release.V2_8, Release.V3_2))
def broadcasts_of_nothing_look_at_channels_first() -> None:
    """A broadcast of nothing is error 102."""

    def change(request: Any, response: Any) -> None:
        if response.error.code == 107 and not request.data:
            response.error.code = 102

    _told_of_broadcast(change)


@SLOTS.mutant("broadcast.refuse.bad-b64data", releases=V3)
def broadcasts_take_any_base64() -> None:
    """In a broadcast what is no base64 is published as it is written."""

    def change(request: api.BroadcastRequest) -> None:
        try:
            payload(b"", request.b64data)
        except Refused:
            request.data = request.b64data.encode()
            request.b64data = ""

    asked("Broadcast", change=change)


@SLOTS.mutant("broadcast.return.no-position-when-skipped", releases=V3)
def skipped_slots_have_offsets() -> None:
    """The slots of a broadcast with `skip_history` have offset 1."""

    def change(request: Any, response: Any) -> None:
        for slot in response.result.responses:
            if request.skip_history and not slot.HasField("error"):
                slot.result.offset = 1

    _told_of_broadcast(change)
