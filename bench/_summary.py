"""A run's result: the document of the result file."""

import os
from datetime import UTC, datetime
from typing import Any

from bench._latencies import Latencies, values_at
from bench._limit import Seen, limit
from bench._options import LoadOptions
from bench._recorder import WARMUP
from bench._run import Total
from bench._server_cpu import Spent
from bench._tally import Second, Tally
from centrifugo_grpc.discovery import Found
from centrifugo_grpc.result_files import heading


def document(
    options: LoadOptions,
    found: Found | None,
    total: Total,
    *,
    users: int,
    started: float,
    stopped: float,
    spent: Spent | None,
    is_local: bool,
    problem: str = "",
) -> dict[str, Any]:
    """The result file. `started` and `stopped` are Unix times; `spent` is None if nobody looked."""
    tally = total.measured
    seconds = max(stopped - (tally.first or started), 0.0)
    document = heading("load", datetime.fromtimestamp(started, UTC)) | {
        "seconds": round(seconds, 3),
        "target": _target(options, found),
        "options": _options(options, users),
        "outcomes": _outcomes(tally),
        "throughput": throughput(options, tally, seconds),
        "latency": latency(tally),
        "series": [
            _point(number - int(started), second)
            for number, second in sorted(tally.seconds.items())
        ],
        "generator": _generator(total),
        "server": {"cpu_seconds": None if spent is None else _rounded(spent.server)},
        "limit": limit(_seen(options, total, users, seconds, spent, is_local=is_local)),
        "connections": {"lost": dict(tally.lost), "refused": dict(tally.refused)},
        "cost": _cost(options, total, tally, spent),
    }
    if WARMUP in total.phases:
        warmup = total.phases[WARMUP]
        document["warmup"] = {"seconds": options.warmup, "outcomes": _outcomes(warmup)}
    if total.found:
        document[options.scenario] = dict(sorted(total.found.items()))
        if total.latencies.total:
            document[options.scenario]["latency"] = total.latencies.document()
    steps = [label for label in total.phases if label.isdigit()]
    if steps:
        document["steps"] = [
            _step(options, int(label), total.phases[label], stopped) for label in steps
        ]
    problems = [*([problem] if problem else []), *total.problems.values()]
    if problems:
        document["problems"] = problems
    return document


def _target(options: LoadOptions, found: Found | None) -> dict[str, Any]:
    endpoint = options.endpoint
    return {
        "address": endpoint.address,
        "tls": endpoint.tls,
        "key": endpoint.api_key is not None,
        "dialect": found.dialect.value if found else None,
        "release": found.release.value if found else None,
        "version": found.version if found else "",
    }


def _options(options: LoadOptions, users: int) -> dict[str, Any]:
    return {
        "scenario": options.scenario,
        "users": users,
        "payload_bytes": options.payload_bytes,
        "in_flight": options.in_flight,
        "channel": options.channel,
        "loop": "closed" if options.rate is None else "open",
        "rate": options.rate,
        "arrivals": None if options.rate is None else options.arrivals,
        "publications_per_call": options.publications_per_call,
        "warmup": options.warmup,
        "deadline": options.endpoint.deadline,
        "seed": options.seed,
        "fail_above": options.fail_above,
        **_of_scenario(options),
    }


def _of_scenario(options: LoadOptions) -> dict[str, Any]:
    """The options that one scenario alone has."""
    if options.scenario in {"sweep", "capacity"}:
        return {"step_seconds": options.step_seconds}
    if options.scenario == "delivery":
        return {"subscribers": options.subscribers, "token": bool(options.token_secret)}
    return {"history_size": options.history_size} if options.scenario == "account" else {}


def _outcomes(tally: Tally) -> dict[str, Any]:
    return {
        "sent": tally.sent,
        "ok": tally.ok,
        "transport_errors": dict(sorted(tally.transport_errors.items())),
        "api_errors": dict(sorted(tally.api_errors.items())),
        "cut_off": tally.cut_off,
        "missed": tally.missed,
    }


def throughput(options: LoadOptions, tally: Tally, seconds: float) -> dict[str, Any]:
    """Publications and payload bytes a second; what came after the end had more than `seconds`."""
    publications = (tally.ok - tally.late) * options.publications_per_call
    rate = publications / seconds if seconds else 0.0
    return {
        "publications_per_second": round(rate, 3),
        "bytes_per_second": round(rate * options.payload_bytes, 3),
    }


def latency(tally: Tally) -> dict[str, Any]:
    """The latencies of a result file."""
    # A closed loop starts a call when it means to: both latencies are one.
    response = tally.response if tally.response.total else tally.service
    return {
        "unit": "us",
        "response": response.document(),
        "service": tally.service.document(),
        "send_delay": tally.delay.document() if tally.response.total else None,
    }


def _point(number: int, second: Second) -> dict[str, Any]:
    values = values_at(second.latencies, (50.0, 99.0))
    return {
        "second": max(number, 0),
        "ok": second.ok,
        "api_errors": second.api_errors,
        "transport_errors": second.transport_errors,
        "p50_us": values[50.0],
        "p99_us": values[99.0],
    }


def _generator(total: Total) -> dict[str, Any]:
    workers = [
        {
            "process": process,
            "cpu_seconds": round(one["cpu"], 3),
            "cpu_share": round(_share(one), 3),
            "memory": one["memory"],
            "lag_p99_us": _lag(one),
        }
        for process, one in sorted(total.generators.items())
    ]
    return {
        "processes": len(workers),
        "cpu_seconds": round(sum(one["cpu"] for one in total.generators.values()), 3),
        "cpu_share": max((worker["cpu_share"] for worker in workers), default=0.0),
        "workers": workers,
    }


def _lag(one: dict[str, Any]) -> int:
    return values_at(Latencies.from_message(one["lag"]).counts, (99.0,))[99.0]


def _share(one: dict[str, Any]) -> float:
    return float(one["cpu"] / one["wall"]) if one["wall"] > 0 else 0.0


def _cost(
    options: LoadOptions, total: Total, tally: Tally, spent: Spent | None
) -> dict[str, float | None]:
    """CPU seconds for a thousand publications, of both sides."""
    thousands = tally.ok * options.publications_per_call / 1000
    if not thousands:
        return {"generator": None, "server": None}
    cpu = sum(one["cpu"] for one in total.generators.values())
    server = spent.server if spent is not None else None
    return {
        "generator": round(cpu / thousands, 6),
        "server": None if server is None else round(server / thousands, 6),
    }


def _seen(
    options: LoadOptions,
    total: Total,
    users: int,
    seconds: float,
    spent: Spent | None,
    *,
    is_local: bool,
) -> Seen:
    tally = total.measured
    asked = (options.rate or 0) * users * seconds
    return Seen(
        shares=[_share(one) for one in total.generators.values()],
        lag_us=max((_lag(one) for one in total.generators.values()), default=0),
        delay_us=tally.delay.percentiles().get("99") if options.rate else None,
        reached=min(tally.sent / asked, 1.0) if asked else None,
        missed=tally.missed,
        spent=spent,
        is_local=is_local,
        cpus=os.cpu_count() or 1,
        ok=tally.ok,
    )


def _step(options: LoadOptions, size: int, tally: Tally, stopped: float) -> dict[str, Any]:
    seconds = max(min(options.step_seconds, stopped - tally.first), 0.001)
    rate = tally.ok / seconds
    return {
        "payload_bytes": size,
        "seconds": round(seconds, 3),
        "outcomes": _outcomes(tally),
        "throughput": {
            "publications_per_second": round(rate, 3),
            "bytes_per_second": round(rate * size, 3),
        },
        "latency": latency(tally),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
