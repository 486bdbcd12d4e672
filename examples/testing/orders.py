"""Tells customers by Centrifugo what became of their orders."""

import json

import api_pb2
import api_pb2_grpc
import grpc

ATTEMPTS = 3


class Orders:
    def __init__(self, address: str) -> None:
        self._api = api_pb2_grpc.CentrifugoApiStub(grpc.insecure_channel(address))

    def ship(self, number: int) -> bool:
        """Whether the customer was told, once however often it had to be tried."""
        request = api_pb2.PublishRequest(
            channel="orders",
            data=json.dumps({"number": number, "state": "shipped"}).encode(),
            idempotency_key=f"shipped-{number}",
        )
        for _ in range(ATTEMPTS):
            try:
                answer = self._api.Publish(request, timeout=1)
            except grpc.RpcError:
                continue
            return answer.error.code == 0  # An API error travels inside an answer of status OK.
        return False
