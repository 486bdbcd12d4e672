"""The corpus against a target that fails in mid-run: it ends soon, says why, and blames nobody."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.releases import LATEST
from centrifugo_grpc.result_files import read
from conformance.profile import shipped
from tests.faults.network import Network, flipped, network
from tests.faults.target import Process, running

CHOSEN = "test_errors.py or test_history.py or test_publish.py"
ALL = 44
"""So many are chosen."""
MID_RUN = 28_000
"""Bytes of answers: some of the chosen tests have ended then, others have not."""
SECONDS = 90.0
"""How long a run may take on a busy machine, once it judges; where all goes well it takes 2."""


class Run:
    """A run of the corpus that has ended."""

    def __init__(self, ended: subprocess.CompletedProcess[str], out: Path) -> None:
        self.code = ended.returncode
        self.last = ended.stdout.rstrip().splitlines()[-1]
        self.result: dict[str, Any] = read(out)
        self.seconds: float = self.result["seconds"]
        rows = self.result["requirements"]
        self.verdicts = Counter(row["verdict"] for row in rows)
        self.all = len(rows)
        said = ended.stdout + ended.stderr
        assert "INTERNALERROR" not in said
        assert [each.name for each in out.parent.glob("*.json*")] == [out.name]
        self.said = said


@pytest.fixture(scope="module")
def other() -> Iterator[Process]:
    """What a network leads to after its server was restarted; nothing fails at it."""
    with running("--release", str(LATEST)) as process:
        yield process


@pytest.fixture
def target() -> Iterator[Process]:
    with running("--release", str(LATEST)) as process:
        yield process


def judged(address: str, folder: Path) -> Run:
    """What comes of judging an address by the chosen tests."""
    profile, out = folder / "profile.toml", folder / "out.json"
    lines = shipped(LATEST).read_text().splitlines(keepends=True)
    # Without its endpoints: only calls of the API go through the network.
    text = "".join(lines).replace("[endpoints]", "[options]")
    profile.write_text(text)
    command = ["-m", "pytest", "conformance", "-p", "no:cacheprovider", "--target", address]
    command += ["--target-profile", str(profile), "-k", CHOSEN, "--results", str(out)]
    ended = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=900, check=False
    )
    return Run(ended, out)


Fault = Callable[[Process, Network, Process], None]
FAULTS: dict[str, tuple[Fault, str]] = {
    "killed": (lambda target, *_: target.kill(), "stopped answering while {id} was judged"),
    "frozen": (lambda target, *_: target.freeze(), "stopped answering while {id} was judged"),
    "restarted": (
        lambda _, between, other: between.lead_to(other.address),
        "was restarted while {id} was judged: judge it again",
    ),
}


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=list(FAULTS))
def test_a_target_that_fails_in_mid_run_ends_it_and_breaks_no_rule(
    target: Process, other: Process, fault: Fault, words: str, tmp_path: Path
) -> None:
    with network(target.address) as between:
        between.at(MID_RUN, lambda: fault(target, between, other))
        run = judged(between.address, tmp_path)
    assert run.code == 2, run.said
    assert run.seconds < SECONDS
    began, ended = f"ended early: {between.address} {words}".split("{id}")
    assert run.last.startswith(began), run.said
    assert ended in run.last
    assert set(run.verdicts) == {"passed", "not shown"}
    assert 5 < run.verdicts["passed"] < ALL
    assert run.last.endswith(f"({run.verdicts['passed']} of {run.all} shown)")


def test_one_lost_connection_costs_one_requirement_at_most(other: Process, tmp_path: Path) -> None:
    with network(other.address) as between:
        between.at(MID_RUN, between.cut)
        run = judged(between.address, tmp_path)
    assert run.verdicts["failed"] <= 1, run.said
    assert run.verdicts["passed"] + run.verdicts["failed"] == ALL
    assert run.code == run.verdicts["failed"]


def test_a_slow_network_breaks_no_rule(other: Process, tmp_path: Path) -> None:
    with network(other.address) as between:
        between.delay, between.bytes_per_second = 0.005, 100_000
        run = judged(between.address, tmp_path)
    assert run.code == 0, run.said
    assert run.verdicts["passed"] == ALL


def test_a_network_that_turns_bits_over_ends_the_run_or_fails_it(
    other: Process, tmp_path: Path
) -> None:
    """Nobody can tell such answers from those of a server that is wrong."""
    with network(other.address) as between:
        between.at(MID_RUN, lambda: setattr(between, "spoil", flipped))
        run = judged(between.address, tmp_path)
    assert run.code in {1, 2}, run.said
    assert run.last.startswith(("fails: ", "ended early: "))
    assert run.seconds < SECONDS
    assert run.verdicts["passed"] > 5
