"""A run's result: the document of the result file and the closing words."""

from datetime import UTC, datetime
from typing import Any

from bench._options import LoadOptions
from bench._tally import Second, Tally
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.result_files import heading

_PERCENTILES = (50.0, 90.0, 99.0, 99.9, 99.99)
_FEWEST_BEYOND = 10
_BUSY = 0.9


def document(
    options: LoadOptions,
    found: Found | None,
    tally: Tally,
    *,
    users: int,
    started: float,
    seconds: float,
    cpu: dict[str, float],
) -> dict[str, Any]:
    """The result file. `started` is Unix time, `cpu` the CPU seconds of each process."""
    share = max(cpu.values(), default=0.0) / seconds if seconds else 0.0
    rate = tally.ok / seconds if seconds else 0.0
    endpoint = options.endpoint
    return heading("load", datetime.fromtimestamp(started, UTC)) | {
        "seconds": round(seconds, 3),
        "target": {
            "address": endpoint.address,
            "tls": endpoint.tls,
            "key": endpoint.api_key is not None,
            "dialect": found.dialect.value if found else None,
            "release": found.release.value if found else None,
            "version": found.version if found else "",
        },
        "options": {
            "scenario": options.scenario,
            "users": users,
            "payload_bytes": options.payload_bytes,
            "in_flight": options.in_flight,
            "channel": options.channel,
        },
        "outcomes": {
            "sent": tally.sent,
            "ok": tally.ok,
            "transport_errors": dict(sorted(tally.transport_errors.items())),
            "api_errors": dict(sorted(tally.api_errors.items())),
            "cut_off": tally.cut_off,
        },
        "throughput": {
            "publications_per_second": round(rate, 3),
            "bytes_per_second": round(rate * options.payload_bytes, 3),
        },
        "latency": {
            "unit": "us",
            "response": _latency(tally.response),
            "service": _latency(tally.service),
        },
        "series": [
            _point(number - int(started), tally.seconds[number]) for number in sorted(tally.seconds)
        ],
        "generator": {
            "processes": len(cpu),
            "cpu_seconds": round(sum(cpu.values()), 3),
            "cpu_share": round(share, 3),
        },
        "server": {"cpu_seconds": None},
        "limit": _limit(share),
    }


def told(result: dict[str, Any]) -> str:
    """The closing words of a run."""
    outcomes, latency = result["outcomes"], result["latency"]["response"]
    named = {**outcomes["api_errors"], **outcomes["transport_errors"]}
    errors = ", ".join(f"{count} x {name}" for name, count in named.items())
    shown = ", ".join(f"p{name} {us / 1000:.2f}" for name, us in latency["percentiles"].items())
    lines = [
        f"{outcomes['sent']} sent = {outcomes['ok']} ok + {sum(named.values())} errors"
        f" + {outcomes['cut_off']} cut off" + (f" ({errors})" if errors else ""),
        f"{result['throughput']['publications_per_second']:.0f} publications/s of"
        f" {result['options']['payload_bytes']} bytes",
        f"latency in ms: {shown or 'too few samples'}, max {latency['max'] / 1000:.2f}",
        f"limit: {result['limit']['label']} ({'; '.join(result['limit']['evidence'])})",
    ]
    return "\n".join(lines)


def percentiles(histogram: Any) -> dict[str, float]:
    """Percentiles with at least ten samples beyond them."""
    count = histogram.get_total_count()
    return {
        f"{percentile:g}": histogram.get_value_at_percentile(percentile)
        for percentile in _PERCENTILES
        if count * (100 - percentile) / 100 >= _FEWEST_BEYOND
    }


def _latency(histogram: Any) -> dict[str, Any]:
    count = histogram.get_total_count()
    return {
        "histogram": histogram.encode().decode("ascii"),
        "count": count,
        "mean": round(histogram.get_mean_value(), 3) if count else 0,
        "max": histogram.get_max_value() if count else 0,
        "percentiles": percentiles(histogram),
    }


def _point(number: int, second: Second) -> dict[str, Any]:
    return {
        "second": max(number, 0),
        "ok": second.ok,
        "api_errors": second.api_errors,
        "transport_errors": second.transport_errors,
        "p50_us": second.latencies.get_value_at_percentile(50),
        "p99_us": second.latencies.get_value_at_percentile(99),
    }


def _limit(share: float) -> dict[str, Any]:
    evidence = [f"the busiest generator process took {share:.0%} of a CPU"]
    return {"label": "generator" if share >= _BUSY else "unknown", "evidence": evidence}
