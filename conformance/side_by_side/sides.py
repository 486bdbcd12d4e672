"""One of the two endpoints: does an operation, and gives its answer in values that compare."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.message import Message

from centrifugo_grpc.exchange import CallOptions, Exchange
from centrifugo_grpc.releases import Dialect
from conformance.api import Api
from conformance.side_by_side.operations import (
    TOP,
    UNKNOWN,
    EpochOf,
    Operation,
    Room,
    filled,
    set_in,
)
from conformance.target import Target

Value = Any
"""What an answer comes to: tables, lists and plain values."""
_EPOCHS = ("epoch",)
_VOLATILE = ("time",)


class Side:
    """An endpoint, with the channels and epochs of one run; `token` makes them fresh."""

    def __init__(self, target: Target, token: str, *, only_v2: bool) -> None:
        self.target = target
        self.release = target.release
        self._api = Api(target.endpoint, target.release, None)
        self._token = token
        self._only_v2 = only_v2
        self._epochs: dict[Room, list[str]] = defaultdict(list)

    def close(self) -> None:
        """Close the connection."""
        self._api.close()

    def answer(self, operation: Operation) -> Value:
        """Do it; what came back, without what no two servers have in common."""
        fields = filled(operation.fields, self._fill)
        if self._only_v2 and self._api.dialect is Dialect.V3 and operation.rpc == "History":
            fields["limit"] = -1  # All, as v2 always answers.
        options = CallOptions(metadata=operation.metadata)
        exchange = self._api.call(operation.rpc, options=options, **fields)
        return self._comparable(operation, exchange)

    # ---- Names ------------------------------------------------------------------------------

    def _fill(self, symbol: Room | EpochOf) -> str:
        if isinstance(symbol, EpochOf):
            told = self._epochs[symbol.room]
            return told[-1] if told else ""
        name = f"conformance-{self._token}-{symbol.number}"
        if symbol.kind == UNKNOWN:
            name = f"no-such-namespace-{self._token}:{name}"
        elif symbol.kind != TOP:
            assert self.target.profile is not None, "kinds come from profiles"
            name = self.target.profile.channel(symbol.kind, name)
        return symbol.form.format(name)

    # ---- Answers ----------------------------------------------------------------------------

    def _comparable(self, operation: Operation, exchange: Exchange[Any]) -> Value:
        if exchange.status is not grpc.StatusCode.OK or exchange.response is None:
            details = "grpc-status-details-bin"
            trailer = [value for name, value in exchange.trailers if name == details]
            return {"status": exchange.status.name, "details": exchange.details, "trailer": trailer}
        return self._response(operation.rpc, operation.fields, exchange.response)

    def _response(self, rpc: str, fields: Mapping[str, Any], response: Message) -> Value:
        if rpc == "Batch":
            replies = [
                self._reply(command, reply)
                for command, reply in zip(
                    fields.get("commands", ()), _get(response, "replies"), strict=False
                )
            ]
            return {"replies": replies, "count": len(_get(response, "replies"))}
        if rpc == "Info":
            return self._info(response)
        if rpc == "Channels":
            return self._own_channels(response)
        if rpc == "Broadcast":
            return self._broadcast(fields.get("channels", ()), response)
        return self._message(response, fields.get("channel"))

    def _reply(self, command: Mapping[str, Any], reply: Message) -> Value:
        """The reply to one command, its result as the RPC would have answered it."""
        name, fields = set_in(command)
        shown: dict[str, Value] = {}
        if reply.HasField("error"):
            shown["error"] = self._message(_get(reply, "error"), None)
        for descriptor, value in reply.ListFields():
            if descriptor.name == "error":
                continue
            if descriptor.name != name:
                shown[descriptor.name] = "a result that was not asked for"
            elif name in ("info", "channels"):
                shown[name] = "told"
            elif name == "broadcast":
                answers = [self._message(each, None) for each in _get(value, "responses")]
                ordered = self._sorted(
                    fields.get("channels", ()), _get(value, "responses"), answers
                )
                shown[name] = {"responses": ordered}
            else:
                shown[name] = self._message(value, fields.get("channel"))
        return shown

    def _broadcast(self, rooms: Sequence[Any], response: Message) -> Value:
        shown = self._message(response, None)
        result = shown.get("result")
        if result and "responses" in result:
            raw = _get(_get(response, "result"), "responses")
            result["responses"] = self._sorted(rooms, raw, result["responses"])
        return shown

    def _sorted(self, rooms: Sequence[Any], raw: Sequence[Message], answers: list[Value]) -> Value:
        """The answers by channel; those of one that is named twice in the order of offsets."""
        shown = [
            self._message(message, room) for message, room in zip(raw, rooms, strict=False)
        ] + answers[len(rooms) :]
        places: dict[Any, list[int]] = defaultdict(list)
        for place, room in enumerate(rooms[: len(shown)]):
            places[room].append(place)
        for of_room in places.values():
            ordered = sorted((shown[place] for place in of_room), key=repr)
            for place, value in zip(of_room, ordered, strict=True):
                shown[place] = value
        return shown

    def _info(self, response: Message) -> Value:
        shown = self._message(response, None)
        if "result" in shown:
            nodes = shown["result"].get("nodes", [])
            shown["result"] = {
                "nodes": [bool(node.get("uid") and node.get("name")) for node in nodes],
                "process": [("process" in node) for node in nodes],
            }
        return shown

    def _own_channels(self, response: Message) -> Value:
        """Of the channels only ours: others may use the server."""
        shown = self._message(response, None)
        if "result" in shown:
            names = list(shown["result"].get("channels", ()))
            shown["result"] = sorted(name for name in names if self._token in name)
        return shown

    def _message(self, message: Message, room: Any) -> dict[str, Value]:
        return {
            descriptor.name: self._value(descriptor.name, value, room)
            for descriptor, value in message.ListFields()
        }

    def _value(self, name: str, value: Any, room: Any) -> Value:
        if name in _EPOCHS and isinstance(value, str) and isinstance(room, Room):
            return f"epoch {self._number(room, value)}"
        if name in _VOLATILE:
            return "some time"
        if isinstance(value, Message):
            return self._message(value, room)
        if isinstance(value, Mapping):
            return {str(key): self._value("", item, room) for key, item in sorted(value.items())}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [self._value("", item, room) for item in value]
        return value

    def _number(self, room: Room, epoch: str) -> int:
        """Epochs are compared by their order in a channel: the first, the next one."""
        told = self._epochs[room]
        if epoch not in told:
            told.append(epoch)
        return told.index(epoch) + 1


def _get(message: Any, name: str) -> Any:
    return getattr(message, name)
