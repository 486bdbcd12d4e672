"""The scenario *history*: *publish* into a channel of which the server has to keep the history."""

from bench._options import LoadOptions
from centrifugo_grpc.client import V2Client, V3Client
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Dialect


def require_history(options: LoadOptions, found: Found) -> None:
    """Raise `Problem` if the channel keeps no history."""
    if found.dialect is Dialect.V2:
        with V2Client(options.endpoint) as old:
            error = old.history(channel=options.channel).error
    else:
        with V3Client(options.endpoint) as client:
            error = client.history(channel=options.channel).error
    if error is not None:
        raise Problem(
            f"channel {options.channel!r} keeps no history ({error.code} {error.message}): name"
            " one of a namespace with history_size and history_ttl, as --channel history:bench"
        )
