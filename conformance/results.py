"""The result file of a conformance run."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from centrifugo_grpc import result_files
from conformance.summary import Row, Summary
from conformance.target import Target


def write_results(
    path: Path,
    target: Target,
    summary: Summary,
    *,
    options: Mapping[str, Any],
    started: datetime,
    seconds: float,
) -> None:
    """Write what was judged, on what and how it came out; raises `Problem` if that fails."""
    document = result_files.heading("conformance", started) | {
        "seconds": round(seconds, 3),
        "target": _target(target),
        "options": dict(options),
        "verdict": summary.outcome.value,
        "summary": summary.last_line,
        "counts": summary.counts(),
        "requirements": [_requirement(row) for row in summary.rows],
    }
    result_files.write(path, document)


def _target(target: Target) -> dict[str, Any]:
    return {
        "address": target.endpoint.address,
        "tls": target.endpoint.tls,
        "key": target.endpoint.api_key is not None,
        "name": target.name,
        "dialects": [
            {
                "dialect": found.dialect.value,
                "release": found.release.value,
                "told": found.told,
                "version": found.version,
                "notice": found.notice,
            }
            for found in target.found
        ],
        "profiles": [str(profile.path) for profile in target.profiles],
    }


def _requirement(row: Row) -> dict[str, Any]:
    requirement = row.case.requirement
    return {
        "id": requirement.id,
        "dialect": row.case.dialect.value,
        "sentence": requirement.sentence,
        "level": requirement.level.value,
        "releases": [release.value for release in requirement.releases],
        "needs": list(requirement.needs),
        "source": requirement.source,
        "verdict": row.verdict.value,
        "reason": row.reason,
        "evidence": list(row.evidence),
        "seconds": round(row.seconds, 6),
    }
