"""Batch: many commands in one call."""

from typing import Any

import grpc

from centrifugo_grpc.errors import ApiError, Code
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.api import Answer, Api, Channels, unknown_namespace
from conformance.requirement import Level, requirement

DOCS = "centrifugal.dev/docs/server/server_api#batch"
FACTS = "facts v3-v6.md 5 Batch"
SINCE_4 = (Release.V4_1, Release.V5_4, Release.V6_9)


def replies_of(answer: Answer) -> list[Any]:
    """The replies, in order; deviates if the batch itself failed."""
    expect.success(answer)
    return [] if answer.response is None else list(answer.response.replies)


def codes(answer: Answer) -> list[int]:
    """The error code of each reply, 0 for none."""
    return [reply.error.code for reply in replies_of(answer)]


@requirement(
    "batch.run.in-order",
    "Batch runs its commands one after the other and replies in their order.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    needs=["history"],
    core=True,
)
def test_batch_runs_in_order(api: Api, channel: Channels) -> None:
    room = channel("history")
    publishes = [{"publish": {"channel": room, "data": b"%d" % n}} for n in range(5)]
    answer = api.batch([*publishes, {"history": {"channel": room, "limit": -1}}])
    expect.equal("codes", codes(answer), [0] * 6)
    replies = replies_of(answer)
    expect.equal("offsets", [reply.publish.offset for reply in replies[:5]], [1, 2, 3, 4, 5])
    stored = [item.data for item in replies[5].history.publications]
    expect.equal("history within the batch", stored, [b"0", b"1", b"2", b"3", b"4"])


