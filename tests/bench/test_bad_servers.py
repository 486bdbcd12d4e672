"""Servers that fragment, delay, go away at the worst time: no call is ever lost from the count."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from h2.settings import SettingCodes

from bench._tally import Tally
from centrifugo_grpc.endpoint import Endpoint
from tests.bench.bad_server import BadServer, Served, misbehaving
from tests.bench.sessions import run


def load(server: BadServer, **options: object) -> Tally:
    tally = run(Endpoint(server.address), **options)  # type: ignore[arg-type]
    assert tally.sent == tally.ok + tally.errors + tally.cut_off
    return tally


@pytest.mark.parametrize("piece", [1, 5, 100])
def test_a_server_that_fragments(piece: int) -> None:
    with misbehaving(piece=piece) as server:
        tally = load(server, until=60)
    assert tally.ok == tally.sent == server.answered
    assert not tally.errors


def test_a_server_that_shrinks_its_windows() -> None:
    def shrink(number: int, served: Served) -> bool:
        size = {0: 65_535, 1: 1, 2: 100}[number % 3]
        served.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: size})
        return True

    with misbehaving(before=shrink) as server:
        tally = load(server, until=90, message=bytes(300))
    assert tally.ok == tally.sent
    assert not tally.errors


@pytest.mark.parametrize("how", ["close", "goaway", "reset"])
def test_a_server_that_ends_connections_with_calls_open(how: str) -> None:
    manners = {"goaway": how == "goaway", "reset": how == "reset"}
    with misbehaving(closes_after=20, **manners) as server:
        tally = load(server, until=100)
    assert server.connections >= 3
    assert tally.ok >= 40
    assert all(name.startswith("UNAVAILABLE") for name in tally.transport_errors)
    if how != "goaway":
        assert tally.lost.total() >= server.connections - 2


def test_a_server_that_stops_answering_costs_each_call_its_deadline() -> None:
    with misbehaving(before=lambda number, served: number % 10 != 0) as server:
        tally = load(server, seconds=1.2, deadline=0.3, in_flight=5)
    assert tally.ok > 20
    assert set(tally.transport_errors) == {"DEADLINE_EXCEEDED"}
    late = [value for value in tally.service.counts if value >= 300_000]
    assert late, "the time that such a call took is counted"


def test_a_call_that_has_no_answer_at_the_end_is_cut_off() -> None:
    with misbehaving(before=lambda number, served: number <= 10) as server:
        tally = load(server, seconds=0.5, drain=0.2, in_flight=3)
    assert (tally.sent, tally.ok, tally.cut_off) == (13, 10, 3)


def test_nobody_listens_and_it_keeps_trying_ever_more_slowly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    tally = run(Endpoint(address), seconds=1.0)
    assert tally.sent == 0
    assert 3 <= tally.refused.total() <= 10
    assert set(tally.refused) == {"Connection refused"}


def test_a_server_that_comes_back_is_used_again() -> None:
    with misbehaving(closes_after=10) as server:
        first = server.address
        port = int(first.rpartition(":")[2])

        def restart() -> None:
            time.sleep(0.3)
            server._listener.close()
            time.sleep(0.3)
            server._listener = socket.create_server(("127.0.0.1", port))
            server._accept()

        threading.Thread(target=restart, daemon=True).start()
        tally = load(server, seconds=2.0, in_flight=2)
    assert tally.ok > 20
    assert tally.lost


@contextlib.contextmanager
def hanging_up(listener: socket.socket) -> Iterator[list[float]]:
    """Takes connections and closes them at once; yields when."""
    times: list[float] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()
                times.append(time.monotonic())

    threading.Thread(target=serve, daemon=True).start()
    yield times


def test_connections_that_never_came_up_are_refusals_and_are_tried_ever_more_slowly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, hanging_up(listener) as times:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        tally = run(Endpoint(address), seconds=1.0)
        listener.shutdown(socket.SHUT_RDWR)
    assert 3 <= len(times) <= 10
    assert tally.refused.total() == len(times)
    assert not tally.lost
    assert tally.sent == 0


def test_a_server_that_takes_connections_and_stays_silent_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bench._session.CONNECT_TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        tally = run(Endpoint(address), seconds=1.0)
    assert set(tally.refused) == {"accepted, and then silent"}
    assert tally.sent == 0


def test_what_speaks_no_http_2_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                while connection.recv(1000):
                    pass

        threading.Thread(target=serve, daemon=True).start()
        tally = run(Endpoint(address), seconds=0.3, in_flight=2)
    assert tally.ok == 0
    assert any("PROTOCOL_ERROR" in name or "FRAME_SIZE" in name for name in tally.refused)
    assert not tally.lost


def test_an_open_loop_starts_on_time_whatever_the_server_does() -> None:
    began = time.monotonic()
    with misbehaving() as server:
        tally = load(server, seconds=1.0, rate=200.0, in_flight=50)
    # It looks every 50 ms whether it is over, or later where the machine is slow.
    assert 198 <= tally.sent + tally.missed <= 1 + 200 * (time.monotonic() - began)
    assert tally.response.total == tally.service.total == tally.ok
    assert tally.delay.total == tally.sent


def test_poisson_starts_are_as_many_and_not_evenly_spread() -> None:
    with misbehaving() as server:
        tally = load(server, seconds=2.0, rate=300.0, in_flight=50, poisson=True)
    assert tally.sent + tally.missed == pytest.approx(600, rel=0.2)


def test_a_start_without_room_waits_and_its_wait_is_in_its_response_time() -> None:
    with misbehaving(delay=0.05) as server:
        tally = load(server, seconds=1.0, rate=40.0, in_flight=1)
    # The server takes 20 a second; the calls that wait fall behind by 25 ms each.
    assert tally.response.max_us > 300_000
    assert tally.service.max_us < 300_000
    assert tally.missed >= 10
