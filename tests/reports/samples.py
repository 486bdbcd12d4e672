"""Makes result files: what a run could have written, down to the value that a test is about."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hdrh.histogram import HdrHistogram

from centrifugo_grpc import result_files

Document = dict[str, Any]

STARTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MACHINE = {
    "system": "Linux 6.1",
    "architecture": "x86_64",
    "processor": "Example 9000",
    "cpus": 8,
    "memory": 16 * 2**30,
    "python": "3.12.1",
}
RELEASES = {"v2": ["2.8"], "v3": ["3.2", "4.1", "5.4", "6.9"]}
VERSIONS = {"2.8": "2.8.7", "6.9": "6.9.1 OSS"}


def exchange(method: str = "Publish", **fields: Any) -> Document:
    """An exchange that went well, but for the fields given."""
    return {
        "rpc": f"centrifugal.centrifugo.api.CentrifugoApi/{method}",
        "metadata": [],
        "request": {"channel": "chat:index", "data": {"size": 2, "hex": "6869", "text": "hi"}},
        "status": "OK",
        "seconds": 0.00125,
        "response": {"result": {"offset": 1, "epoch": "abcd"}},
    } | fields


def requirement(name: str = "publish.accept.data", **fields: Any) -> Document:
    """A MUST of all releases that passed on v3, but for the fields given."""
    return {
        "id": name,
        "dialect": "v3",
        "sentence": f"The sentence of {name}.",
        "level": "MUST",
        "releases": ["2.8", "3.2", "4.1", "5.4", "6.9"],
        "needs": [],
        "source": "centrifugal.dev/docs/server/server_api#publish",
        "verdict": "passed",
        "reason": "",
        "evidence": [exchange()],
        "seconds": 0.002,
    } | fields


def conformance(
    requirements: Iterable[Document] = (),
    *,
    name: str = "a server",
    address: str = "localhost:10000",
    release: str = "6.9",
    verdict: str | None = None,
    **fields: Any,
) -> Document:
    """A conformance run of one dialect with these requirements."""
    rows = list(requirements) or [requirement()]
    verdicts = {row["verdict"] for row in rows}
    shown = sum(row["verdict"] not in {"not shown", "error"} for row in rows)
    if verdict is None:
        fails = bool(verdicts & {"failed", "error"})
        verdict = "fails" if fails else "conforms" if shown == len(rows) else "partial"
    dialect = "v2" if release == "2.8" else "v3"
    return (
        result_files.heading("conformance", STARTED)
        | {
            "machine": MACHINE,
            "seconds": 12.5,
            "target": {
                "address": address,
                "tls": False,
                "key": False,
                "name": name,
                "dialects": [found(dialect, release)],
                "profiles": [f"/somewhere/conformance/targets/centrifugo-{release}/profile.toml"],
            },
            "options": {"dialect": "auto", "release": "auto", "strict": False},
            "verdict": verdict,
            "summary": f"{verdict}: {shown} of {len(rows)} shown",
            "counts": {"all": len(rows), "shown": shown, "by_level": by_level(rows)},
            "requirements": rows,
        }
        | fields
    )


def found(dialect: str, release: str, **fields: Any) -> Document:
    """A dialect that a target told of."""
    version = VERSIONS.get(release, f"{release}.0")
    return {
        "dialect": dialect,
        "release": release,
        "told": True,
        "version": version,
        "notice": "",
    } | fields


def by_level(rows: Iterable[Document]) -> Document:
    """The counts of requirements by level and verdict."""
    counts: Document = {}
    for row in rows:
        level = counts.setdefault(row["level"], {})
        key = row["verdict"].replace(" ", "_")
        level[key] = level.get(key, 0) + 1
    return counts


def latencies(samples: Iterable[int]) -> Document:
    """A latency of a load result, from samples in microseconds."""
    histogram = HdrHistogram(1, 120_000_000, 3)
    for sample in samples:
        histogram.record_value(sample)
    count = histogram.get_total_count()
    named = (50, 90, 99, 99.9, 99.99)
    return {
        "histogram": histogram.encode().decode("ascii"),
        "count": count,
        "mean": histogram.get_mean_value() if count else 0,
        "max": histogram.get_max_value() if count else 0,
        "percentiles": {
            f"{p:g}": histogram.get_value_at_percentile(p)
            for p in named
            if count * (100 - p) / 100 >= 10
        },
    }


def load(
    *,
    address: str = "localhost:10000",
    release: str | None = "6.9",
    rate: float = 2_000,
    samples: Iterable[int] = range(400, 4_400),
    payload_bytes: int = 256,
    api_errors: dict[str, int] | None = None,
    transport_errors: dict[str, int] | None = None,
    **fields: Any,
) -> Document:
    """A load run of five seconds."""
    latency = latencies(samples)
    errors = {"api_errors": api_errors or {}, "transport_errors": transport_errors or {}}
    wrong = {name: sum(counts.values()) for name, counts in errors.items()}
    ok = latency["count"]
    return (
        result_files.heading("load", STARTED)
        | {
            "machine": MACHINE,
            "seconds": 5.0,
            "target": {
                "address": address,
                "tls": False,
                "key": False,
                "dialect": None if release is None else "v2" if release == "2.8" else "v3",
                "release": release,
                "version": VERSIONS.get(release, f"{release}.0") if release else "",
            },
            "options": {
                "scenario": "publish",
                "users": 1,
                "payload_bytes": payload_bytes,
                "in_flight": 100,
                "channel": "bench",
            },
            "outcomes": {"sent": ok + sum(wrong.values()), "ok": ok, **errors, "cut_off": 0},
            "throughput": {
                "publications_per_second": rate,
                "bytes_per_second": rate * payload_bytes,
            },
            "latency": {"unit": "us", "response": latency, "service": latency},
            "series": [
                point(second, int(rate), **(wrong if second == 2 else {})) for second in range(5)
            ],
            "generator": {"processes": 1, "cpu_seconds": 2.5, "cpu_share": 0.5},
            "server": {"cpu_seconds": None},
            "limit": {"label": "unknown", "evidence": ["the busiest process took 50% of a CPU"]},
        }
        | fields
    )


def point(second: int, ok: int, *, api_errors: int = 0, transport_errors: int = 0) -> Document:
    """What was counted in one second."""
    return {
        "second": second,
        "ok": ok,
        "api_errors": api_errors,
        "transport_errors": transport_errors,
        "p50_us": 900,
        "p99_us": 4_100,
    }


def file(path: Path, document: Document) -> Path:
    """A result file with this document, right or wrong."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
