"""The harness against a server and a network that fail in mid-run: no publication is miscounted.

The server numbers what it takes, so its history tells how many publications there were: all that
were answered, and of those that got no answer some.
"""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.client import V3Client
from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.releases import LATEST
from centrifugo_grpc.result_files import read
from tests.bench.test_publish import adds_up, locust
from tests.faults.network import Network, flipped, network
from tests.faults.target import Process, running

CHANNEL = "history:load"
MID_RUN = 8_000
"""Bytes of answers: a hundred publications have been answered then."""


@pytest.fixture(scope="module")
def target() -> Iterator[Process]:
    with running("--release", str(LATEST)) as process:
        yield process


@pytest.fixture
def between(target: Process) -> Iterator[Network]:
    with network(target.address) as found:
        yield found


def loaded(address: str, folder: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    """Exit code, output and result of a load of some seconds."""
    results = folder / "load.json"
    options = ("-u", "1", "-t", "6s", "--in-flight", "5", "--deadline", "1", "--channel", CHANNEL)
    ran = locust("--host", address, *options, "--results", str(results), *arguments)
    said = ran.stdout + ran.stderr
    assert "Traceback" not in said
    result = read(results)
    assert adds_up(result["outcomes"])
    assert [each.name for each in folder.iterdir()] == [results.name]
    return ran.returncode, said, result


def published(address: str) -> int:
    """How many publications the channel has had."""
    with V3Client(Endpoint(address)) as client:
        return int(client.history(channel=CHANNEL, limit=0).result.offset)


def fits(outcomes: dict[str, Any], taken: int) -> bool:
    """Whether the server has taken all that were answered, and none that were not sent."""
    return bool(outcomes["ok"] <= taken <= outcomes["sent"])


def cut(between: Network, _: Process) -> None:
    between.cut()


def freeze_the_network(between: Network, _: Process) -> None:
    between.freeze()
    threading.Timer(1.5, between.thaw).start()


def freeze_the_server(_: Network, target: Process) -> None:
    target.freeze()
    threading.Timer(1.5, target.thaw).start()


def spoil_a_while(between: Network, _: Process) -> None:
    between.spoil = flipped
    threading.Timer(0.5, lambda: setattr(between, "spoil", None)).start()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (cut, "UNAVAILABLE"),
        (freeze_the_network, "DEADLINE_EXCEEDED"),
        (freeze_the_server, "DEADLINE_EXCEEDED"),
    ],
)
def test_a_fault_that_passes_is_counted_and_the_load_goes_on(
    target: Process,
    between: Network,
    fault: Callable[[Network, Process], None],
    status: str,
    tmp_path: Path,
) -> None:
    before = published(target.address)
    at_the_fault = 0

    def happens() -> None:
        nonlocal at_the_fault
        at_the_fault = published(target.address) - before
        fault(between, target)

    between.at(MID_RUN, happens)
    code, said, result = loaded(between.address, tmp_path)
    outcomes = result["outcomes"]
    assert at_the_fault > 0
    assert outcomes["ok"] > at_the_fault, "it went on afterwards"
    assert fits(outcomes, published(target.address) - before)
    failed = outcomes["transport_errors"]
    # On a machine with too much to do others are late, too.
    assert {status} <= set(map(unspecific, failed)) <= {status, "DEADLINE_EXCEEDED"}
    assert 1 <= sum(failed.values()) <= 50
    assert code == 1
    assert status in said


def test_a_server_that_is_killed_and_replaced_is_loaded_again(
    target: Process, tmp_path: Path
) -> None:
    with running("--release", str(LATEST)) as first, network(first.address) as between:

        def replaced() -> None:
            first.kill()
            between.lead_to(target.address)

        before = published(target.address)
        between.at(MID_RUN, replaced)
        code, said, result = loaded(between.address, tmp_path)
    assert code == 1
    assert 0 < published(target.address) - before < result["outcomes"]["sent"]
    failed = set(map(unspecific, result["outcomes"]["transport_errors"]))
    assert {"UNAVAILABLE"} <= failed <= {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
    assert sum(result["connections"]["lost"].values()) >= 1
    assert re.search(r"connections lost: \d+", said)


def unspecific(name: str) -> str:
    """The status at the head of an error's name."""
    return re.split(r"\W", name)[0]


def test_bits_turned_over_end_connections_and_not_the_harness(
    target: Process, between: Network, tmp_path: Path
) -> None:
    before = published(target.address)
    between.at(MID_RUN, lambda: spoil_a_while(between, target))
    code, _, result = loaded(between.address, tmp_path)
    assert code == 1
    assert result["outcomes"]["ok"] > 0
    assert published(target.address) - before <= result["outcomes"]["sent"]


def test_a_slow_network_slows_the_load_and_fails_nothing(
    target: Process, between: Network, tmp_path: Path
) -> None:
    between.delay = 0.02
    before = published(target.address)
    code, said, result = loaded(between.address, tmp_path, "--deadline", "20")
    assert code == 0, said
    outcomes = result["outcomes"]
    assert outcomes["ok"] == outcomes["sent"] == published(target.address) - before
    assert result["latency"]["service"]["mean"] > 40_000
