"""What code under test would call the API with."""

from typing import Any

from protos.v3 import api_pb2 as api

SERVICE = "centrifugal.centrifugo.api.CentrifugoApi"


class Client:
    """Calls by name. `channel` may be grpc's or grpc.aio's: then each call is to be awaited."""

    def __init__(self, channel: Any, metadata: Any = None) -> None:
        self._channel = channel
        self._metadata = metadata

    def __call__(
        self, rpc: str, timeout: float = 10, *, wait_for_ready: bool = False, **fields: Any
    ) -> Any:
        request, response = getattr(api, f"{rpc}Request"), getattr(api, f"{rpc}Response")
        call = self._channel.unary_unary(
            f"/{SERVICE}/{rpc}", request.SerializeToString, response.FromString
        )
        return call(
            request(**fields),
            timeout=timeout,
            metadata=self._metadata,
            wait_for_ready=wait_for_ready,
        )
