"""The scenario *history*: publications that the server has to keep."""

from bench._options import LoadOptions
from bench._publish import publish
from bench._workload import Repeated
from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect


def history(options: LoadOptions, found: Found) -> Repeated:
    """The workload of *publish*; raises `Problem` for a channel that keeps no history."""
    require_history(options, found, options.channel)
    return publish(options, found)


def require_history(options: LoadOptions, found: Found, channel: str) -> None:
    """Raise `Problem` if a channel keeps no history."""
    if found.dialect is Dialect.V2:
        with V2Client(options.endpoint) as old:
            error = old.history(channel=channel).error
    else:
        with V3Client(options.endpoint) as client:
            error = client.history(channel=channel).error
    if error is not None:
        raise Problem(
            f"channel {channel!r} keeps no history ({error.code} {error.message}): name one of a"
            " namespace with history_size and history_ttl, such as --channel history:bench"
        )
