"""How a mutant stands between the network and the API: it sees whole requests and responses."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from protos.lenient import lenient_messages
from protos.v2 import api_pb2 as v2
from protos.v3 import api_pb2 as v3
from reference_server.api.v2 import V2Api
from reference_server.api.v3 import V3Api
from tests.mutants.patching import around

Forward = Callable[[Any], Any]
"""Passes a request on; gives the response."""
Relay = Callable[[Forward, Any], Any]
"""Answers a request, with `forward` if it likes."""

_V2_MESSAGES = lenient_messages(v2.DESCRIPTOR)


def relayed(*methods: str, relay: Relay) -> None:
    """Answer calls of some RPCs by `relay`."""
    _stand_before(V2Api, lambda method: _V2_MESSAGES[f"{method}Response"], methods, relay)
    _stand_before(V3Api, lambda method: getattr(v3, f"{method}Response"), methods, relay)


def asked(*methods: str, change: Callable[[Any], None]) -> None:
    """Pass other requests on than were made."""

    def relay(forward: Forward, request: Any) -> Any:
        other = type(request)()
        other.CopyFrom(request)
        change(other)
        return forward(other)

    relayed(*methods, relay=relay)


def told(*methods: str, change: Callable[[Any, Any], None]) -> None:
    """Answer otherwise than was answered: `change` is given the request and the response."""

    def relay(forward: Forward, request: Any) -> Any:
        response = forward(request)
        change(request, response)
        return response

    relayed(*methods, relay=relay)


def text(name: Any) -> str:
    """A channel or user as text: 2.8 has bytes."""
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else str(name)


def as_in(request: Any, name: str) -> Any:
    """Text as the dialect of a request has it."""
    is_bytes = type(request).DESCRIPTOR.file.package == v2.DESCRIPTOR.package
    return name.encode("utf-8", "surrogateescape") if is_bytes else name


def _stand_before(
    api: type, kind_of: Callable[[str], type[Message]], methods: tuple[str, ...], relay: Relay
) -> None:
    def answerer(original: Any, self: Any, method: str) -> Any:
        answer = original(self, method)
        if method not in methods:
            return answer
        kind = kind_of(method)

        def call(request: Message, metadata: Any) -> bytes:
            seen: list[bytes] = []

            def forward(passed: Message) -> Message:
                seen.append(answer(passed, metadata))
                return kind.FromString(seen[-1])

            response = relay(forward, request)
            # What is not altered stays as it was, byte for byte.
            is_same = bool(seen) and response == kind.FromString(seen[-1])
            return seen[-1] if is_same else bytes(response.SerializeToString())

        return call

    around(api, "answerer", answerer)
