"""Batch behind a relay that alters one thing of its commands or replies: calls alone are right."""

from collections.abc import Callable
from typing import Any

from centrifugo_grpc.releases import Release
from tests.mutants.declaring import LATEST, SINCE_4, SINCE_5, Area
from tests.mutants.relaying import asked, relayed, told

BATCH = Area("Batch")
_OPTIONS = {
    **dict.fromkeys(("publish", "broadcast", "history"), "publications"),
    **dict.fromkeys(("subscribe", "unsubscribe", "channels"), "subscriptions"),
    **dict.fromkeys(("presence", "presence_stats"), "subscriptions"),
    **dict.fromkeys(("disconnect", "refresh"), "connections"),
}
"""What a command's options are those of; of maps where it is not named."""


def _commanded(name: str, change: Callable[[Any], None]) -> None:
    """Run commands of a kind otherwise."""

    def alter(request: Any) -> None:
        for command in request.commands:
            if command.HasField(name):
                change(getattr(command, name))

    asked("Batch", change=alter)


def _replied(name: str, change: Callable[[Any], None]) -> None:
    """Reply otherwise to commands of a kind."""

    def alter(_: Any, response: Any) -> None:
        for reply in response.replies:
            if reply.HasField(name):
                change(getattr(reply, name))

    told("Batch", change=alter)


def _declare(
    command: str, field: str, releases: tuple[Release, ...], *, is_reply: bool = False
) -> None:
    """A mutant that loses a field of a command, or of a reply."""

    def patch() -> None:
        (_replied if is_reply else _commanded)(command, lambda inner: inner.ClearField(field))

    which = "reply" if is_reply else "command"
    patch.__name__ = f"batch_loses_{field}_of_{command}" + ("_replied" if is_reply else "")
    patch.__doc__ = f"In a batch the {which} `{command}` loses `{field}`."
    BATCH.mutant(_broken(command, field), releases=releases)(patch)


def _broken(command: str, field: str) -> str:
    if command == "info":
        return "info.equal.in-batch"
    if (command, field) == ("refresh", "info"):
        return "refresh.replace.info"
    return f"batch.honour.options-of-{_OPTIONS.get(command, 'maps')}"


for _command, _fields, _releases in (
    ("publish", ("tags", "skip_history", "b64data"), SINCE_4),
    ("publish", ("idempotency_key",), SINCE_5),
    ("publish", ("version", "version_epoch"), LATEST),
    ("broadcast", ("tags", "skip_history", "b64data"), SINCE_4),
    ("broadcast", ("idempotency_key",), SINCE_5),
    ("broadcast", ("version", "version_epoch"), LATEST),
    ("history", ("limit", "since", "reverse"), SINCE_4),
    ("subscribe", ("expire_at", "info", "data", "client", "session", "override"), SINCE_4),
    ("subscribe", ("recover_since",), SINCE_4),
    ("subscribe", ("b64info", "b64data"), LATEST),
    ("unsubscribe", ("client", "session"), SINCE_4),
    ("disconnect", ("client", "session", "whitelist", "disconnect"), SINCE_4),
    ("refresh", ("client", "session", "expired", "expire_at", "info"), SINCE_4),
    ("channels", ("pattern",), SINCE_4),
    ("map_publish", ("b64data", "tags", "key_mode", "idempotency_key"), LATEST),
    ("map_publish", ("version", "version_epoch"), LATEST),
    ("map_remove", ("idempotency_key",), LATEST),
    ("map_read_state", ("key", "cursor", "limit", "revision_epoch"), LATEST),
    ("map_read_stream", ("limit", "since_offset", "since_epoch", "reverse"), LATEST),
):
    for _field in _fields:
        _declare(_command, _field, _releases)