@requirement(
    "batch.isolate.errors",
    "An error of one command stands in its own reply, and the commands after it run.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    needs=["history", "plain"],
    core=True,
)
def test_errors_stay_in_their_reply(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.batch(
        [
            {"publish": {"channel": unknown_namespace(), "data": b"x"}},
            {"publish": {"data": b"x"}},
            {"history": {"channel": channel("plain")}},
            {"publish": {"channel": room, "data": b"kept"}},
        ]
    )
    expect.equal("codes", codes(answer), [102, 107, 108, 0])
    words = [api.error(Code(code)).message for code in (102, 107, 108)]
    messages = [reply.error.message for reply in replies_of(answer)[:3]]
    expect.equal("messages", messages, words)
    expect.equal("history", api.payloads(room), [b"kept"])


@requirement(
    "batch.reply.typed-results",
    "Each reply carries its result in the field of its command.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    needs=["history", "presence"],
)
def test_replies_are_typed(api: Api, channel: Channels) -> None:
    room, user = channel("history"), "nobody"
    commands = {
        "publish": {"channel": room, "data": b"x"},
        "broadcast": {"channels": [room], "data": b"x"},
        "subscribe": {"channel": room, "user": user},
        "unsubscribe": {"channel": room, "user": user},
        "disconnect": {"user": f"{user}-at-all"},
        "history": {"channel": room},
        "history_remove": {"channel": room},
        "presence": {"channel": channel("presence")},
        "presence_stats": {"channel": channel("presence")},
        "info": {},
        "refresh": {"user": f"{user}-at-all"},
        "channels": {},
    }
    answer = api.batch([{name: fields} for name, fields in commands.items()])
    fields = [[f.name for f, _ in reply.ListFields()] for reply in replies_of(answer)]
    expect.equal("fields of the replies", fields, [[name] for name in commands])


@requirement(
    "batch.accept.nothing",
    "Batch without commands succeeds without replies.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
)
def test_an_empty_batch(api: Api) -> None:
    expect.equal("codes", codes(api.batch([])), [])


@requirement(
    "batch.refuse.empty-command",
    "A command with nothing set is replied to with error 104.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_4,
)
def test_an_empty_command(api: Api) -> None:
    answer = api.batch([{}, {"info": {}}])
    expect.equal("codes", codes(answer), [104, 0])
    message = replies_of(answer)[0].error.message
    expect.equal("message", message, api.error(Code.METHOD_NOT_FOUND).message)


@requirement(
    "batch.refuse.pro-command",
    "A command of Centrifugo PRO is replied to with error 104.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_4,
)
def test_pro_commands(api: Api) -> None:
    answer = api.batch([{"get_user_status": {"users": ["u"]}}, {"connections": {"user": "u"}}])
    expect.equal("codes", codes(answer), [104, 104])


@requirement(
    "batch.choose.first-field",
    "Of several fields set in one command only one runs: publish before history.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_4,
    needs=["history"],
)
def test_one_field_of_a_command_runs(api: Api, channel: Channels) -> None:
    room = channel("history")
    command = {"history": {"channel": room}, "publish": {"channel": room, "data": b"x"}}
    answer = api.batch([command])
    expect.equal("codes", codes(answer), [0])
    (reply,) = replies_of(answer)
    expect.equal("fields of the reply", [f.name for f, _ in reply.ListFields()], ["publish"])


@requirement(
    "batch.run.parallel",
    "A parallel batch runs every command and replies in their order.",
    level=Level.MUST,
    source=DOCS,
    releases=[Release.V5_4, Release.V6_9],
    needs=["history"],
)
def test_a_parallel_batch(api: Api, channel: Channels) -> None:
    rooms = [channel("history") for _ in range(20)]
    commands = [{"publish": {"channel": room, "data": b"x"}} for room in rooms]
    answer = api.batch([*commands, {"publish": {"channel": "", "data": b"x"}}], parallel=True)
    expect.equal("codes", codes(answer), [0] * 20 + [107])
    for room, reply in zip(rooms, replies_of(answer), strict=False):
        history = api.history(room, limit=0)
        expect.equal("epoch", reply.publish.epoch, history.result.epoch)


@requirement(
    "batch.refuse.unknown-rpc",
    "3.2 has no Batch: UNIMPLEMENTED.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 7",
    releases=[Release.V3_2],
)
def test_no_batch_in_3(api: Api) -> None:
    details = f"unknown method Batch for service {api.dialect.service}"
    expect.status(api.raw("Batch", b""), grpc.StatusCode.UNIMPLEMENTED, details)


@requirement(
    "batch.reply.error-alone",
    "The reply to a command that failed has its error and nothing else.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    core=True,
)
def test_a_failed_command_has_an_error_alone(api: Api) -> None:
    answer = api.batch([{"publish": {"channel": unknown_namespace(), "data": b"x"}}])
    (reply,) = replies_of(answer)
    expect.equal("fields of the reply", [f.name for f, _ in reply.ListFields()], ["error"])
    told = ApiError(reply.error.code, reply.error.message)
    expect.equal("error", told, api.error(Code.UNKNOWN_CHANNEL))


@requirement(
    "batch.reply.empty-results",
    "The reply to a publication without history has its `publish` set, empty.",
    level=Level.MUST,
    source=DOCS,
    releases=SINCE_4,
    needs=["plain"],
)
def test_an_empty_result_is_set(api: Api, channel: Channels) -> None:
    (reply,) = replies_of(api.batch([{"publish": {"channel": channel("plain"), "data": b"{}"}}]))
    expect.equal("fields of the reply", [f.name for f, _ in reply.ListFields()], ["publish"])
    expect.equal("bytes of `publish`", reply.publish.ByteSize(), 0)


@requirement(
    "batch.isolate.broadcast-errors",
    "In a batch a broadcast keeps the errors of its channels in their slots.",
    level=Level.MUST,
    source=f"{DOCS}; centrifugal.dev/docs/server/server_api#broadcastresult",
    releases=SINCE_4,
    needs=["history"],
)
def test_broadcast_errors_stay_in_their_slots(api: Api, channel: Channels) -> None:
    room = channel("history")
    command = {"broadcast": {"channels": [room, unknown_namespace(), ""], "data": b"x"}}
    answer = api.batch([command])
    expect.equal("codes of the replies", codes(answer), [0])
    slots = replies_of(answer)[0].broadcast.responses
    expected = [0, Code.UNKNOWN_CHANNEL, Code.BAD_REQUEST]
    expect.equal("codes of the slots", [slot.error.code for slot in slots], expected)
    expect.equal("history", api.payloads(room), [b"x"])


@requirement(
    "batch.refuse.old-command",
    "A command as 3.2 wrote it, with id, method and params, is replied to with error 104.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_4,
)
def test_old_commands(api: Api) -> None:
    old_command = b"\x08\x01\x10\x01\x1a\x02{}"
    answer = api.raw("Batch", b"\x0a" + bytes([len(old_command)]) + old_command)
    expect.equal("codes", codes(answer), [Code.METHOD_NOT_FOUND])


@requirement(
    "batch.reply.rpc-errors",
    "In a batch RPC is refused as alone: error 107 without a method, 104 for an unknown one.",
    level=Level.OBSERVED,
    source=f"{FACTS}, RPC",
    releases=SINCE_4,
)
def test_rpc_in_a_batch(api: Api) -> None:
    answer = api.batch([{"rpc": {"params": b"{}"}}, {"rpc": {"method": "no-such-method"}}])
    expect.equal("codes", codes(answer), [Code.BAD_REQUEST, Code.METHOD_NOT_FOUND])


@requirement(
    "batch.accept.many-commands",
    "A batch of 2,000 commands is answered with as many replies, in order.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=SINCE_4,
    needs=["history"],
)
def test_many_commands(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.batch([{"publish": {"channel": room, "data": b"x"}}] * 2000)
    offsets = [reply.publish.offset for reply in replies_of(answer)]
    expect.that(offsets == list(range(1, 2001)), "the offsets 1 to 2000 in order", answer)
