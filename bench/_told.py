"""The closing words of a run."""

from typing import Any


def told(result: dict[str, Any]) -> str:
    """What the terminal says of a result file."""
    outcomes = result["outcomes"]
    errors = {**outcomes["api_errors"], **outcomes["transport_errors"]}
    lines = [
        f"{outcomes['sent']} sent = {outcomes['ok']} ok + {sum(errors.values())} errors"
        f" + {outcomes['cut_off']} cut off{_listed(errors)}",
        f"{result['throughput']['publications_per_second']:.0f} publications/s of"
        f" {result['options']['payload_bytes']} bytes{_cost(result['cost'])}",
        *_latencies(result["latency"]),
        *_steps(result.get("steps", [])),
    ]
    if outcomes["missed"]:
        lines.append(f"{outcomes['missed']} starts never happened: no room in flight, or no server")
    for what, named in result["connections"].items():
        if named:
            lines.append(f"connections {what}: {sum(named.values())}{_listed(named)}")
    lines += [
        f"{scenario}: {_found(result[scenario])}"
        for scenario in ("account", "delivery")
        if scenario in result
    ]
    if "capacity" in result:
        lines.append(_capacity(result["capacity"]))
    limit = result["limit"]
    lines.append(f"limit: {limit['label']} ({'; '.join(limit['evidence'])})")
    lines += result.get("problems", []) or _why_nothing(result)
    return "\n".join(lines)


def _why_nothing(result: dict[str, Any]) -> list[str]:
    """Why not one call was measured, where no missed start and no connection tells."""
    outcomes, connections = result["outcomes"], result["connections"]
    if outcomes["sent"] or outcomes["missed"] or any(connections.values()):
        return []
    warmup = result.get("warmup")
    if warmup and warmup["outcomes"]["sent"]:
        return [
            f"nothing was measured: the run ended within its --warmup of {warmup['seconds']:g} s"
        ]
    return [
        "nothing was sent: the run ended before a user was connected; give it a longer --run-time"
    ]


def _found(found: dict[str, Any]) -> str:
    counts = {name: value for name, value in found.items() if isinstance(value, int)}
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    if "latency" in found:
        told += f"; publish to receive in ms: {_percentiles(found['latency'])}"
    return told


def _capacity(capacity: dict[str, Any]) -> str:
    bound = f"p99 below {capacity['p99_below_ms']:g} ms"
    if capacity["rate"] is None:
        return f"capacity: no rate that was tried had its {bound}"
    failed = capacity["failed_at"]
    until = f", not at {failed:.0f}" if failed is not None else ""
    return f"capacity: {capacity['rate']:.0f} calls a second with {bound}{until}"


def _listed(named: dict[str, int]) -> str:
    text = ", ".join(f"{count} x {name}" for name, count in sorted(named.items()))
    return f" ({text})" if text else ""


def _cost(cost: dict[str, float | None]) -> str:
    sides = [
        f"{name} {seconds * 1000:.1f}" for name, seconds in cost.items() if seconds is not None
    ]
    return f"; CPU ms per 1000: {', '.join(sides)}" if sides else ""


def _latencies(latency: dict[str, Any]) -> list[str]:
    if latency["send_delay"] is None:
        return [f"latency in ms: {_percentiles(latency['response'])}"]
    return [
        f"response time in ms, from the intended start: {_percentiles(latency['response'])}",
        f"service time in ms, from the real start: {_percentiles(latency['service'])}",
        f"send delay in ms: {_percentiles(latency['send_delay'])}",
    ]


def _percentiles(latency: dict[str, Any]) -> str:
    if not latency["count"]:
        return "no answers"
    shown = [f"p{name} {us / 1000:.2f}" for name, us in latency["percentiles"].items()]
    return ", ".join([*shown, f"max {latency['max'] / 1000:.2f}"])


def _steps(steps: list[dict[str, Any]]) -> list[str]:
    return [
        f"{step['payload_bytes']:>9} bytes:"
        f" {step['throughput']['publications_per_second']:>9.0f} publications/s,"
        f" {step['throughput']['bytes_per_second'] / 1e6:>7.1f} MB/s,"
        f" {_percentiles(step['latency']['response'])}"
        for step in steps
    ]
