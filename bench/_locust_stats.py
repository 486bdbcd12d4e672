"""Feeds locust's own statistics in bulk, at a finer grain than its whole milliseconds."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import locust.stats
from locust.stats import StatsError

_METHOD = "grpc"


def use_fine_buckets() -> None:
    """Have locust tell 0.12 ms from 0.45 ms; master and workers alike have to."""
    locust.stats.bucket_response_time = bucket  # type: ignore[assignment]


def bucket(milliseconds: float) -> float:
    """A response time to two digits, or to a microsecond: few keys, yet never 0."""
    if milliseconds < 0.1:
        return round(milliseconds, 3)
    return float(f"{milliseconds:.2g}")


def feeder(stats: Any, name: str, size: int) -> Callable[..., None]:
    """What takes the latencies and errors that were counted since the last time."""

    def feed(latencies: Counter[int], errors: Counter[str], unix: float) -> None:
        buckets: dict[float, int] = {}
        for us, count in latencies.items():
            milliseconds = bucket(us / 1000)
            buckets[milliseconds] = buckets.get(milliseconds, 0) + count
        for entry in (stats.get(name, _METHOD), stats.total):
            _log(entry, latencies, buckets, unix)
            entry.total_content_length += latencies.total() * size
            entry.num_failures += errors.total()
            if errors:
                entry.num_fail_per_sec[int(unix)] += errors.total()
        for error, count in errors.items():
            key = StatsError.create_key(_METHOD, name, error)
            failure = stats.errors.setdefault(key, StatsError(_METHOD, name, error))
            failure.occurrences += count - 1
            failure.occurred()

    return feed


def _log(entry: Any, latencies: Counter[int], buckets: dict[float, int], unix: float) -> None:
    """`StatsEntry.log`, for many calls at once."""
    count, second = latencies.total(), int(unix)
    if entry.use_response_times_cache and second > int(entry.last_request_timestamp or second):
        entry._cache_response_times(second - 1)
    entry.num_requests += count
    entry.num_reqs_per_sec[second] += count
    entry.last_request_timestamp = unix
    times = entry.response_times
    for key, number in buckets.items():
        times[key] += number
    entry.total_response_time += sum(us * number for us, number in latencies.items()) / 1000
    shortest, longest = min(latencies) / 1000, max(latencies) / 1000
    known = entry.min_response_time
    entry.min_response_time = shortest if known is None else min(known, shortest)
    entry.max_response_time = max(entry.max_response_time, longest)
