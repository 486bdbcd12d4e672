"""What requirements on histories share: a channel with publications, and what is read of it."""

from centrifugo_grpc.releases import Dialect
from conformance import expect
from conformance.api import Api


def filled(api: Api, room: str, count: int) -> str:
    """Publish `1` to `count`; gives the epoch, blank in v2, which does not tell it."""
    epoch = ""
    for number in range(1, count + 1):
        answer = api.publish(room, b"%d" % number)
        expect.success(answer)
        epoch = "" if api.dialect is Dialect.V2 else str(answer.result.epoch)
    return epoch


def offsets(api: Api, room: str, **fields: object) -> list[int]:
    """The offsets of the publications that a History request gets (v3)."""
    answer = api.history(room, **fields)
    expect.success(answer)
    return [item.offset for item in answer.result.publications]
