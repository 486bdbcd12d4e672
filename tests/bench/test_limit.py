"""Whose limit a run met: told by what was seen, never the server's if the generator was full."""

from dataclasses import replace

import pytest

from bench._limit import Seen, limit
from bench._server_cpu import Spent

IDLE = Seen(
    shares=[0.4],
    lag_us=500,
    delay_us=None,
    reached=None,
    missed=0,
    spent=Spent(server=3.0, busy=0.4, wall=5.0),
    is_local=True,
    cpus=8,
    ok=1000,
)
FULL = Spent(server=5.0, busy=0.99, wall=5.0)


@pytest.mark.parametrize(
    ("seen", "label"),
    [
        (IDLE, "server"),
        (replace(IDLE, shares=[0.3, 0.95]), "generator"),
        (replace(IDLE, shares=[0.95], spent=FULL), "generator"),
        (replace(IDLE, spent=FULL), "shared machine"),
        (replace(IDLE, spent=FULL, is_local=False), "generator"),
        (replace(IDLE, lag_us=50_000), "generator"),
        (replace(IDLE, is_local=False, spent=None), "unknown"),
        (replace(IDLE, reached=1.0), "unknown"),
        (replace(IDLE, reached=0.7, missed=300), "server"),
        (replace(IDLE, ok=0), "unknown"),
        (replace(IDLE, shares=[]), "unknown"),
    ],
)
def test_the_label(seen: Seen, label: str) -> None:
    assert limit(seen)["label"] == label


def test_the_evidence_names_both_sides_and_those_who_took_the_rest() -> None:
    said = "; ".join(limit(replace(IDLE, spent=replace(FULL, server=5.0)))["evidence"])
    assert "the generator took 40% of a CPU" in said
    assert "the server took 100% of a CPU" in said
    assert "99% of this machine's 8 CPUs were busy" in said
    assert "other programs took 652% of a CPU" in said


def test_a_server_elsewhere_is_said_to_be_unseen() -> None:
    said = limit(replace(IDLE, is_local=False, spent=None))["evidence"]
    assert "the server is on another machine, which nobody looked at" in said
