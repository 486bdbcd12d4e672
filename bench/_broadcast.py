"""The scenario *broadcast*: one publication into many channels a call."""

from bench._judges import Judge, counted
from bench._options import LoadOptions
from bench._outgoing import Request
from bench._publish import messages
from bench._workload import Repeated, path, payload
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.releases import Dialect


def broadcast(options: LoadOptions, found: Found) -> Repeated:
    """The workload of a user. 2.8 answers for all channels at once, 3 and later for each."""
    api, count = messages(found), options.publications_per_call
    request = api.BroadcastRequest(
        channels=[f"{options.channel}-{number}" for number in range(count)],
        data=payload(options.payload_bytes, options.seed),
    )
    call = Request(path(found, "Broadcast"), request.SerializeToString())
    if found.dialect is Dialect.V2:
        return Repeated(call, Judge(api.BroadcastResponse))
    judge = Judge(
        api.BroadcastResponse,
        lambda response: counted(response.result.responses, count, "answers"),
    )
    return Repeated(call, judge, is_shallow=False)
