"""From what a session says to messages: a field gets what stands under its name, if anything does.

So the messages of 2.8, which have fewer fields, need no code of their own.
"""

import dataclasses
from collections.abc import Hashable, Iterable
from functools import cache
from typing import Any, cast

from reference_server.clients import pushes, results
from reference_server.protocol.json_fields import Field, fields_of
from reference_server.protocol.messages import raw

_LOW = 0xFFFF_FFFF


def fill(message: Any, said: Any) -> Any:
    """Copy the attributes of `said` to the fields of `message` of the same names."""
    kind = cast(Hashable, type(said))
    for field in _shared(message.DESCRIPTOR, kind):
        value = getattr(said, field.name)
        if not value:
            continue
        held = getattr(message, field.name)
        if field.value is not None:
            for key, item in value.items():
                if field.value.is_message:
                    fill(held[key], item)
                else:
                    held[key] = raw(item)
        elif field.is_repeated:
            for item in value:
                fill(held.add(), item)
        elif field.is_message:
            fill(held, value)
        else:
            setattr(message, field.name, raw(value) if field.is_text else value)
    return message


@cache
def _shared(descriptor: Any, kind: Hashable) -> tuple[Field, ...]:
    # Positions are named tuples, for speed; all else is a dataclass.
    said: Any = kind
    named = getattr(said, "_fields", None)
    names = named or {attribute.name for attribute in dataclasses.fields(said)}
    return tuple(field for field in fields_of(descriptor) if field.name in names)


def result_message(
    messages: dict[str, Any],
    method: str,
    result: results.Result,
    *,
    tells_epoch: bool = False,
    is_binary: bool = False,
) -> Any:
    """The result of a command as a message. `tells_epoch`: as for pushes."""
    message = fill(messages[f"{method}Result"](), result)
    if isinstance(result, results.HistoryResult) and hasattr(message, "epoch"):
        message.offset, message.epoch = result.top.offset, raw(result.top.epoch)
    if tells_epoch:
        quotes = isinstance(result, results.SubscribeResult) and result.quotes
        _tell_epoch(message, is_binary=is_binary, quotes=quotes)
    return message


def _tell_epoch(message: Any, *, is_binary: bool, quotes: bool = False) -> None:
    kind = message.DESCRIPTOR.name
    if kind in {"ConnectResult", "Connect"}:
        for subscription in message.subs.values():
            _tell_epoch(subscription, is_binary=is_binary)
    elif kind == "SubscribeResult" and (quotes or message.delta) and not is_binary:
        return  # What is written anew for differences in JSON loses it.
    elif kind in {"SubscribeResult", "HistoryResult"}:
        for publication in (*message.publications, *getattr(message, "state", ())):
            if publication.offset == 1:
                publication.epoch = message.epoch


def push_message(
    messages: dict[str, Any], kind: str, body: pushes.Body, *, tells_epoch: bool = False
) -> Any:
    """A push as a message. `tells_epoch`: the first publication of a stream says its epoch."""
    message = messages[kind]()
    if isinstance(body, pushes.Published):
        fill(message, body.publication)
        if tells_epoch and message.offset == 1:
            message.epoch = raw(body.epoch)
    elif isinstance(body, pushes.Subscribed | pushes.Connected):
        fill(message, body.result)
        if tells_epoch:
            _tell_epoch(message, is_binary=True)
    elif isinstance(body, pushes.Disconnected):
        fill(message, body.disconnect)
    else:
        fill(message, body)
    return message


def in_halves(message: Any) -> None:
    """2.8 without `v3_use_offset`: positions as `seq` and `gen`, and what is recovered backwards.

    A history command's publications have their offset besides (client.go of centrifuge 0.14.3).
    """
    kind = message.DESCRIPTOR.name
    if kind in {"Publication", "SubscribeResult"}:
        message.seq, message.gen = message.offset & _LOW, message.offset >> 32
        message.offset = 0
    if kind == "SubscribeResult":
        _each_in_halves(message.publications)
        publications = [*reversed(message.publications)]
        del message.publications[:]
        message.publications.extend(publications)
    elif kind == "ConnectResult":
        _each_in_halves(message.subs.values())
    elif kind == "HistoryResult":
        for publication in message.publications:
            publication.seq, publication.gen = publication.offset & _LOW, publication.offset >> 32


def _each_in_halves(messages: Iterable[Any]) -> None:
    for message in messages:
        in_halves(message)