for _command, _fields, _releases in (
    ("publish", ("offset", "epoch"), SINCE_4),
    ("broadcast", ("responses",), SINCE_4),
    ("history", ("publications", "offset", "epoch"), SINCE_4),
    ("presence", ("presence",), SINCE_4),
    ("presence_stats", ("num_clients", "num_users"), SINCE_4),
    ("channels", ("channels",), SINCE_4),
    ("info", ("nodes",), SINCE_4),
    ("map_publish", ("offset", "epoch", "suppressed", "suppress_reason"), LATEST),
    ("map_remove", ("offset", "epoch", "suppressed", "suppress_reason"), LATEST),
    ("map_read_state", ("entries", "offset", "epoch", "cursor"), LATEST),
    ("map_read_stream", ("entries", "offset", "epoch"), LATEST),
    ("map_stats", ("num_keys",), LATEST),
):
    for _field in _fields:
        _declare(_command, _field, _releases, is_reply=True)


@BATCH.mutant(
    "batch.honour.options-of-publications", "property.equal.batch-and-its-parts", releases=SINCE_4
)
def batch_removes_no_history() -> None:
    """In a batch HistoryRemove succeeds and removes nothing."""

    def relay(forward: Any, request: Any) -> Any:
        other = type(request)()
        other.CopyFrom(request)
        for command in other.commands:
            if command.HasField("history_remove"):
                channel = command.history_remove.channel
                command.history.channel = channel
                command.ClearField("history_remove")
        response = forward(other)
        for command, reply in zip(request.commands, response.replies, strict=True):
            if command.HasField("history_remove") and reply.HasField("history"):
                reply.ClearField("history")
                reply.history_remove.SetInParent()
        return response

    relayed("Batch", relay=relay)


@BATCH.mutant("batch.isolate.errors", "batch.reply.error-alone", releases=SINCE_4)
def batch_errors_have_no_words() -> None:
    """In a batch errors have no message."""

    def change(_: Any, response: Any) -> None:
        for reply in response.replies:
            if reply.HasField("error"):
                reply.error.message = ""

    told("Batch", change=change)


@BATCH.mutant("batch.isolate.errors", releases=SINCE_4)
def batch_errors_are_those_of_the_first() -> None:
    """In a batch all errors are the first one."""

    def change(_: Any, response: Any) -> None:
        failed = [reply for reply in response.replies if reply.HasField("error")]
        for reply in failed[1:]:
            reply.error.CopyFrom(failed[0].error)

    told("Batch", change=change)


@BATCH.mutant("batch.accept.many-commands", releases=SINCE_4)
def batch_of_more_than_a_thousand_is_cut() -> None:
    """A batch runs a thousand commands at most."""

    def cut(request: Any) -> None:
        del request.commands[1000:]

    asked("Batch", change=cut)


@BATCH.mutant("delivery.order.of-a-batch", "batch", releases=SINCE_4)
def batch_runs_its_last_command_twice() -> None:
    """A batch of several commands runs the last one twice."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if len(request.commands) > 1 and request.commands[-1].HasField("publish"):
            forward(type(request)(commands=[request.commands[-1]]))
        return response

    relayed("Batch", relay=relay)


@BATCH.mutant("batch.refuse.empty-command", releases=SINCE_4)
def batch_stops_after_an_empty_command() -> None:
    """After an empty command a batch replies error 104 to all."""

    def relay(forward: Any, request: Any) -> Any:
        other = type(request)()
        other.CopyFrom(request)
        is_over = False
        for command in other.commands:
            is_over = is_over or not command.ListFields()
            if is_over:
                command.Clear()
        return forward(other)

    relayed("Batch", relay=relay)


@BATCH.mutant("batch.run.parallel", "delivery.reach.all-of-a-parallel-batch", releases=SINCE_5)
def batch_in_parallel_loses_errors() -> None:
    """In a parallel batch errors are empty replies."""

    def change(request: Any, response: Any) -> None:
        for reply in response.replies if request.parallel else ():
            reply.ClearField("error")

    told("Batch", change=change)


@BATCH.mutant("batch.run.parallel", "delivery.reach.all-of-a-parallel-batch", releases=SINCE_5)
def batch_in_parallel_leaves_the_last_out() -> None:
    """In a parallel batch the last command does not run and is replied to as the one before it."""

    def relay(forward: Any, request: Any) -> Any:
        if not request.parallel or len(request.commands) < 2:
            return forward(request)
        other = type(request)()
        other.CopyFrom(request)
        del other.commands[-1]
        response = forward(other)
        response.replies.add().CopyFrom(response.replies[-1])
        return response

    relayed("Batch", relay=relay)
