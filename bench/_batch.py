"""The scenario *batch*: many publish commands a call."""

from bench._judges import Judge, counted
from bench._options import LoadOptions
from bench._outgoing import Request
from bench._publish import messages
from bench._workload import Repeated, path, payload
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import OPEN_RPCS


def batch(options: LoadOptions, found: Found) -> Repeated:
    """The workload of a user."""
    api, count = messages(found), options.publications_per_call
    data = payload(options.payload_bytes, options.seed)
    command = api.Command(publish=api.PublishRequest(channel=options.channel, data=data))
    request = api.BatchRequest(commands=[command] * count)
    judge = Judge(api.BatchResponse, lambda response: counted(response.replies, count, "replies"))
    call = Request(path(found, "Batch"), request.SerializeToString())
    return Repeated(call, judge, is_shallow=False)


def require_batch(options: LoadOptions, found: Found) -> None:  # noqa: ARG001
    """Raise `Problem` where there is no Batch."""
    if "Batch" not in OPEN_RPCS[found.release]:
        raise Problem(f"{found.dialect} as {found.release} has no Batch: 4.1 and later have")
