"""A server that breaks rules: it passes every call on and may alter the answer."""

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc

Alter = Callable[[str, bytes, bytes], bytes]
"""Takes the path of the RPC, the request and the true answer, and gives the answer to send."""


class _PassOn(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    def __init__(self, channel: grpc.Channel, alter: Alter) -> None:
        self._channel = channel
        self._alter = alter

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        path = handler_call_details.method
        invoke = self._channel.unary_unary(path, None, None)

        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            metadata = tuple(
                (key, value)
                for key, value in context.invocation_metadata()
                if not key.startswith(("grpc-", "user-agent"))
            )
            try:
                true_answer: bytes = invoke(request, metadata=metadata)
            except grpc.RpcError as error:
                trailers: Any = error.trailing_metadata() or ()
                context.set_trailing_metadata(trailers)
                context.abort(error.code(), error.details() or "")
            return self._alter(path, request, true_answer)

        return grpc.unary_unary_rpc_method_handler(answer)


@contextmanager
def wrong_server(behind: str, alter: Alter) -> Iterator[str]:
    """A server in front of the one at `behind`; yields its address."""
    limits = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(behind, options=limits) as channel:
        server = grpc.server(
            futures.ThreadPoolExecutor(8), handlers=[_PassOn(channel, alter)], options=limits
        )
        port = server.add_insecure_port("localhost:0")
        server.start()
        try:
            yield f"localhost:{port}"
        finally:
            server.stop(None).wait()
