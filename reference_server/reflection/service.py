"""Answers to the questions of a reflection client, in the words of grpc-go 1.69 and 1.82."""

from typing import Any

import grpc
from google.protobuf.message import DecodeError

from centrifugo_grpc.releases import Dialect, Release
from protos.reflection import v1_pb2 as v1
from reference_server.api.answers import GrpcFailure
from reference_server.reflection.files import files_of
from reference_server.reflection.names import SERVICES

_NOT_FOUND = 5


class Reflection:
    """What a server of `release` tells about itself. v1 and v1alpha are the same on the wire."""

    def __init__(self, release: Release) -> None:
        self._files = files_of(release)

    def answer(self, body: bytes) -> bytes:
        """The answer to one message of the stream; raises `GrpcFailure` if that ends it."""
        try:
            request: Any = v1.ServerReflectionRequest.FromString(body)
        except DecodeError:
            complaint = "proto: cannot parse invalid wire-format data"
            details = f"grpc: failed to unmarshal the received message: {complaint}"
            raise GrpcFailure(grpc.StatusCode.INTERNAL, details) from None
        asked = request.WhichOneof("message_request")
        if asked is None:
            details = "invalid MessageRequest: <nil>"
            raise GrpcFailure(grpc.StatusCode.INVALID_ARGUMENT, details)
        response: Any = v1.ServerReflectionResponse(
            valid_host=request.host, original_request=request
        )
        self._tell(response, asked, getattr(request, asked))
        return bytes(response.SerializeToString())

    def _tell(self, response: Any, asked: str, value: Any) -> None:
        file = None
        if asked == "list_services":
            names = sorted((Dialect.V3.service, *SERVICES))
            services = (v1.ServiceResponse(name=name) for name in names)
            response.list_services_response.service.extend(services)
            return
        if asked == "all_extension_numbers_of_type" and value in self._files.messages:
            # No message has extensions.
            response.all_extension_numbers_response.base_type_name = value
            return
        if asked == "file_by_filename":
            file = self._files.by_name.get(value)
        elif asked == "file_containing_symbol":
            file = self._files.by_symbol.get(value)
        if file is None:
            response.error_response.error_code = _NOT_FOUND
            response.error_response.error_message = "proto: not found"
        else:
            response.file_descriptor_response.file_descriptor_proto.append(file)
