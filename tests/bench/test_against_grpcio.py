"""The publish path against a real gRPC server, grpcio's."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from centrifugo_grpc.endpoint import Endpoint
from tests.bench.sessions import run

Handler = Callable[[bytes, grpc.ServicerContext], bytes]
CERTIFICATES = Path(__file__).parents[1] / "centrifugo_grpc" / "certificates"


@contextmanager
def serving(
    handler: Handler, limits: dict[str, int] | None = None, *, tls: bool = False
) -> Iterator[Endpoint]:
    class Everything(grpc.GenericRpcHandler):  # type: ignore[type-arg]
        def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
            return grpc.unary_unary_rpc_method_handler(handler)

    options = [(f"grpc.{name}", value) for name, value in (limits or {}).items()]
    server = grpc.server(ThreadPoolExecutor(8), handlers=[Everything()], options=options)
    ca = CERTIFICATES / "localhost.crt"
    if tls:
        key = (CERTIFICATES / "localhost.key").read_bytes()
        credentials = grpc.ssl_server_credentials([(key, ca.read_bytes())])
        port = server.add_secure_port("127.0.0.1:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield Endpoint(f"localhost:{port}", api_key="the key", tls=tls, ca=ca if tls else None)
    finally:
        server.stop(None).wait()


def test_every_call_is_answered() -> None:
    seen: list[bytes] = []

    def publish(request: bytes, context: grpc.ServicerContext) -> bytes:
        seen.append(request)
        return b"\x12\x00"

    with serving(publish) as endpoint:
        tally = run(endpoint, until=500)
    assert tally.ok == tally.sent == len(seen) >= 500
    assert tally.errors == tally.cut_off == 0
    assert tally.service.total == tally.ok
    assert len(set(seen)) == 1


def test_the_key_and_the_deadline_go_with_every_call() -> None:
    seen: list[tuple[object, float]] = []

    def publish(request: bytes, context: grpc.ServicerContext) -> bytes:
        metadata = dict(context.invocation_metadata())
        seen.append((metadata.get("authorization"), context.time_remaining()))
        return b""

    with serving(publish) as endpoint:
        run(endpoint, until=50, deadline=7.0)
    assert {key for key, _ in seen} == {"apikey the key"}
    assert all(5.0 < left <= 7.1 for _, left in seen)


def test_it_speaks_tls() -> None:
    with serving(lambda request, context: b"", tls=True) as endpoint:
        tally = run(endpoint, until=200)
    assert tally.ok >= 200
    assert not tally.errors


def test_statuses_and_api_errors_are_counted_by_code() -> None:
    turn = iter(range(10**9))

    def publish(request: bytes, context: grpc.ServicerContext) -> bytes:
        number = next(turn) % 4
        if number == 1:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        if number == 2:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "café")
        return b"\x0a\x02\x08\x6b" if number == 3 else b""

    with serving(publish) as endpoint:
        tally = run(endpoint, until=400, in_flight=1)
    assert set(tally.transport_errors) == {
        "UNAUTHENTICATED unauthenticated",
        "RESOURCE_EXHAUSTED café",
    }
    assert set(tally.api_errors) == {"107 bad request"}
    counts = [tally.ok, *tally.api_errors.values(), *tally.transport_errors.values()]
    assert max(counts) - min(counts) <= 1
    assert tally.sent == sum(counts) >= 400


@pytest.mark.parametrize("size", [1, 16_000, 16_384, 65_536, 1_000_000])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_messages_of_any_size_arrive_whole(size: int, tls: bool) -> None:
    message = bytes(index % 251 for index in range(size))
    wrong: list[int] = []

    def publish(request: bytes, context: grpc.ServicerContext) -> bytes:
        if request != message:
            wrong.append(len(request))
        return b""

    with serving(publish, tls=tls) as endpoint:
        tally = run(endpoint, until=30, in_flight=7, message=message)
    assert tally.ok >= 30
    assert not wrong
    assert not tally.errors


def test_the_servers_limit_of_streams_is_kept() -> None:
    with serving(lambda request, context: b"", {"max_concurrent_streams": 3}) as endpoint:
        tally = run(endpoint, until=300, in_flight=100)
    assert tally.ok >= 200
    # grpcio counts a stream for a moment after its end, and refuses the next one then.
    assert set(tally.transport_errors) <= {"UNAVAILABLE RST_STREAM REFUSED_STREAM"}
    assert tally.errors < tally.ok


def test_a_server_that_closes_old_connections_loses_no_call() -> None:
    """grpcio ends them with two GOAWAYs, the first of which refuses nothing."""
    limits = {"max_connection_age_ms": 200, "max_connection_age_grace_ms": 5000}
    with serving(lambda request, context: b"", limits) as endpoint:
        tally = run(endpoint, seconds=1.5)
    assert tally.ok > 100
    assert set(tally.transport_errors) <= {"UNAVAILABLE GOAWAY before the call was taken"}
    assert tally.ok + tally.errors == tally.sent
