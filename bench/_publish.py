"""The scenario *publish*: one publication a call, all into one channel."""

from typing import Any

from bench._judges import Judge
from bench._options import LoadOptions
from bench._outgoing import Request
from bench._workload import Repeated, path, payload
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.releases import Dialect
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3


def messages(found: Found) -> Any:
    """The messages of a dialect."""
    return v2 if found.dialect is Dialect.V2 else v3


def publish_request(found: Found, channel: str, data: bytes) -> Request:
    """A call of Publish."""
    request = messages(found).PublishRequest(channel=channel, data=data)
    return Request(path(found, "Publish"), request.SerializeToString())


def publish(options: LoadOptions, found: Found) -> Repeated:
    """The workload of a user."""
    data = payload(options.payload_bytes, options.seed)
    request = publish_request(found, options.channel, data)
    return Repeated(request, Judge(messages(found).PublishResponse))
