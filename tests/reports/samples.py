"""Results as the commands write them, made up."""

from datetime import UTC, datetime
from typing import Any

from hdrh.histogram import HdrHistogram

from centrifugo_grpc.result_files import heading

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def requirement(name: str, verdict: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "dialect": "v3",
        "sentence": f"The sentence of {name}.",
        "level": "MUST",
        "releases": ["6.9"],
        "needs": [],
        "source": "docs#anchor",
        "verdict": verdict,
        "reason": "" if verdict == "passed" else f"the reason of {name}",
        "evidence": [{"rpc": "api/Publish", "request": {"channel": "c"}, "status": "OK"}],
        "seconds": 0.1,
    } | changes


def conformance(*requirements: dict[str, Any], name: str = "a server") -> dict[str, Any]:
    rows = list(requirements) or [requirement("publish.accept.channel", "passed")]
    by_level: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = by_level.setdefault(row["level"], {})
        verdict = row["verdict"].replace(" ", "_")
        counts[verdict] = counts.get(verdict, 0) + 1
    found = {"dialect": "v3", "release": "6.9", "told": True, "version": "6.9.1", "notice": ""}
    target = {"address": "localhost:10000", "tls": False, "key": False, "name": name}
    return heading("conformance", STARTED) | {
        "seconds": 1.5,
        "target": target | {"dialects": [found], "profiles": []},
        "options": {},
        "verdict": "fails" if any(row["verdict"] == "failed" for row in rows) else "conforms",
        "summary": "the last line",
        "counts": {"all": len(rows), "shown": len(rows), "by_level": by_level},
        "requirements": rows,
    }


def load(**outcomes: Any) -> dict[str, Any]:
    histogram = HdrHistogram(1, 120_000_000, 3)
    for value in range(100, 20_100):
        histogram.record_value(value)
    latency = {
        "histogram": histogram.encode().decode(),
        "count": 20_000,
        "mean": 10_100.0,
        "max": 20_099,
        "percentiles": {"50": 10_100, "99": 19_900},
    }
    counted = {"sent": 20_000, "ok": 20_000, "transport_errors": {}, "api_errors": {}, "cut_off": 0}
    target = {"address": "localhost:10000", "tls": False, "key": False}
    point = {"ok": 10_000, "api_errors": 0, "transport_errors": 0, "p50_us": 1, "p99_us": 2}
    return heading("load", STARTED) | {
        "seconds": 2.0,
        "target": target | {"dialect": "v3", "release": "6.9", "version": "6.9.1"},
        "options": {
            "scenario": "publish",
            "users": 1,
            "payload_bytes": 256,
            "in_flight": 100,
            "channel": "bench",
        },
        "outcomes": counted | outcomes,
        "throughput": {"publications_per_second": 10_000.0, "bytes_per_second": 2_560_000.0},
        "latency": {"unit": "us", "response": latency, "service": latency},
        "series": [point | {"second": second} for second in range(2)],
        "generator": {"processes": 1, "cpu_seconds": 1.0, "cpu_share": 0.5},
        "server": {"cpu_seconds": None},
        "limit": {"label": "unknown", "evidence": ["half a CPU"]},
    }
