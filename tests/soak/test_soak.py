"""A soak finds what is lost and what grows, neither of which the reference server knows."""

import subprocess
import sys

import pytest

from centrifugo_grpc.subscriber import events
from tools.soaking.listeners import Watch
from tools.soaking.samples import Sample, growth

MIB = 2**20


def test_some_seconds_of_load_and_of_subscribers_that_come_and_go() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tools.soak", "--minutes", "0.13"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("nothing was lost, nothing grew\n")
    assert not ran.stderr
    published, _, came_and_went = ran.stdout.partition(" publications in 8 s")
    assert int(published) > 100
    assert int(came_and_went.split()[5]) > 10


def held(*mebibytes: float, descriptors: int = 30) -> list[Sample]:
    return [Sample(int(each * MIB), descriptors) for each in mebibytes]


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        (held(*[40] * 5, *[60] * 35), []),
        (held(*[60 + number % 3 for number in range(40)]), []),
        (held(*range(40, 80)), ["memory grew from 54.5 to 74.5 MiB"]),
        (held(*[60] * 20) + held(*[60] * 20, descriptors=40), ["descriptors grew from 30 to 40"]),
    ],
    ids=["warming up", "to and fro", "a leak", "descriptors"],
)
def test_what_grows_is_told(samples: list[Sample], told: list[str]) -> None:
    found = growth(samples)
    assert len(found) == len(told)
    assert all(words in each for words, each in zip(told, found, strict=True))


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [
        ([1, 2, 3], []),
        ([5, 6], []),
        ([1, 3], ["3 came after 1"]),
        ([1, 1], ["1 came after 1"]),
        ([2, 1], ["1 came after 2"]),
    ],
)
def test_what_is_lost_doubled_or_out_of_order_is_told(numbers: list[int], wrong: list[str]) -> None:
    watch = Watch()
    for number in numbers:
        watch.saw(events.Publication("c", data=b"%d" % number))
    assert watch.wrong == wrong


def test_what_never_comes_and_an_end_are_told() -> None:
    watch = Watch()
    watch.saw(events.Publication("c", data=b"1"))
    assert watch.wait(1, 0)
    assert not watch.wait(2, 0.01)
    watch.saw(events.Ended(status="UNAVAILABLE", details="gone"))
    assert not watch.wait(2, 20)
    assert watch.ended == "UNAVAILABLE gone"
