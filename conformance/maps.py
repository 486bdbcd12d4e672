"""What requirements on map channels share: setting a key, reading the map and its changes."""

from typing import Any

from conformance import expect
from conformance.api import Answer, Api


def put(api: Api, room: str, key: str, data: bytes = b"x", **fields: Any) -> Answer:
    """MapPublish, which has to succeed."""
    answer = api.call("MapPublish", channel=room, key=key, data=data, **fields)
    expect.success(answer)
    return answer


def state(api: Api, room: str, **fields: Any) -> dict[str, bytes]:
    """The map, all of it unless `fields` ask for less: key to data."""
    answer = api.call("MapReadState", channel=room, **({"limit": -1} | fields))
    expect.success(answer)
    return {entry.key: entry.data for entry in answer.result.entries}


def changes(api: Api, room: str, **fields: Any) -> list[int]:
    """The offsets of the changes that a MapReadStream request gets."""
    answer = api.call("MapReadStream", channel=room, **fields)
    expect.success(answer)
    return [entry.offset for entry in answer.result.entries]
