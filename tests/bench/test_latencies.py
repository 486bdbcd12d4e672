"""Latencies are those of an HdrHistogram, and add up exactly wherever their parts were counted."""

import json
import tracemalloc
from collections import Counter

from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from bench._latencies import LONGEST_US, Latencies
from bench._tally import Second, Tally

SAMPLES = st.lists(st.integers(1, LONGEST_US), min_size=1, max_size=300)


def counted(samples: list[int]) -> Latencies:
    latencies = Latencies()
    latencies.take(Counter(samples))
    return latencies


@settings(deadline=None, max_examples=40)
@given(SAMPLES)
def test_they_are_those_of_an_hdr_histogram(samples: list[int]) -> None:
    reference = HdrHistogram(1, LONGEST_US, 3)
    for sample in samples:
        reference.record_value(sample)
    ours = counted(samples).histogram()
    assert ours.get_total_count() == len(samples)
    for percentile in (0, 25, 50, 90, 99, 99.99, 100):
        same = reference.get_value_at_percentile(percentile)
        assert ours.get_value_at_percentile(percentile) == same


@settings(deadline=None, max_examples=40)
@given(SAMPLES, st.integers(0, 300))
def test_parts_add_up_to_the_whole(samples: list[int], cut: int) -> None:
    whole, parts = counted(samples), counted(samples[:cut])
    over_the_wire = json.loads(json.dumps(counted(samples[cut:]).as_message()))
    parts.add(Latencies.from_message(over_the_wire))
    assert (parts.counts, parts.total, parts.sum_us, parts.max_us) == (
        whole.counts,
        whole.total,
        whole.sum_us,
        whole.max_us,
    )


def test_no_percentile_with_fewer_than_ten_samples_beyond_it() -> None:
    assert counted([1] * 19).percentiles() == {}
    assert list(counted([1] * 20).percentiles()) == ["50"]
    assert list(counted([1] * 999).percentiles()) == ["50", "90"]
    assert list(counted([1] * 100_000).percentiles()) == ["50", "90", "99", "99.9", "99.99"]


def test_a_tally_survives_its_way_to_the_master() -> None:
    tally = Tally(sent=12, ok=9, late=1, missed=2, first=1.5, service=counted([5, 6, 7]))
    tally.api_errors["107 bad request"] = 1
    tally.transport_errors["UNAVAILABLE"] = 1
    tally.lost["reset"] = 1
    tally.seconds[7] = Second(9, 1, 1)
    tally.seconds[7].count({5: 1})
    total = Tally()
    for _ in range(2):
        total.add(Tally.from_message(json.loads(json.dumps(tally.as_message()))))
    assert (total.sent, total.ok, total.errors, total.cut_off) == (24, 18, 4, 2)
    assert (total.late, total.missed, total.first) == (2, 4, 1.5)
    assert total.service.total == 6
    assert total.seconds[7].latencies == {5: 2}


def test_a_second_that_is_over_takes_little_memory_and_can_still_be_added_to() -> None:
    tally, latencies = Tally(), {value: value % 7 + 1 for value in range(1, 200_000, 13)}
    tally.second(100.5).count(latencies)
    whole = tally.seconds[100].latencies
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(101, 201):
        tally.second(number).count(latencies)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100 * 4096 + 500_000  # The last is not over.
    tally.second(100).count({5: 3})
    assert tally.seconds[100].latencies[5] == whole.get(5, 0) + 3
    assert tally.seconds[150].latencies == whole
    assert sum(whole.values()) == sum(latencies.values())


def test_ever_new_names_of_errors_are_counted_together() -> None:
    tally = Tally()
    for number in range(1000):
        tally.add(Tally(api_errors=Counter({f"{number} new": 1})))
    assert tally.errors == 1000
    assert len(tally.api_errors) <= 101
